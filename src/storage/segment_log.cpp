#include "storage/segment_log.h"

#include <algorithm>
#include <utility>

#include "codec/crc32c.h"
#include "storage/log_entry.h"

namespace flume::storage {
namespace {

constexpr std::size_t kMostEpochs = 16;

std::uint64_t seed_of(const LogSettings& settings) {
  if (settings.seed != 0) return settings.seed;
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

std::uint64_t owner_bit(std::string_view owner) { return std::uint64_t{1} << (std::hash<std::string_view>()(owner) % 64); }

/// A folder whose name survives power loss, and so do the names above it that had to be made.
Status make_durable_folder(Files& files, const std::string& folder) {
  std::vector<std::string> parents;
  for (std::string at = folder; files.info(at).cause() == Cause::NotFound; at = parents.back()) parents.push_back(parent_directory(at));
  FLUME_TRY(files.make_directories(folder));
  for (const std::string& parent : parents) FLUME_TRY(files.sync_directory(parent));
  return {};
}

}  // namespace

SegmentLog::Entry::Entry(RecordType type, std::span<const BookmarkDelta> deltas, const Ranges& ids, const Hold* hold, EventBatch* batch,
                         bool syncs)
    : change(encode_change(type, deltas, ids, hold)), needs_sync(syncs) {
  head.type = type;
  plain_bytes = change.size();
  pieces.reserve(1 + (batch != nullptr ? batch->slices().size() : 0));
  pieces.push_back({change.data(), change.size()});
  if (batch != nullptr) {
    events = *batch;
    head.events = events.size();
    plain_bytes += events.bytes();
    events.avro_iov(pieces);
  }
  for (const iovec& piece : pieces) head.payload_crc = codec::crc32c(head.payload_crc, {static_cast<char*>(piece.iov_base), piece.iov_len});
  for (const BookmarkDelta& delta : deltas) owner_bits |= owner_bit(delta.owner);
  if (hold != nullptr) owner_bits |= owner_bit(hold->owner);
}

void SegmentLog::Entry::add_pieces(std::vector<ByteView>& out) const {
  for (const iovec& piece : pieces) out.emplace_back(static_cast<const std::byte*>(piece.iov_base), piece.iov_len);
}

void SegmentLog::Entry::begin_at(EventId next) {
  passed_over.reset();
  while (next < wanted_first) {
    const IdRange ids{next, std::min<EventId>(wanted_first, next + UINT32_MAX)};
    auto settle = std::make_unique<Entry>(RecordType::Settle, std::span<const BookmarkDelta>(), Ranges(ids), nullptr, nullptr, false);
    settle->head.events = static_cast<std::uint32_t>(ids.size());
    settle->passed_over = std::exchange(passed_over, nullptr);
    passed_over = std::move(settle);
    next = ids.hi;
  }
}

SegmentLog::SegmentLog(LogSettings settings, Files& files, Clock& clock, Log log, LogObserver& observer)
    : settings_(std::move(settings)),
      files_(files),
      clock_(clock),
      log_(std::move(log)),
      observer_(observer),
      random_(seed_of(settings_)) {}

SegmentLog::~SegmentLog() {
  thread_.request_stop();
  parker_.unpark();
  if (thread_.joinable()) thread_.join();
}

Result<std::unique_ptr<SegmentLog>> SegmentLog::open(LogSettings settings, Files& files, Clock& clock, Log log, LogObserver& observer) {
  std::unique_ptr<SegmentLog> opened(new SegmentLog(std::move(settings), files, clock, std::move(log), observer));
  FLUME_TRY(opened->start());
  return opened;
}

Status SegmentLog::start() {
  for (const std::string& folder : settings_.folders) {
    FLUME_TRY(make_durable_folder(files_, folder));
    FLUME_TRY(files_.check_writable(folder));
    auto lock = files_.lock(folder + "/in_use.lock");
    if (!lock) return std::move(lock).status();
    locks_.push_back(*std::move(lock));
    if (const auto network = files_.network_file_system(folder); network && !network->empty()) {
      log_.warn(
          "this folder is on a network file system: whether events survive a power failure, and whether two agents are kept "
          "apart, depends on its server; use a local disk",
          {{"folder", folder}, {"type", *network}});
    }
  }
  auto recovered = recover_log(settings_, files_);
  if (!recovered) return std::move(recovered).status();
  damages_at_open_ = std::move(recovered->damages);
  Lock lock(mutex_);
  state_ = std::move(recovered->state);
  segments_ = std::move(recovered->segments);
  free_ = std::move(recovered->free);
  highest_number_ = recovered->highest;
  newest_recovered_ = recovered->newest;
  highest_slot_ = recovered->highest_slot;
  next_id_ = state_.next_id;
  durable_delivered_ = state_.delivered;
  if (recovered->newest == 0 && recovered->folders.channel()) {
    state_.identity.uuid = *recovered->folders.channel();
  } else if (recovered->newest == 0) {
    for (std::uint8_t& byte : state_.identity.uuid) byte = static_cast<std::uint8_t>(random_());
  } else if (!settings_.rules.new_segment_after_recovery) {
    active_ = segments_.at(recovered->newest);
    state_.sealed.erase(recovered->newest);
    attempt_ = recovered->attempt;
    durable_end_ = published_end_ = active_->end;
  }
  FLUME_TRY(recovered->folders.write(state_.identity.uuid, [this] { return random_(); }, files_));
  auto& epochs = state_.identity.epochs;
  epochs.push_back(random_());
  if (epochs.size() > kMostEpochs) epochs.erase(epochs.begin());
  is_writing_ = true;
  Status begun = active_ ? Status() : roll(lock, 0, false);
  if (begun.ok()) begun = sync_active(lock);
  is_writing_ = false;
  FLUME_TRY(std::move(begun));
  FLUME_TRY(recovered->folders.forget_given_up(files_));
  if (settings_.has_thread) thread_ = std::jthread([this](const std::stop_token& stop) { run_thread(stop); });
  return {};
}

void SegmentLog::close() {
  thread_.request_stop();
  parker_.unpark();
  if (thread_.joinable()) thread_.join();
  drive();
  Entry end(RecordType::Close, {}, {}, nullptr, nullptr, true);
  const Status marked = submit(end, {});
  if (!marked.ok() && failure().ok()) log_.warn("the log's end could not be marked; the next start looks for it", {{"reason", marked}});
  const Lock lock(mutex_);
  is_closed_ = true;
  locks_.clear();
}

Status SegmentLog::put(EventBatch& events, std::span<const BookmarkDelta> deltas, std::optional<EventId> first) {
  Entry entry(RecordType::Put, deltas, {}, nullptr, &events, settings_.syncs_puts);
  entry.wanted_first = first.value_or(0);
  FLUME_TRY(submit(entry, deltas));
  events.clear();
  return {};
}

Status SegmentLog::put_async(EventBatch& events, std::span<const BookmarkDelta> deltas, Stream stream, Completion done,
                             std::optional<EventId> first) {
  auto entry = std::make_unique<Entry>(RecordType::Put, deltas, Ranges(), nullptr, &events, settings_.syncs_puts);
  entry->wanted_first = first.value_or(0);
  entry->is_async = true;
  entry->stream = std::move(stream);
  entry->done = std::move(done);
  bool is_idle = false;
  {
    const Lock lock(mutex_);
    FLUME_TRY(check(*entry, deltas));
    if (!state_.bookmarks.check(deltas, pending_bookmark_bytes_).ok()) {
      return retryable("the bookmark of a source is nearly as large as is allowed, and changes of it are on their way", Cause::Full);
    }
    asynchronous_.push_back(std::move(entry));
    enqueue(*asynchronous_.back());
    is_idle = !is_writing_ && !is_syncing_;
  }
  events.clear();
  if (is_idle) parker_.unpark();
  return {};
}

Status SegmentLog::take(const Ranges& ids, std::span<const BookmarkDelta> deltas, Durability durability, std::uint64_t* removed) {
  Entry entry(RecordType::Take, deltas, ids, nullptr, nullptr, settings_.syncs_takes || durability == Durability::Synced);
  entry.head.events = static_cast<std::uint32_t>(std::min<std::uint64_t>(ids.count(), UINT32_MAX));
  entry.removed = removed;
  return submit(entry, deltas);
}

Status SegmentLog::settle(const Ranges& ids, std::span<const BookmarkDelta> deltas, std::uint64_t* removed) {
  Entry entry(RecordType::Settle, deltas, ids, nullptr, nullptr, settings_.syncs_puts);
  entry.removed = removed;
  return submit(entry, deltas);
}

Status SegmentLog::note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold, Stream stream) {
  Entry entry(RecordType::Note, deltas, {}, hold, nullptr, durability == Durability::Synced);
  entry.stream = std::move(stream);
  return submit(entry, deltas);
}

ChannelIdentity SegmentLog::identity() const {
  const Lock lock(mutex_);
  return state_.identity;
}
Bookmark SegmentLog::bookmark(std::string_view owner) const {
  const Lock lock(mutex_);
  return state_.bookmarks.get(owner);
}
std::vector<std::string> SegmentLog::owners() const {
  const Lock lock(mutex_);
  return state_.bookmarks.owners();
}
Ranges SegmentLog::held(std::string_view owner) const {
  const Lock lock(mutex_);
  return state_.holds.held(owner);
}
std::vector<std::string> SegmentLog::hold_owners() const {
  const Lock lock(mutex_);
  std::vector<std::string> owners;
  for (const auto& [owner, ids] : state_.holds.owners()) owners.push_back(owner);
  return owners;
}
Ranges SegmentLog::held_among(const Ranges& ids) const {
  const Lock lock(mutex_);
  return state_.holds.held_among(ids);
}
Ranges SegmentLog::held_by_others(std::string_view owner, const Ranges& ids) const {
  const Lock lock(mutex_);
  return state_.holds.held_by_others(owner, ids);
}
bool SegmentLog::has_holds() const {
  const Lock lock(mutex_);
  return !state_.holds.empty();
}
Ranges SegmentLog::gone_among(const Ranges& ids) const {
  const Lock lock(mutex_);
  Ranges gone = ids.intersection(state_.delivered);
  gone.add(ids.intersection(IdRange{state_.next_id, UINT64_MAX}));
  return gone;
}
std::uint64_t SegmentLog::stored() const {
  const Lock lock(mutex_);
  return state_.stored();
}
EventId SegmentLog::watermark() const {
  const Lock lock(mutex_);
  return state_.watermark();
}
EventId SegmentLog::end_id() const {
  const Lock lock(mutex_);
  return state_.next_id;
}
Status SegmentLog::failure() const {
  const Lock lock(mutex_);
  return failure_;
}
LogFigures SegmentLog::figures() const {
  const Lock lock(mutex_);
  LogFigures figures = figures_;
  figures.segments = segments_.size();
  figures.free_slots = free_.size();
  figures.waiting = queue_.size();
  for (const auto& [number, segment] : segments_) figures.bytes += segment->slot.size;
  for (const Slot& slot : free_) figures.bytes += slot.size;
  figures.sync_micros_p50 = sync_times_.micros_at(50);
  figures.sync_micros_p99 = sync_times_.micros_at(99);
  return figures;
}

}  // namespace flume::storage
