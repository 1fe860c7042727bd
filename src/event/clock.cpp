#include "flume/clock.h"

namespace flume {

void Parker::unpark() {
  {
    const std::lock_guard lock(mutex_);
    token_ = true;
  }
  condition_.notify_one();
}

bool Clock::sleep_until(Deadline deadline, const std::stop_token& stop) {
  Parker parker;
  const std::stop_callback wake(stop, [&parker] { parker.unpark(); });
  while (!stop.stop_requested()) {
    if (!park(parker, deadline)) return true;
  }
  return false;
}

WallTime SystemClock::wall() const { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

Instant SystemClock::steady() const { return std::chrono::steady_clock::now(); }

bool SystemClock::park(Parker& parker, Deadline deadline) {
  std::unique_lock lock(parker.mutex_);
  const auto has_token = [&parker] { return parker.token_; };
  if (deadline.is_never()) {
    parker.condition_.wait(lock, has_token);
  } else if (!parker.condition_.wait_until(lock, deadline.when(), has_token)) {
    return false;
  }
  parker.token_ = false;
  return true;
}

}  // namespace flume
