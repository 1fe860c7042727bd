// The events of a channel as slices in id order. Every operation costs as many steps as slices are touched, never as
// many as there are events; neighbours that lie side by side in one slab fuse, so that a backlog of small puts is few slices.
// Owned and locked by the channel.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "flume/event.h"
#include "flume/ids.h"

namespace flume {

/// A slice whose events have the ids first, first + 1, ...
struct IdSlice {
  Slice slice;
  EventId first = 0;
  [[nodiscard]] EventId end_id() const noexcept { return first + slice.size(); }
};
using IdSlices = SmallVector<IdSlice, 2>;

/// The events with their ids. The i-th event of the batch has the i-th id.
[[nodiscard]] IdSlices with_ids(const EventBatch& events, const Ranges& ids);

class SliceQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return slices_.empty(); }
  /// The lowest id here. Precondition: not empty.
  [[nodiscard]] EventId first_id() const noexcept { return slices_.front().first; }

  /// New events behind all others; `first` is higher than every id here. Slices that do not fuse are moved away;
  /// the batch is to be cleared by the caller, outside its lock.
  void push_back(EventBatch& events, EventId first);
  /// The first events, up to `max_events` and `max_bytes` (encoded; one event is given even if it is larger), with ids below
  /// `end`. Precondition: not empty.
  void pop_front(std::uint32_t max_events, std::uint64_t max_bytes, EventBatch& events, Ranges& ids, EventId end = UINT64_MAX);
  /// Events to their places by id. None of the ids is here.
  void insert(IdSlices slices);
  /// The same for all that `other` has, which is empty then.
  void insert_all(SliceQueue& other);
  /// Out come those of `ids` that are here, in order.
  IdSlices extract(const Ranges& ids);
  /// All of it, in order.
  std::vector<Slice> take_all();
  [[nodiscard]] bool contains(const Ranges& ids) const;
  [[nodiscard]] Ranges ids() const;
  /// How many events have ids below `end`; counts no further than `enough`.
  [[nodiscard]] std::uint64_t events_below(EventId end, std::uint64_t enough) const;

 private:
  using Place = std::deque<IdSlice>::iterator;
  /// Makes `id` the first of its slice, if it lies inside one; returns the first slice at or behind it.
  Place cut_at(EventId id);

  std::deque<IdSlice> slices_;  // none is empty
};

}  // namespace flume
