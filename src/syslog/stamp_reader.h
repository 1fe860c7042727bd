// The times of syslog messages, in milliseconds since 1970.
//
// Messages that come together tell the same minute: it is worked out once, so a stamp costs a comparison and a few digits. The forms
// are those that message_fields.h reads. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "text/time_zone.h"

namespace flume::syslog {

/// A date and time of day as written. Numbers beyond their range count on, as Java's lenient calendar does: month 13 is January.
struct CalendarTime {
  std::int64_t year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  /// Milliseconds since 1970 if this were UTC.
  [[nodiscard]] std::int64_t local() const noexcept;
};

/// The instant in `zone` of a time that names no year: in that of `now` in UTC; a year earlier when that would be more than a month after
/// `now`, a year later when it would be more than eleven months before.
std::int64_t instant_near(std::int64_t now, CalendarTime time, const TimeZone& zone);

/// 1 for "Jan" .. 12, in any case; 0: the three letters at the head of `name` are no month.
unsigned month_of(std::string_view name) noexcept;

class StampReader {
 public:
  /// `zone` is that of stamps without one.
  explicit StampReader(TimeZone zone) : zone_(std::move(zone)) {}

  /// Precondition: a stamp of read_rfc5424(), not empty. An offset above 23:59 counts for none, as in Flume.
  /// Differs from Flume: a fraction is one of a second whatever the number of its digits, and does not take the zone away.
  std::int64_t rfc5424(std::string_view stamp);

  /// Precondition: a stamp of read_rfc3164(). None: no such month, or other white space than one or two blanks. The year is
  /// decided for the minute as a whole, with `now` cut to its minute.
  std::optional<std::int64_t> rfc3164(std::string_view stamp, std::int64_t now);

  /// The minute of a stamp that begins with yyyy-MM-ddTHH:mm, as if it were UTC. Precondition: it does, but for what stands between
  /// the numbers.
  std::int64_t minute_of(std::string_view stamp);

 private:
  std::int64_t instant_of(std::int64_t local);

  TimeZone zone_;
  // RFC 5424: "yyyy-MM-ddTHH:mm", and the minute as if it were UTC
  std::array<char, 16> minute_text_{};
  std::int64_t minute_ = 0;
  // a minute of the zone's own time, and its instant
  std::int64_t zoned_minute_ = INT64_MIN;
  std::int64_t zoned_instant_ = 0;
  // RFC 3164: "Mmm dd HH:mm" in front of ":ss", seen at this minute of the clock, and the instant it is
  std::array<char, 16> yearless_text_{};
  std::size_t yearless_size_ = 0;
  std::int64_t yearless_now_ = INT64_MIN;
  std::optional<std::int64_t> yearless_instant_;
};

}  // namespace flume::syslog
