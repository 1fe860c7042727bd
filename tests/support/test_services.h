// What the agent lends to a component, with simulated time and disk and a log that can be asked:
//   TestServices services;  NullSink sink(options, services.of("sinks.k1", "k1"));
// Owned by the test; outlives every component that it serves.
#pragma once

#include <string>
#include <string_view>

#include "flume/metrics.h"
#include "flume/services.h"
#include "support/captured_log.h"
#include "support/sim_clock.h"
#include "support/sim_files.h"
#include "support/sim_network.h"

namespace flume {

class TestServices {
 public:
  /// `component` is the name in the log, `name` the component's own. Values may be changed in the copy.
  [[nodiscard]] Services of(std::string_view component, std::string_view name) { return of(component, name, files); }
  /// With files that the test puts before the disk.
  [[nodiscard]] Services of(std::string_view component, std::string_view name, Files& its_files);

  SimClock clock;
  SimFiles files{&clock};
  CapturedLog log;
  MetricsRegistry metrics;
  SimNetwork network{clock};
};

}  // namespace flume
