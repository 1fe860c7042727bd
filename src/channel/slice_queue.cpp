#include "channel/slice_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace flume {
namespace {

IdSlice part_of(const IdSlice& whole, std::uint32_t from, std::uint32_t count) {
  IdSlice part = whole;
  part.slice.lo += from;
  part.slice.hi = part.slice.lo + count;
  part.first += from;
  return part;
}

/// True when `next` went into `before`.
bool fuse(IdSlice& before, const Slice& next, EventId first) {
  if (before.end_id() != first || before.slice.hi != next.lo || before.slice.slab != next.slab ||
      before.slice.selection != next.selection) {
    return false;
  }
  before.slice.hi = next.hi;
  return true;
}

/// How many of the slice's first events have at most `max_bytes` together.
std::uint32_t fitting(const Slice& slice, std::uint64_t max_bytes) {
  if (slice.bytes() <= max_bytes) return slice.size();
  std::uint32_t fits = 0;
  std::uint32_t too_many = slice.size();
  Slice front = slice;
  while (too_many - fits > 1) {
    const std::uint32_t middle = fits + (too_many - fits) / 2;
    front.hi = front.lo + middle;
    (front.bytes() <= max_bytes ? fits : too_many) = middle;
  }
  return fits;
}

/// The first slice with an id above `id - 1`: the one that `id` is in, or the next.
template <typename Slices>
auto first_ending_after(Slices& slices, EventId id) {
  return std::upper_bound(slices.begin(), slices.end(), id, [](EventId wanted, const IdSlice& slice) { return wanted < slice.end_id(); });
}

}  // namespace

IdSlices with_ids(const EventBatch& events, const Ranges& ids) {
  IdSlices slices;
  const IdRange* range = ids.begin();
  EventId next = range == ids.end() ? 0 : range->lo;
  for (const Slice& slice : events.slices()) {
    for (std::uint32_t from = 0; from < slice.size();) {
      if (next == range->hi) next = (++range)->lo;
      const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(slice.size() - from, range->hi - next));
      slices.push_back(part_of({slice, next - from}, from, count));
      from += count;
      next += count;
    }
  }
  return slices;
}

void SliceQueue::push_back(EventBatch& events, EventId first) {
  for (const Slice& slice : events.slices()) {
    const std::uint32_t size = slice.size();
    if (slices_.empty() || !fuse(slices_.back(), slice, first)) slices_.push_back({slice, first});
    first += size;
  }
}

void SliceQueue::pop_front(std::uint32_t max_events, std::uint64_t max_bytes, EventBatch& events, Ranges& ids, EventId end) {
  while (max_events != 0 && !slices_.empty() && slices_.front().first < end) {
    IdSlice& head = slices_.front();
    auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>({max_events, head.slice.size(), end - head.first}));
    if (max_bytes != UINT64_MAX) {
      Slice front = head.slice;
      front.hi = front.lo + count;
      count = fitting(front, max_bytes);
      if (count == 0) {
        if (!events.empty()) return;
        count = 1;
      }
      front.hi = front.lo + count;
      max_bytes -= std::min(max_bytes, front.bytes());
    }
    ids.add({head.first, head.first + count});
    max_events -= count;
    if (count == head.slice.size()) {
      events.append(std::move(head.slice));
      slices_.pop_front();
      continue;
    }
    events.append(part_of(head, 0, count).slice);
    head.slice.lo += count;
    head.first += count;
  }
}

SliceQueue::Place SliceQueue::cut_at(EventId id) {
  const Place place = first_ending_after(slices_, id);
  if (place == slices_.end() || place->first >= id) return place;
  const auto before = static_cast<std::uint32_t>(id - place->first);
  IdSlice behind = part_of(*place, before, place->slice.size() - before);
  place->slice.hi = place->slice.lo + before;
  return slices_.insert(std::next(place), std::move(behind));
}

void SliceQueue::insert(IdSlices slices) {
  for (IdSlice& slice : slices) {
    const Place behind = first_ending_after(slices_, slice.first);
    if (behind != slices_.begin()) {
      const Place before = std::prev(behind);
      if (fuse(*before, slice.slice, slice.first)) {
        if (behind != slices_.end() && fuse(*before, behind->slice, behind->first)) slices_.erase(behind);
        continue;
      }
    }
    if (behind != slices_.end() && fuse(slice, behind->slice, behind->first)) {
      *behind = std::move(slice);
    } else {
      slices_.insert(behind, std::move(slice));
    }
  }
}

void SliceQueue::insert_all(SliceQueue& other) {
  IdSlices all;
  for (IdSlice& slice : other.slices_) all.push_back(std::move(slice));
  other.slices_.clear();
  insert(std::move(all));
}

std::vector<Slice> SliceQueue::take_all() {
  std::vector<Slice> all;
  all.reserve(slices_.size());
  for (IdSlice& slice : slices_) all.push_back(std::move(slice.slice));
  slices_.clear();
  return all;
}

IdSlices SliceQueue::extract(const Ranges& ids) {
  IdSlices out;
  for (const IdRange& range : ids) {
    const Place first = cut_at(range.lo);
    if (first == slices_.end() || first->first >= range.hi) continue;
    // Cutting at the end may move the elements: the first one is found again by its index.
    const std::ptrdiff_t index = first - slices_.begin();
    const Place last = cut_at(range.hi);
    const Place begin = slices_.begin() + index;
    for (Place each = begin; each != last; ++each) out.push_back(std::move(*each));
    slices_.erase(begin, last);
  }
  return out;
}

Ranges SliceQueue::ids() const {
  Ranges ids;
  for (const IdSlice& slice : slices_) ids.add({slice.first, slice.end_id()});
  return ids;
}

std::uint64_t SliceQueue::events_below(EventId end, std::uint64_t enough) const {
  std::uint64_t events = 0;
  for (const IdSlice& slice : slices_) {
    if (slice.first >= end || events >= enough) break;
    events += std::min<std::uint64_t>(slice.slice.size(), end - slice.first);
  }
  return events;
}

bool SliceQueue::contains(const Ranges& ids) const {
  for (const IdRange& range : ids) {
    EventId next = range.lo;
    auto place = first_ending_after(slices_, next);
    for (; next < range.hi; ++place) {
      if (place == slices_.end() || place->first > next) return false;
      next = place->end_id();
    }
  }
  return true;
}

}  // namespace flume
