// The spillable memory channel's put side. Owner and thread: one source's event loop; the channel outlives it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "channel/puts_in_flight.h"
#include "channel/room.h"
#include "flume/channel.h"
#include "storage/segment_log.h"

namespace flume {

class SpillableMemoryChannel;

class SpillablePutter final : public Putter {
 public:
  SpillablePutter(SpillableMemoryChannel& channel, std::unique_ptr<Putter> memory);
  ~SpillablePutter() override;

  /// Without time to wait, a batch for which memory has no room goes to the overflow at once.
  Status put(EventBatch& batch, std::span<const BookmarkDelta> deltas, Deadline deadline, std::stop_token stop) override;
  /// Cause::Full while memory has no room, until overflowTimeout has gone by since the first one; on_space() tells when.
  Status put_async(EventBatch& batch, std::span<const BookmarkDelta> deltas, Completion done) override;
  void on_space(std::function<void()> callback) override;

 private:
  using Lock = std::unique_lock<std::mutex>;

  Status check(const EventBatch& batch, const Need& need) const;
  Status full(std::uint64_t events) const;
  // With the lock, which they let go:
  Status put_in_memory(Lock& lock, EventBatch& batch, std::span<const BookmarkDelta> deltas);
  Status put_in_overflow(Lock& lock, EventBatch& batch, std::span<const BookmarkDelta> deltas);
  /// Lets the lock go on an error only.
  Status queue_for_overflow(Lock& lock, EventBatch& batch, std::span<const BookmarkDelta> deltas, storage::SegmentLog::Stream stream,
                            Completion done);

  SpillableMemoryChannel& channel_;
  const std::unique_ptr<Putter> memory_;
  const std::shared_ptr<PutsInFlight> in_flight_ = std::make_shared<PutsInFlight>();
  const std::shared_ptr<Parker> parker_ = std::make_shared<Parker>();  // a waker may still hold it when we have gone on
  Need refused_{1, 1};
  std::optional<Instant> refused_since_;
};

}  // namespace flume
