#include "components/channels/spillable_memory/spillable_taker.h"

#include <algorithm>
#include <utility>

#include "channel/slice_queue.h"
#include "components/channels/spillable_memory/spillable_memory_channel.h"

namespace flume {
namespace {

/// Out of `open` those that lie in `ids`, as one.
TakeTransaction join_those_in(std::vector<TakeTransaction>& open, const Ranges& ids) {
  const auto others =
      std::stable_partition(open.begin(), open.end(), [&](const TakeTransaction& each) { return !ids.contains(each.ids()); });
  std::vector<TakeTransaction> own(std::make_move_iterator(others), std::make_move_iterator(open.end()));
  open.erase(others, open.end());
  std::sort(own.begin(), own.end(), [](const TakeTransaction& a, const TakeTransaction& b) { return a.ids().lowest() < b.ids().lowest(); });
  TakeTransaction joined;
  for (TakeTransaction& each : own) joined.join(std::move(each));
  return joined;
}

}  // namespace

SpillableTaker::SpillableTaker(SpillableMemoryChannel& channel, const std::string& name)
    : channel_(channel), name_(&name), memory_(channel.memory_.memory_taker(name)), overflow_(channel.overflow_.file_taker(name)) {}

Result<TakeTransaction> SpillableTaker::take(const TakeLimit& limit, Deadline deadline, std::stop_token stop, const Ranges* exactly) {
  if (exactly != nullptr) return take_exactly(*exactly);
  if (limit.events == 0) return TakeTransaction();
  const std::stop_callback wake(stop, [parker = parker_] { parker->unpark(); });
  for (bool is_late = deadline == Deadline::immediate();;) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock(channel_.waiting_mutex_);
      seen = channel_.arrivals_;
    }
    TakeTransaction taken = take_now(limit);
    if (!taken.empty()) return taken;
    if (is_late || stop.stop_requested()) {
      channel_.counters_.event_take_attempt.increment();
      return TakeTransaction();
    }
    {
      const std::lock_guard lock(channel_.waiting_mutex_);
      if (channel_.arrivals_ != seen) continue;
      channel_.waiting_takers_.push_back(parker_);
    }
    Clock& clock = channel_.services_.clock;
    const Deadline until = std::min(deadline, Deadline(channel_.left_out_until().value_or(Instant::max())));
    is_late = !clock.park(*parker_, until) && until == deadline;
    const std::lock_guard lock(channel_.waiting_mutex_);
    std::erase(channel_.waiting_takers_, parker_);
  }
}

TakeTransaction SpillableTaker::take_now(const TakeLimit& limit) {
  TakeLimit left = limit;
  left.events = std::min(limit.events, channel_.transaction_capacity_);
  EventBatch events;
  Ranges ids;
  bool is_more = false;
  {
    const std::lock_guard taking(channel_.taking_);
    while (left.events != 0 && (events.empty() || left.bytes != 0)) {
      Part part = next_part(left);
      if (part.taken.empty()) break;
      const std::uint64_t bytes = part.taken.events().bytes();
      if (!events.empty() && bytes > left.bytes) break;  // one event that is too large for the rest: it goes back
      // Somebody gave back what is before those that we have: it goes back again, and is in the next take.
      if (!ids.empty() && part.taken.ids().lowest() < ids.end_id()) break;
      events.append(part.taken.events());
      ids.add(part.taken.ids());
      left.events -= part.taken.events().size();
      left.bytes -= std::min(left.bytes, bytes);
      (part.is_overflow ? from_overflow_ : from_memory_).push_back(std::move(part.taken));
    }
    if (events.empty()) return {};
    is_more = channel_.memory_.look().lowest || channel_.overflow_.lowest();
    const SpillableMemoryChannel::Lock lock(channel_.mutex_);
    channel_.open_takes_.add(name_, ids);
  }
  if (is_more) channel_.events_came();
  channel_.counters_.event_take_attempt.add(events.size());
  return {*this, std::move(events), std::move(ids)};
}

SpillableTaker::Part SpillableTaker::next_part(const TakeLimit& limit) {
  const bool has_overflow = channel_.has_overflow_ && !channel_.left_out_until();
  // Memory first, then what is on its way, then the overflow: an event that comes meanwhile has a higher id than all that is seen, or
  // is seen in one of the places behind.
  const MemoryChannel::Sight memory = channel_.memory_.look();
  EventId pending = UINT64_MAX;
  {
    const SpillableMemoryChannel::Lock lock(channel_.mutex_);
    if (!channel_.pending_.empty()) pending = channel_.pending_.lowest();
  }
  for (std::optional<EventId> seen; has_overflow;) {
    const std::optional<EventId> lowest = channel_.overflow_.lowest();
    if (!lowest || lowest == seen || (memory.lowest && *memory.lowest < *lowest)) break;
    auto part = overflow_->take_below(memory.lowest.value_or(memory.next), limit, Deadline::immediate(), {});
    if (!part) {
      channel_.leave_out_overflow(part.status());
      return {memory_->take_below(pending, limit), false};
    }
    if (!part->empty()) {
      channel_.overflow_works();
      return {*std::move(part), true};
    }
    seen = lowest;  // not there any more, or held: look again where the next one is
  }
  EventId end = pending;
  if (has_overflow) end = std::min(end, channel_.overflow_.lowest().value_or(UINT64_MAX));
  return {memory_->take_below(end, limit), false};
}

