#include "components/channels/memory/memory_putter.h"

#include <algorithm>
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

MemoryPutter::~MemoryPutter() {
  const Lock lock(channel_.mutex_);
  channel_.room_.forget(this);
}

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
  refused_ = {std::max<std::uint64_t>(1, need.events), std::max<std::uint64_t>(1, need.slots)};
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
  const Need need{batch.size(), batch.slots()};
  channel_.counters_.event_put_attempt.add(batch.size());
  FLUME_TRY(check(batch, need));
  Wakeups wakeups;
  {
    Lock lock(channel_.mutex_);
    if (!channel_.room_.fits(need)) FLUME_TRY(wait_for_room(lock, need, deadline, stop));
    FLUME_TRY(store(batch, need, deltas, wakeups));
  }
  wakeups.call();
  channel_.counters_.event_put_success.add(batch.size());
  batch.clear();
  return {};
}

Status MemoryPutter::wait_for_room(Lock& lock, const Need& need, Deadline deadline, const std::stop_token& stop) {
  if (deadline == Deadline::immediate()) return full(need);
  lock.unlock();
  const std::stop_callback wake(stop, [parker = parker_] { parker->unpark(); });
  const Deadline until = std::min(deadline, channel_.clock_.in(channel_.keep_alive_));
  lock.lock();
  for (bool is_late = false; !channel_.room_.fits(need);) {
    const bool is_stopped = stop.stop_requested();
    if (is_stopped || is_late) {
      // The room that we were called for, if we were, is for the next one.
      Wakeups wakeups;
      channel_.offer(wakeups);
      lock.unlock();
      wakeups.call();
      if (is_stopped) return retryable("stopped while waiting for room in the memory channel", Cause::Stopped);
      return full(need);
    }
    channel_.room_.await(this, need, parker_);
    lock.unlock();
    is_late = !channel_.clock_.park(*parker_, until);
    lock.lock();
    channel_.room_.forget_parker(this);
  }
  return {};
}

Status MemoryPutter::put_async(EventBatch& batch, std::span<const BookmarkDelta> deltas, Completion done) {
  FLUME_TRY(put(batch, deltas, Deadline::immediate(), {}));
  if (done) done({}, {});
  return {};
}

void MemoryPutter::on_space(std::function<void()> callback) {
  {
    const Lock lock(channel_.mutex_);
    if (!channel_.room_.fits(refused_)) {
      channel_.room_.await(this, refused_, std::move(callback));
      return;
    }
  }
  callback();
}

}  // namespace flume
