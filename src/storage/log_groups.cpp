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
  if (!failure_.ok()) return failure_;
  if (is_closed_) return retryable("the channel is stopped", Cause::Stopped);
  if (entry.plain_bytes > kMaxPayload - kMaxTag) return rejected("a batch of more than 2 GiB cannot be stored");
  FLUME_TRY(state_.bookmarks.check(deltas));
  queue_.push_back(&entry);
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

void SegmentLog::hand_on() {
  Entry* next = nullptr;
  if (!queue_.empty() && !is_writing_ && !(queue_.front()->needs_sync && is_syncing_)) {
    next = queue_.front();
  } else if (!in_flight_.empty() && !is_syncing_) {
    next = in_flight_.front();
  }
  if (next == nullptr) return;
  if (next->is_async) {
    parker_.unpark();
  } else {
    ++next->signal;
    next->signal.notify_one();
  }
}

void SegmentLog::write_group(Lock& lock) {
  is_writing_ = true;
  std::vector<Entry*> group;
  std::uint64_t group_bytes = 0;
  const std::uint64_t tag = tag_bytes();
  while (!queue_.empty() && group.size() < kGroupRecords && group_bytes < kGroupBytes) {
    group_bytes += queue_.front()->bytes(tag);
    group.push_back(queue_.front());
    queue_.pop_front();
  }
  ++figures_.groups;
  std::vector<ByteView> pieces;
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
      if ((entry.stream && *entry.stream) || entry.is_too_late(next_id_)) break;
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
      if (!group[first]->is_put() && written.cause() == Cause::NoSpace && !free_.empty() &&
          roll(lock, group[first]->bytes(tag), false).ok()) {
        continue;  // into a slot that is there already
      }
      finish(*group[first++], written);
      continue;
    }
    figures_.written_bytes += at - segment->end;
    segment->end = at;
    segment->slot.size = std::max(segment->slot.size, at);
    segment->ids.hi = next_id_;
    for (; first < last; ++first) was_written(*group[first]);
  }
  is_writing_ = false;
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
    FLUME_TRY(sealer_->seal({entry.head.attempt, entry.at}, entry.head.associated(), entry.pieces,
                            std::as_writable_bytes(std::span(entry.sealed.data(), entry.sealed.size()))));
    entry.head.payload_crc = codec::crc32c(0, entry.sealed);
  }
  entry.head_bytes = entry.head.encode(salt);
  pieces.emplace_back(entry.head_bytes);
  if (sealer_) {
    pieces.push_back(as_bytes(entry.sealed));
  } else {
    pieces.insert(pieces.end(), entry.pieces.begin(), entry.pieces.end());
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

Status SegmentLog::sync_active(Lock& lock) {
  if (!failure_.ok()) return failure_;
  is_syncing_ = true;
  const SegmentPointer segment = active_;
  const std::uint64_t end = segment->end;
  Ranges delivered = state_.delivered;
  const bool had_unsynced = std::exchange(has_unsynced_, false);
  ++figures_.syncs;
  lock.unlock();
  const Instant begun = clock_.steady();
  Status synced = segment->slot.file->sync();
  const Instant::duration took = clock_.steady() - begun;
  lock.lock();
  sync_times_.add(took);
  figures_.sync_micros += std::chrono::ceil<std::chrono::microseconds>(took).count();
  is_syncing_ = false;
  if (synced.ok()) {
    if (segment == active_) durable_end_ = end;
    durable_delivered_ = std::move(delivered);
    publish(segment->head.number, end);
  } else if (settings_.rules.fail_after_failed_sync) {
    fail(fatal("the disk could not keep what was written, so nothing more is written to it: " + synced.message() +
                   ". Look at the disk; what was acknowledged is recovered by the next start",
               synced.cause()));
  } else {
    has_unsynced_ = had_unsynced;
  }
  idle_.notify_all();
  hand_on();
  return synced;
}

void SegmentLog::publish(std::uint64_t segment, std::uint64_t end) {
  if (segment == active_->head.number) published_end_ = std::max(published_end_, end);
  while (!in_flight_.empty()) {
    Entry& entry = *in_flight_.front();
    if (entry.segment > segment || (entry.segment == segment && entry.at >= end)) return;
    in_flight_.pop_front();
    apply(entry);
    finish(entry, {});
  }
}

void SegmentLog::apply(Entry& entry) {
  if (entry.passed_over) apply(*entry.passed_over);
  std::string_view rest;
  // The same way as recovery takes it.
  const auto change = LogChange::decode(entry.head.type, entry.change, rest);
  state_.apply(entry.head.type, *change);
  state_.next_id += entry.head.used_ids();
  if (!entry.is_put()) return;
  observer_.stored(entry.head.first_id, entry.events, {entry.segment, entry.at, entry.head.first_id});
}

void SegmentLog::finish(Entry& entry, const Status& result) {
  entry.result = result;
  entry.is_done = true;
  if (entry.is_async) {
    if (!result.ok() && entry.stream) *entry.stream = true;
    completed_.emplace_back(&entry);
    return;
  }
  ++entry.signal;
  entry.signal.notify_one();
}

void SegmentLog::fail(const Status& status) {
  failure_ = status;
  has_failed_.store(true, std::memory_order_release);
  log_.error("the channel has failed", {{"reason", status}});
  for (std::deque<Entry*>* entries : {&in_flight_, &queue_}) {
    for (Entry* entry : std::exchange(*entries, {})) finish(*entry, status);
  }
}

void SegmentLog::run_completions(Lock& lock) {
  if (is_completing_) return;  // whoever is at it goes on until there are none
  is_completing_ = true;
  while (!completed_.empty()) {
    const std::unique_ptr<Entry> entry = std::move(completed_.front());
    completed_.pop_front();
    lock.unlock();
    if (entry->done) entry->done(entry->result, entry->result.ok() ? EventBatch() : std::move(entry->events));
    lock.lock();
  }
  is_completing_ = false;
}

void SegmentLog::drive() {
  Lock lock(mutex_);
  for (;;) {
    if (!failure_.ok()) break;
    if (is_writing_ || is_syncing_) {
      idle_.wait(lock);
    } else if (!queue_.empty()) {
      write_group(lock);
    } else if (!in_flight_.empty() || has_unsynced_) {
      if (!sync_active(lock).ok()) break;
    } else {
      break;
    }
  }
  run_completions(lock);
}

void SegmentLog::run_thread(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Deadline next = Deadline::never();
    {
      Lock lock(mutex_);
      if (!queue_.empty() && !is_writing_ && !is_syncing_) write_group(lock);
      const bool is_due = has_unsynced_ && clock_.steady() - unsynced_since_ >= settings_.sync_interval;
      if ((!in_flight_.empty() || is_due) && !is_syncing_ && failure_.ok())
        sync_active(lock).ignore();  // told by failure_, and to every entry
      hand_on();
      run_completions(lock);
      if (failure_.ok()) fill_ahead(lock, stop);
      if (!queue_.empty() && !is_writing_ && !is_syncing_) continue;
      if (has_unsynced_ && failure_.ok()) next = Deadline(unsynced_since_ + settings_.sync_interval);
    }
    clock_.park(parker_, next);
  }
}

}  // namespace flume::storage
