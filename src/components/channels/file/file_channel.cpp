#include "components/channels/file/file_channel.h"

#include <algorithm>
#include <utility>

#include "components/channels/file/file_putter.h"
#include "components/channels/file/file_taker.h"
#include "storage/segment_keys.h"

namespace flume {
namespace {

constexpr auto kFileOptions =
    options(option<&FileOptions::capacity>("capacity", "Most events stored.", {.minimum = 1, .role = OptionRole::Capacity}),
            option<&FileOptions::keep_alive>("keep-alive", "How long a put waits for room.", {.minimum = 0})) +
    kFileStorageOptions;

template <typename Number>
std::function<MetricValue()> figure(const FileChannelFigures::Figures& figures, Number storage::LogFigures::* number) {
  return [figures, number] { return MetricValue(static_cast<std::int64_t>(figures().*number)); };
}

}  // namespace

FileChannelFigures::FileChannelFigures(std::string_view component, const Figures& figures, const std::function<std::int64_t()>& oldest_age,
                                       const std::function<std::int64_t()>& seconds_to_full)
    : CounterGroup(CounterKind::Channel, component),
      segments(*this, "ChannelSegments", MetricForm::Level, figure(figures, &storage::LogFigures::segments)),
      free_slots(*this, "ChannelFreeSlots", MetricForm::Level, figure(figures, &storage::LogFigures::free_slots)),
      bytes(*this, "ChannelBytes", MetricForm::Level, figure(figures, &storage::LogFigures::bytes)),
      syncs(*this, "ChannelSyncs", MetricForm::Count, figure(figures, &storage::LogFigures::syncs)),
      sync_micros(*this, "ChannelSyncMicroseconds", MetricForm::Count, figure(figures, &storage::LogFigures::sync_micros)),
      sync_micros_p50(*this, "ChannelSyncMicrosecondsP50", MetricForm::Level, figure(figures, &storage::LogFigures::sync_micros_p50)),
      sync_micros_p99(*this, "ChannelSyncMicrosecondsP99", MetricForm::Level, figure(figures, &storage::LogFigures::sync_micros_p99)),
      oldest_event_age(*this, "ChannelOldestEventAgeSeconds", MetricForm::Level, [oldest_age] { return MetricValue(oldest_age()); }),
      time_to_full(*this, "ChannelSecondsToFull", MetricForm::Level, [seconds_to_full] { return MetricValue(seconds_to_full()); }) {
  hide_from_flume_json();
}

FileChannel::FileChannel(const FileOptions& options, const Services& services, storage::LogSettings settings)
    : services_(services),
      options_(options),
      settings_(std::move(settings)),
      keep_alive_(std::clamp<std::chrono::seconds>(options.keep_alive, std::chrono::seconds(0), std::chrono::hours(24 * 365))),
      transaction_capacity_(static_cast<std::uint32_t>(options.transaction_capacity)),
      hot_bytes_(static_cast<std::uint64_t>(options.hot_bytes.count)),
      room_(static_cast<std::uint64_t>(options.capacity), UINT64_MAX),
      counters_(
          services.name, [this] { return static_cast<std::int64_t>(size()); },
          [this] { return static_cast<std::int64_t>(room_.total().events); }),
      figures_(
          services.name, [this] { return log_figures(); }, [this] { return oldest_age(); }, [this] { return seconds_to_full(); }),
      membership_(services.metrics.join(counters_)),
      figures_membership_(services.metrics.join(figures_)) {}

FileChannel::~FileChannel() { log_.reset(); }  // its thread may still call what is declared behind it

Status FileChannel::start() {
  {
    const Lock lock(log_mutex_);
    log_.reset();
  }
  {
    const Lock lock(mutex_);
    queue_ = {};
    queue_bytes_ = queue_events_ = 0;
    by_id_.clear();
    withdrawing_.clear();
    open_takes_ = {};  // what an earlier run gave away comes again
    is_cold_ = true;   // nothing that is stored now goes into the queue before what is there
  }
  storage::LogSettings log_settings = settings_;
  auto keys = open_keys();
  if (!keys) return std::move(keys).status();
  log_settings.keys = *std::move(keys);
  auto opened = storage::SegmentLog::open(std::move(log_settings), services_.files, services_.clock, services_.log, *this);
  if (!opened) {
    counters_.unhealthy.set(1);
    return std::move(opened).status();
  }
  {
    const Lock lock(log_mutex_);
    log_ = *std::move(opened);
  }
  for (const storage::Damage& damage : log_->damages_at_open()) {
    services_.log.error("stored data is damaged; what is left of it is delivered", {{"damage", to_string(damage)}});
  }
  auto first = log_->find(log_->watermark());
  if (!first) return std::move(first).status();
  const std::uint64_t stored = log_->stored();
  const EventId end_id = log_->end_id();
  const EventId watermark = log_->watermark();
  {
    const Lock lock(mutex_);
    end_id_ = end_id;
    cold_ = *first;
    is_cold_ = stored != 0;
    if (!is_cold_) cold_.id = end_id_;
    room_.release({room_.used_events(), 0});
    room_.reserve({stored, 0});
    backlog_times_.start(watermark, services_.clock.steady());
  }
  if (stored > room_.total().events) {
    services_.log.warn("more events are stored than capacity allows: all are kept, and puts wait until there are fewer",
                       {{"stored", stored}, {"capacity", room_.total().events}});
  }
  counters_.start(services_.clock.wall());
  for (const storage::Damage& damage : log_->damages_at_open()) {
    counters_.event_take_error.add(static_cast<std::int64_t>(damage.ids.count()));
  }
  counters_.open.set(1);
  counters_.closed.set(0);
  counters_.unhealthy.set(0);
  services_.log.info("file channel open",
                     {{"events", stored}, {"segments", log_->figures().segments}, {"folders", settings_.folders.size()}});
  return {};
}

Result<std::shared_ptr<storage::SegmentKeys>> FileChannel::open_keys() const {
  if (!options_.has_keys()) return std::shared_ptr<storage::SegmentKeys>();
  auto provider = crypto::KeyProvider::open(services_.files, options_.key_settings());
  if (!provider) return std::move(provider).status().with_context("encryption");
  for (const std::string& warning : provider->warnings()) services_.log.warn("encryption", {{"problem", warning}});
  auto keys = std::make_shared<storage::SegmentKeys>(*std::move(provider), options_.active_key);
  // A key that is missing or has a wrong password is told now, not in the middle of the night.
  if (keys->encrypts()) {
    if (auto tried = keys->make({}); !tried) return std::move(tried).status().with_context("encryption.activeKey");
  }
  return keys;
}

void FileChannel::stop(Deadline) {
  if (log_) log_->close();
  counters_.stop(services_.clock.wall());
  counters_.open.set(0);
  counters_.closed.set(1);
}

storage::LogFigures FileChannel::log_figures() const {
  const Lock lock(log_mutex_);
  return log_ ? log_->figures() : storage::LogFigures();
}

std::int64_t FileChannel::oldest_age() {
  const Lock log_lock(log_mutex_);
  if (!log_ || log_->stored() == 0) return 0;
  const EventId oldest = log_->watermark();
  const Lock lock(mutex_);
  return backlog_times_.age(oldest, services_.clock.steady()).count();
}

std::int64_t FileChannel::seconds_to_full() {
  const Lock lock(mutex_);
  return backlog_times_.seconds_to_full(room_.used_events(), room_.total().events, services_.clock.steady());
}

Status FileChannel::not_started() const { return retryable("the file channel is not open"); }

Status FileChannel::check_usable() {
  if (!log_) return not_started();
  if (!log_->has_failed()) return {};
  counters_.unhealthy.set(1);
  return log_->failure();
}

ChannelIdentity FileChannel::identity() const { return log_ ? log_->identity() : ChannelIdentity(); }

std::uint64_t FileChannel::size() const {
  const Lock lock(mutex_);
  return room_.used_events();
}

Result<std::unique_ptr<Putter>> FileChannel::putter(std::string_view source) {
  {
    const Lock lock(mutex_);
    note_streams_.forget(source);
  }
  return std::make_unique<FilePutter>(*this, source);
}

Result<std::unique_ptr<Taker>> FileChannel::taker(std::string_view sink_or_group) { return file_taker(sink_or_group); }

std::unique_ptr<FileTaker> FileChannel::file_taker(std::string_view name) {
  const Lock lock(mutex_);
  return std::make_unique<FileTaker>(*this, *taker_names_.emplace(name).first);
}

void FileChannel::release(std::uint64_t events) {
  Wakeups wakeups;
  {
    const Lock lock(mutex_);
    room_.release({events, 0});
    offer(wakeups);
  }
  wakeups.call();
}

Status FileChannel::queue(EventBatch& batch, std::span<const BookmarkDelta> deltas, storage::SegmentLog::Stream stream, Completion done,
                          std::optional<EventId> first) {
  const std::uint32_t events = batch.size();
  auto finished = [this, events, done = std::move(done)](Status stored, EventBatch unsent) {
    if (stored.ok()) {
      counters_.event_put_success.add(events);
    } else {
      counters_.event_put_error.increment();
      release(events);
    }
    if (done) done(std::move(stored), std::move(unsent));
  };
  Status queued = log_->put_async(batch, deltas, std::move(stream), std::move(finished), first);
  if (!queued.ok()) release(events);
  return queued;
}

Status FileChannel::put_at(EventId first, EventBatch& batch, storage::SegmentLog::Stream stream, Completion done) {
  if (!log_) return not_started();
  {
    const Lock lock(mutex_);
    room_.reserve({batch.size(), 0});
  }
  return queue(batch, {}, std::move(stream), std::move(done), first);
}

std::optional<EventId> FileChannel::lowest() const {
  const Lock lock(mutex_);
  EventId lowest = is_cold_ ? cold_.id : UINT64_MAX;
  if (!by_id_.empty()) lowest = std::min(lowest, by_id_.lowest());
  if (!queue_.empty()) lowest = std::min(lowest, queue_.first_id());
  return lowest == UINT64_MAX ? std::nullopt : std::optional(lowest);
}

Ranges FileChannel::gone_among(const Ranges& ids) const { return log_ ? log_->gone_among(ids) : ids; }

Ranges FileChannel::open_among(const Ranges& ids) const {
  const Lock lock(mutex_);
  return open_takes_.open_among(ids);
}

Ranges FileChannel::held_by_others(std::string_view owner, const Ranges& ids) const {
  return log_ ? log_->held_by_others(owner, ids) : Ranges();
}

EventId FileChannel::end_id() const { return log_ ? log_->end_id() : 1; }

Status FileChannel::release_holds() {
  for (const std::string& owner : log_->hold_owners()) {
    const Hold none{owner, {}};
    FLUME_TRY(note({}, Durability::Written, &none));
  }
  return {};
}

Result<Bookmark> FileChannel::bookmark(std::string_view owner) const {
  if (!log_) return not_started();
  return log_->bookmark(owner);
}

std::vector<std::string> FileChannel::owners() const { return log_ ? log_->owners() : std::vector<std::string>(); }

Ranges FileChannel::held(std::string_view owner) const { return log_ ? log_->held(owner) : Ranges(); }

Status FileChannel::note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold) {
  if (!log_) return not_started();
  storage::SegmentLog::Stream stream;
  if (!deltas.empty()) {
    const Lock lock(mutex_);
    stream = note_streams_.of(deltas);
  }
  if (hold == nullptr) return log_->note(deltas, durability, nullptr, std::move(stream));
  if (const Ranges others = log_->held_by_others(hold->owner, hold->ids); !others.empty()) return held_by_another(others);
  const Ranges before = log_->held(hold->owner);
  Hold live{hold->owner, hold->ids};
  live.ids.remove(log_->gone_among(hold->ids));
  {
    const Lock lock(mutex_);
    withdraw(live.ids);
    withdrawing_.add(live.ids);
  }
  const Status noted = log_->note(deltas, durability, &live, std::move(stream));
  Ranges released = noted.ok() ? before : live.ids;
  released.remove(noted.ok() ? live.ids : before);
  released.remove(log_->gone_among(released));
  Wakeups wakeups;
  {
    const Lock lock(mutex_);
    withdrawing_.remove(live.ids);
    released.remove(open_takes_.open_among(released));
    make_takeable(std::move(released));
    offer(wakeups);
  }
  wakeups.call();
  return noted;
}

