#include "syslog/message_fields.h"

#include <array>

#include "syslog/digit_form.h"

namespace flume::syslog {
namespace {

enum CharacterClass : std::uint8_t { kDigit = 1, kBlank = 2, kHostStart = 4, kHost = 8, kUpper = 16, kLower = 32 };

constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = '0'; c <= '9'; ++c) classes[c] = kDigit | kHostStart | kHost;
  for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] = kLower | kHostStart | kHost;
  for (unsigned c = 'A'; c <= 'Z'; ++c) classes[c] = kUpper | kHostStart | kHost;
  classes['_'] = kHostStart | kHost;
  for (const unsigned char c : {'.', '@', '-'}) classes[c] = kHost;
  for (const unsigned char c : {' ', '\t', '\n', '\v', '\f', '\r'}) classes[c] = kBlank;
  return classes;
}();

constexpr DigitForm kDateTime("dddd-dd-ddTdd:dd:dd");
constexpr DigitForm kTimeOfDay("dd:dd:dd");

bool is(char c, std::uint8_t of) { return (kClasses[static_cast<unsigned char>(c)] & of) != 0; }

/// Reads on from the front of a text; a read that fails takes nothing.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool take(std::uint8_t of) {
    if (at_ == end_ || !is(*at_, of)) return false;
    ++at_;
    return true;
  }
  bool take_character(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  template <std::size_t Size>
  bool take_form(const DigitForm<Size>& form) {
    if (static_cast<std::size_t>(end_ - at_) < Size || !form.matches(at_)) return false;
    at_ += Size;
    return true;
  }
  /// +hh:mm or -hh:mm
  bool take_offset() {
    constexpr std::ptrdiff_t kSize = 6;
    if (end_ - at_ < kSize || (at_[0] != '+' && at_[0] != '-') || at_[3] != ':') return false;
    for (const int place : {1, 2, 4, 5}) {
      if (!is(at_[place], kDigit)) return false;
    }
    at_ += kSize;
    return true;
  }
  void take_all(std::uint8_t of) {
    while (at_ != end_ && is(*at_, of)) ++at_;
  }
  [[nodiscard]] const char* at() const { return at_; }
  [[nodiscard]] std::string_view since(const char* start) const { return {start, static_cast<std::size_t>(at_ - start)}; }
  [[nodiscard]] std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }

 private:
  const char* at_;
  const char* end_;
};

/// An offset that is not complete is not taken; what follows then is no blank, and the message not of this form.
bool take_rfc5424_stamp(Cursor& cursor, std::string_view& stamp) {
  const char* start = cursor.at();
  if (!cursor.take_form(kDateTime)) return false;
  if (cursor.take_character('.')) {
    int digits = 0;
    while (digits < 6 && cursor.take(kDigit)) ++digits;
    if (digits == 0) return false;
  }
  if (!cursor.take_character('Z')) cursor.take_offset();
  stamp = cursor.since(start);
  return true;
}

bool take_stamp_or_nil(Cursor& cursor, std::string_view& stamp) {
  if (Cursor attempt = cursor; take_rfc5424_stamp(attempt, stamp)) {
    cursor = attempt;
    return true;
  }
  stamp = {};
  return cursor.take_character('-');
}

bool take_host(Cursor& cursor, std::string_view& host) {
  const char* start = cursor.at();
  if (!cursor.take(kHostStart)) return false;
  cursor.take_all(kHost);
  host = cursor.since(start);
  return true;
}

/// A digit in front is the version unless the stamp needs it; then a blank that may be missing.
void take_version(Cursor& cursor, std::string_view& version) {
  const char* start = cursor.at();
  cursor.take(kDigit);
  version = cursor.since(start);
  cursor.take(kBlank);
}

}  // namespace

std::optional<Priority> read_priority(std::string_view message, std::size_t most_digits) noexcept {
  if (message.empty() || message[0] != '<') return std::nullopt;
  Priority priority;
  std::size_t at = 1;
  while (at < message.size() && is(message[at], kDigit)) {
    if (at > most_digits) return std::nullopt;
    priority.value = priority.value * 10 + static_cast<std::uint32_t>(message[at++] - '0');
  }
  if (at == 1 || at == message.size() || message[at] != '>') return std::nullopt;
  priority.digits = message.substr(1, at - 1);
  priority.end = at + 1;
  return priority;
}

bool read_rfc5424(std::string_view rest, MessageFields& fields) noexcept {
  Cursor cursor(rest);
  take_version(cursor, fields.version);
  if (!take_stamp_or_nil(cursor, fields.stamp)) {
    cursor = Cursor(rest);  // 2003-10-11T..: no version
    fields.version = {};
    cursor.take(kBlank);
    if (!take_stamp_or_nil(cursor, fields.stamp)) return false;
  }
  if (!cursor.take(kBlank)) return false;
  fields.host = {};
  if (!take_host(cursor, fields.host) && !cursor.take_character('-')) return false;
  if (!cursor.take(kBlank)) return false;
  fields.body = cursor.rest();
  return true;
}

bool read_rfc3164(std::string_view rest, MessageFields& fields) noexcept {
  Cursor cursor(rest);
  take_version(cursor, fields.version);
  const char* start = cursor.at();
  if (!cursor.take(kUpper) || !cursor.take(kLower) || !cursor.take(kLower) || !cursor.take(kBlank)) return false;
  cursor.take(kBlank);
  if (!cursor.take(kDigit)) return false;
  cursor.take(kDigit);
  if (!cursor.take(kBlank) || !cursor.take_form(kTimeOfDay)) return false;
  fields.stamp = cursor.since(start);
  if (!cursor.take(kBlank) || !take_host(cursor, fields.host) || !cursor.take(kBlank)) return false;
  fields.body = cursor.rest();
  return true;
}

}  // namespace flume::syslog
