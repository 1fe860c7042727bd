// Group commit: how queued operations get to the disk, and from there to everybody's eyes.
#include <algorithm>
#include <utility>

#include "codec/crc32c.h"
#include "storage/log_entry.h"
#include "storage/segment_keys.h"
#include "storage/segment_log.h"

namespace flume::storage {
namespace {

constexpr std::uint64_t kGroupBytes = std::uint64_t{8} << 20;
constexpr std::size_t kGroupRecords = 512;
constexpr std::array<std::byte, 8> kPadding{};

}  // namespace

Status SegmentLog::submit(Entry& entry, std::span<const BookmarkDelta> deltas) {
  Lock lock(mutex_);
  FLUME_TRY(check(entry, deltas));
  // Close to the limit of an owner's bookmark: what is on its way decides.
  while (!state_.bookmarks.check(deltas, pending_bookmark_bytes_).ok() && pending_bookmark_bytes_ != 0 && advance(lock)) {
  }
  if (!failure_.ok()) return failure_;
  FLUME_TRY(state_.bookmarks.check(deltas));
  enqueue(entry);
  while (!entry.is_done) {
    if (!entry.is_written && !is_writing_ && !(entry.needs_sync && is_syncing_)) {
      write_group(lock);
    } else if (entry.is_written && !is_syncing_) {
      sync_active(lock).ignore();  // told by failure_, and to every entry
    } else {
      const int seen = entry.signal;
      lock.unlock();
      entry.signal.wait(seen);
      lock.lock();
    }
  }
  hand_on();
  run_completions(lock);
  return std::move(entry.result);
}

Status SegmentLog::check(const Entry& entry, std::span<const BookmarkDelta> deltas) const {
  if (!failure_.ok()) return failure_;
  if (is_closed_) return retryable("the channel is stopped", Cause::Stopped);
  if (entry.plain_bytes > kMaxPayload - kMaxTag) return rejected("a batch of more than 2 GiB cannot be stored");
  return state_.bookmarks.check(deltas);
}

void SegmentLog::enqueue(Entry& entry) {
  pending_bookmark_bytes_ += entry.bookmark_bytes();
  queue_.push_back(&entry);
}

void SegmentLog::write_group(Lock& lock) {
  is_writing_ = true;
  std::vector<Entry*> group = std::move(group_);  // they are kept for their memory
  group.clear();
  std::uint64_t group_bytes = 0;
  const std::uint64_t tag = tag_bytes();
  while (!queue_.empty() && group.size() < kGroupRecords && group_bytes < kGroupBytes) {
    group_bytes += queue_.front()->bytes(tag);
    group.push_back(queue_.front());
    queue_.pop_front();
  }
  ++figures_.groups;
  std::vector<ByteView> pieces = std::move(group_pieces_);
  bool is_retry = false;
  for (std::size_t first = 0; first < group.size();) {
    Entry& next = *group[first];
    Status room = failure_;
    if (room.ok() && next.stream && *next.stream) room = retryable("an earlier put of the same source could not be stored");
    if (room.ok() && next.is_too_late(next_id_)) room = rejected("the ids of a put are below those that the log has given already");
    if (room.ok()) {
      next.begin_at(next_id_);
      room = make_room(lock, next.bytes(tag), next.is_put());
    }
    if (!room.ok()) {
      finish(*group[first++], room);
      continue;
    }
    // As many as the segment takes, in one write.
    pieces.clear();
    const SegmentPointer segment = active_;
    const EventId first_id = next_id_;
    std::uint64_t at = segment->end;
    std::size_t last = first;
    for (; last < group.size() && !(is_retry && last > first); ++last) {
      Entry& entry = *group[last];
      if ((entry.stream && *entry.stream) || entry.is_too_late(next_id_) || (entry.is_put() && is_kept_for_takes_)) break;
      entry.begin_at(next_id_);
      if (at + entry.bytes(tag) > segment->slot.bytes) break;
      at = place(entry, at, tag);
    }
    const std::uint64_t start = segment->end;
    lock.unlock();
    Status written;
    for (std::size_t i = first; i < last && written.ok(); ++i) written = lay_out(*group[i], segment->head.salt, pieces);
    if (written.ok()) written = segment->slot.file->write_at(start, pieces);
    lock.lock();
    if (!failure_.ok()) {  // a sync failed meanwhile: nothing more counts
      for (; first < group.size(); ++first) finish(*group[first], failure_);
      break;
    }
    if (!written.ok()) {
      // What is there of them is dead: the next records there are of a later attempt. They may fit one by one: a small one needs no
      // new block of a full disk.
      ++attempt_;
      next_id_ = first_id;
      if (last - first > 1 && !is_retry) {
        is_retry = true;
        continue;
      }
      if (!group[first]->is_put() && written.cause() == Cause::NoSpace && (!free_.empty() || is_filling_) &&
          roll(lock, group[first]->bytes(tag), false).ok()) {
        continue;  // into a slot that is there already
      }
      finish(*group[first++], written);
      continue;
    }
    figures_.written_bytes += at - segment->end;
    const std::uint64_t half = segment->slot.bytes / 2;
    if (settings_.has_thread && segment->end <= half && at > half) parker_.unpark();  // to fill the next slot
    segment->end = at;
    segment->slot.size = std::max(segment->slot.size, at);
    segment->ids.hi = next_id_;
    for (; first < last; ++first) was_written(*group[first]);
  }
  is_writing_ = false;
  group_ = std::move(group);
  group_pieces_ = std::move(pieces);
  if (!settings_.rules.sync_before_acknowledging) publish(active_->head.number, active_->end);
  if (!settings_.syncs_puts && failure_.ok()) {
    // Readers see what is published; that is in the order of the records.
    const auto waiting = std::find_if(in_flight_.begin(), in_flight_.end(), [](const Entry* entry) { return entry->is_put(); });
    if (waiting == in_flight_.end()) published_end_ = active_->end;
  }
  idle_.notify_all();
  if (!queue_.empty() && !queue_.front()->needs_sync) hand_on();  // the others wait for the sync that comes
}

std::uint64_t SegmentLog::tag_bytes() const noexcept {
  return settings_.keys && settings_.keys->encrypts() ? crypto::RecordCipher::kTagBytes : 0;
}

std::uint64_t SegmentLog::place(Entry& entry, std::uint64_t at, std::uint64_t tag) {
  if (entry.passed_over) at = place(*entry.passed_over, at, tag);
  entry.at = at;
  entry.segment = active_->head.number;
  entry.head.first_id = next_id_;
  entry.head.attempt = attempt_;
  entry.head.durable_end = durable_end_;
  entry.head.payload_bytes = static_cast<std::uint32_t>(entry.plain_bytes + tag);
  next_id_ += entry.head.used_ids();
  return at + record_bytes(entry.head.payload_bytes);
}

Status SegmentLog::lay_out(Entry& entry, std::uint64_t salt, std::vector<ByteView>& pieces) {
  if (entry.passed_over) FLUME_TRY(lay_out(*entry.passed_over, salt, pieces));
  if (sealer_) {
    entry.sealed.resize(entry.head.payload_bytes);
    std::vector<ByteView> plain;
    entry.add_pieces(plain);
    FLUME_TRY(sealer_->seal({entry.head.attempt, entry.at}, entry.head.associated(), plain,
                            std::as_writable_bytes(std::span(entry.sealed.data(), entry.sealed.size()))));
    entry.head.payload_crc = codec::crc32c(0, entry.sealed);
  }
  entry.head_bytes = entry.head.encode(salt);
  pieces.emplace_back(entry.head_bytes);
  if (sealer_) {
    pieces.push_back(as_bytes(entry.sealed));
  } else {
    entry.add_pieces(pieces);
  }
  const std::uint64_t padding = record_bytes(entry.head.payload_bytes) - kRecordHeadBytes - entry.head.payload_bytes;
  if (padding != 0) pieces.push_back(ByteView(kPadding).first(padding));
  return {};
}

void SegmentLog::was_written(Entry& entry) {
  ++figures_.records;
  entry.is_written = true;
  if (entry.needs_sync || conflicts(entry)) {
    in_flight_.push_back(&entry);
    return;
  }
  if (!std::exchange(has_unsynced_, true)) {
    unsynced_since_ = clock_.steady();
    parker_.unpark();
  }
  apply(entry);
  finish(entry, {});
}

bool SegmentLog::conflicts(const Entry& entry) const {
  if (entry.is_put() && std::any_of(in_flight_.begin(), in_flight_.end(), [](const Entry* earlier) { return earlier->is_put(); })) {
    return true;
  }
  return entry.owner_bits != 0 && std::any_of(in_flight_.begin(), in_flight_.end(),
                                              [&](const Entry* earlier) { return (earlier->owner_bits & entry.owner_bits) != 0; });
}

void SegmentLog::apply(Entry& entry) {
  if (entry.passed_over) apply(*entry.passed_over);
  std::string_view rest;
  // The same way as recovery takes it.
  const auto change = LogChange::decode(entry.head.type, entry.change, rest);
  if (entry.removed != nullptr) *entry.removed = change->ids.count() - change->ids.intersection(state_.delivered).count();
  state_.apply(entry.head.type, *change);
  state_.next_id += entry.head.used_ids();
  if (!entry.is_put()) return;
  observer_.stored(entry.head.first_id, entry.events, {entry.segment, entry.at, entry.head.first_id});
}

void SegmentLog::finish(Entry& entry, const Status& result) {
  entry.result = result;
  entry.is_done = true;
  pending_bookmark_bytes_ -= entry.bookmark_bytes();
  if (entry.is_async) {
    if (!result.ok() && entry.stream) *entry.stream = true;
    return;
  }
  ++entry.signal;
  entry.signal.notify_one();
}

}  // namespace flume::storage
