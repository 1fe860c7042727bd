#include "components/channels/spillable_memory/spillable_putter.h"

#include <algorithm>
#include <semaphore>
#include <string>
#include <utility>

#include "components/channels/spillable_memory/spillable_memory_channel.h"
#include "storage/log_state.h"

namespace flume {
namespace {

/// What became of a put that somebody waits for. Shared: who is woken may be gone before the waker has let go.
struct Reply {
  std::binary_semaphore is_known{0};
  Status stored;
  EventBatch unsent;
};

Status not_in_overflow(const Status& why) {
  return retryable("memory is full, and the overflow cannot store events: " + why.message(), why.cause());
}

}  // namespace

SpillablePutter::SpillablePutter(SpillableMemoryChannel& channel, std::unique_ptr<Putter> memory)
    : channel_(channel), memory_(std::move(memory)) {}

SpillablePutter::~SpillablePutter() {
  in_flight_->forget_callback();
  const Lock lock(channel_.mutex_);
  channel_.waiting_putters_.forget(this);
  channel_.due_.erase(this);
}

Status SpillablePutter::check(const EventBatch& batch, const Need& need) const {
  const Need& most = channel_.memory_.most();
  const auto too_large = [](const std::string& what, const std::string& remedy) {
    return Status(ErrorKind::Rejected, "batch of " + what + " at once; lower the batch size or raise " + remedy, Cause::TooLarge);
  };
  if (batch.size() > channel_.transaction_capacity_) {
    return too_large(std::to_string(batch.size()) + " events: the spillable memory channel takes at most " +
                         std::to_string(channel_.transaction_capacity_),
                     "transactionCapacity");
  }
  if (channel_.may_spill_) return {};
  if (need.events > most.events) {
    return too_large(std::to_string(need.events) + " events: without an overflow at most " + std::to_string(most.events) + " are stored",
                     "memoryCapacity or overflowCapacity");
  }
  if (need.slots > most.slots) {
    return too_large(std::to_string(need.slots) + " body slots (avgEventSize): without an overflow at most " + std::to_string(most.slots) +
                         " are stored",
                     "byteCapacity or overflowCapacity");
  }
  return {};
}

Status SpillablePutter::full(std::uint64_t events) const {
  return retryable("the spillable memory channel has no room for " + std::to_string(events) +
                       " events: the sinks do not keep up, or memoryCapacity, byteCapacity or overflowCapacity is too small",
                   Cause::Full);
}

Status SpillablePutter::put(EventBatch& batch, std::span<const BookmarkDelta> deltas, Deadline deadline, std::stop_token stop) {
  const Need need = channel_.memory_.need_of(batch);
  channel_.counters_.event_put_attempt.add(batch.size());
  FLUME_TRY(check(batch, need));
  const Deadline until = std::min(deadline, channel_.services_.clock.in(channel_.patience_));
  bool has_waited = deadline == Deadline::immediate();
  const std::stop_callback wake(stop, [parker = parker_] { parker->unpark(); });
  Lock lock(channel_.mutex_);
  for (;;) {
    // Behind what is on its way to the overflow, nothing goes to memory: bookmarks would be applied in another order.
    const bool is_behind = !in_flight_->empty();
    const auto side =
        is_behind && channel_.overflow_has_room(need.events) ? SpillableMemoryChannel::Side::Overflow : channel_.side_for(need, has_waited);
    if (side == SpillableMemoryChannel::Side::Overflow) return put_in_overflow(lock, batch, deltas);
    if (side && !is_behind) return put_in_memory(lock, batch, deltas);
    const bool is_stopped = stop.stop_requested();
    if (is_stopped || has_waited) {
      // Room that this putter was woken for is another's.
      Wakeups wakeups;
      channel_.offer(wakeups);
      lock.unlock();
      refused_ = {std::max<std::uint64_t>(1, need.events), std::max<std::uint64_t>(1, need.slots)};
      wakeups.call();
      if (is_stopped) return retryable("stopped while waiting for room in the channel", Cause::Stopped);
      return full(need.events);
    }
    channel_.waiting_putters_.await(this, need, parker_);
    lock.unlock();
    has_waited = !channel_.services_.clock.park(*parker_, until);
    lock.lock();
    channel_.waiting_putters_.forget_parker(this);
  }
}

Status SpillablePutter::put_in_memory(Lock& lock, EventBatch& batch, std::span<const BookmarkDelta> deltas) {
  const std::uint32_t events = batch.size();
  Status stored = memory_->put(batch, deltas, Deadline::immediate(), {});
  lock.unlock();
  if (!stored.ok()) return stored;
  refused_since_.reset();
  channel_.counters_.event_put_success.add(events);
  channel_.events_came();
  return {};
}

Status SpillablePutter::queue_for_overflow(Lock& lock, EventBatch& batch, std::span<const BookmarkDelta> deltas,
                                           storage::SegmentLog::Stream stream, Completion done) {
  SpillableMemoryChannel& channel = channel_;
  FLUME_TRY(channel.memory_.check(deltas));
  const std::uint32_t events = batch.size();
  const EventId first = channel.memory_.reserve_ids(events);
  const IdRange ids{first, first + events};
  channel.pending_.add(ids);
  auto finished = [&channel, ids, change = storage::encode_change(storage::RecordType::Note, deltas), done = std::move(done)](
                      Status stored, EventBatch unsent) {
    if (stored.ok()) {
      std::string_view rest;
      const auto decoded = storage::LogChange::decode(storage::RecordType::Note, change, rest);
      if (!decoded->deltas.empty()) {
        // Checked when the put began; what came meanwhile may have brought the owner to its limit.
        const Status noted = channel.memory_.note(decoded->deltas, Durability::Written);
        if (!noted.ok()) channel.services_.log.error("a bookmark was not stored with its events", {{"reason", noted}});
      }
      channel.counters_.event_put_success.add(static_cast<std::int64_t>(ids.size()));
      channel.overflow_works();
    } else {
      channel.overflow_failed(stored);
      stored = not_in_overflow(stored);
    }
    Wakeups wakeups;
    {
      const Lock pending(channel.mutex_);
      channel.pending_.remove(ids);
      channel.offer(wakeups);
    }
    wakeups.call();
    channel.events_came();
    done(std::move(stored), std::move(unsent));
  };
  Status queued = channel.overflow_.put_at(first, batch, std::move(stream), std::move(finished));
  if (queued.ok()) return {};
  channel.pending_.remove(ids);
  lock.unlock();
  channel.overflow_failed(queued);
  return not_in_overflow(queued);
}

Status SpillablePutter::put_in_overflow(Lock& lock, EventBatch& batch, std::span<const BookmarkDelta> deltas) {
  const Need need = channel_.memory_.need_of(batch);
  const auto reply = std::make_shared<Reply>();
  FLUME_TRY(queue_for_overflow(lock, batch, deltas, nullptr, [reply](Status stored, EventBatch unsent) {
    reply->stored = std::move(stored);
    reply->unsent = std::move(unsent);
    reply->is_known.release();
  }));
  lock.unlock();
  reply->is_known.acquire();
  if (reply->stored.ok()) {
    refused_since_.reset();
    return {};
  }
  batch = std::move(reply->unsent);
  lock.lock();
  if (channel_.memory_has_room(need)) return put_in_memory(lock, batch, deltas);
  return std::move(reply->stored);
}

Status SpillablePutter::put_async(EventBatch& batch, std::span<const BookmarkDelta> deltas, Completion done) {
  const std::uint32_t events = batch.size();
  const std::uint64_t bytes = batch.bytes();
  const Need need = channel_.memory_.need_of(batch);
  channel_.counters_.event_put_attempt.add(events);
  FLUME_TRY(check(batch, need));
  FLUME_TRY(in_flight_->check([&] { return full(events); }));
  const Instant now = channel_.services_.clock.steady();
  Lock lock(channel_.mutex_);
  const bool is_behind = !in_flight_->empty();
  const bool has_waited = refused_since_ && now - *refused_since_ >= channel_.patience_;
  const auto side =
      is_behind && channel_.overflow_has_room(events) ? SpillableMemoryChannel::Side::Overflow : channel_.side_for(need, has_waited);
  if (side == SpillableMemoryChannel::Side::Overflow) {
    in_flight_->begin(bytes);
    Status queued = queue_for_overflow(lock, batch, deltas, in_flight_->stream(),
                                       [in_flight = in_flight_, bytes, done = std::move(done)](Status stored, EventBatch unsent) {
                                         const std::function<void()> callback = in_flight->end(bytes, stored);
                                         if (done) done(std::move(stored), std::move(unsent));
                                         if (callback) callback();
                                       });
    if (queued.ok()) {
      refused_since_.reset();
    } else {
      in_flight_->cancel(bytes);
    }
    return queued;
  }
  if (side && !is_behind) {
    FLUME_TRY(put_in_memory(lock, batch, deltas));
    if (done) done({}, {});
    return {};
  }
  refused_ = {std::max<std::uint64_t>(1, need.events), std::max<std::uint64_t>(1, need.slots)};
  if (!refused_since_) refused_since_ = now;
  return full(events);
}

void SpillablePutter::on_space(std::function<void()> callback) {
  if (in_flight_->on_space(callback)) return;
  {
    const Lock lock(channel_.mutex_);
    const Instant now = channel_.services_.clock.steady();
    const bool has_waited = refused_since_ && now - *refused_since_ >= channel_.patience_;
    if (!channel_.has_room(refused_) && !(has_waited && channel_.overflow_has_room(refused_.events))) {
      channel_.waiting_putters_.await(this, refused_, std::move(callback));
      if (channel_.may_spill_ && !has_waited && !channel_.spills_at_once(refused_)) {
        channel_.due_[this] = refused_since_.value_or(now) + channel_.patience_;
        channel_.timer_parker_.unpark();
      }
      return;
    }
  }
  callback();
}

}  // namespace flume
