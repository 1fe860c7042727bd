// A moment as people write it in a test: 2026-03-01T12:00:00Z, with an offset, or without one in the zone at hand. Pure.
#pragma once

#include <string_view>

#include "flume/clock.h"
#include "flume/result.h"
#include "text/time_zone.h"

namespace flume::cli {

/// Date and time (seconds and milliseconds may be missing), Z or an offset as +01:00; or milliseconds since 1970.
Result<WallTime> read_moment(std::string_view text, const TimeZone& zone);

}  // namespace flume::cli
