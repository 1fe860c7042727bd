// So many events per second: who is early waits, what was not used is saved for one second. As the limiter that Flume
// uses, the wait is for what was taken before: the first batch goes at once. A value; one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "flume/clock.h"

namespace flume {

class RateLimiter {
 public:
  /// Precondition: per_second > 0.
  explicit RateLimiter(std::int64_t per_second) : per_second_(per_second) {}

  /// Takes `events` (below 2^32); how long to wait before they are used.
  Instant::duration acquire(std::int64_t events, Instant now) {
    const Instant earliest = now - std::chrono::seconds(1);
    if (next_free_ == Instant::min()) next_free_ = now;
    next_free_ = std::max(next_free_, earliest);
    const Instant free_at = next_free_;
    next_free_ += std::chrono::nanoseconds(std::chrono::seconds(1)) * events / per_second_;
    return std::max(Instant::duration::zero(), free_at - now);
  }

 private:
  std::int64_t per_second_;
  Instant next_free_ = Instant::min();
};

}  // namespace flume
