#include "components/channels/memory/memory_channel.h"

#include <algorithm>
#include <mutex>
#include <random>
#include <utility>

#include "components/channels/memory/memory_putter.h"
#include "components/channels/memory/memory_taker.h"
#include "flume/component.h"

namespace flume {
namespace {

constexpr auto kMemoryOptions =
    options(option<&MemoryOptions::capacity>("capacity", "Most events stored.",
                                             {.minimum = 1, .role = OptionRole::Capacity, .if_bad = kDefaultIfBad}),
            option<&MemoryOptions::transaction_capacity>("transactionCapacity", "Most events in one put or take; at most capacity.",
                                                         {.minimum = 1, .role = OptionRole::TransactionCapacity, .if_bad = kDefaultIfBad}),
            option<&MemoryOptions::keep_alive>("keep-alive", "How long a put waits for room.", {.if_bad = kDefaultIfBad}),
            option<&MemoryOptions::byte_capacity_buffer_percentage>(
                "byteCapacityBufferPercentage", "Share of byteCapacity that is left for headers.",
                {.minimum = INT32_MIN, .maximum = INT32_MAX, .if_bad = kDefaultIfBad, .unit = "%"}),
            option<&MemoryOptions::byte_capacity>(
                "byteCapacity", "Most bytes of event bodies, counted in slots of 100; under one slot means no limit.",
                {.default_text = "80% of -Xmx, or of a quarter of the machine's memory", .if_bad = kDefaultIfBad}));

std::uint64_t positive_or_default(std::int64_t events) noexcept {
  return static_cast<std::uint64_t>(events > 0 ? events : MemoryOptions::kDefaultEvents);
}

ChannelIdentity new_identity() {
  std::random_device random;
  ChannelIdentity identity;
  for (std::uint8_t& byte : identity.uuid) byte = static_cast<std::uint8_t>(random());
  identity.epochs.push_back(std::uint64_t{random()} << 32 | random());
  return identity;
}

}  // namespace

std::uint64_t MemoryOptions::effective_capacity() const noexcept { return positive_or_default(capacity); }

std::uint32_t MemoryOptions::effective_transaction_capacity() const noexcept {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(positive_or_default(transaction_capacity), UINT32_MAX));
}

std::uint64_t MemoryOptions::body_slots(std::uint64_t default_bytes) const noexcept {
  const double bytes = byte_capacity ? static_cast<double>(byte_capacity->count) : static_cast<double>(default_bytes);
  return flume::body_slots(bytes, byte_capacity_buffer_percentage, kBodySlotBytes);
}

std::uint64_t body_slots(double bytes, std::int64_t buffer_percentage, std::uint64_t slot_bytes) noexcept {
  const double slots = bytes * (1 - static_cast<double>(buffer_percentage) * 0.01) / static_cast<double>(slot_bytes);
  return slots < 1 || slots >= static_cast<double>(UINT64_MAX) ? UINT64_MAX : static_cast<std::uint64_t>(slots);
}

OptionProblems check(const MemoryOptions& options) {
  OptionProblems problems;
  if (options.effective_transaction_capacity() > options.effective_capacity()) {
    problems.push_back({{},
                        "transactionCapacity is " + std::to_string(options.effective_transaction_capacity()) + ", but capacity only " +
                            std::to_string(options.effective_capacity()) +
                            ": a full transaction could never be stored. Raise capacity or lower transactionCapacity"});
  }
  const std::int64_t percentage = options.byte_capacity_buffer_percentage;
  if (percentage > 100) {
    problems.push_back({{"byteCapacityBufferPercentage"},
                        std::to_string(percentage) + ": leaves nothing of byteCapacity; as in Flume bodies have no limit",
                        true});
  } else if (percentage < 0) {
    problems.push_back({{"byteCapacityBufferPercentage"},
                        std::to_string(percentage) + ": less than 0; as in Flume bodies may have more than byteCapacity",
                        true});
  }
  return problems;
}

MemoryChannel::MemoryChannel(const MemoryOptions& options, const Services& services)
    : MemoryChannel(MemoryLimits{{options.effective_capacity(), options.body_slots(services.byte_budget)},
                                 kBodySlotBytes,
                                 options.effective_transaction_capacity(),
                                 options.keep_alive},
                    services) {
  if (options.capacity <= 0) services.log.warn("capacity is not positive: the default is used", {{"capacity", room_.total().events}});
  if (options.transaction_capacity <= 0) {
    services.log.warn("transactionCapacity is not positive: the default is used", {{"transactionCapacity", transaction_capacity_}});
  }
}

