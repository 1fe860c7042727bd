// The /metrics page as Apache Flume's: {"SOURCE.r1":{"Type":"SOURCE","EventReceivedCount":"5",...}}.
// Pure functions of a snapshot.
#pragma once

#include <string>

#include "flume/metrics.h"

namespace flume {

/// All values are strings, numbers as Java prints them. Groups that Flume does not have are left out;
/// of two groups of one name (during a reload) the later one is shown.
[[nodiscard]] std::string flume_json(const MetricsSnapshot& snapshot);

/// As java.lang.Double.toString: "5.0", "1.0E-4", "1.7976931348623157E308", "NaN", "-Infinity".
[[nodiscard]] std::string java_double(double value);

}  // namespace flume