Status FileChannel::settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) {
  if (!log_) return not_started();
  Ranges live = ids;
  live.remove(log_->gone_among(ids));
  {
    const Lock lock(mutex_);
    if (const Ranges open = open_takes_.open_among(live); !open.empty()) {
      return retryable("events " + to_string(open) + " are in an open take: commit it or give it back before they are settled");
    }
    if (const Ranges others = withdrawing_.intersection(live); !others.empty()) {
      return retryable("events " + to_string(others) + " are being settled or held by another call");
    }
    withdraw(live);
    withdrawing_.add(live);
  }
  std::uint64_t removed = 0;
  const Status settled = log_->settle(live, deltas, &removed);
  Ranges back;
  if (!settled.ok()) {
    back = live;
    back.remove(log_->held_among(live));
  }
  Wakeups wakeups;
  {
    const Lock lock(mutex_);
    withdrawing_.remove(live);
    if (settled.ok()) {
      room_.release({removed, 0});
    } else {
      make_takeable(std::move(back));
    }
    offer(wakeups);
  }
  wakeups.call();
  return settled;
}

void FileChannel::stored(EventId first, EventBatch& events, storage::LogPosition at) {
  if (events.empty()) return;
  Wakeups wakeups;
  {
    const Lock lock(mutex_);
    end_id_ = first + events.size();
    backlog_times_.stored(first, services_.clock.steady());
    if (!is_cold_ && queue_bytes_ < hot_bytes_) {
      queue_bytes_ += events.bytes();
      queue_events_ += events.size();
      queue_.push_back(events, first);
    } else if (!is_cold_) {
      is_cold_ = true;
      cold_ = at;
    }
    wake_taker(wakeups);
  }
  wakeups.call();  // takers only: they are unparked, nothing is called
}