MemoryChannel::MemoryChannel(const MemoryLimits& limits, const Services& services)
    : clock_(services.clock),
      saved_events_(services),
      is_saved_on_stop_(services.saves_on_stop && saved_events_.has_folder()),
      keep_alive_(std::clamp<std::chrono::seconds>(limits.keep_alive, std::chrono::seconds(0), std::chrono::hours(24 * 365))),
      transaction_capacity_(limits.transaction_capacity),
      slot_bytes_(limits.slot_bytes),
      identity_(new_identity()),
      room_(limits.most.events, limits.most.slots),
      counters_(
          services.name, [this] { return static_cast<std::int64_t>(size()); },
          [this] { return static_cast<std::int64_t>(room_.total().events); }),
      membership_(services.metrics.join(counters_)) {}

Status MemoryChannel::start_at(EventId next, const Ranges& saved_ids) {
  {
    const std::lock_guard lock(mutex_);
    next_id_ = std::max(next_id_, next);
  }
  FLUME_TRY(take_saved(saved_ids));
  counters_.start(clock_.wall());
  return {};
}

Status MemoryChannel::take_saved(const Ranges& saved_ids) {
  auto blocks = saved_events_.take();
  if (!blocks) return std::move(blocks).status();
  Wakeups wakeups;
  {
    const std::lock_guard lock(mutex_);
    is_saved_ = false;
    Ranges ids = saved_ids;
    for (EventBatch& block : *blocks) {
      const Need need = need_of(block);
      room_.reserve(need);
      if (ids.count() < need.events) {
        queue_.push_back(block, next_id_);
        next_id_ += need.events;
        continue;
      }
      queue_.insert(with_ids(block, ids));
      if (need.events != ids.count()) {
        ids.remove({0, ids.at(need.events)});
      } else {
        ids.clear();
      }
    }
    offer(wakeups);
  }
  saved_events_.taken();
  wakeups.call();
  return {};
}

Result<std::uint64_t> MemoryChannel::save(Deadline deadline) {
  if (!is_saved_on_stop_) return std::uint64_t{0};
  std::vector<Slice> events;
  {
    const std::lock_guard lock(mutex_);
    is_saved_ = true;
    queue_.insert_all(held_);
    events = queue_.take_all();
    Need freed;
    for (const Slice& slice : events) {
      freed.events += slice.size();
      freed.slots += slots_of(slice);
    }
    room_.release(freed);
  }
  return saved_events_.save(events, deadline);
}

void MemoryChannel::stop(Deadline) { counters_.stop(clock_.wall()); }

std::uint64_t MemoryChannel::size() const {
  const std::lock_guard lock(mutex_);
  return room_.used_events();
}

Result<std::unique_ptr<Putter>> MemoryChannel::putter(std::string_view) { return std::make_unique<MemoryPutter>(*this); }

Result<std::unique_ptr<Taker>> MemoryChannel::taker(std::string_view sink_or_group) { return memory_taker(sink_or_group); }

std::unique_ptr<MemoryTaker> MemoryChannel::memory_taker(std::string_view name) {
  const std::lock_guard lock(mutex_);
  return std::make_unique<MemoryTaker>(*this, *taker_names_.emplace(name).first);
}

EventId MemoryChannel::reserve_ids(std::uint64_t events) {
  const std::lock_guard lock(mutex_);
  return std::exchange(next_id_, next_id_ + events);
}

MemoryChannel::Sight MemoryChannel::look() const {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return {std::nullopt, next_id_};
  return {queue_.first_id(), next_id_};
}

std::uint64_t MemoryChannel::slots_of(const Slice& slice) const noexcept {
  if (slot_bytes_ == kBodySlotBytes) return slice.slots();
  std::uint64_t slots = 0;
  for (std::uint32_t i = 0; i < slice.size(); ++i) {
    const SlabRecord& record = slice.record(i);
    slots += std::max<std::uint64_t>(1, (record.end - record.body + slot_bytes_ - 1) / slot_bytes_);
  }
  return slots;
}

Need MemoryChannel::need_of(const EventBatch& events) const noexcept {
  Need need{events.size(), 0};
  for (const Slice& slice : events.slices()) need.slots += slots_of(slice);
  return need;
}

bool MemoryChannel::has_room(const Need& need) const {
  const std::lock_guard lock(mutex_);
  return room_.fits(need);
}

Need MemoryChannel::free_room() const {
  const std::lock_guard lock(mutex_);
  return room_.unused();
}

