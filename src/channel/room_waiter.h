// A putter that waits until its channel has room. Owner and thread: one putter; the channel outlives it.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>

#include "channel/room.h"
#include "flume/clock.h"
#include "flume/result.h"

namespace flume {

/// `Mutex` guards the room; `offer` hands on, with the lock, room that this putter was woken for and does not use.
template <typename Mutex>
class RoomWaiter {
 public:
  using Lock = std::unique_lock<Mutex>;
  using Offer = std::function<void(Wakeups&)>;

  RoomWaiter(Room& room, Mutex& mutex, Clock& clock, Instant::duration keep_alive, Offer offer)
      : room_(room), mutex_(mutex), clock_(clock), keep_alive_(keep_alive), offer_(std::move(offer)) {}
  RoomWaiter(const RoomWaiter&) = delete;
  RoomWaiter& operator=(const RoomWaiter&) = delete;
  ~RoomWaiter() {
    const Lock lock(mutex_);
    room_.forget(this);
  }

  /// ok with the lock and room for `need`; without the lock Cause::Stopped, or the error that `full` makes.
  template <typename Full>
  Status wait(Lock& lock, const Need& need, Deadline deadline, const std::stop_token& stop, Full&& full) {
    if (room_.fits(need)) return {};
    refused_ = {std::max<std::uint64_t>(1, need.events), std::max<std::uint64_t>(1, need.slots)};
    if (deadline == Deadline::immediate()) return full();
    lock.unlock();
    const std::stop_callback wake(stop, [parker = parker_] { parker->unpark(); });
    const Deadline until = std::min(deadline, clock_.in(keep_alive_));
    lock.lock();
    for (bool is_late = false; !room_.fits(need);) {
      const bool is_stopped = stop.stop_requested();
      if (is_stopped || is_late) {
        Wakeups wakeups;
        offer_(wakeups);
        lock.unlock();
        wakeups.call();
        if (is_stopped) return retryable("stopped while waiting for room in the channel", Cause::Stopped);
        return full();
      }
      room_.await(this, need, parker_);
      lock.unlock();
      is_late = !clock_.park(*parker_, until);
      lock.lock();
      room_.forget_parker(this);
    }
    return {};
  }

  /// Calls back once there is as much room as the last wait lacked; at once if there is now.
  void on_space(std::function<void()> callback) {
    {
      const Lock lock(mutex_);
      if (!room_.fits(refused_)) {
        room_.await(this, refused_, std::move(callback));
        return;
      }
    }
    callback();
  }

 private:
  Room& room_;
  Mutex& mutex_;
  Clock& clock_;
  const Instant::duration keep_alive_;
  const Offer offer_;
  const std::shared_ptr<Parker> parker_ = std::make_shared<Parker>();  // a waker may still hold it when we have gone on
  Need refused_{1, 1};
};

}  // namespace flume
