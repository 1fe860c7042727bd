// The time seam: wall time, steady time and waiting, all injected, so that tests decide how time
// passes. One Clock serves the whole agent; every method may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace flume {

/// Milliseconds since 1970-01-01T00:00Z, as in Flume's `timestamp` header. May step back.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
/// Steady time: for waits, intervals and deadlines. Never steps back.
using Instant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// When a call must be back. A value; `never()` waits without bound.
class Deadline {
 public:
  constexpr explicit Deadline(Instant when) noexcept : when_(when) {}
  static constexpr Deadline never() noexcept { return Deadline(Instant::max()); }
  /// For calls that must not wait at all.
  static constexpr Deadline immediate() noexcept { return Deadline(Instant::min()); }
  [[nodiscard]] constexpr Instant when() const noexcept { return when_; }
  [[nodiscard]] constexpr bool is_never() const noexcept { return when_ == Instant::max(); }
  friend constexpr auto operator<=>(Deadline, Deadline) noexcept = default;

 private:
  Instant when_;
};

/// One thread's place to wait. unpark() leaves a token; a park that finds or gets one returns at
/// once and consumes it, so a wake-up between "look" and "park" is never lost.
class Parker {
 public:
  /// Any thread.
  void unpark();

 private:
  friend class SystemClock;
  friend class SimClock;
  std::mutex mutex_;
  std::condition_variable condition_;
  bool token_ = false;
};

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime wall() const = 0;
  [[nodiscard]] virtual Instant steady() const = 0;
  /// Waits for a token of `parker` (true) or for the deadline (false). One thread per parker.
  virtual bool park(Parker& parker, Deadline deadline) = 0;

  [[nodiscard]] Deadline in(Instant::duration wait) const {
    const Instant now = steady();
    return wait > Instant::max() - now ? Deadline::never() : Deadline(now + wait);
  }
  [[nodiscard]] bool passed(Deadline deadline) const { return !deadline.is_never() && steady() >= deadline.when(); }
  /// Sleeps until the deadline (true), or until `stop` is requested (false).
  bool sleep_until(Deadline deadline, const std::stop_token& stop);
  bool sleep_for(Instant::duration wait, const std::stop_token& stop) { return sleep_until(in(wait), stop); }
};

/// The machine's clocks. Stateless; lives as long as the program.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] Instant steady() const override;
  bool park(Parker& parker, Deadline deadline) override;
};

}  // namespace flume
