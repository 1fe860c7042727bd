#include "syslog/multiport_stamp.h"

#include "syslog/digit_form.h"
#include "text/civil_time.h"

namespace flume::syslog {
namespace {

constexpr DigitForm kDateTime("dddd-dd-ddTdd:dd:dd");
constexpr DigitForm kSmallDateTime("dddd-dd-ddtdd:dd:dd");
constexpr DigitForm kTimeOfDay(" dd:dd:dd");

bool is_digit(char c) { return c >= '0' && c <= '9'; }
unsigned two_digits(const char* at) { return static_cast<unsigned>(at[0] - '0') * 10 + static_cast<unsigned>(at[1] - '0'); }

/// "hh:mm" at the head of `text`.
bool is_offset(std::string_view text) {
  return text.size() >= 5 && is_digit(text[0]) && is_digit(text[1]) && text[2] == ':' && is_digit(text[3]) && is_digit(text[4]);
}

/// HH:mm:ss.
bool is_time_of_day(const char* at) { return two_digits(at) < 24 && two_digits(at + 3) < 60 && two_digits(at + 6) < 60; }

unsigned days_in_month(std::int64_t year, unsigned month) {
  if (month == 2) return is_leap_year(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace

std::size_t yearless_stamp_size(std::string_view text) noexcept {
  constexpr std::int64_t kLeapYear = 2000;
  if (text.size() < 14) return 0;
  const unsigned month = month_of(text);
  if (month == 0 || text[3] != ' ') return 0;
  std::size_t at = text[4] == ' ' ? 5 : 4;
  unsigned day = 0;
  for (; at < 6 && is_digit(text[at]); ++at) day = day * 10 + static_cast<unsigned>(text[at] - '0');
  if (day == 0 || day > days_in_month(kLeapYear, month)) return 0;
  if (text.size() < at + 9 || !kTimeOfDay.matches(text.data() + at) || !is_time_of_day(text.data() + at + 1)) return 0;
  return at + 9;
}

std::optional<std::int64_t> instant_of_dated_stamp(std::string_view stamp, StampReader& reader) {
  constexpr std::size_t kToSeconds = 19;
  const char* text = stamp.data();
  if (stamp.size() <= kToSeconds || (!kDateTime.matches(text) && !kSmallDateTime.matches(text))) return std::nullopt;
  const std::int64_t year = two_digits(text) * 100 + two_digits(text + 2);
  const unsigned month = two_digits(text + 5);
  const unsigned day = two_digits(text + 8);
  if (month == 0 || month > 12 || day == 0 || day > days_in_month(year, month) || !is_time_of_day(text + 11)) return std::nullopt;
  std::int64_t instant = reader.minute_of(stamp) + two_digits(text + 17) * kMillisPerSecond;
  std::size_t at = kToSeconds;
  if (stamp[at] == '.') {
    const std::size_t first = ++at;
    for (unsigned unit = 100; at < stamp.size() && is_digit(stamp[at]); ++at, unit /= 10) {
      instant += static_cast<unsigned>(stamp[at] - '0') * unit;
    }
    if (at == first || at == stamp.size()) return std::nullopt;
  }
  if (stamp[at] != '+' && stamp[at] != '-') return instant;
  if (!is_offset(stamp.substr(at + 1))) return std::nullopt;
  const std::int64_t offset = two_digits(text + at + 1) * kMillisPerHour + two_digits(text + at + 4) * kMillisPerMinute;
  return stamp[at] == '-' ? instant + offset : instant - offset;
}

}  // namespace flume::syslog
