// SinkStop: what the sinks of one thread know of the agent's stop. Owned by who owns the thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <stop_token>

#include "flume/clock.h"

namespace flume::runtime {

struct SinkStop {
  std::stop_source source;                     ///< ends waits; draining begins. Any thread
  std::atomic<Instant> until{Instant::max()};  ///< until when the channels may be drained. Any thread
  bool is_draining = false;                    ///< the sinks' thread only; set between two rounds

  void request(Deadline deadline) {
    until.store(deadline.when(), std::memory_order_release);
    source.request_stop();
  }
  [[nodiscard]] bool is_requested() const { return source.stop_requested(); }
  [[nodiscard]] Instant drain_until() const { return until.load(std::memory_order_acquire); }
  [[nodiscard]] bool is_past(const Clock& clock) const { return is_draining && clock.steady() >= drain_until(); }
  /// By the sinks' thread. False when the stop ends it: when it is requested, or while draining when the time is over.
  bool sleep(Clock& clock, Instant end) const {
    if (!is_draining) return clock.sleep_until(Deadline(end), source.get_token());
    Parker parker;
    clock.park(parker, Deadline(std::min(end, drain_until())));
    return !is_past(clock);
  }
};

}  // namespace flume::runtime
