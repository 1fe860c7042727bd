// Events back from the disk, and what to do where the disk has lost some.
#include <algorithm>
#include <utility>

#include "storage/log_scan.h"
#include "storage/segment_log.h"

namespace flume::storage {
namespace {

/// Where the next whole record is, and what lies between. `end`: of the segment's ids.
Result<Damage> damage_behind(const Segment& segment, std::uint64_t limit, const LogPosition& position, EventId end) {
  Damage damage{{}, position.offset, limit, {}, "a record that was acknowledged cannot be read"};
  RecordReader search(segment, position.offset, limit);
  EventId next = end;
  for (std::uint64_t from = position.offset + 8;;) {
    auto head = search.find_head(from);
    if (!head) return std::move(head).status();
    if (!*head) break;
    from = (*head)->at + 8;
    search.move_to((*head)->at);
    auto whole = search.next();
    if (!whole) return std::move(whole).status();
    if (!*whole || (*whole)->head.first_id < position.id) continue;
    damage.to = (*whole)->at;
    next = (*whole)->head.first_id;
    break;
  }
  if (next > position.id) damage.ids.add({position.id, next});
  return damage;
}

}  // namespace

Result<LogPosition> SegmentLog::find(EventId id) {
  SegmentPointer segment;
  std::uint64_t limit = 0;
  {
    const Lock lock(mutex_);
    const auto found = std::find_if(segments_.begin(), segments_.end(), [&](const auto& entry) { return entry.second->ids.hi > id; });
    if (found == segments_.end()) return LogPosition{active_->head.number, published_end_, state_.next_id};
    segment = found->second;
    limit = segment == active_ ? published_end_ : segment->end;
  }
  LogPosition position{segment->head.number, segment->records_start, segment->ids.lo};
  RecordReader reader(*segment, position.offset, limit);
  for (;;) {
    auto found = reader.next_head();
    if (!found) return std::move(found).status();
    // At the end, or at damage: who reads from there is told.
    if (!*found) return position;
    const RecordHead& head = (*found)->head;
    if (head.type == RecordType::Put && head.first_id + head.events > id) return LogPosition{position.segment, (*found)->at, head.first_id};
    position.offset = reader.position();
    position.id = std::max(position.id, head.first_id + head.used_ids());
  }
}

Result<SegmentLog::Read> SegmentLog::read(LogPosition& position, std::uint64_t bytes, EventId end, BatchBuilder& builder) {
  Read result;
  std::uint64_t read_bytes = 0;
  while (read_bytes < bytes && position.id < end) {
    SegmentPointer segment;
    std::uint64_t limit = 0;
    EventId end_of_ids = 0;
    bool is_active = false;
    {
      const Lock lock(mutex_);
      const auto found = segments_.lower_bound(position.segment);
      if (found == segments_.end()) break;
      segment = found->second;
      if (found->first != position.segment) {
        position = {found->first, segment->records_start, std::max(position.id, segment->ids.lo)};
      }
      is_active = segment == active_;
      limit = is_active ? published_end_ : segment->end;
      end_of_ids = is_active ? state_.next_id : segment->ids.hi;
      if (position.offset >= limit && is_active) break;
    }
    RecordReader reader(*segment, position.offset, limit);
    while (position.offset < limit && read_bytes < bytes && position.id < end) {
      auto found = reader.next();
      if (!found) return std::move(found).status().with_context(segment->slot.path);
      std::optional<EventBatch> events;
      const bool is_put = *found && (*found)->head.type == RecordType::Put;
      if (is_put && (*found)->head.first_id == position.id) events = events_of(**found, builder);
      if (!*found || (is_put && !events)) {
        auto damage = damage_behind(*segment, limit, position, end_of_ids);
        if (!damage) return std::move(damage).status();
        damage->path = segment->slot.path;
        position.offset = damage->to;
        if (!damage->ids.empty()) position.id = damage->ids.end_id();
        result.damage = *std::move(damage);
        return result;
      }
      position.offset = reader.position();
      read_bytes += record_bytes((*found)->head.payload_bytes);
      if (!events) {
        // A SETTLE may pass over ids.
        const RecordHead& head = (*found)->head;
        if (head.used_ids() != 0 && head.first_id == position.id) position.id += head.used_ids();
        continue;
      }
      result.events.push_back({position.id, *std::move(events)});
      position.id += (*found)->head.events;
    }
    if (position.offset >= limit && !is_active) position = {position.segment + 1, kRecordsStart, position.id};
  }
  return result;
}

void SegmentLog::keep_aside(const Damage& damage) {
  const Lock lock(mutex_);
  for (const auto& [number, segment] : segments_) {
    if (segment->slot.path == damage.path) segment->is_damaged = true;
  }
}

}  // namespace flume::storage
