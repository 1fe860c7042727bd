#include "components/channels/file/file_taker.h"

#include <algorithm>
#include <utility>

#include "components/channels/file/file_channel.h"

namespace flume {
namespace {

constexpr std::uint64_t kReadBytes = std::uint64_t{1} << 20;

Ranges ids_of(const IdSlices& slices) {
  Ranges ids;
  for (const IdSlice& slice : slices) ids.add({slice.first, slice.end_id()});
  return ids;
}

}  // namespace

Result<TakeTransaction> FileTaker::take(const TakeLimit& limit, Deadline deadline, std::stop_token stop, const Ranges* exactly) {
  if (exactly == nullptr) return take_below(UINT64_MAX, limit, deadline, stop);
  FLUME_TRY(channel_.check_usable());
  return take_exactly(*exactly);
}

Result<TakeTransaction> FileTaker::take_below(EventId end, const TakeLimit& limit, Deadline deadline, const std::stop_token& stop) {
  FLUME_TRY(channel_.check_usable());
  const std::uint32_t most = std::min(limit.events, channel_.transaction_capacity_);
  if (most == 0) return TakeTransaction();
  EventBatch events;
  Ranges ids;
  Wakeups wakeups;
  {
    Lock lock(channel_.mutex_);
    for (;;) {
      if (Status loaded = channel_.load(lock, most); !loaded.ok()) {
        channel_.wake_taker(wakeups);  // it tries by itself, or is told
        lock.unlock();
        wakeups.call();
        channel_.counters_.event_take_error.increment();
        return loaded;
      }
      if (channel_.has_loaded() && channel_.queue_.first_id() < end) break;
      if (!wait_for_events(lock, deadline, stop)) {
        channel_.counters_.event_take_attempt.increment();
        return TakeTransaction();
      }
    }
    if (!channel_.by_id_.empty()) end = std::min(end, channel_.by_id_.lowest());
    channel_.queue_.pop_front(most, limit.bytes, events, ids, end);
    channel_.queue_bytes_ -= events.bytes();
    channel_.queue_events_ -= events.size();
    channel_.open_takes_.add(name_, ids);
    channel_.wake_taker(wakeups);
  }
  wakeups.call();
  channel_.counters_.event_take_attempt.add(events.size());
  return TakeTransaction(*this, std::move(events), std::move(ids));
}

bool FileTaker::wait_for_events(Lock& lock, Deadline deadline, const std::stop_token& stop) {
  if (deadline == Deadline::immediate()) return false;
  lock.unlock();
  const std::stop_callback wake(stop, [parker = parker_] { parker->unpark(); });
  lock.lock();
  while (!channel_.has_loaded() && (channel_.is_loading_ || !channel_.has_events())) {
    if (stop.stop_requested()) return false;
    channel_.waiting_takers_.push_back(parker_);
    lock.unlock();
    const bool is_late = !channel_.services_.clock.park(*parker_, deadline);
    lock.lock();
    auto& waiting = channel_.waiting_takers_;
    const auto own = std::find(waiting.begin(), waiting.end(), parker_);
    if (own != waiting.end()) waiting.erase(own, own + 1);
    if (is_late && !channel_.has_loaded()) return false;
  }
  return true;
}

Result<TakeTransaction> FileTaker::take_exactly(const Ranges& ids) {
  if (ids.empty()) return TakeTransaction();
  const auto not_there = [&] {
    return retryable("some of the events " + to_string(ids) + " are not there: settled, taken, or held by another owner", Cause::NotFound);
  };
  {
    const Lock lock(channel_.mutex_);
    if (!channel_.open_takes_.open_among(ids).empty() || !channel_.withdrawing_.intersection(ids).empty()) return not_there();
    channel_.withdraw(ids);
    channel_.open_takes_.add(name_, ids);
  }
  // From here on nobody else removes or holds them.
  const storage::SegmentLog& log = *channel_.log_;
  if (!log.gone_among(ids).empty() || !log.held_by_others(*name_, ids).empty()) {
    put_back(ids, {});
    return not_there();
  }
  auto events = read_exactly(ids);
  if (!events) {
    put_back(ids, {});
    return std::move(events).status();
  }
  channel_.counters_.event_take_attempt.add(events->size());
  return TakeTransaction(*this, *std::move(events), ids);
}

Result<EventBatch> FileTaker::read_exactly(const Ranges& ids) {
  BatchBuilder builder(*channel_.pool_);
  SliceQueue all;
  EventId read_to = 0;  // a record has many events: what others of it are wanted comes with the first
  for (const IdRange& range : ids) {
    if (range.hi <= read_to) continue;
    auto position = channel_.log_->find(std::max(range.lo, read_to));
    if (!position) return std::move(position).status();
    while (position->id < range.hi) {
      auto read = channel_.log_->read(*position, kReadBytes, range.hi, builder);
      if (!read) return std::move(read).status();
      if (read->damage) return corrupt("stored data is damaged: " + to_string(*read->damage));
      if (read->events.empty()) return retryable("the events " + to_string(ids) + " are not found in the log", Cause::NotFound);
      for (storage::StoredEvents& stored : read->events) {
        SliceQueue record;
        read_to = stored.first + stored.events.size();
        record.push_back(stored.events, stored.first);
        all.insert(record.extract(ids));
      }
    }
  }
  EventBatch events;
  for (IdSlice& slice : all.extract(ids)) events.append(std::move(slice.slice));
  return events;
}

Status FileTaker::commit_take(TakeTransaction& transaction, std::span<const BookmarkDelta> deltas, Durability durability,
                              const Ranges* part) {
  const Ranges& ids = transaction.ids();
  if (part != nullptr && !ids.contains(*part)) {
    return rejected("commit of events " + to_string(*part) + ", but only " + to_string(ids) + " are in this take");
  }
  {
    const Lock lock(channel_.mutex_);
    if (!channel_.open_takes_.is_first(name_, ids)) {
      return retryable("an earlier take of " + *name_ + " is still open: commit it or give it back first");
    }
  }
  const Ranges& delivered = part == nullptr ? ids : *part;
  std::uint64_t removed = 0;
  FLUME_TRY(channel_.log_->take(delivered, deltas, durability, &removed));
  const std::uint64_t count = delivered.count();
  Wakeups wakeups;
  {
    const Lock lock(channel_.mutex_);
    channel_.room_.release({removed, 0});
    // Of a take by id: who loads just now may have read them before they were delivered.
    if (channel_.is_loading_) channel_.withdrawn_.add(delivered);
    if (count == ids.count()) {
      channel_.open_takes_.remove(ids);
      channel_.offer(wakeups);
    }
  }
  wakeups.call();
  if (count != ids.count()) {
    SliceQueue all;
    all.insert(with_ids(transaction.events(), ids));
    Ranges back = ids;
    back.remove(delivered);
    put_back(ids, all.extract(back));
  }
  channel_.counters_.event_take_success.add(static_cast<std::int64_t>(count));
  return {};
}

void FileTaker::put_back(const Ranges& taken, IdSlices slices) {
  const storage::SegmentLog& log = *channel_.log_;
  Ranges free = ids_of(slices);
  // Of a take by id that failed the events are not at hand: they are found by their ids again.
  Ranges by_id = taken;
  by_id.remove(free);
  if (!by_id.empty()) by_id.remove(log.gone_among(by_id));
  if (log.has_holds()) {
    free.remove(log.held_among(free));
    by_id.remove(log.held_among(by_id));
  }
  SliceQueue all;
  all.insert(std::move(slices));
  Wakeups wakeups;
  {
    const Lock lock(channel_.mutex_);
    if (channel_.open_takes_.open_among(taken).empty()) return;  // the channel was opened anew meanwhile: they are there already
    channel_.open_takes_.remove(taken);
    // Those of a take by id may lie where loading has not come yet.
    if (channel_.is_cold_ && !free.empty()) {
      const Ranges ahead = free.intersection(IdRange{channel_.cold_.id, UINT64_MAX});
      free.remove(ahead);
      by_id.add(ahead);
    }
    if (!free.empty()) channel_.push(all.extract(free));
    channel_.make_takeable(std::move(by_id));
    channel_.offer(wakeups);
  }
  wakeups.call();
}

Status FileTaker::hold_take(TakeTransaction& transaction, std::string_view owner) {
  storage::SegmentLog& log = *channel_.log_;
  const Ranges others = log.held_by_others(owner, transaction.ids());
  if (!others.empty()) return held_by_another(others);
  Hold hold{owner, log.held(owner)};
  hold.ids.add(transaction.ids());
  FLUME_TRY(log.note({}, Durability::Written, &hold));
  const Lock lock(channel_.mutex_);
  channel_.open_takes_.remove(transaction.ids());
  if (channel_.is_loading_) channel_.withdrawn_.add(transaction.ids());
  return {};
}

void FileTaker::give_back(TakeTransaction& transaction) noexcept {
  put_back(transaction.ids(), with_ids(transaction.events(), transaction.ids()));
}

}  // namespace flume
