// The file channel's take side. Owner and thread: one sink runner; the channel outlives it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "channel/slice_queue.h"
#include "flume/channel.h"

namespace flume {

class FileChannel;

class FileTaker final : public Taker, private TakeTransaction::Home {
 public:
  /// `name` lives as long as the channel and is the same object for the same name.
  FileTaker(FileChannel& channel, const std::string& name) : channel_(channel), name_(&name) {}

  Result<TakeTransaction> take(const TakeLimit& limit, Deadline deadline, std::stop_token stop, const Ranges* exactly = nullptr) override;
  /// Events with ids below `end`.
  Result<TakeTransaction> take_below(EventId end, const TakeLimit& limit, Deadline deadline, const std::stop_token& stop);

 private:
  using Lock = std::unique_lock<std::mutex>;

  Status commit_take(TakeTransaction& transaction, std::span<const BookmarkDelta> deltas, Durability durability,
                     const Ranges* part) override;
  Status hold_take(TakeTransaction& transaction, std::string_view owner) override;
  void give_back(TakeTransaction& transaction) noexcept override;

  Result<TakeTransaction> take_exactly(const Ranges& ids);
  Result<EventBatch> read_exactly(const Ranges& ids);
  /// With the lock; lets it go meanwhile. False when there is still nothing to take at the deadline or stop.
  bool wait_for_events(Lock& lock, Deadline deadline, const std::stop_token& stop);
  /// The events go back to where anybody may take them, but those that are held.
  void put_back(const Ranges& taken, IdSlices slices);

  FileChannel& channel_;
  const std::string* name_;
  const std::shared_ptr<Parker> parker_ = std::make_shared<Parker>();  // a waker may still hold it when we have gone on
};

}  // namespace flume
