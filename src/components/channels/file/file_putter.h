// The file channel's put side. Owner and thread: one source's event loop; the channel outlives it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "channel/puts_in_flight.h"
#include "channel/room_waiter.h"
#include "flume/channel.h"

namespace flume {

class FileChannel;

class FilePutter final : public Putter {
 public:
  FilePutter(FileChannel& channel, std::string_view source);
  ~FilePutter() override;

  Status put(EventBatch& batch, std::span<const BookmarkDelta> deltas, Deadline deadline, std::stop_token stop) override;
  Status put_async(EventBatch& batch, std::span<const BookmarkDelta> deltas, Completion done) override;
  void on_space(std::function<void()> callback) override;

 private:
  Status check(const EventBatch& batch) const;
  Status full(std::uint64_t events) const;

  FileChannel& channel_;
  const std::string source_;
  RoomWaiter<std::mutex> waiter_;
  const std::shared_ptr<PutsInFlight> in_flight_;  // completions may come when the putter is gone
};

}  // namespace flume
