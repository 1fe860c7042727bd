// Events as everybody sees them: EventView (one event) and EventBatch (many, the only currency
// between sources, channels and sinks). An event IS the Avro binary form of Flume's AvroFlumeEvent
// {map<string> headers; bytes body}, canonical: one map block, minimal lengths, each key once.
//   record := n {key value}*n 0 | 0 (no headers), then body; strings and body preceded by a length
// Batches are values that share slabs by reference: copying, splitting and passing on copy no event.
// A batch is used by one thread at a time; several batches over the same slabs by several threads.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/uio.h>

#include "flume/avro.h"
#include "flume/files.h"
#include "flume/slab.h"
#include "flume/small_vector.h"

namespace flume {

/// One event. A view: valid as long as a batch that holds it.
class EventView {
 public:
  EventView(const std::uint8_t* record, std::uint32_t body_offset, std::uint32_t size) noexcept
      : record_(record), body_offset_(body_offset), size_(size) {}

  [[nodiscard]] std::string_view body() const noexcept {
    return {reinterpret_cast<const char*>(record_) + body_offset_, std::size_t{size_} - body_offset_};
  }
  /// The value of header `key`; nothing when absent. Linear in the number of headers.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view key) const noexcept {
    std::optional<std::string_view> found;
    each_header([&](std::string_view k, std::string_view v) {
      if (k != key) return true;
      found = v;
      return false;
    });
    return found;
  }
  /// Calls `visit(key, value)` in stored order; a visit that returns bool ends it with false.
  template <typename Visit>
  void each_header(Visit&& visit) const {
    std::uint64_t count = 0;
    const std::uint8_t* at = avro::read_length(record_, count);
    for (; count != 0; --count) {
      std::string_view key;
      std::string_view value;
      at = avro::read_bytes(avro::read_bytes(at, key), value);
      if constexpr (std::is_same_v<decltype(visit(key, value)), bool>) {
        if (!visit(key, value)) return;
      } else {
        visit(key, value);
      }
    }
  }
  [[nodiscard]] std::uint32_t header_count() const noexcept {
    std::uint64_t count = 0;
    avro::read_length(record_, count);
    return static_cast<std::uint32_t>(count);
  }
  /// The whole record in Avro binary form.
  [[nodiscard]] std::string_view avro() const noexcept { return {reinterpret_cast<const char*>(record_), size_}; }

 private:
  const std::uint8_t* record_;
  std::uint32_t body_offset_;
  std::uint32_t size_;
};

/// Which records of a slab a filter kept, with running totals so that a part is measured in O(1).
struct SelectedRecord {
  std::uint32_t index;
  std::uint32_t bytes;  ///< of the records before this one in the selection
  std::uint32_t slots;
};
using SelectionList = std::vector<SelectedRecord>;  // one entry more than records: the totals

/// A run of events in one slab: [lo, hi) of its records, or of a selection of them.
struct Slice {
  SlabRef slab;
  std::shared_ptr<const SelectionList> selection;
  std::uint32_t lo = 0;
  std::uint32_t hi = 0;

  [[nodiscard]] std::uint32_t size() const noexcept { return hi - lo; }
  /// Encoded bytes of its events. O(1).
  [[nodiscard]] std::uint64_t bytes() const noexcept {
    if (lo == hi) return 0;
    if (selection) return (*selection)[hi].bytes - (*selection)[lo].bytes;
    return slab->record(hi - 1).end - slab->record(lo).offset;
  }
  /// Body slots of its events (Flume's byteCapacity unit). O(1).
  [[nodiscard]] std::uint64_t slots() const noexcept {
    if (lo == hi) return 0;
    if (selection) return (*selection)[hi].slots - (*selection)[lo].slots;
    return slab->record(hi - 1).slots - (lo == 0 ? 0 : slab->record(lo - 1).slots);
  }
  [[nodiscard]] const SlabRecord& record(std::uint32_t i) const noexcept {
    return slab->record(selection ? (*selection)[lo + i].index : lo + i);
  }
  [[nodiscard]] EventView event(std::uint32_t i) const noexcept {
    const SlabRecord& at = record(i);
    return {slab->bytes() + at.offset, at.body - at.offset, at.end - at.offset};
  }
};

