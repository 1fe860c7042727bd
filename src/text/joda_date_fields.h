// Fields of a date and time as Joda-Time sets them one after the other on a local time: what its parser does with the
// numbers that it found. ISO calendar (proleptic Gregorian). Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "flume/result.h"

namespace flume {

enum class JodaField : std::uint8_t {
  Year,
  YearOfEra,
  WeekYear,
  MonthOfYear,
  WeekOfWeekYear,
  DayOfYear,
  DayOfMonth,
  DayOfWeek,       ///< 1 = Monday
  HalfdayOfDay,    ///< 0 = before noon
  HourOfHalfday,   ///< 0 to 11
  ClockOfHalfday,  ///< 1 to 12
  HourOfDay,       ///< 0 to 23
  ClockOfDay,      ///< 1 to 24
  MinuteOfHour,
  SecondOfMinute,
  MilliOfSecond,
};

struct JodaFieldValue {
  JodaField field{};
  std::int64_t value = 0;
};

/// The local time, in milliseconds since 1970-01-01T00:00, that the fields give: those not given are the least, the year
/// is 1970, or 2000 when months, weeks or days are given without it. Fields that contradict each other: the finer one wins.
/// Rejected: a value that its field cannot have.
Result<std::int64_t> local_time_of(std::vector<JodaFieldValue> fields);

}  // namespace flume
