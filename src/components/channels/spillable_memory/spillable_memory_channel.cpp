#include "components/channels/spillable_memory/spillable_memory_channel.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "components/channels/spillable_memory/spillable_putter.h"
#include "components/channels/spillable_memory/spillable_taker.h"
#include "storage/log_recovery.h"

namespace flume {
namespace {

constexpr std::string_view kSavedIds = "spillable:saved";
constexpr std::size_t kMostSavedRanges = 4096;
constexpr std::chrono::seconds kReadAgain{5};  // as after an error of a sink

constexpr auto kSpillableMemoryOptions =
    options(option<&SpillableMemoryOptions::memory_capacity>(
                "memoryCapacity", "Most events in memory; 0: all go to the overflow.",
                {.minimum = 0, .maximum = INT32_MAX, .role = OptionRole::Capacity, .if_bad = kDefaultIfBad}),
            option<&SpillableMemoryOptions::overflow_capacity>(
                "overflowCapacity", "Most events in the overflow, on disk; 0: there is no overflow.",
                {.minimum = 0, .maximum = INT32_MAX, .role = OptionRole::FolderCapacity, .if_bad = kDefaultIfBad}),
            option<&SpillableMemoryOptions::overflow_timeout>("overflowTimeout",
                                                              "How long a put waits for room in memory before it goes to the overflow.",
                                                              {.minimum = 0, .maximum = INT32_MAX, .if_bad = kDefaultIfBad}),
            option<&SpillableMemoryOptions::overflow_deactivation_threshold>(
                "overflowDeactivationThreshold", "Free share of memory from which on puts go there again.",
                {.minimum = 0, .maximum = 100, .if_bad = kDefaultIfBad, .unit = "%"}),
            option<&SpillableMemoryOptions::byte_capacity_buffer_percentage>(
                "byteCapacityBufferPercentage", "Share of byteCapacity that is left for headers.",
                {.minimum = INT32_MIN, .maximum = INT32_MAX, .if_bad = kDefaultIfBad, .unit = "%"}),
            option<&SpillableMemoryOptions::byte_capacity>(
                "byteCapacity", "Most bytes of event bodies in memory, counted in slots of avgEventSize; under one slot means no limit.",
                {.default_text = "80% of -Xmx, or of a quarter of the machine's memory", .if_bad = kDefaultIfBad}),
            option<&SpillableMemoryOptions::avg_event_size>("avgEventSize", "Size of a slot: a body takes a whole number of them.",
                                                            {.minimum = 1, .if_bad = kDefaultIfBad}),
            option<&SpillableMemoryOptions::capacity>("capacity", "Of Flume's file channel.",
                                                      {.no_effect = "the overflow has overflowCapacity, as in Flume"}),
            option<&SpillableMemoryOptions::keep_alive>("keep-alive", "Of Flume's file channel.",
                                                        {.no_effect = "puts wait for overflowTimeout, and no longer, as in Flume"})) +
    group<&SpillableMemoryOptions::overflow, kFileStorageOptions>();

Services with_metrics(const Services& services, MetricsRegistry& metrics) {
  return {services.clock,        services.files,         services.listener,  services.dialer,       metrics,
          services.log,          services.agent,         services.name,      services.state_folder, services.conf_folder,
          services.byte_budget,  services.logs_raw_data, services.time_zone, services.hadoop,       services.user_home,
          services.saves_on_stop};
}

}  // namespace

SpillFigures::SpillFigures(std::string_view component, const Amount& memory, const Amount& overflow)
    : CounterGroup(CounterKind::Channel, component),
      in_memory(*this, "ChannelMemoryEvents", MetricForm::Level, [memory] { return MetricValue(memory()); }),
      in_overflow(*this, "ChannelOverflowEvents", MetricForm::Level, [overflow] { return MetricValue(overflow()); }) {
  hide_from_flume_json();
}

SpillableMemoryChannel::SpillableMemoryChannel(const SpillableMemoryOptions& options, const Services& services,
                                               storage::LogSettings settings)
    : services_(services),
      options_(options),
      folders_(settings.folders),
      capacity_(options.total_capacity()),
      transaction_capacity_(static_cast<std::uint32_t>(options.overflow.transaction_capacity)),
      overflow_capacity_(static_cast<std::uint64_t>(options.overflow_capacity)),
      patience_(options.overflow_timeout),
      may_spill_(options.overflow_capacity != 0),
      memory_(options.memory_limits(services.byte_budget), with_metrics(services, side_metrics_)),
      overflow_(options.overflow_options(), with_metrics(services, side_metrics_), std::move(settings)),
      counters_(
          services.name, [this] { return static_cast<std::int64_t>(size()); }, [this] { return static_cast<std::int64_t>(capacity_); }),
      figures_(
          services.name, [this] { return static_cast<std::int64_t>(memory_.size()); },
          [this] { return static_cast<std::int64_t>(overflow_.size()); }),
      log_figures_(
          services.name, [this] { return overflow_.log_figures(); }, [this] { return overflow_.oldest_age(); },
          [this] { return overflow_.seconds_to_full(); }),
      membership_(services.metrics.join(counters_)),
      figures_membership_(services.metrics.join(figures_)),
      log_membership_(services.metrics.join(log_figures_)) {}

SpillableMemoryChannel::~SpillableMemoryChannel() {
  timer_.request_stop();
  timer_parker_.unpark();
}

Result<bool> SpillableMemoryChannel::has_leftovers() const {
  for (const std::string& folder : folders_) {
    const auto names = services_.files.list(folder);
    if (names.cause() == Cause::NotFound) continue;
    if (!names) return names.status();
    if (std::any_of(names->begin(), names->end(), [](const std::string& name) { return storage::slot_number(name) != 0; })) return true;
  }
  return false;
}

Status SpillableMemoryChannel::start() {
  bool is_open = may_spill_;
  if (!is_open) {
    // What an earlier run put there is delivered, though nothing comes behind it.
    auto leftovers = has_leftovers();
    if (!leftovers) return std::move(leftovers).status().with_context("overflow");
    is_open = *leftovers;
  }
  Ranges ids;
  if (is_open) {
    FLUME_TRY(overflow_.start().with_context("overflow"));
    FLUME_TRY(overflow_.release_holds().with_context("overflow"));
    ids = saved_ids();
  }
  {
    const Lock lock(mutex_);
    spill(false);
    pending_.clear();
  }
  FLUME_TRY(memory_.start_at(std::max(overflow_.end_id(), ids.empty() ? EventId{1} : ids.end_id()), ids));
  if (is_open) FLUME_TRY(note_saved_ids({}).with_context("overflow"));
  has_overflow_ = is_open;
  counters_.start(services_.clock.wall());
  if (may_spill_ && memory_.most().events != 0 && patience_ != Instant::duration::zero()) {
    timer_ = std::jthread([this](const std::stop_token& stop) { run_timer(stop); });
  }
  events_came();
  return {};
}

void SpillableMemoryChannel::stop(Deadline deadline) {
  if (timer_.joinable()) {
    timer_.request_stop();
    timer_parker_.unpark();
    timer_.join();
  }
  memory_.stop(deadline);
  if (has_overflow_) overflow_.stop(deadline);
  counters_.stop(services_.clock.wall());
}

Result<std::uint64_t> SpillableMemoryChannel::save(Deadline deadline) {
  const std::uint64_t on_disk = has_overflow_ ? overflow_.size() : 0;
  const Ranges ids = memory_.waiting_ids();
  auto saved = memory_.save(deadline);
  if (!saved) {
    services_.log.error("the events in memory cannot be saved", {{"events", ids.count()}, {"reason", saved.status()}});
    return on_disk;
  }
  if (*saved != 0 && has_overflow_) {
    const Status noted = note_saved_ids(ids);
    if (!noted.ok()) {
      services_.log.warn("the events in memory are saved, and come behind those of the overflow at the next start", {{"reason", noted}});
    }
  }
  return *saved + on_disk;
}

// One entry for each range, since a value is short: its number -> "low-end".
Status SpillableMemoryChannel::note_saved_ids(const Ranges& ids) {
  if (ids.range_count() > kMostSavedRanges) return retryable("they lie in too many places between those of the overflow");
  const auto before = overflow_.bookmark(kSavedIds);
  if (!before) return before.status();
  std::vector<std::pair<std::string, std::string>> texts;
  for (const IdRange& range : ids) {
    texts.emplace_back(std::to_string(texts.size()), std::to_string(range.lo) + "-" + std::to_string(range.hi));
  }
  std::vector<KeyValue> entries;
  for (const auto& [key, value] : *before) entries.push_back({key, std::nullopt});
  for (const auto& [key, value] : texts) entries.push_back({key, value});
  if (entries.empty()) return {};
  const BookmarkDelta delta{kSavedIds, entries};
  return overflow_.note({&delta, 1}, Durability::Synced);
}

Ranges SpillableMemoryChannel::saved_ids() const {
  const auto bookmark = overflow_.bookmark(kSavedIds);
  if (!bookmark) return {};
  Ranges ids;
  for (const auto& [key, value] : *bookmark) {
    IdRange range;
    const char* const end = value.data() + value.size();
    const auto low = std::from_chars(value.data(), end, range.lo);
    const bool is_range = low.ec == std::errc() && low.ptr != end && std::from_chars(low.ptr + 1, end, range.hi).ec == std::errc();
    if (is_range && range.lo != 0 && range.lo < range.hi && in_overflow(range).empty()) {
      ids.add(range);
      continue;
    }
    services_.log.warn("where the events that the last stop saved belong is not known: they come behind those of the overflow",
                       {{"ids", value}});
    return {};
  }
  return ids;
}

Ranges SpillableMemoryChannel::in_overflow(const Ranges& ids) const {
  Ranges there = ids;
  there.remove(overflow_.gone_among(ids));
  return there;
}

Result<std::unique_ptr<Putter>> SpillableMemoryChannel::putter(std::string_view source) {
  auto in_memory = memory_.putter(source);
  if (!in_memory) return std::move(in_memory).status();
  return std::make_unique<SpillablePutter>(*this, *std::move(in_memory));
}

Result<std::unique_ptr<Taker>> SpillableMemoryChannel::taker(std::string_view sink_or_group) {
  const Lock lock(mutex_);
  return std::make_unique<SpillableTaker>(*this, *taker_names_.emplace(sink_or_group).first);
}

Ranges SpillableMemoryChannel::held(std::string_view owner) const {
  Ranges ids = memory_.held(owner);
  if (has_overflow_) ids.add(overflow_.held(owner));
  return ids;
}

Status SpillableMemoryChannel::note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold) {
  if (hold == nullptr) return memory_.note(deltas, durability, nullptr);
  {
    const std::lock_guard holding(holding_);
    FLUME_TRY(memory_.check(deltas));
    if (const Ranges others = memory_.held_by_others(hold->owner, hold->ids); !others.empty()) return held_by_another(others);
    if (has_overflow_ && (!overflow_.held(hold->owner).empty() || !in_overflow(hold->ids).empty())) {
      FLUME_TRY(overflow_.note({}, Durability::Written, hold));
    }
    FLUME_TRY(memory_.note(deltas, durability, hold));
  }
  Wakeups wakeups;
  {
    const Lock lock(mutex_);
    offer(wakeups);
  }
  wakeups.call();
  events_came();
  return {};
}