Ranges MemoryChannel::waiting_ids() const {
  const std::lock_guard lock(mutex_);
  Ranges ids = queue_.ids();
  ids.add(held_.ids());
  return ids;
}

Ranges MemoryChannel::open_among(const Ranges& ids) const {
  const std::lock_guard lock(mutex_);
  return open_takes_.open_among(ids);
}

Ranges MemoryChannel::held_by_others(std::string_view owner, const Ranges& ids) const {
  const std::lock_guard lock(mutex_);
  return holds_.held_by_others(owner, ids);
}

Status MemoryChannel::check(std::span<const BookmarkDelta> deltas) const {
  const std::lock_guard lock(mutex_);
  return bookmarks_.check(deltas);
}

Result<Bookmark> MemoryChannel::bookmark(std::string_view owner) const {
  const std::lock_guard lock(mutex_);
  return bookmarks_.get(owner);
}

std::vector<std::string> MemoryChannel::owners() const {
  const std::lock_guard lock(mutex_);
  return bookmarks_.owners();
}

Ranges MemoryChannel::held(std::string_view owner) const {
  const std::lock_guard lock(mutex_);
  return holds_.held(owner);
}

Status MemoryChannel::note(std::span<const BookmarkDelta> deltas, Durability, const Hold* hold) {
  Wakeups wakeups;
  {
    const std::lock_guard lock(mutex_);
    FLUME_TRY(bookmarks_.check(deltas));
    if (hold != nullptr) {
      if (const Ranges others = holds_.held_by_others(hold->owner, hold->ids); !others.empty()) return held_by_another(others);
      // Ids that are neither waiting here nor in an open take are gone: there is nothing to hold.
      IdSlices waiting = held_.extract(holds_.held(hold->owner));
      queue_.insert(std::move(waiting));
      waiting = queue_.extract(hold->ids);
      Ranges ids = open_takes_.open_among(hold->ids);
      for (const IdSlice& slice : waiting) ids.add({slice.first, slice.end_id()});
      held_.insert(std::move(waiting));
      holds_.replace(hold->owner, std::move(ids));
    }
    bookmarks_.apply(deltas);
    offer(wakeups);
  }
  wakeups.call();
  return {};
}

Status MemoryChannel::settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) {
  Wakeups wakeups;
  IdSlices settled;  // let go outside the lock
  {
    const std::lock_guard lock(mutex_);
    FLUME_TRY(bookmarks_.check(deltas));
    if (const Ranges open = open_takes_.open_among(ids); !open.empty()) {
      return retryable("events " + to_string(open) + " are in an open take: commit it or give it back before they are settled");
    }
    settled = queue_.extract(ids);
    for (IdSlice& slice : held_.extract(ids)) settled.push_back(std::move(slice));
    Need freed;
    for (const IdSlice& slice : settled) {
      freed.events += slice.slice.size();
      freed.slots += slots_of(slice.slice);
    }
    remove_for_good(ids, freed);
    bookmarks_.apply(deltas);
    offer(wakeups);
  }
  wakeups.call();
  return {};
}

void MemoryChannel::remove_for_good(const Ranges& ids, const Need& freed) {
  room_.release(freed);
  if (!holds_.empty()) holds_.release(ids);
}

void MemoryChannel::put_back(IdSlices slices) {
  if (holds_.empty()) {
    queue_.insert(std::move(slices));
    return;
  }
  Ranges ids;
  for (const IdSlice& slice : slices) ids.add({slice.first, slice.end_id()});
  queue_.insert(std::move(slices));
  held_.insert(queue_.extract(holds_.held_among(ids)));
}

void MemoryChannel::offer(Wakeups& wakeups) {
  if (!queue_.empty() && !waiting_takers_.empty()) {
    wakeups.add(std::move(waiting_takers_.front()));
    waiting_takers_.erase(waiting_takers_.begin(), waiting_takers_.begin() + 1);
  }
  if (room_.is_awaited()) room_.offer(queue_.empty() && open_takes_.empty(), wakeups);
}

namespace components {
extern const ComponentInfo channel_memory;
constinit const ComponentInfo channel_memory =
    describe<MemoryChannel, kMemoryOptions, static_cast<OptionProblems (*)(const MemoryOptions&)>(check)>(
        "memory", "Keeps events in memory: fast; a crash loses them, a normal stop saves them for the next start.",
        {"org.apache.flume.channel.MemoryChannel"}, {.takes_saved_events = true});
}  // namespace components

}  // namespace flume
