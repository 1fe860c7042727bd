// How much a memory channel still takes, in events and body slots, and who waits for room. Room is reserved when a batch
// is put and released when its events are committed out. Waiting producers are called when what they need fits and a quarter
// of the channel is free (or nothing is left to be taken): a producer that wakes for each single event would run at the
// pace of the scheduler. Owned and locked by the channel; only Wakeups::call() runs outside the lock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "flume/clock.h"
#include "flume/small_vector.h"

namespace flume {

struct Need {
  std::uint64_t events = 0;
  std::uint64_t slots = 0;
};

/// Whom to wake once the lock is released.
class Wakeups {
 public:
  void add(std::shared_ptr<Parker> parker) { parkers_.push_back(std::move(parker)); }
  void add(std::function<void()> callback) { callbacks_.push_back(std::move(callback)); }
  void call() {
    for (const auto& parker : parkers_) parker->unpark();
    for (const auto& callback : callbacks_) callback();
  }

 private:
  SmallVector<std::shared_ptr<Parker>, 2> parkers_;
  SmallVector<std::function<void()>, 1> callbacks_;
};

/// Who waits for room, in order of arrival. `putter` tells whose entry it is.
class WaitingPutters {
 public:
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  void await(const void* putter, const Need& need, std::shared_ptr<Parker> parker) {
    waiting_.push_back({putter, need, std::move(parker), nullptr});
  }
  void await(const void* putter, const Need& need, std::function<void()> callback) {
    waiting_.push_back({putter, need, nullptr, std::move(callback)});
  }
  /// Forgets the putter's parker, or all its entries.
  void forget_parker(const void* putter) {
    std::erase_if(waiting_, [putter](const Waiting& waiting) { return waiting.putter == putter && waiting.parker != nullptr; });
  }
  void forget(const void* putter) {
    std::erase_if(waiting_, [putter](const Waiting& waiting) { return waiting.putter == putter; });
  }
  /// Moves to `wakeups` those for whom there is room. `fits`: of what one of them needs, with what those before it will use.
  template <typename Fits>
  void wake(Fits&& fits, Wakeups& wakeups) {
    Need offered;
    std::erase_if(waiting_, [&](Waiting& waiting) {
      if (!fits(Need{offered.events + waiting.need.events, offered.slots + waiting.need.slots})) return false;
      offered.events += waiting.need.events;
      offered.slots += waiting.need.slots;
      if (waiting.parker) {
        wakeups.add(std::move(waiting.parker));
      } else {
        wakeups.add(std::move(waiting.callback));
      }
      return true;
    });
  }

 private:
  struct Waiting {
    const void* putter;
    Need need;
    std::shared_ptr<Parker> parker;  // null: call back
    std::function<void()> callback;
  };
  std::vector<Waiting> waiting_;
};

class Room {
 public:
  Room(std::uint64_t events, std::uint64_t slots) : total_{events, slots} {}

  [[nodiscard]] const Need& total() const noexcept { return total_; }
  [[nodiscard]] std::uint64_t used_events() const noexcept { return used_.events; }
  [[nodiscard]] bool fits(const Need& need) const noexcept {
    const Need free = unused();
    return need.events <= free.events && need.slots <= free.slots;
  }
  [[nodiscard]] Need unused() const noexcept {
    return {total_.events > used_.events ? total_.events - used_.events : 0, total_.slots > used_.slots ? total_.slots - used_.slots : 0};
  }
  /// Also more than fits: what is there already, when a channel is opened with less capacity than it had.
  void reserve(const Need& need) noexcept {
    used_.events += need.events;
    used_.slots += need.slots;
  }
  void release(const Need& need) noexcept {
    used_.events -= need.events < used_.events ? need.events : used_.events;
    used_.slots -= need.slots < used_.slots ? need.slots : used_.slots;
  }

  [[nodiscard]] bool is_awaited() const noexcept { return !waiting_.empty(); }
  void await(const void* putter, const Need& need, std::shared_ptr<Parker> parker) { waiting_.await(putter, need, std::move(parker)); }
  void await(const void* putter, const Need& need, std::function<void()> callback) { waiting_.await(putter, need, std::move(callback)); }
  void forget_parker(const void* putter) { waiting_.forget_parker(putter); }
  void forget(const void* putter) { waiting_.forget(putter); }
  /// Moves to `wakeups` who can go on now, in order of arrival. `is_drained`: nothing is there to be taken, so waiting for
  /// a quarter would be waiting for ever.
  void offer(bool is_drained, Wakeups& wakeups);

 private:
  const Need total_;
  Need used_;
  WaitingPutters waiting_;
};

}  // namespace flume
