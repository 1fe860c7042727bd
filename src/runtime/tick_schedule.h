// When a sink's tick() is called: at the time that its last answer named, and soon after events, which may have changed that
// answer. The sink runner follows it, and so does the bench of the sinks' conformance tests. One thread.
#pragma once

#include <algorithm>
#include <chrono>

#include "flume/clock.h"

namespace flume::runtime {

class TickSchedule {
 public:
  /// A sink that asks for its next tick at once gets it this much later: its loop shall not spin.
  static constexpr std::chrono::milliseconds kShortest{1};
  /// Between ticks for events: one may look at thousands of open files.
  static constexpr std::chrono::milliseconds kBetweenEvents{100};

  [[nodiscard]] Instant next() const noexcept { return next_; }
  [[nodiscard]] bool is_due(Instant now) const noexcept { return now >= next_; }
  /// The sink was called at `now` and wants to be called again at `next`.
  void answered(Instant now, Instant next) noexcept {
    next_ = std::max(next, now + kShortest);
    if (has_had_events_) after_events_ = now + kBetweenEvents;
    has_had_events_ = false;
  }
  void had_events(Instant now) noexcept {
    has_had_events_ = true;
    next_ = std::min(next_, std::max(now, after_events_));
  }

 private:
  Instant next_ = Instant::min();
  Instant after_events_ = Instant::min();  // no tick for events before this
  bool has_had_events_ = false;
};

}  // namespace flume::runtime