void FileChannel::wake_taker(Wakeups& wakeups) {
  if (waiting_takers_.empty() || !has_events()) return;
  wakeups.add(std::move(waiting_takers_.front()));
  waiting_takers_.erase(waiting_takers_.begin(), waiting_takers_.begin() + 1);
}

void FileChannel::offer(Wakeups& wakeups) {
  wake_taker(wakeups);
  if (room_.is_awaited()) room_.offer(!has_events() && open_takes_.empty(), wakeups);
}

void FileChannel::push(IdSlices slices) {
  for (const IdSlice& slice : slices) {
    queue_bytes_ += slice.slice.bytes();
    queue_events_ += slice.slice.size();
  }
  queue_.insert(std::move(slices));
}

IdSlices FileChannel::extract(const Ranges& ids) {
  IdSlices slices = queue_.extract(ids);
  for (const IdSlice& slice : slices) {
    queue_bytes_ -= slice.slice.bytes();
    queue_events_ -= slice.slice.size();
  }
  return slices;
}

void FileChannel::withdraw(const Ranges& ids) {
  static_cast<void>(extract(ids));
  by_id_.remove(ids);
  if (is_loading_) withdrawn_.add(ids);
}

void FileChannel::make_takeable(Ranges ids) {
  if (is_loading_) {
    returned_.add(ids);
    withdrawn_.remove(ids);
  }
  if (is_cold_ && !ids.empty()) ids.remove({cold_.id, UINT64_MAX});  // these are found there
  by_id_.add(ids);
}

namespace components {
extern const ComponentInfo channel_file;
constinit const ComponentInfo channel_file =
    describe<FileChannel, kFileOptions, static_cast<OptionProblems (*)(const FileOptions&)>(check)>(
        "file", "Keeps events on disk: they survive a crash and power loss.", {"org.apache.flume.channel.file.FileChannel"});
}  // namespace components

}  // namespace flume