Status SpillableMemoryChannel::settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) {
  FLUME_TRY(memory_.check(deltas));
  if (const Ranges open = memory_.open_among(ids); !open.empty()) {
    return retryable("events " + to_string(open) + " are in an open take: commit it or give it back before they are settled");
  }
  if (!in_overflow(ids).empty()) FLUME_TRY(overflow_.settle(ids, {}));
  FLUME_TRY(memory_.settle(ids, deltas));
  Wakeups wakeups;
  {
    const Lock lock(mutex_);
    offer(wakeups);
  }
  wakeups.call();
  return {};
}

bool SpillableMemoryChannel::memory_has_room(const Need& need) const {
  return memory_.has_room(need) && memory_.size() + std::max(overflow_.size(), overflow_capacity_) + need.events <= capacity_;
}

bool SpillableMemoryChannel::overflow_has_room(std::uint64_t events) const { return may_spill_ && size() + events <= capacity_; }

void SpillableMemoryChannel::spill(bool is_spilling) {
  if (std::exchange(is_spilling_, is_spilling) == is_spilling) return;
  figures_.is_spilling.set(is_spilling ? 1 : 0);
  if (is_spilling) figures_.spills.increment();
  services_.log.info(is_spilling ? "memory is full: events go to the overflow" : "memory has room again: no more events go to the overflow",
                     {{"in_memory", memory_.size()}, {"in_overflow", overflow_.size()}});
}

