#include "flume/ids.h"

#include <algorithm>

namespace flume {

void Ranges::add(IdRange range) {
  if (range.lo >= range.hi) return;
  if (ranges_.empty() || range.lo > ranges_.back().hi) {
    ranges_.push_back(range);
    return;
  }
  // First range that ends at or behind the new one's start: everything from there that touches it melts into it.
  IdRange* first = std::lower_bound(ranges_.begin(), ranges_.end(), range.lo, [](const IdRange& r, EventId lo) { return r.hi < lo; });
  IdRange* last = first;
  while (last != ranges_.end() && last->lo <= range.hi) {
    range.lo = std::min(range.lo, last->lo);
    range.hi = std::max(range.hi, last->hi);
    ++last;
  }
  if (first == last) {
    ranges_.insert(first, range);
  } else {
    *first = range;
    ranges_.erase(first + 1, last);
  }
}

void Ranges::remove(IdRange range) {
  if (range.lo < range.hi) remove(Ranges(range));
}

void Ranges::remove(const Ranges& other) {
  if (empty() || other.empty() || other.end_id() <= lowest() || end_id() <= other.lowest()) return;
  SmallVector<IdRange, 2> kept;
  const IdRange* hole = other.begin();
  for (IdRange range : ranges_) {
    while (hole != other.end() && hole->hi <= range.lo) ++hole;
    // A hole may reach into the next range too: it is left only when it ends in this one.
    for (const IdRange* here = hole; here != other.end() && here->lo < range.hi; ++here) {
      if (range.lo < here->lo) kept.push_back({range.lo, here->lo});
      range.lo = std::min(range.hi, here->hi);
    }
    if (range.lo < range.hi) kept.push_back(range);
  }
  ranges_ = std::move(kept);
}

bool Ranges::contains(EventId id) const noexcept {
  const IdRange* r = std::upper_bound(ranges_.begin(), ranges_.end(), id, [](EventId i, const IdRange& range) { return i < range.hi; });
  return r != ranges_.end() && r->lo <= id;
}

bool Ranges::contains(const Ranges& other) const noexcept {
  const IdRange* outer = begin();
  for (const IdRange& inner : other) {
    while (outer != end() && outer->hi < inner.hi) ++outer;
    if (outer == end() || inner.lo < outer->lo) return false;
  }
  return true;
}

Ranges Ranges::intersection(const Ranges& other) const {
  Ranges common;
  const IdRange* a = begin();
  const IdRange* b = other.begin();
  while (a != end() && b != other.end()) {
    common.add({std::max(a->lo, b->lo), std::min(a->hi, b->hi)});
    if (a->hi < b->hi) {
      ++a;
    } else {
      ++b;
    }
  }
  return common;
}

std::uint64_t Ranges::count() const noexcept {
  std::uint64_t sum = 0;
  for (const IdRange& range : ranges_) sum += range.size();
  return sum;
}

EventId Ranges::at(std::uint64_t n) const noexcept {
  const IdRange* range = ranges_.begin();
  while (n >= range->size()) n -= (range++)->size();
  return range->lo + n;
}

bool operator==(const Ranges& a, const Ranges& b) noexcept { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

std::string to_string(const Ranges& ranges) {
  std::string text;
  for (const IdRange& range : ranges) {
    if (!text.empty()) text += ',';
    text += std::to_string(range.lo);
    if (range.size() > 1) text += '-' + std::to_string(range.hi - 1);
  }
  return text;
}

}  // namespace flume
