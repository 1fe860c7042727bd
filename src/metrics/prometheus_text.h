// The /prometheus page: Prometheus' text exposition format, version 0.0.4. A pure function of a snapshot.
//   # TYPE Flume_EventReceivedCount_total counter
//   Flume_EventReceivedCount_total{component="r1"} 5
#pragma once

#include <string>

#include "flume/metrics.h"

namespace flume {

/// Flume's attributes by the names of Flume's own exporter; the ledger as flume_ledger_<name>_total.
/// Two groups that give the same line are added up.
[[nodiscard]] std::string prometheus_text(const MetricsSnapshot& snapshot);

}  // namespace flume
