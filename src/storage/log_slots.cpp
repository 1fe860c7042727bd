// Where segments live: how slots are made, filled ahead, taken into use and freed.
#include <algorithm>
#include <utility>

#include "codec/crc32c.h"
#include "storage/segment_keys.h"
#include "storage/segment_log.h"

namespace flume::storage {
namespace {

constexpr std::size_t kMostFreeSlots = 4;
constexpr std::size_t kZeros = std::size_t{64} << 10;
constexpr std::size_t kZerosAtOnce = 32;  // 2 MiB: with less the syncs slow the puts down, with more puts wait for them too long
constexpr std::chrono::seconds kFillAgain{10};

/// Overwriting what is there needs no space of a full disk.
bool is_reserve(const Slot& slot) { return slot.size >= slot.bytes / 2; }

}  // namespace

Status SegmentLog::make_room(Lock& lock, std::uint64_t bytes, bool is_put) {
  if (is_put && is_kept_for_takes_) {
    if (reserves() == 0) {
      Status rolled = roll(lock, bytes, true);
      if (rolled.ok() || reserves() == 0) return rolled;
    }
    is_kept_for_takes_ = false;
  }
  if (!needs_new_segment_ && active_->end + bytes <= active_->slot.bytes) return {};
  return roll(lock, bytes, is_put);
}

Status SegmentLog::roll(Lock& lock, std::uint64_t bytes, bool is_put) {
  while (is_syncing_) idle_.wait(lock);
  const SegmentPointer before = active_;
  if (before && settings_.rules.sync_before_rolling && settings_.rules.reuse_after_durable_takes) {
    FLUME_TRY(sync_active(lock));
    while (is_syncing_) idle_.wait(lock);
  } else if (before) {
    publish(before->head.number, before->end);
  }
  // The newest segment's state is what a crash falls back to until the next head is synced.
  if (settings_.rules.keep_newest_sealed) free_delivered();
  if (before) {
    state_.sealed.insert_or_assign(before->head.number, SealedSegment{before->head.number, before->head.salt, before->ids, before->end});
  }
  if (!settings_.rules.keep_newest_sealed) free_delivered();
  const std::string state = state_.encode();
  const std::uint64_t slot_bytes = kRecordsStart + record_bytes(state.size() + tag_bytes()) + bytes;
  const auto begin = [&](bool leaves_reserve) -> Status {
    auto slot = pick_slot(lock, slot_bytes, leaves_reserve);
    return slot ? begin_segment(lock, *std::move(slot), state, highest_number_ + 1) : std::move(slot).status();
  };
  Status begun = begin(true);
  const bool needs_reserve = !begun.ok() && !is_put;
  if (needs_reserve) begun = begin(false);
  if (!begun.ok()) {
    if (before) state_.sealed.erase(before->head.number);
    return begun;
  }
  is_kept_for_takes_ = needs_reserve;
  if (before && settings_.rules.sync_before_rolling && !settings_.rules.reuse_after_durable_takes) {
    lock.unlock();
    const Status synced = before->slot.file->sync();
    lock.lock();
    FLUME_TRY(synced);
  }
  return {};
}

Status SegmentLog::keep(Slot slot, Status why) {
  free_.push_back(std::move(slot));
  return why;
}

Status SegmentLog::begin_segment(Lock& lock, Slot slot, const std::string& state, std::uint64_t number) {
  highest_number_ = number;
  auto segment = std::make_shared<Segment>();
  SegmentHead& head = segment->head;
  head.channel = state_.identity.uuid;
  head.number = number;
  head.salt = settings_.rules.new_salt_for_each_use ? random_() : 1;
  head.first_id = next_id_;
  if (active_) {
    head.previous_number = active_->head.number;
    head.previous_end = active_->end;
  }
  RecordHead record;
  record.type = RecordType::State;
  record.first_id = next_id_;
  std::string payload = state;
  std::optional<crypto::RecordCipher> sealer;
  if (tag_bytes() != 0) {
    auto key = settings_.keys->make(head.channel);
    if (!key) return keep(std::move(slot), std::move(key).status());
    auto cipher = crypto::RecordCipher::make(key->key->key());
    if (!cipher) return keep(std::move(slot), std::move(cipher).status());
    head.key = key->head;
    segment->key = key->key;
    sealer = *std::move(cipher);
    payload.resize(crypto::RecordCipher::sealed_size(state.size()));
    Status sealed = sealer->seal({0, kRecordsStart}, record.associated(), as_bytes(state),
                                 std::as_writable_bytes(std::span(payload.data(), payload.size())));
    if (!sealed.ok()) return keep(std::move(slot), std::move(sealed));
  }
  head.state_bytes = record.payload_bytes = static_cast<std::uint32_t>(payload.size());
  head.state_crc = record.payload_crc = codec::crc32c(0, payload);
  segment->records_start = segment->end = kRecordsStart + record_bytes(payload.size());
  segment->ids = {next_id_, next_id_};

  const auto head_bytes = head.encode();
  std::string bytes(segment->end, '\0');
  for (const std::uint64_t at : {std::uint64_t{0}, kSecondHead}) bytes.replace(at, kHeadBytes, as_text(head_bytes));
  bytes.replace(kRecordsStart, kRecordHeadBytes, as_text(record.encode(head.salt)));
  bytes.replace(kRecordsStart + kRecordHeadBytes, payload.size(), payload);
  lock.unlock();
  Status written = slot.file->write_at(0, as_bytes(bytes));
  lock.lock();
  if (!written.ok()) {  // all of it may be there: it must not be taken for a segment that was begun
    needs_new_segment_ = !discard(std::move(slot));
    return written;
  }
  needs_new_segment_ = false;
  slot.size = std::max<std::uint64_t>(slot.size, bytes.size());
  segment->slot = std::move(slot);
  segments_.emplace(number, segment);
  active_ = std::move(segment);
  sealer_ = std::move(sealer);
  durable_end_ = 0;
  published_end_ = active_->end;
  attempt_ = 0;
  if (settings_.has_thread) parker_.unpark();  // to fill the next slot
  return {};
}

Result<Slot> SegmentLog::pick_slot(Lock& lock, std::uint64_t bytes, bool leaves_reserve) {
  for (auto segment = retiring_.begin(); segment != retiring_.end();) {
    SegmentPointer freed = std::move(*segment);
    segment = retiring_.erase(segment);
    if (freed.use_count() == 1 || !settings_.rules.keep_newest_sealed) {
      free_slot(std::move(freed));
    } else {
      segment = std::next(retiring_.insert(segment, std::move(freed)));
    }
  }
  if (settings_.rules.keep_newest_sealed) drop_free_slots();
  // The last reserve is kept for take-commits: they must go on when the disk is full.
  const auto find = [&] {
    return std::find_if(free_.begin(), free_.end(),
                        [&](const Slot& slot) { return slot.bytes >= bytes && (!leaves_reserve || !is_reserve(slot) || reserves() > 1); });
  };
  auto found = find();
  while (found == free_.end() && is_filling_ && !leaves_reserve) {
    idle_.wait(lock);
    found = find();
  }
  if (found != free_.end()) {
    Slot slot = std::move(*found);
    free_.erase(found);
    return slot;
  }
  const std::uint32_t number = ++highest_slot_;
  lock.unlock();
  auto made = make_slot(number, std::max(bytes, settings_.slot_bytes), leaves_reserve);
  lock.lock();
  return made;
}

std::size_t SegmentLog::reserves() const { return static_cast<std::size_t>(std::count_if(free_.begin(), free_.end(), is_reserve)); }

Status SegmentLog::check_space(const std::string& folder, std::uint64_t bytes) {
  const auto free = files_.free_space(folder);
  if (!free) return free.status();
  if (*free >= settings_.minimum_free_bytes + bytes) return {};
  return retryable("the disk of " + folder + " has " + std::to_string(*free) + " bytes free; a new segment of " + std::to_string(bytes) +
                       " would leave less than minimumRequiredSpace = " + std::to_string(settings_.minimum_free_bytes) +
                       ". Puts wait until events are taken or the disk has space again",
                   Cause::NoSpace);
}

Result<Slot> SegmentLog::make_slot(std::uint32_t number, std::uint64_t bytes, bool leaves_minimum) {
  const std::string& folder = settings_.folders[number % settings_.folders.size()];
  if (leaves_minimum) FLUME_TRY(check_space(folder, bytes));
  const std::string path = folder + "/" + slot_name(number);
  auto file = files_.open(path, OpenMode::CreateNew);
  if (!file) return std::move(file).status();
  FLUME_TRY(files_.sync_directory(folder));
  return Slot{path, *std::move(file), bytes, 0};
}

void SegmentLog::free_delivered() {
  const Ranges& delivered = settings_.rules.reuse_after_durable_takes ? durable_delivered_ : state_.delivered;
  for (auto sealed = state_.sealed.begin(); sealed != state_.sealed.end();) {
    const bool has_events = sealed->second.ids.size() != 0 && !delivered.contains(Ranges(sealed->second.ids));
    const bool is_fall_back = !active_ && sealed->first == newest_recovered_ && settings_.rules.keep_newest_sealed;
    if (has_events || is_fall_back) {
      ++sealed;
      continue;
    }
    const auto segment = segments_.find(sealed->first);
    sealed = state_.sealed.erase(sealed);
    if (segment == segments_.end()) continue;
    retiring_.push_back(std::move(segment->second));
    segments_.erase(segment);
  }
}

void SegmentLog::free_slot(SegmentPointer segment) {
  Slot slot = std::move(segment->slot);
  if (!segment->is_damaged) {
    free_.insert(settings_.rules.keep_newest_sealed ? free_.end() : free_.begin(), std::move(slot));
    return;
  }
  const std::string aside = slot.path + std::string(kDamagedSlot);
  const Status moved = files_.rename(slot.path, aside, false);
  if (moved.ok()) {
    log_.warn("all other events of a damaged segment are delivered; it is put aside", {{"path", aside}});
  } else {
    log_.error("a damaged segment could not be put aside; it stays where it is and is not used", {{"path", slot.path}, {"reason", moved}});
  }
}

bool SegmentLog::discard(Slot slot) {
  slot.file.reset();
  Status removed = files_.remove(slot.path);
  if (removed.ok()) removed = files_.sync_directory(parent_directory(slot.path));
  if (!removed.ok()) log_.warn("a file that is not needed any more could not be removed", {{"path", slot.path}, {"reason", removed}});
  return removed.ok();
}

void SegmentLog::drop_free_slots() {
  std::sort(free_.begin(), free_.end(), [&](const Slot& a, const Slot& b) {
    const bool a_is_odd = a.bytes > settings_.slot_bytes;
    const bool b_is_odd = b.bytes > settings_.slot_bytes;
    return a_is_odd != b_is_odd ? b_is_odd : a.size > b.size;
  });
  while (free_.size() > kMostFreeSlots) {
    const Status removed = files_.remove(free_.back().path);
    if (!removed.ok()) log_.warn("a file that is not needed any more could not be removed", {{"reason", removed}});
    free_.pop_back();
  }
}

bool SegmentLog::fill_ahead(Lock& lock) {
  const std::size_t wanted = active_->end > active_->slot.bytes / 2 ? 2 : 1;
  const auto unfilled = std::find_if(free_.begin(), free_.end(), [](const Slot& slot) { return slot.size < slot.bytes; });
  if (free_.size() >= wanted && unfilled == free_.end()) return false;
  if (clock_.steady() < no_filling_until_) return false;
  std::optional<Slot> slot;
  if (unfilled != free_.end()) {
    slot = std::move(*unfilled);
    free_.erase(unfilled);
  }
  const std::uint32_t number = slot ? 0 : ++highest_slot_;
  is_filling_ = true;
  lock.unlock();
  Status filled;
  bool is_sound = true;
  if (slot) {
    filled = check_space(parent_directory(slot->path), slot->bytes - slot->size);
  } else if (auto made = make_slot(number, settings_.slot_bytes, true)) {
    slot = *std::move(made);
  } else {
    filled = std::move(made).status();
  }
  if (filled.ok()) {
    const std::string zeros(kZeros, '\0');
    const std::uint64_t count = std::min<std::uint64_t>(kZeros * kZerosAtOnce, slot->bytes - slot->size);
    std::vector<ByteView> pieces(count / kZeros, as_bytes(zeros));
    if (count % kZeros != 0) pieces.push_back(as_bytes(zeros).first(count % kZeros));
    filled = slot->file->write_at(slot->size, pieces);
    is_sound = filled.ok() || filled.cause() == Cause::NoSpace;
    if (filled.ok()) {
      filled = slot->file->sync();
      is_sound = filled.ok();
    }
    if (filled.ok()) slot->size += count;
  }
  lock.lock();
  is_filling_ = false;
  idle_.notify_all();
  // What a failed sync leaves of a file cannot be trusted; on a full disk what is filled already is kept for take-commits.
  if (slot && is_sound) {
    free_.push_back(*std::move(slot));
  } else if (slot) {
    static_cast<void>(discard(*std::move(slot)));  // told; it holds nothing
  }
  if (!filled.ok()) no_filling_until_ = clock_.steady() + kFillAgain;
  return filled.ok();
}

}  // namespace flume::storage