class BatchBuilder;

class EventBatch {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = EventView;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = EventView;
    Iterator() = default;
    Iterator(const Slice* slice, std::uint32_t index) noexcept : slice_(slice), index_(index) {}
    EventView operator*() const noexcept { return slice_->event(index_); }
    Iterator& operator++() noexcept {
      if (++index_ == slice_->size()) {
        ++slice_;
        index_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) noexcept {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) noexcept = default;

   private:
    const Slice* slice_ = nullptr;
    std::uint32_t index_ = 0;
  };
  using Slices = SmallVector<Slice, 2>;

  EventBatch() noexcept = default;
  EventBatch(const EventBatch&) = default;
  EventBatch& operator=(const EventBatch&) = default;
  /// A moved-from batch is empty.
  EventBatch(EventBatch&& other) noexcept : slices_(std::move(other.slices_)), size_(std::exchange(other.size_, 0)) {}
  EventBatch& operator=(EventBatch&& other) noexcept {
    slices_ = std::move(other.slices_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~EventBatch() = default;

  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// Encoded bytes; body slots. O(slices).
  [[nodiscard]] std::uint64_t bytes() const noexcept;
  [[nodiscard]] std::uint64_t slots() const noexcept;
  [[nodiscard]] Iterator begin() const noexcept { return {slices_.begin(), 0}; }
  [[nodiscard]] Iterator end() const noexcept { return {slices_.end(), 0}; }
  /// The i-th event. O(slices); for a walk use iteration.
  [[nodiscard]] EventView operator[](std::uint32_t i) const noexcept;

  /// The first n events (n <= size()) leave this batch and are returned. O(slices), no event is copied.
  EventBatch split_front(std::uint32_t n);
  /// `other` behind this batch's events; adjacent slices of a slab fuse.
  void append(EventBatch other);
  void append(Slice slice);
  /// The events at the given positions (ascending, unique). O(positions).
  [[nodiscard]] EventBatch pick(const std::vector<std::uint32_t>& positions) const;

  /// The events for which `keep(EventView)` holds; the slabs are shared, only an index is made.
  template <typename Keep>
  [[nodiscard]] EventBatch filter(Keep&& keep) const;
  /// New events: `change(EventView, BatchBuilder&)` adds what becomes of each (nothing drops it).
  template <typename Change>
  [[nodiscard]] EventBatch rewrite(BatchBuilder& builder, Change&& change) const;

  /// The records' bytes, in order, as few pieces as possible, appended to `out`. Valid as long as the batch.
  void avro_iov(std::vector<iovec>& out) const;

  /// Bytes of all slabs that this batch keeps in memory; far above bytes() after a filter.
  [[nodiscard]] std::uint64_t held_bytes() const noexcept;

  [[nodiscard]] const Slices& slices() const noexcept { return slices_; }
  void clear() noexcept {
    slices_.clear();
    size_ = 0;
  }

 private:
  Slices slices_;  // none is empty
  std::uint32_t size_ = 0;
};

/// Collects what a filter keeps of one slice; used by filter() and pick().
class SliceSelector {
 public:
  explicit SliceSelector(const Slice& slice) : slice_(slice) {}
  /// Keeps the slice's i-th event. Ascending.
  void keep(std::uint32_t i);
  /// Appends the kept events to `out`: as a plain slice when they are one run.
  void finish(EventBatch& out);

 private:
  const Slice& slice_;
  std::uint32_t first_ = 0;  // while one run: [first_, first_ + run_)
  std::uint32_t run_ = 0;
  std::shared_ptr<SelectionList> list_;
};

template <typename Keep>
EventBatch EventBatch::filter(Keep&& keep) const {
  EventBatch kept;
  for (const Slice& slice : slices_) {
    SliceSelector selector(slice);
    for (std::uint32_t i = 0; i < slice.size(); ++i) {
      if (keep(slice.event(i))) selector.keep(i);
    }
    selector.finish(kept);
  }
  return kept;
}

}  // namespace flume