std::optional<SpillableMemoryChannel::Side> SpillableMemoryChannel::side_for(const Need& need, bool has_waited) {
  const bool fits = memory_has_room(need);
  if (!may_spill_) return fits ? std::optional(Side::Memory) : std::nullopt;
  const std::uint64_t threshold = static_cast<std::uint64_t>(options_.overflow_deactivation_threshold) * memory_.most().events;
  if (is_spilling_ && !(fits && memory_.free_room().events * 100 >= threshold)) {
    if (overflow_has_room(need.events)) return Side::Overflow;
    return fits ? std::optional(Side::Memory) : std::nullopt;
  }
  if (fits) {
    spill(false);
    return Side::Memory;
  }
  if (!(has_waited || spills_at_once(need)) || !overflow_has_room(need.events)) return std::nullopt;
  // A batch that memory could never have is no reason for others to go to the disk.
  if (!exceeds_memory(need) || memory_.most().events == 0) spill(true);
  return Side::Overflow;
}

bool SpillableMemoryChannel::exceeds_memory(const Need& need) const {
  return need.events > memory_.most().events || need.slots > memory_.most().slots;
}

bool SpillableMemoryChannel::spills_at_once(const Need& need) const {
  return is_spilling_ || patience_ == Instant::duration::zero() || exceeds_memory(need);
}

