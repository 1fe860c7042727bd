// Time in the hands of a test: stands still until advance(), or jumps from deadline to deadline.
// Owned by the test, outlives all that waits on it. Any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "flume/clock.h"

namespace flume {

class SimClock final : public Clock {
 public:
  static constexpr WallTime kDefaultStart{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

  explicit SimClock(WallTime wall = kDefaultStart);

  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] Instant steady() const override;
  bool park(Parker& parker, Deadline deadline) override;

  /// Moves both clocks on and wakes every parked thread whose deadline is reached.
  void advance(Instant::duration by);
  /// Moves the wall clock alone, back too: what an administrator or NTP does. Wakes nobody.
  void step_wall(std::chrono::milliseconds by);
  /// While on, a park without a token moves time straight to its deadline instead of waiting.
  void set_auto_advance(bool on) { auto_advance_ = on; }

  /// Blocks in real time until `threads` threads are parked with nothing to wake them yet: the
  /// moment at which advance() has a settled meaning for a test with threads.
  void await_parked(std::size_t threads) const;
  /// The earliest deadline anyone is parked for; never() if there is none.
  [[nodiscard]] Deadline next_deadline() const;

 private:
  struct Parked {
    Parker* parker;
    Deadline deadline;
    const bool* is_awake;  // guarded by the parker's mutex: it has waited enough, and is about to go on
  };
  void move_to(Instant now);
  [[nodiscard]] bool is_waiting(const Parked& parked) const;

  std::atomic<Instant> steady_;
  std::atomic<WallTime::duration> wall_ahead_;  // wall time minus steady time
  std::atomic<bool> auto_advance_ = false;

  mutable std::mutex mutex_;  // taken before a parker's mutex, never after
  mutable std::condition_variable parked_changed_;
  std::vector<Parked> parked_;  // guarded by mutex_
};

}  // namespace flume
