#include "components/channels/memory/memory_taker.h"

#include <algorithm>
#include <utility>

#include "components/channels/memory/memory_channel.h"

namespace flume {

Result<TakeTransaction> MemoryTaker::take(const TakeLimit& limit, Deadline deadline, std::stop_token stop, const Ranges* exactly) {
  if (exactly != nullptr) return take_exactly(*exactly);
  if (limit.events == 0) return TakeTransaction();
  EventBatch events;
  Ranges ids;
  Wakeups wakeups;
  {
    Lock lock(channel_.mutex_);
    if (channel_.queue_.empty() && !wait_for_events(lock, deadline, stop)) {
      channel_.counters_.event_take_attempt.increment();
      return TakeTransaction();
    }
    pop(limit, UINT64_MAX, events, ids);
    if (!channel_.waiting_takers_.empty()) channel_.offer(wakeups);
  }
  wakeups.call();
  channel_.counters_.event_take_attempt.add(events.size());
  return TakeTransaction(*this, std::move(events), std::move(ids));
}

void MemoryTaker::pop(const TakeLimit& limit, EventId end, EventBatch& events, Ranges& ids) {
  channel_.queue_.pop_front(std::min(limit.events, channel_.transaction_capacity_), limit.bytes, events, ids, end);
  channel_.open_takes_.add(name_, ids);
}

TakeTransaction MemoryTaker::take_below(EventId end, const TakeLimit& limit) {
  EventBatch events;
  Ranges ids;
  {
    const Lock lock(channel_.mutex_);
    if (channel_.queue_.empty() || channel_.queue_.first_id() >= end) return {};
    pop(limit, end, events, ids);
  }
  return {*this, std::move(events), std::move(ids)};
}

Result<TakeTransaction> MemoryTaker::take_exactly(const Ranges& ids) {
  if (ids.empty()) return TakeTransaction();
  EventBatch events;
  {
    const Lock lock(channel_.mutex_);
    const Ranges held = channel_.holds_.held(*name_).intersection(ids);
    Ranges free = ids;
    free.remove(held);
    if (!channel_.queue_.contains(free) || !channel_.held_.contains(held)) {
      return retryable("some of the events " + to_string(ids) + " are not there: settled, taken, or held by another owner",
                       Cause::NotFound);
    }
    SliceQueue both;
    both.insert(channel_.queue_.extract(free));
    both.insert(channel_.held_.extract(held));
    for (IdSlice& slice : both.extract(ids)) events.append(std::move(slice.slice));
    channel_.open_takes_.add(name_, ids);
  }
  channel_.counters_.event_take_attempt.add(events.size());
  return TakeTransaction(*this, std::move(events), ids);
}

bool MemoryTaker::wait_for_events(Lock& lock, Deadline deadline, const std::stop_token& stop) {
  if (deadline == Deadline::immediate()) return false;
  lock.unlock();
  const std::stop_callback wake(stop, [parker = parker_] { parker->unpark(); });
  lock.lock();
  for (bool is_late = false; channel_.queue_.empty();) {
    // Whoever was woken for events and leaves without any leaves nothing behind: the queue is empty.
    if (is_late || stop.stop_requested()) return false;
    channel_.waiting_takers_.push_back(parker_);
    lock.unlock();
    is_late = !channel_.clock_.park(*parker_, deadline);
    lock.lock();
    forget_parker();
  }
  return true;
}

void MemoryTaker::forget_parker() {
  auto& waiting = channel_.waiting_takers_;
  const auto own = std::find(waiting.begin(), waiting.end(), parker_);
  if (own != waiting.end()) waiting.erase(own, own + 1);
}

Status MemoryTaker::commit_take(TakeTransaction& transaction, std::span<const BookmarkDelta> deltas, Durability, const Ranges* part) {
  const Ranges& ids = transaction.ids();
  if (part != nullptr && !ids.contains(*part)) {
    return rejected("commit of events " + to_string(*part) + ", but only " + to_string(ids) + " are in this take");
  }
  const bool is_whole = part == nullptr || *part == ids;
  IdSlices rest;
  Need freed = channel_.need_of(transaction.events());
  if (!is_whole) {
    SliceQueue all;
    all.insert(with_ids(transaction.events(), ids));
    Ranges back = ids;
    back.remove(*part);
    rest = all.extract(back);
    for (const IdSlice& slice : rest) {
      freed.events -= slice.slice.size();
      freed.slots -= channel_.slots_of(slice.slice);
    }
  }
  Wakeups wakeups;
  {
    const Lock lock(channel_.mutex_);
    if (!channel_.open_takes_.is_first(name_, ids)) {
      return retryable("an earlier take of " + *name_ + " is still open: commit it or give it back first");
    }
    if (!deltas.empty()) {
      FLUME_TRY(channel_.bookmarks_.check(deltas));
      channel_.bookmarks_.apply(deltas);
    }
    channel_.open_takes_.remove(ids);
    channel_.remove_for_good(part == nullptr ? ids : *part, freed);
    if (!rest.empty()) channel_.put_back(std::move(rest));
    channel_.offer(wakeups);
  }
  wakeups.call();
  channel_.counters_.event_take_success.add(static_cast<std::int64_t>(freed.events));
  return {};
}

Status MemoryTaker::hold_take(TakeTransaction& transaction, std::string_view owner) {
  IdSlices slices = with_ids(transaction.events(), transaction.ids());
  Wakeups wakeups;
  {
    const Lock lock(channel_.mutex_);
    const Ranges others = channel_.holds_.held_by_others(owner, transaction.ids());
    if (!others.empty()) return held_by_another(others);
    channel_.holds_.add(owner, transaction.ids());
    channel_.open_takes_.remove(transaction.ids());
    channel_.held_.insert(std::move(slices));
    channel_.offer(wakeups);
  }
  wakeups.call();
  return {};
}

void MemoryTaker::give_back(TakeTransaction& transaction) noexcept {
  IdSlices slices = with_ids(transaction.events(), transaction.ids());
  Wakeups wakeups;
  {
    const Lock lock(channel_.mutex_);
    channel_.open_takes_.remove(transaction.ids());
    channel_.put_back(std::move(slices));
    channel_.offer(wakeups);
  }
  wakeups.call();
}

}  // namespace flume
