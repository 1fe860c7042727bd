#include "text/joda_date_fields.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "text/civil_time.h"

namespace flume {
namespace {

constexpr std::int64_t kFirstYear = -292275054;
constexpr std::int64_t kLastYear = 292278993;
constexpr std::int64_t kMillisPerWeek = 7 * kMillisPerDay;
constexpr std::int64_t kMillisPerHalfday = kMillisPerDay / 2;

/// From coarse to fine: the order in which fields are set.
enum class Unit : std::uint8_t { Forever, Years, Months, Weeks, Days, Halfdays, Hours, Minutes, Seconds, Millis };

struct FieldInfo {
  std::string_view name;
  Unit unit;
  Unit range;
};

constexpr std::array<FieldInfo, 16> kFields{{{"year", Unit::Years, Unit::Forever},
                                             {"year of era", Unit::Years, Unit::Forever},
                                             {"week year", Unit::Years, Unit::Forever},
                                             {"month", Unit::Months, Unit::Years},
                                             {"week", Unit::Weeks, Unit::Years},
                                             {"day of year", Unit::Days, Unit::Years},
                                             {"day of month", Unit::Days, Unit::Months},
                                             {"day of week", Unit::Days, Unit::Weeks},
                                             {"half of day", Unit::Halfdays, Unit::Days},
                                             {"hour of half day", Unit::Hours, Unit::Halfdays},
                                             {"hour of half day", Unit::Hours, Unit::Halfdays},
                                             {"hour", Unit::Hours, Unit::Days},
                                             {"hour", Unit::Hours, Unit::Days},
                                             {"minute", Unit::Minutes, Unit::Hours},
                                             {"second", Unit::Seconds, Unit::Minutes},
                                             {"millisecond", Unit::Millis, Unit::Seconds}}};

const FieldInfo& info_of(JodaField field) { return kFields[static_cast<std::size_t>(field)]; }

CivilDate date_of(std::int64_t local) { return civil_from_days(floor_divide(local, kMillisPerDay)); }

std::int64_t year_begin(std::int64_t year) { return days_from_civil(year, 1, 1) * kMillisPerDay; }

unsigned days_in_month(std::int64_t year, unsigned month) {
  constexpr std::array<unsigned, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && is_leap_year(year) ? 1 : 0);
}

/// 1 = Monday.
std::int64_t day_of_week(std::int64_t local) { return floor_modulo(floor_divide(local, kMillisPerDay) + 3, 7) + 1; }
std::int64_t week_begin(std::int64_t local) {
  return floor_divide(local, kMillisPerDay) * kMillisPerDay - (day_of_week(local) - 1) * kMillisPerDay;
}
/// The first week of a year is the one that holds its fourth of January.
std::int64_t first_week_begin(std::int64_t year) { return week_begin(year_begin(year) + 3 * kMillisPerDay); }

std::int64_t week_year(std::int64_t local) {
  const std::int64_t year = date_of(local).year;
  if (local < first_week_begin(year)) return year - 1;
  return local < first_week_begin(year + 1) ? year : year + 1;
}
std::int64_t week_of_week_year(std::int64_t local) { return (local - first_week_begin(week_year(local))) / kMillisPerWeek + 1; }
std::int64_t weeks_in(std::int64_t year) { return (first_week_begin(year + 1) - first_week_begin(year)) / kMillisPerWeek; }

/// Month and day stay; 29 February becomes the 28th.
std::int64_t with_year(std::int64_t local, std::int64_t year) {
  const CivilDate date = date_of(local);
  const unsigned day = std::min(date.day, days_in_month(year, date.month));
  return days_from_civil(year, date.month, day) * kMillisPerDay + floor_modulo(local, kMillisPerDay);
}

/// Week and day of week stay, as far as the year has such a week.
std::int64_t with_week_year(std::int64_t local, std::int64_t year) {
  if (week_year(local) == year) return local;
  const std::int64_t week = std::min(week_of_week_year(local), weeks_in(year));
  return first_week_begin(year) + (week - 1) * kMillisPerWeek + (day_of_week(local) - 1) * kMillisPerDay +
         floor_modulo(local, kMillisPerDay);
}

std::int64_t with_month(std::int64_t local, unsigned month) {
  const CivilDate date = date_of(local);
  const unsigned day = std::min(date.day, days_in_month(date.year, month));
  return days_from_civil(date.year, month, day) * kMillisPerDay + floor_modulo(local, kMillisPerDay);
}

struct Bounds {
  std::int64_t least;
  std::int64_t most;
};

Bounds bounds_of(JodaField field, std::int64_t local) {
  switch (field) {
    case JodaField::Year:
    case JodaField::WeekYear:
      return {kFirstYear, kLastYear};
    case JodaField::YearOfEra:
      return {1, kLastYear};
    case JodaField::MonthOfYear:
    case JodaField::ClockOfHalfday:
      return {1, 12};
    case JodaField::WeekOfWeekYear:
      return {1, weeks_in(week_year(local))};
    case JodaField::DayOfYear:
      return {1, is_leap_year(date_of(local).year) ? 366 : 365};
    case JodaField::DayOfMonth:
      return {1, days_in_month(date_of(local).year, date_of(local).month)};
    case JodaField::DayOfWeek:
      return {1, 7};
    case JodaField::HalfdayOfDay:
      return {0, 1};
    case JodaField::HourOfHalfday:
      return {0, 11};
    case JodaField::HourOfDay:
      return {0, 23};
    case JodaField::ClockOfDay:
      return {1, 24};
    case JodaField::MinuteOfHour:
    case JodaField::SecondOfMinute:
      return {0, 59};
    case JodaField::MilliOfSecond:
      return {0, 999};
  }
  return {0, 0};
}

/// `local` with the part of it that repeats every `range` and counts in `unit` set to `value`.
std::int64_t with_part(std::int64_t local, std::int64_t unit, std::int64_t range, std::int64_t value) {
  return local + (value - floor_modulo(local, range) / unit) * unit;
}

std::int64_t with_field(std::int64_t local, JodaField field, std::int64_t value) {
  switch (field) {
    case JodaField::Year:
      return with_year(local, value);
    case JodaField::YearOfEra:
      return with_year(local, date_of(local).year > 0 ? value : 1 - value);
    case JodaField::WeekYear:
      return with_week_year(local, value);
    case JodaField::MonthOfYear:
      return with_month(local, static_cast<unsigned>(value));
    case JodaField::WeekOfWeekYear:
      return local + (value - week_of_week_year(local)) * kMillisPerWeek;
    case JodaField::DayOfYear:
      return local + (value - std::int64_t{date_of(local).day_of_year}) * kMillisPerDay;
    case JodaField::DayOfMonth:
      return local + (value - std::int64_t{date_of(local).day}) * kMillisPerDay;
    case JodaField::DayOfWeek:
      return local + (value - day_of_week(local)) * kMillisPerDay;
    case JodaField::HalfdayOfDay:
      return with_part(local, kMillisPerHalfday, kMillisPerDay, value);
    case JodaField::HourOfHalfday:
    case JodaField::ClockOfHalfday:
      return with_part(local, kMillisPerHour, kMillisPerHalfday, value % 12);
    case JodaField::HourOfDay:
    case JodaField::ClockOfDay:
      return with_part(local, kMillisPerHour, kMillisPerDay, value % 24);
    case JodaField::MinuteOfHour:
      return with_part(local, kMillisPerMinute, kMillisPerHour, value);
    case JodaField::SecondOfMinute:
      return with_part(local, kMillisPerSecond, kMillisPerMinute, value);
    case JodaField::MilliOfSecond:
      return with_part(local, 1, kMillisPerSecond, value);
  }
  return local;
}

/// The beginning of the field's unit.
std::int64_t floor_of(std::int64_t local, JodaField field) {
  switch (info_of(field).unit) {
    case Unit::Years:
      return field == JodaField::WeekYear ? first_week_begin(week_year(local)) : year_begin(date_of(local).year);
    case Unit::Months:
      return days_from_civil(date_of(local).year, date_of(local).month, 1) * kMillisPerDay;
    case Unit::Weeks:
      return week_begin(local);
    case Unit::Days:
      return floor_divide(local, kMillisPerDay) * kMillisPerDay;
    case Unit::Halfdays:
      return floor_divide(local, kMillisPerHalfday) * kMillisPerHalfday;
    case Unit::Hours:
      return floor_divide(local, kMillisPerHour) * kMillisPerHour;
    case Unit::Minutes:
      return floor_divide(local, kMillisPerMinute) * kMillisPerMinute;
    case Unit::Seconds:
      return floor_divide(local, kMillisPerSecond) * kMillisPerSecond;
    default:
      return local;
  }
}

bool is_coarser(const JodaFieldValue& a, const JodaFieldValue& b) {
  const FieldInfo& left = info_of(a.field);
  const FieldInfo& right = info_of(b.field);
  return left.range != right.range ? left.range < right.range : left.unit < right.unit;
}

}  // namespace

Result<std::int64_t> local_time_of(std::vector<JodaFieldValue> fields) {
  std::stable_sort(fields.begin(), fields.end(), is_coarser);
  if (fields.empty()) return std::int64_t{0};
  const Unit first = info_of(fields.front().field).unit;
  // A year in which every month and day is possible.
  if (first >= Unit::Months && first <= Unit::Days) fields.insert(fields.begin(), {JodaField::Year, 2000});
  std::int64_t local = 0;
  // Twice, as a field may have been set on a date on which a later one could not stand yet; the first time each clears
  // what is finer.
  for (const bool is_first_time : {true, false}) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto [field, value] = fields[i];
      const Bounds bounds = bounds_of(field, local);
      if (value < bounds.least || value > bounds.most) {
        return rejected(fmt::format("{} {} is not between {} and {}", info_of(field).name, value, bounds.least, bounds.most));
      }
      local = with_field(local, field, value);
      if (is_first_time || i + 1 == fields.size()) local = floor_of(local, field);
    }
  }
  return local;
}

}  // namespace flume
