// Numbers of the runtime that Flume fixes in its code, and ours beside them; tests shorten them.
#pragma once

#include <chrono>

namespace flume::runtime {

struct Settings {
  std::chrono::milliseconds start_retry{3000};        ///< between tries to start a component (Flume's LifecycleSupervisor)
  std::chrono::milliseconds sink_backoff_step{1000};  ///< n times BACKOFF in a row pause n times this (Flume's SinkRunner)
  std::chrono::milliseconds sink_backoff_maximum{5000};
  /// An idle sink counts an empty take at Flume's pace: after so long (its channels' keep-alive) and a back-off; max: never.
  std::chrono::milliseconds sink_empty_take{3000};
  std::chrono::milliseconds sink_error_pause{5000};  ///< after an error
  std::chrono::milliseconds group_patience{5000};    ///< a sink group waits so long for the first try to start of each of its sinks
  std::chrono::milliseconds stop_deadline{30000};    ///< for draining and closing after SIGTERM
  std::chrono::milliseconds save_time{10000};        ///< after that, for saving what is left in channels that a stop would empty
  std::chrono::milliseconds stop_report{1000};       ///< after so long a stop tells what it waits for
  std::chrono::milliseconds stop_grace{5000};        ///< beyond it, for a component that does not come back from a call
  std::chrono::microseconds linger{150};             ///< nap of a sink that is called for a few events again and again; 0: none
};

}  // namespace flume::runtime
