// JavaDateFormat::parse().
#include <algorithm>
#include <array>
#include <limits>

#include "text/ascii.h"
#include "text/civil_time.h"
#include "text/java_date_format.h"
#include "text/java_date_names.h"

namespace flume {
namespace {

struct NamedOffset {
  std::string_view name;
  int hours;
};
constexpr std::array<NamedOffset, 10> kNamedOffsets{
    {{"GMT", 0}, {"UTC", 0}, {"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}}};

// So that a time of any months, days and hours fits into 64 bits.
constexpr std::int64_t kLastYear = 10'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool begins_with(std::string_view text, std::string_view name) {
  return text.size() >= name.size() && to_lower(text.substr(0, name.size())) == to_lower(name);
}

}  // namespace

bool JavaDateFormat::Field::is_number() const noexcept {
  return letter == 'M' ? count <= 2 : letter != '\0' && std::string_view("ydHhkKmsSD").find(letter) != std::string_view::npos;
}

/// Reads one text, field by field.
class JavaDateFormat::Reader {
 public:
  Reader(std::string_view text, std::int64_t now) : rest_(text), now_(now) {}

  bool read(const Field& field, bool is_number_next) {
    if (field.letter == '\0') {
      if (!rest_.starts_with(field.text)) return false;
      rest_.remove_prefix(field.text.size());
      return true;
    }
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    if (rest_.empty()) return false;
    if (field.is_number()) return read_number(field, is_number_next);
    switch (field.letter) {
      case 'M':
        return read_name(kMonthNames, [this](std::size_t index) { month_ = static_cast<std::int64_t>(index) + 1; });
      case 'E':
        return read_name(kWeekdayNames, [](std::size_t) {});
      case 'a':
        return read_half();
      case 'X':
        return read_iso_offset(field.count);
      default:
        return read_zone();
    }
  }

  [[nodiscard]] std::optional<std::int64_t> instant(const TimeZone& zone) const {
    if (year_ > kLastYear || year_ < -kLastYear) return std::nullopt;
    if (!is_two_digit_year_) return instant_in(year_, zone);
    // The year of two digits that lies in the hundred years which begin 80 years ago.
    const CivilDate today = civil_from_days(floor_divide(now_, kMillisPerDay));
    const std::int64_t begin = today.year - 80;
    const std::int64_t year = begin + floor_modulo(year_ - begin, 100);
    const std::int64_t found = instant_in(year, zone);
    const bool is_before =
        year == begin &&
        found < now_ - (days_from_civil(today.year, today.month, 1) - days_from_civil(begin, today.month, 1)) * kMillisPerDay;
    return is_before ? instant_in(year + 100, zone) : found;
  }

 private:
  bool read_number(const Field& field, bool is_number_next) {
    std::string_view digits = rest_;
    if (is_number_next) {  // 20031011: as many as there are letters
      if (digits.size() < field.count) return false;
      digits = digits.substr(0, field.count);
    }
    const bool is_negative = digits.starts_with('-');
    std::size_t size = is_negative ? 1 : 0;
    std::uint64_t number = 0;
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    for (; size < digits.size() && is_digit(digits[size]); ++size) {
      const auto next = static_cast<std::uint64_t>(digits[size] - '0');
      number = number > (kMost - next) / 10 ? kMost : number * 10 + next;
    }
    if (size == (is_negative ? 1U : 0U)) return false;
    rest_.remove_prefix(size);
    // Java takes the lower 32 bits.
    const std::int64_t value = number == kMost ? std::numeric_limits<std::int32_t>::max() : static_cast<std::int32_t>(number);
    set(field, is_negative ? -value : value, size == 2 && !is_negative);
    return true;
  }

  void set(const Field& field, std::int64_t value, bool has_two_digits) {
    switch (field.letter) {
      case 'y':
        year_ = value;
        is_two_digit_year_ = field.count <= 2 && has_two_digits;
        return;
      case 'M':
        month_ = value;
        return;
      case 'd':
        day_ = value;
        is_day_of_year_ = false;
        return;
      case 'D':
        day_ = value;
        is_day_of_year_ = true;
        return;
      case 'k':
      case 'H':
        hour_ = field.letter == 'k' && value == 24 ? 0 : value;
        is_hour_of_day_ = true;
        return;
      case 'h':
      case 'K':
        if (!is_hour_of_day_) hour_ = field.letter == 'h' && value == 12 ? 0 : value;
        return;
      case 'm':
        minute_ = value;
        return;
      case 's':
        second_ = value;
        return;
      default:
        millisecond_ = value;
        return;
    }
  }

  /// The whole name or its first three letters.
  template <std::size_t N, typename Found>
  bool read_name(const std::array<std::string_view, N>& names, Found found) {
    for (std::size_t i = 0; i < N; ++i) {
      if (!begins_with(rest_, names[i].substr(0, 3))) continue;
      rest_.remove_prefix(begins_with(rest_, names[i]) ? names[i].size() : 3);
      found(i);
      return true;
    }
    return false;
  }

  bool read_half() {
    const bool is_afternoon = begins_with(rest_, "PM");
    if (!is_afternoon && !begins_with(rest_, "AM")) return false;
    rest_.remove_prefix(2);
    half_ = is_afternoon ? 12 : 0;
    return true;
  }

  /// z and Z: +hhmm, GMT+h:mm, a name.
  bool read_zone() {
    if (is_sign(rest_.front())) return read_offset(2, false, true);
    for (const NamedOffset& named : kNamedOffsets) {
      if (!begins_with(rest_, named.name)) continue;
      rest_.remove_prefix(named.name.size());
      if (named.name == "GMT" && !rest_.empty() && is_sign(rest_.front())) return read_offset(1, true, true);
      offset_ = named.hours * kMillisPerHour;
      return true;
    }
    return false;
  }

  bool read_iso_offset(std::uint32_t count) {
    if (rest_.front() == 'Z') {
      rest_.remove_prefix(1);
      offset_ = 0;
      return true;
    }
    return is_sign(rest_.front()) && read_offset(2, count == 3, count != 1);
  }

  static bool is_sign(char c) { return c == '+' || c == '-'; }

  /// Sign, hours of `least_digits` to 2 digits and, if there are some, minutes of 2. Precondition: a sign.
  bool read_offset(std::size_t least_digits, bool has_colon, bool has_minutes) {
    const bool is_negative = rest_.front() == '-';
    std::size_t at = 1;
    std::int64_t hours = 0;
    std::size_t digits = 0;
    for (; digits < 2 && at < rest_.size() && is_digit(rest_[at]); ++digits) hours = hours * 10 + (rest_[at++] - '0');
    if (digits < least_digits || hours > 23) return false;
    std::int64_t minutes = 0;
    if (has_minutes) {
      if (has_colon) {
        if (at == rest_.size() || rest_[at] != ':') return false;
        ++at;
      }
      if (rest_.size() < at + 2 || !is_digit(rest_[at]) || !is_digit(rest_[at + 1])) return false;
      minutes = (rest_[at] - '0') * 10 + (rest_[at + 1] - '0');
      if (minutes > 59) return false;
      at += 2;
    }
    rest_.remove_prefix(at);
    const std::int64_t offset = hours * kMillisPerHour + minutes * kMillisPerMinute;
    offset_ = is_negative ? -offset : offset;
    return true;
  }

  [[nodiscard]] std::int64_t instant_in(std::int64_t year, const TimeZone& zone) const {
    const std::int64_t days = is_day_of_year_ ? java_days_from_date(year, 1, 1) + day_ - 1 : java_days_from_date(year, month_, day_);
    const std::int64_t hour = is_hour_of_day_ ? hour_ : hour_ + half_;
    const std::int64_t local =
        days * kMillisPerDay + hour * kMillisPerHour + minute_ * kMillisPerMinute + second_ * kMillisPerSecond + millisecond_;
    return offset_ ? local - *offset_ : zone.instant_of(local);
  }

  std::string_view rest_;
  std::int64_t now_;
  std::int64_t year_ = 1970;
  std::int64_t month_ = 1;
  std::int64_t day_ = 1;
  std::int64_t hour_ = 0;
  std::int64_t half_ = 0;  // 12 in the afternoon
  std::int64_t minute_ = 0;
  std::int64_t second_ = 0;
  std::int64_t millisecond_ = 0;
  bool is_two_digit_year_ = false;
  bool is_day_of_year_ = false;
  bool is_hour_of_day_ = false;
  std::optional<std::int64_t> offset_;
};

std::optional<std::int64_t> JavaDateFormat::parse(std::string_view text, std::int64_t now, const TimeZone& zone) const {
  Reader reader(text, now);
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (!reader.read(fields_[i], i + 1 < fields_.size() && fields_[i + 1].is_number())) return std::nullopt;
  }
  return reader.instant(zone);
}

}  // namespace flume
