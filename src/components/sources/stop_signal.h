// The stop of a source as its own thread sees it: that it is wanted, and by when all must be done.
// Owned by the source. request() comes from the thread that stops it, all else from any thread.
#pragma once

#include <atomic>
#include <stop_token>

#include "flume/clock.h"

namespace flume {

class StopSignal {
 public:
  void request(Deadline deadline) {
    deadline_.store(deadline, std::memory_order_release);
    source_.request_stop();
  }
  [[nodiscard]] bool is_requested() const noexcept { return source_.stop_requested(); }
  [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }
  /// never() until the stop is requested.
  [[nodiscard]] Deadline deadline() const noexcept { return deadline_.load(std::memory_order_acquire); }

 private:
  std::stop_source source_;
  std::atomic<Deadline> deadline_{Deadline::never()};
};

}  // namespace flume
