// Events from the disk into the queue, piece by piece: those behind the queue, and those that came back by their ids.
#include <algorithm>
#include <utility>

#include "components/channels/file/file_channel.h"

namespace flume {
namespace {

constexpr std::uint64_t kLoadBytes = std::uint64_t{1} << 20;

}  // namespace

Status FileChannel::load(Lock& lock, std::uint32_t events) {
  for (;;) {
    if (is_loading_) return {};             // another taker is at it, and wakes us
    const bool is_by_id = !by_id_.empty();  // below others, it may be
    const bool is_enough = queue_bytes_ >= std::max(hot_bytes_, kLoadBytes);
    if (is_by_id) {
      if (has_loaded() && (is_enough || queue_.events_below(by_id_.lowest(), events) >= events)) return {};
    } else if (!is_cold_ || is_enough || queue_events_ >= events) {
      return {};
    }
    is_loading_ = true;
    withdrawn_ = withdrawing_;
    returned_.clear();
    const Status loaded = is_by_id ? load_by_id(lock) : load_next(lock);
    is_loading_ = false;
    withdrawn_.clear();
    // What is there is delivered first. Those by id are lower: they must not be overtaken.
    if (!loaded.ok()) return is_by_id || queue_.empty() ? loaded : Status();
  }
}

Status FileChannel::load_next(Lock& lock) {
  storage::LogPosition position = cold_;
  lock.unlock();
  auto read = log_->read(position, kLoadBytes, UINT64_MAX, builder_);
  Status passed;
  Ranges unwanted;
  if (read) {
    if (read->damage) passed = pass_over(*read->damage);
    if (!passed.ok())
      position = {position.segment, read->damage->from, read->damage->ids.empty() ? position.id : read->damage->ids.lowest()};
    const Ranges ids{IdRange{cold_.id, std::max(position.id, cold_.id + 1)}};
    unwanted = log_->gone_among(ids);
    if (log_->has_holds()) unwanted.add(log_->held_among(ids));
  }
  lock.lock();
  if (!read) return std::move(read).status();
  Ranges added;
  for (const storage::StoredEvents& events : read->events) add_loaded(events, unwanted, nullptr, added);
  Ranges missed = position.id > cold_.id ? returned_.intersection(IdRange{cold_.id, position.id}) : Ranges();
  missed.remove(added);
  by_id_.add(missed);
  cold_ = position;
  if (cold_.id >= end_id_) is_cold_ = false;
  return passed;
}

Status FileChannel::load_by_id(Lock& lock) {
  const Ranges ids = by_id_;
  lock.unlock();
  auto position = log_->find(ids.lowest());
  auto read = position ? log_->read(*position, kLoadBytes, ids.end_id(), builder_) : Result<storage::SegmentLog::Read>(position.status());
  Status passed;
  Ranges unwanted;
  if (read) {
    if (read->damage) passed = pass_over(*read->damage);
    unwanted = log_->gone_among(ids);
    if (log_->has_holds()) unwanted.add(log_->held_among(ids));
  }
  lock.lock();
  if (!read) return std::move(read).status();
  // What is before the damage is delivered; it must not be loaded again.
  const bool is_known = !passed.ok() && !read->damage->ids.empty();
  const EventId end = passed.ok() ? position->id : is_known ? read->damage->ids.lowest() : ids.lowest();
  Ranges added;
  for (const storage::StoredEvents& events : read->events) add_loaded(events, unwanted, &ids, added);
  const Ranges done = ids.intersection(IdRange{0, end});
  Ranges missed = returned_.intersection(done);
  missed.remove(added);
  by_id_.remove(done);
  by_id_.add(missed);
  return passed;
}

void FileChannel::add_loaded(const storage::StoredEvents& read, const Ranges& unwanted, const Ranges* wanted, Ranges& added) {
  Ranges ids{IdRange{read.first, read.first + read.events.size()}};
  SliceQueue all;
  EventBatch events = read.events;
  all.push_back(events, read.first);
  if (wanted != nullptr) ids = ids.intersection(*wanted);
  ids.remove(unwanted);
  ids.remove(withdrawn_);
  if (!open_takes_.empty()) ids.remove(open_takes_.open_among(ids));
  if (ids.empty()) return;
  push(all.extract(ids));
  added.add(ids);
}

Status FileChannel::pass_over(const storage::Damage& damage) {
  Ranges lost = damage.ids;
  lost.remove(log_->gone_among(lost));
  if (settings_.on_damage == storage::OnDamage::Stop && !lost.empty()) {
    counters_.unhealthy.set(1);
    return corrupt("stored data is damaged: " + to_string(damage) +
                   ". See what can be saved with `flume-ng channel fsck`; to go on without the damaged part, set onDamage = skip");
  }
  services_.log.error("stored data is damaged; what is left of it is delivered", {{"damage", to_string(damage)}, {"lost", lost.count()}});
  log_->keep_aside(damage);
  if (lost.empty()) return {};
  std::uint64_t removed = 0;
  FLUME_TRY(log_->settle(lost, {}, &removed));
  counters_.event_take_error.add(static_cast<std::int64_t>(removed));
  const Lock lock(mutex_);
  room_.release({removed, 0});
  return {};
}

}  // namespace flume
