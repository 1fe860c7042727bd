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
  const double slots = bytes * (1 - static_cast<double>(byte_capacity_buffer_percentage) * 0.01) / kBodySlotBytes;
  return slots < 1 ? UINT64_MAX : static_cast<std::uint64_t>(slots);
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
    : clock_(services.clock),
      saved_events_(services),
      is_saved_on_stop_(services.saves_on_stop && saved_events_.has_folder()),
      keep_alive_(std::clamp<std::chrono::seconds>(options.keep_alive, std::chrono::seconds(0), std::chrono::hours(24 * 365))),
      transaction_capacity_(options.effective_transaction_capacity()),
      identity_(new_identity()),
      room_(options.effective_capacity(), options.body_slots(services.byte_budget)),
      counters_(
          services.name, [this] { return static_cast<std::int64_t>(size()); },
          [this] { return static_cast<std::int64_t>(room_.total().events); }),
      membership_(services.metrics.join(counters_)) {
  if (options.capacity <= 0) services.log.warn("capacity is not positive: the default is used", {{"capacity", room_.total().events}});
  if (options.transaction_capacity <= 0) {
    services.log.warn("transactionCapacity is not positive: the default is used", {{"transactionCapacity", transaction_capacity_}});
  }
}

Status MemoryChannel::start() {
  FLUME_TRY(take_saved());
  counters_.start(clock_.wall());
  return {};
}

Status MemoryChannel::take_saved() {
  auto blocks = saved_events_.take();
  if (!blocks) return std::move(blocks).status();
  Wakeups wakeups;
  {
    const std::lock_guard lock(mutex_);
    is_saved_ = false;
    for (EventBatch& block : *blocks) {
      const std::uint64_t events = block.size();
      room_.reserve({events, block.slots()});
      queue_.push_back(block, next_id_);
      next_id_ += events;
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
      freed.slots += slice.slots();
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

Result<std::unique_ptr<Taker>> MemoryChannel::taker(std::string_view sink_or_group) {
  const std::lock_guard lock(mutex_);
  return std::make_unique<MemoryTaker>(*this, *taker_names_.emplace(sink_or_group).first);
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
      freed.slots += slice.slice.slots();
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
