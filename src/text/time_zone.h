// Time zones by the names that Java knows, and the offsets they had and will have.
//
// A TimeZone is a small value (rules are shared); any thread.
// Rules come from the system's zone data: one file per zone, read when the zone is asked for by its name.
// A ZoneCursor remembers the last period looked up: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume {

struct ZoneByName;
struct ZoneRules;

class TimeZone {
 public:
  /// A stretch of time with one offset from UTC: instants in [begin, end), milliseconds since 1970.
  struct Period {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t offset = 0;   ///< local time = instant + offset, milliseconds
    std::string abbreviation;  ///< "CET", "GMT+02:30"
  };

  /// GMT.
  TimeZone() = default;

  /// What java.util.TimeZone.getTimeZone(name) gives: IANA ids, the three-letter ids of old,
  /// GMT+h, GMT+hh:mm, GMT+hhmm; names are case-sensitive. Any other name: GMT, and `problem`
  /// says so, with the name that was probably meant (the caller shows it, and goes on as Flume does).
  static ZoneByName by_name(std::string_view name);
  /// The machine's zone. `setting` wins when it is not empty: -Duser.timezone, else $TZ.
  static ZoneByName system(std::string_view setting);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// The period that contains `instant`.
  [[nodiscard]] Period period_at(std::int64_t instant) const;
  /// The instant of a local time, as java.util.Calendar finds it: of two, the later; a local time
  /// that the clocks skipped counts on from before the gap.
  [[nodiscard]] std::int64_t instant_of(std::int64_t local) const;

 private:
  std::string name_ = "GMT";
  std::int64_t fixed_offset_ = 0;
  std::shared_ptr<const ZoneRules> rules_;  // null: fixed_offset_ holds
};

struct ZoneByName {
  TimeZone zone;
  Status problem;  ///< not ok: the name is unknown, and `zone` is GMT
};

/// A zone with the last period found, so that neighbouring instants cost a comparison.
class ZoneCursor {
 public:
  explicit ZoneCursor(TimeZone zone) : zone_(std::move(zone)), period_(zone_.period_at(0)) {}

  [[nodiscard]] const TimeZone& zone() const noexcept { return zone_; }
  /// The period that contains `instant`; valid until the next call.
  const TimeZone::Period& period_at(std::int64_t instant) {
    if (instant < period_.begin || instant >= period_.end) period_ = zone_.period_at(instant);
    return period_;
  }

 private:
  TimeZone zone_;
  TimeZone::Period period_;
};

}  // namespace flume
