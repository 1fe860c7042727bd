#include "support/sim_clock.h"

#include <algorithm>
#include <utility>

namespace flume {
namespace {

// Not zero: code that subtracts from "now" must not come out below the clock's own beginning.
constexpr Instant kSteadyStart{std::chrono::hours(1)};

WallTime::duration in_wall_units(Instant instant) { return std::chrono::floor<WallTime::duration>(instant.time_since_epoch()); }

}  // namespace

SimClock::SimClock(WallTime wall) : steady_(kSteadyStart), wall_ahead_(wall.time_since_epoch() - in_wall_units(kSteadyStart)) {}

WallTime SimClock::wall() const { return WallTime(in_wall_units(steady()) + wall_ahead_.load()); }

Instant SimClock::steady() const { return steady_.load(); }

bool SimClock::park(Parker& parker, Deadline deadline) {
  const auto take_token = [&parker] {
    const bool had = parker.token_;
    parker.token_ = false;
    return had;
  };
  {
    const std::lock_guard lock(parker.mutex_);
    if (take_token()) return true;
  }
  if (passed(deadline)) return false;
  if (auto_advance_ && !deadline.is_never()) {
    move_to(deadline.when());
    const std::lock_guard lock(parker.mutex_);
    return take_token();
  }
  bool is_awake = false;
  {
    const std::lock_guard lock(mutex_);
    parked_.push_back({&parker, deadline, &is_awake});
  }
  parked_changed_.notify_all();
  bool woken = false;
  {
    std::unique_lock lock(parker.mutex_);
    parker.condition_.wait(lock, [&] { return parker.token_ || passed(deadline); });
    woken = take_token();
    is_awake = true;
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(parked_, [&parker](const Parked& parked) { return parked.parker == &parker; });
  return woken;
}

void SimClock::advance(Instant::duration by) { move_to(steady() + by); }

void SimClock::move_to(Instant now) {
  const std::lock_guard lock(mutex_);
  steady_.store(std::max(now, steady()));
  for (const Parked& parked : parked_) {
    // The parker's mutex, so that a thread between its look at the clock and its wait is not missed.
    {
      const std::lock_guard parker_lock(parked.parker->mutex_);
    }
    parked.parker->condition_.notify_all();
  }
}

void SimClock::step_wall(std::chrono::milliseconds by) {
  const std::lock_guard lock(mutex_);
  wall_ahead_.store(wall_ahead_.load() + by);
}

bool SimClock::is_waiting(const Parked& parked) const {
  const std::lock_guard lock(parked.parker->mutex_);
  return !*parked.is_awake && !parked.parker->token_ && !passed(parked.deadline);
}

void SimClock::await_parked(std::size_t threads) const {
  std::unique_lock lock(mutex_);
  parked_changed_.wait(lock, [&] {
    return std::cmp_greater_equal(std::ranges::count_if(parked_, [this](const Parked& parked) { return is_waiting(parked); }), threads);
  });
}

Deadline SimClock::next_deadline() const {
  const std::lock_guard lock(mutex_);
  Deadline next = Deadline::never();
  for (const Parked& parked : parked_) {
    if (is_waiting(parked)) next = std::min(next, parked.deadline);
  }
  return next;
}

}  // namespace flume
