// Group commit: who syncs, what becomes visible then, and who goes on.
#include <utility>

#include "storage/log_entry.h"
#include "storage/segment_log.h"

namespace flume::storage {

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
  if (has_unsynced_ && settings_.has_thread) parker_.unpark();  // it does not watch the time while others sync
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
  while (!asynchronous_.empty() && asynchronous_.front()->is_done) {
    const std::unique_ptr<Entry> entry = std::move(asynchronous_.front());
    asynchronous_.pop_front();
    lock.unlock();
    if (entry->done) entry->done(entry->result, entry->result.ok() ? EventBatch() : std::move(entry->events));
    lock.lock();
  }
  is_completing_ = false;
}

bool SegmentLog::advance(Lock& lock) {
  if (!failure_.ok()) return false;
  if (is_writing_ || is_syncing_) {
    idle_.wait(lock);
  } else if (!queue_.empty()) {
    write_group(lock);
  } else if (!in_flight_.empty() || has_unsynced_) {
    return sync_active(lock).ok();
  } else {
    return false;
  }
  return true;
}

void SegmentLog::drive() {
  Lock lock(mutex_);
  while (advance(lock)) {
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
      const bool has_more_to_fill = failure_.ok() && fill_ahead(lock);
      if (has_more_to_fill || (!queue_.empty() && !is_writing_ && !is_syncing_)) continue;
      if (has_unsynced_ && !is_syncing_ && failure_.ok()) next = Deadline(unsynced_since_ + settings_.sync_interval);
    }
    clock_.park(parker_, next);
  }
}

}  // namespace flume::storage
