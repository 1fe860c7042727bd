// The memory channel's put side. Owner and thread: one source's event loop; the channel outlives it.
#pragma once

#include <memory>
#include <mutex>

#include "channel/room_waiter.h"
#include "event/spin_park_mutex.h"
#include "flume/channel.h"

namespace flume {

class MemoryChannel;

class MemoryPutter final : public Putter {
 public:
  explicit MemoryPutter(MemoryChannel& channel);

  Status put(EventBatch& batch, std::span<const BookmarkDelta> deltas, Deadline deadline, std::stop_token stop) override;
  /// Stored when this returns ok: the completion is called before that, by this thread.
  Status put_async(EventBatch& batch, std::span<const BookmarkDelta> deltas, Completion done) override;
  void on_space(std::function<void()> callback) override;

 private:
  using Lock = std::unique_lock<SpinParkMutex>;

  /// What can never be stored is refused before anybody waits.
  Status check(const EventBatch& batch, const Need& need) const;
  /// With the lock and room for it.
  Status store(EventBatch& batch, const Need& need, std::span<const BookmarkDelta> deltas, Wakeups& wakeups);
  static Status full(const Need& need);

  MemoryChannel& channel_;
  RoomWaiter<SpinParkMutex> waiter_;
};

}  // namespace flume
