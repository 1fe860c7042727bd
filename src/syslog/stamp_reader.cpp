#include "syslog/stamp_reader.h"

#include <algorithm>
#include <cstring>

#include "text/ascii.h"
#include "text/civil_time.h"
#include "text/java_date_names.h"

namespace flume::syslog {
namespace {

unsigned digit(char c) { return static_cast<unsigned>(c - '0'); }
unsigned two_digits(const char* at) { return digit(at[0]) * 10 + digit(at[1]); }

/// As java.util.Calendar.add(MONTH, months): the last day of a shorter month when the day is not there.
std::int64_t add_months(std::int64_t instant, int months, const TimeZone& zone) {
  const std::int64_t local = saturating_add(instant, zone.period_at(instant).offset);
  const CivilDate date = civil_from_days(floor_divide(local, kMillisPerDay));
  const std::int64_t month = date.year * 12 + date.month - 1 + months;
  const std::int64_t year = floor_divide(month, 12);
  const auto month_of_year = static_cast<unsigned>(floor_modulo(month, 12)) + 1;
  const std::int64_t first = days_from_civil(year, month_of_year, 1);
  const std::int64_t next = month_of_year == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, month_of_year + 1, 1);
  const std::int64_t day = std::min<std::int64_t>(date.day, next - first);
  return zone.instant_of((first + day - 1) * kMillisPerDay + floor_modulo(local, kMillisPerDay));
}

/// "Mmm d HH:mm:ss", the year left open. Apart from the blank that RFC 3164 puts in front of a single digit, Java's date format wants
/// its own blanks where the pattern has them.
std::optional<CalendarTime> read_yearless(std::string_view stamp) {
  CalendarTime time;
  time.month = month_of(stamp);
  if (time.month == 0 || stamp[3] != ' ') return std::nullopt;
  std::size_t at = 4;
  if (stamp[at] == ' ' || stamp[at] == '\t') ++at;
  if (stamp[at] < '0' || stamp[at] > '9') return std::nullopt;
  time.day = digit(stamp[at++]);
  if (stamp[at] >= '0' && stamp[at] <= '9') time.day = time.day * 10 + digit(stamp[at++]);
  if (stamp[at++] != ' ') return std::nullopt;
  time.hour = two_digits(stamp.data() + at);
  time.minute = two_digits(stamp.data() + at + 3);
  return time;
}

}  // namespace

std::int64_t CalendarTime::local() const noexcept {
  return java_days_from_date(year, month, day) * kMillisPerDay + hour * kMillisPerHour + minute * kMillisPerMinute +
         second * kMillisPerSecond;
}

std::int64_t instant_near(std::int64_t now, CalendarTime time, const TimeZone& zone) {
  time.year = civil_from_days(floor_divide(now, kMillisPerDay)).year;
  const std::int64_t instant = zone.instant_of(time.local());
  if (instant > now && add_months(instant, -1, zone) > now) return add_months(instant, -12, zone);
  if (instant < now && add_months(instant, 11, zone) < now) return add_months(instant, 12, zone);
  return instant;
}

unsigned month_of(std::string_view name) noexcept {
  constexpr auto packed = [](std::string_view letters) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 3; ++i) word = word << 8U | static_cast<unsigned char>(to_lower(letters[i]));
    return word;
  };
  static constexpr std::array<std::uint32_t, 12> kMonths = [packed] {
    std::array<std::uint32_t, 12> months{};
    for (std::size_t month = 0; month < months.size(); ++month) months[month] = packed(kMonthNames[month]);
    return months;
  }();
  const std::uint32_t written = packed(name);
  for (unsigned month = 0; month < kMonths.size(); ++month) {
    if (kMonths[month] == written) return month + 1;
  }
  return 0;
}

std::int64_t StampReader::instant_of(std::int64_t local) {
  const std::int64_t minute = floor_divide(local, kMillisPerMinute) * kMillisPerMinute;
  if (minute != zoned_minute_) {
    zoned_instant_ = zone_.instant_of(minute);
    zoned_minute_ = minute;
  }
  return zoned_instant_ + (local - minute);
}

std::int64_t StampReader::minute_of(std::string_view stamp) {
  const char* at = stamp.data();
  if (std::memcmp(at, minute_text_.data(), minute_text_.size()) != 0) {
    CalendarTime time;
    time.year = two_digits(at) * 100 + two_digits(at + 2);
    time.month = two_digits(at + 5);
    time.day = two_digits(at + 8);
    time.hour = two_digits(at + 11);
    time.minute = two_digits(at + 14);
    minute_ = time.local();
    std::memcpy(minute_text_.data(), at, minute_text_.size());
  }
  return minute_;
}

std::int64_t StampReader::rfc5424(std::string_view stamp) {
  constexpr std::size_t kSeconds = 17;
  constexpr std::size_t kFraction = 19;
  const char* at = stamp.data();
  std::int64_t local = minute_of(stamp) + two_digits(at + kSeconds) * kMillisPerSecond;
  const char* end = at + stamp.size();
  at += kFraction;
  if (at != end && *at == '.') {
    ++at;
    for (unsigned unit = 100; at != end && *at >= '0' && *at <= '9'; ++at, unit /= 10) local += digit(*at) * unit;
  }
  if (at == end) return instant_of(local);
  if (*at == 'Z') return local;
  const unsigned hours = two_digits(at + 1);
  const unsigned minutes = two_digits(at + 4);
  if (hours > 23 || minutes > 59) return instant_of(local);
  const std::int64_t offset = hours * kMillisPerHour + minutes * kMillisPerMinute;
  return *at == '-' ? local + offset : local - offset;
}

std::optional<std::int64_t> StampReader::rfc3164(std::string_view stamp, std::int64_t now) {
  const std::string_view minute = stamp.substr(0, stamp.size() - 3);
  const std::int64_t now_minute = floor_divide(now, kMillisPerMinute);
  if (now_minute != yearless_now_ || minute != std::string_view(yearless_text_.data(), yearless_size_)) {
    const std::optional<CalendarTime> time = read_yearless(stamp);
    yearless_instant_ = time ? std::optional(instant_near(now_minute * kMillisPerMinute, *time, zone_)) : std::nullopt;
    yearless_now_ = now_minute;
    yearless_size_ = minute.copy(yearless_text_.data(), yearless_text_.size());
  }
  if (!yearless_instant_) return std::nullopt;
  return *yearless_instant_ + two_digits(stamp.data() + stamp.size() - 2) * kMillisPerSecond;
}

}  // namespace flume::syslog
