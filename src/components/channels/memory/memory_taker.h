// The memory channel's take side. Owner and thread: one sink runner; the channel outlives it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "channel/room.h"
#include "event/spin_park_mutex.h"
#include "flume/channel.h"

namespace flume {

class MemoryChannel;

class MemoryTaker final : public Taker, private TakeTransaction::Home {
 public:
  /// `name` lives as long as the channel and is the same object for the same name.
  MemoryTaker(MemoryChannel& channel, const std::string& name) : channel_(channel), name_(&name) {}

  Result<TakeTransaction> take(const TakeLimit& limit, Deadline deadline, std::stop_token stop, const Ranges* exactly = nullptr) override;
  /// Without waiting, events with ids below `end`; nothing when there is none.
  TakeTransaction take_below(EventId end, const TakeLimit& limit);

 private:
  using Lock = std::unique_lock<SpinParkMutex>;

  Status commit_take(TakeTransaction& transaction, std::span<const BookmarkDelta> deltas, Durability durability,
                     const Ranges* part) override;
  Status hold_take(TakeTransaction& transaction, std::string_view owner) override;
  void give_back(TakeTransaction& transaction) noexcept override;

  /// With the lock, and events to be taken.
  void pop(const TakeLimit& limit, EventId end, EventBatch& events, Ranges& ids);
  Result<TakeTransaction> take_exactly(const Ranges& ids);
  /// False when there is still nothing to take at the deadline or stop.
  bool wait_for_events(Lock& lock, Deadline deadline, const std::stop_token& stop);
  void forget_parker();

  MemoryChannel& channel_;
  const std::string* name_;
  const std::shared_ptr<Parker> parker_ = std::make_shared<Parker>();  // a waker may still hold it when we have gone on
};

}  // namespace flume
