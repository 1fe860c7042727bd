// Calendar arithmetic on 64-bit milliseconds: from local time to year, month, day, time of day.
//
// Pure functions on values, any thread. Years count on below 1: 0 is 1 BC.
#pragma once

#include <cstdint>

namespace flume {

inline constexpr std::int64_t kMillisPerSecond = 1000;
inline constexpr std::int64_t kMillisPerMinute = 60 * kMillisPerSecond;
inline constexpr std::int64_t kMillisPerHour = 60 * kMillisPerMinute;
inline constexpr std::int64_t kMillisPerDay = 24 * kMillisPerHour;

/// Rounds towards minus infinity. Precondition: divisor > 0.
constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) noexcept {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}
constexpr std::int64_t floor_modulo(std::int64_t value, std::int64_t divisor) noexcept {
  const std::int64_t rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

/// Adds without overflow: stops at the ends of the range.
constexpr std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? INT64_MAX : INT64_MIN;
}

struct CivilDate {
  std::int64_t year = 1970;
  unsigned month = 1;        ///< 1 = January
  unsigned day = 1;          ///< of the month, from 1
  unsigned day_of_year = 1;  ///< from 1
  unsigned weekday = 4;      ///< 0 = Sunday
};

constexpr bool is_leap_year(std::int64_t year) noexcept { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

/// Days since 1970-01-01 of a date. Precondition: a date that exists, |year| < 10^9.
constexpr std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) noexcept {
  const std::int64_t shifted = year - (month <= 2 ? 1 : 0);  // years that begin in March: the leap day comes last
  const std::int64_t era = floor_divide(shifted, 400);
  const auto year_of_era = static_cast<unsigned>(shifted - era * 400);
  const unsigned day_of_year = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

constexpr CivilDate civil_from_days(std::int64_t days) noexcept {
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = floor_divide(shifted, 146097);
  const auto day_of_era = static_cast<unsigned>(shifted - era * 146097);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_from_march = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned month_from_march = (5 * day_from_march + 2) / 153;
  CivilDate date;
  date.day = day_from_march - (153 * month_from_march + 2) / 5 + 1;
  date.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  date.year = static_cast<std::int64_t>(year_of_era) + era * 400 + (date.month <= 2 ? 1 : 0);
  date.day_of_year = static_cast<unsigned>(days - days_from_civil(date.year, 1, 1)) + 1;
  date.weekday = static_cast<unsigned>(floor_modulo(days + 4, 7));
  return date;
}

/// When java.util.GregorianCalendar leaves the Julian calendar.
inline constexpr std::int64_t kGregorianCutover = days_from_civil(1582, 10, 15);

/// As java.util.GregorianCalendar counts the days of a date, when it is lenient: months and days beyond their range count on.
constexpr std::int64_t java_days_from_date(std::int64_t year, std::int64_t month, std::int64_t day) noexcept {
  const std::int64_t months = year * 12 + month - 1;
  const std::int64_t real_year = floor_divide(months, 12);
  const auto real_month = static_cast<unsigned>(floor_modulo(months, 12)) + 1;
  const std::int64_t gregorian = days_from_civil(real_year, real_month, 1) + day - 1;
  if (gregorian >= kGregorianCutover) return gregorian;
  const std::int64_t shifted = real_year - (real_month <= 2 ? 1 : 0);  // years that begin in March
  const unsigned day_from_march = (153 * (real_month + (real_month > 2 ? -3U : 9U)) + 2) / 5;
  return shifted * 365 + floor_divide(shifted, 4) + day_from_march - 719470 + day - 1;
}

/// As java.util.GregorianCalendar shows dates: the Julian calendar before 1582-10-15.
constexpr CivilDate java_date_from_days(std::int64_t days) noexcept {
  if (days >= kGregorianCutover) {
    CivilDate date = civil_from_days(days);
    if (date.year == 1582) date.day_of_year -= 10;  // the days that were left out
    return date;
  }
  constexpr std::int64_t kDaysOfFourYears = 1461;
  const std::int64_t shifted = days + 719470;  // since 1 March of the Julian year 0
  const std::int64_t cycle = floor_divide(shifted, kDaysOfFourYears);
  const auto day_of_cycle = static_cast<unsigned>(shifted - cycle * kDaysOfFourYears);
  const unsigned year_of_cycle = (day_of_cycle - day_of_cycle / 1460) / 365;
  const unsigned day_from_march = day_of_cycle - 365 * year_of_cycle;
  const unsigned month_from_march = (5 * day_from_march + 2) / 153;
  CivilDate date;
  date.day = day_from_march - (153 * month_from_march + 2) / 5 + 1;
  date.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  date.year = cycle * 4 + year_of_cycle + (date.month <= 2 ? 1 : 0);
  const bool is_leap = floor_modulo(date.year, 4) == 0;
  date.day_of_year = date.month <= 2 ? day_from_march - 305 : day_from_march + (is_leap ? 61 : 60);
  date.weekday = static_cast<unsigned>(floor_modulo(days + 4, 7));
  return date;
}

}  // namespace flume