Result<TakeTransaction> SpillableTaker::take_exactly(const Ranges& ids) {
  if (ids.empty()) return TakeTransaction();
  const Ranges in_overflow = channel_.in_overflow(ids);
  Ranges in_memory = ids;
  in_memory.remove(in_overflow);
  Sides sides;
  SliceQueue all;
  if (!in_memory.empty()) {
    auto taken = memory_->take({}, Deadline::immediate(), {}, &in_memory);
    if (!taken) return taken;
    sides.memory = *std::move(taken);
    all.insert(with_ids(sides.memory.events(), in_memory));
  }
  if (!in_overflow.empty()) {
    auto taken = overflow_->take({}, Deadline::immediate(), {}, &in_overflow);
    if (!taken) return taken;
    sides.overflow = *std::move(taken);
    all.insert(with_ids(sides.overflow.events(), in_overflow));
  }
  EventBatch events;
  for (IdSlice& slice : all.extract(ids)) events.append(std::move(slice.slice));
  keep(std::move(sides));
  {
    const SpillableMemoryChannel::Lock lock(channel_.mutex_);
    channel_.open_takes_.add(name_, ids);
  }
  channel_.counters_.event_take_attempt.add(events.size());
  return TakeTransaction(*this, std::move(events), ids);
}

SpillableTaker::Sides SpillableTaker::sides_of(const Ranges& ids) {
  return {join_those_in(from_memory_, ids), join_those_in(from_overflow_, ids)};
}

void SpillableTaker::keep(Sides sides) {
  if (sides.memory.is_open()) from_memory_.push_back(std::move(sides.memory));
  if (sides.overflow.is_open()) from_overflow_.push_back(std::move(sides.overflow));
}

void SpillableTaker::closed(const Ranges& ids, bool has_returned) {
  Wakeups wakeups;
  {
    const SpillableMemoryChannel::Lock lock(channel_.mutex_);
    channel_.open_takes_.remove(name_, ids);
    channel_.offer(wakeups);
  }
  wakeups.call();
  if (has_returned) channel_.events_came();
}

Status SpillableTaker::commit_take(TakeTransaction& transaction, std::span<const BookmarkDelta> deltas, Durability durability,
                                   const Ranges* part) {
  const Ranges& ids = transaction.ids();
  if (part != nullptr && !ids.contains(*part)) {
    return rejected("commit of events " + to_string(*part) + ", but only " + to_string(ids) + " are in this take");
  }
  {
    const SpillableMemoryChannel::Lock lock(channel_.mutex_);
    if (!channel_.open_takes_.is_first(name_, ids)) {
      return retryable("an earlier take of " + *name_ + " is still open: commit it or give it back first");
    }
  }
  FLUME_TRY(channel_.memory_.check(deltas));
  const Ranges& delivered = part == nullptr ? ids : *part;
  Sides sides = sides_of(ids);
  // The overflow first: it may fail, and then nothing has happened.
  Status committed;
  if (const Ranges own = delivered.intersection(sides.overflow.ids()); !own.empty())
    committed = sides.overflow.commit({}, durability, &own);
  if (committed.ok()) {
    if (sides.memory.is_open()) {
      const Ranges own = delivered.intersection(sides.memory.ids());
      committed = sides.memory.commit(deltas, durability, &own);
    } else if (!deltas.empty()) {
      committed = channel_.memory_.note(deltas, durability);
    }
  }
  if (!committed.ok()) {
    keep(std::move(sides));
    return committed;
  }
  sides.overflow.give_back();  // if nothing of it was delivered
  closed(ids, delivered.count() != ids.count());
  channel_.counters_.event_take_success.add(static_cast<std::int64_t>(delivered.count()));
  return {};
}

Status SpillableTaker::hold_take(TakeTransaction& transaction, std::string_view owner) {
  const Ranges& ids = transaction.ids();
  Sides sides = sides_of(ids);
  Status held;
  {
    const std::lock_guard holding(channel_.holding_);
    const Ranges others = channel_.memory_.held_by_others(owner, ids);
    if (!others.empty()) held = held_by_another(others);
    if (held.ok()) held = sides.overflow.hold(owner);
    if (held.ok()) held = sides.memory.hold(owner);
  }
  if (!held.ok()) {
    keep(std::move(sides));
    return held;
  }
  closed(ids, false);
  return {};
}

void SpillableTaker::give_back(TakeTransaction& transaction) noexcept {
  {
    Sides sides = sides_of(transaction.ids());
    sides.overflow.give_back();
    sides.memory.give_back();
  }
  closed(transaction.ids(), true);
}

}  // namespace flume
