#include "components/channels/memory/memory_putter.h"

#include <string>
#include <utility>

#include "components/channels/memory/memory_channel.h"

namespace flume {
namespace {

Status too_large(const std::string& what, std::uint64_t count, const std::string& key, std::uint64_t limit) {
  return {ErrorKind::Rejected,
          "batch of " + std::to_string(count) + " " + what + ": the memory channel takes at most " + std::to_string(limit) +
              " at once; lower the batch size or raise " + key,
          Cause::TooLarge};
}

}  // namespace

MemoryPutter::MemoryPutter(MemoryChannel& channel)
    : channel_(channel), waiter_(channel.room_, channel.mutex_, channel.clock_, channel.keep_alive_, [&channel](Wakeups& wakeups) {
        channel.offer(wakeups);
      }) {}

Status MemoryPutter::check(const EventBatch& batch, const Need& need) const {
  if (batch.size() > channel_.transaction_capacity_) {
    return too_large("events", batch.size(), "transactionCapacity", channel_.transaction_capacity_);
  }
  if (need.slots > channel_.room_.total().slots) {
    return too_large("body slots (100 bytes)", need.slots, "byteCapacity", channel_.room_.total().slots);
  }
  return {};
}

Status MemoryPutter::full(const Need& need) {
  return retryable("the memory channel has no room for " + std::to_string(need.events) +
                       " events: the sinks do not keep up, or capacity or byteCapacity is too small",
                   Cause::Full);
}

Status MemoryPutter::store(EventBatch& batch, const Need& need, std::span<const BookmarkDelta> deltas, Wakeups& wakeups) {
  if (channel_.is_saved_) return retryable("the memory channel is stopped, and its events are saved", Cause::Stopped);
  if (!deltas.empty()) {
    FLUME_TRY(channel_.bookmarks_.check(deltas));
    channel_.bookmarks_.apply(deltas);
  }
  channel_.room_.reserve(need);
  channel_.queue_.push_back(batch, channel_.next_id_);
  channel_.next_id_ += need.events;
  channel_.offer(wakeups);
  return {};
}

Status MemoryPutter::put(EventBatch& batch, std::span<const BookmarkDelta> deltas, Deadline deadline, std::stop_token stop) {
  const Need need = channel_.need_of(batch);
  channel_.counters_.event_put_attempt.add(batch.size());
  FLUME_TRY(check(batch, need));
  Wakeups wakeups;
  {
    Lock lock(channel_.mutex_);
    FLUME_TRY(waiter_.wait(lock, need, deadline, stop, [&need] { return full(need); }));
    FLUME_TRY(store(batch, need, deltas, wakeups));
  }
  wakeups.call();
  channel_.counters_.event_put_success.add(batch.size());
  batch.clear();
  return {};
}

Status MemoryPutter::put_async(EventBatch& batch, std::span<const BookmarkDelta> deltas, Completion done) {
  FLUME_TRY(put(batch, deltas, Deadline::immediate(), {}));
  if (done) done({}, {});
  return {};
}

void MemoryPutter::on_space(std::function<void()> callback) { waiter_.on_space(std::move(callback)); }

}  // namespace flume