bool SpillableMemoryChannel::has_room(const Need& need) const {
  return memory_has_room(need) || (spills_at_once(need) && overflow_has_room(need.events));
}

void SpillableMemoryChannel::offer(Wakeups& wakeups) {
  if (waiting_putters_.empty()) return;
  const bool is_drained = open_takes_.empty() && !memory_.look().lowest && !overflow_.lowest();
  const Need free = memory_.free_room();
  const Need& most = memory_.most();
  // A producer that wakes for each single event would run at the pace of the scheduler.
  const bool is_memory_roomy = is_drained || (free.events >= most.events / 4 && free.slots >= most.slots / 4);
  constexpr std::uint64_t kBatches = 16;
  waiting_putters_.wake(
      [&](const Need& need) {
        if (is_memory_roomy && memory_has_room(need)) return true;
        const std::uint64_t spare = is_drained ? 0 : std::min(capacity_ / 4, kBatches * need.events);
        return spills_at_once(need) && overflow_has_room(std::max(need.events, spare));
      },
      wakeups);
}

void SpillableMemoryChannel::events_came() {
  std::shared_ptr<Parker> next;
  {
    const std::lock_guard lock(waiting_mutex_);
    ++arrivals_;
    if (waiting_takers_.empty()) return;
    next = std::move(waiting_takers_.front());
    waiting_takers_.erase(waiting_takers_.begin());
  }
  next->unpark();
}

void SpillableMemoryChannel::overflow_failed(const Status& why) {
  if (is_overflow_failing_.exchange(true)) return;
  services_.log.error("the overflow cannot be read or written: the memory side goes on, and what is in the overflow stays there",
                      {{"reason", why}, {"in_overflow", overflow_.size()}});
}

void SpillableMemoryChannel::leave_out_overflow(const Status& why) {
  overflow_failed(why);
  left_out_until_ = services_.clock.in(kReadAgain).when();
}

std::optional<Instant> SpillableMemoryChannel::left_out_until() const {
  const Instant until = left_out_until_;
  if (until == Instant::min() || services_.clock.steady() >= until) return std::nullopt;
  return until;
}

void SpillableMemoryChannel::run_timer(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Wakeups wakeups;
    Deadline next = Deadline::never();
    {
      const Lock lock(mutex_);
      const Instant now = services_.clock.steady();
      bool is_due = false;
      std::erase_if(due_, [&](const auto& entry) {
        if (entry.second <= now) return is_due = true;
        next = std::min(next, Deadline(entry.second));
        return false;
      });
      if (is_due) {
        spill(true);
        offer(wakeups);
      }
    }
    wakeups.call();
    services_.clock.park(timer_parker_, next);
  }
}

namespace components {
extern const ComponentInfo channel_spillablememory;
constinit const ComponentInfo channel_spillablememory =
    describe<SpillableMemoryChannel, kSpillableMemoryOptions, static_cast<OptionProblems (*)(const SpillableMemoryOptions&)>(check)>(
        "spillablememory", "Keeps events in memory, and on disk what does not fit there.",
        {"org.apache.flume.channel.SpillableMemoryChannel"}, {.takes_saved_events = true});
}  // namespace components

}  // namespace flume
