#include "flume/event.h"

#include <algorithm>
#include <cassert>

namespace flume {

std::uint64_t EventBatch::bytes() const noexcept {
  std::uint64_t sum = 0;
  for (const Slice& slice : slices_) sum += slice.bytes();
  return sum;
}

std::uint64_t EventBatch::slots() const noexcept {
  std::uint64_t sum = 0;
  for (const Slice& slice : slices_) sum += slice.slots();
  return sum;
}

EventView EventBatch::operator[](std::uint32_t i) const noexcept {
  const Slice* slice = slices_.begin();
  while (i >= slice->size()) i -= (slice++)->size();
  return slice->event(i);
}

EventBatch EventBatch::split_front(std::uint32_t n) {
  assert(n <= size_);
  EventBatch front;
  Slice* slice = slices_.begin();
  while (n != 0 && n >= slice->size()) {
    n -= slice->size();
    front.append(std::move(*slice++));
  }
  if (n != 0) {
    Slice part = *slice;
    part.hi = part.lo + n;
    slice->lo = part.hi;
    front.append(std::move(part));
  }
  slices_.erase(slices_.begin(), slice);
  size_ -= front.size_;
  return front;
}

void EventBatch::append(Slice slice) {
  if (slice.lo == slice.hi) return;
  size_ += slice.size();
  if (!slices_.empty()) {
    Slice& last = slices_.back();
    if (last.slab == slice.slab && last.selection == slice.selection && last.hi == slice.lo) {
      last.hi = slice.hi;
      return;
    }
  }
  slices_.push_back(std::move(slice));
}

void EventBatch::append(EventBatch other) {
  if (empty()) {
    *this = std::move(other);
    return;
  }
  for (Slice& slice : other.slices_) append(std::move(slice));
}

EventBatch EventBatch::pick(const std::vector<std::uint32_t>& positions) const {
  EventBatch picked;
  auto position = positions.begin();
  std::uint32_t before = 0;
  for (const Slice& slice : slices_) {
    SliceSelector selector(slice);
    for (; position != positions.end() && *position < before + slice.size(); ++position) selector.keep(*position - before);
    selector.finish(picked);
    before += slice.size();
  }
  assert(position == positions.end());
  return picked;
}

void EventBatch::avro_iov(std::vector<iovec>& out) const {
  for (const Slice& slice : slices_) {
    std::uint8_t* base = slice.slab->bytes();
    if (!slice.selection) {
      out.push_back({base + slice.record(0).offset, static_cast<std::size_t>(slice.bytes())});
      continue;
    }
    for (std::uint32_t i = 0; i < slice.size();) {
      const std::uint32_t start = slice.record(i).offset;
      std::uint32_t end = slice.record(i).end;
      for (++i; i < slice.size() && slice.record(i).offset == end; ++i) end = slice.record(i).end;
      out.push_back({base + start, end - start});
    }
  }
}

std::uint64_t EventBatch::held_bytes() const noexcept {
  std::uint64_t sum = 0;
  const Slab* last = nullptr;
  for (const Slice& slice : slices_) {
    if (slice.slab.get() != last) sum += slice.slab->capacity();
    last = slice.slab.get();
  }
  return sum;
}

void SliceSelector::keep(std::uint32_t i) {
  if (!list_) {
    if (run_ == 0) first_ = i;
    if (first_ + run_ == i) {
      ++run_;
      return;
    }
    list_ = std::make_shared<SelectionList>();
    list_->reserve(slice_.size() + 1);
    const std::uint32_t run = run_;
    for (std::uint32_t k = 0; k < run; ++k) keep(first_ + k);
  }
  if (list_->empty()) list_->push_back({0, 0, 0});
  const SlabRecord& record = slice_.record(i);
  const std::uint32_t body_bytes = record.end - record.body;
  SelectedRecord& here = list_->back();
  here.index = slice_.selection ? (*slice_.selection)[slice_.lo + i].index : slice_.lo + i;
  const std::uint32_t slots = std::max<std::uint32_t>(1, (body_bytes + kBodySlotBytes - 1) / kBodySlotBytes);
  list_->push_back({0, here.bytes + (record.end - record.offset), here.slots + slots});
}

void SliceSelector::finish(EventBatch& out) {
  if (!list_) {
    Slice kept = slice_;
    kept.lo = slice_.lo + first_;
    kept.hi = kept.lo + run_;
    out.append(std::move(kept));
    return;
  }
  const auto kept = static_cast<std::uint32_t>(list_->size() - 1);
  out.append(Slice{slice_.slab, std::move(list_), 0, kept});
}

}  // namespace flume
