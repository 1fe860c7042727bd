// Event ids and sets of them. A channel gives each event an id when it is put; ids follow the order
// of the events; a durable channel never reuses one, a memory channel's are good for this run only.
#pragma once

#include <cstdint>
#include <string>

#include "flume/small_vector.h"

namespace flume {

using EventId = std::uint64_t;

/// [lo, hi)
struct IdRange {
  EventId lo = 0;
  EventId hi = 0;
  [[nodiscard]] std::uint64_t size() const noexcept { return hi - lo; }
  friend bool operator==(const IdRange&, const IdRange&) = default;
};

/// A set of ids as ascending ranges that neither overlap nor touch. A value; two ranges cost no allocation.
class Ranges {
 public:
  Ranges() = default;
  Ranges(IdRange range) { add(range); }

  /// Adds ids, also such that are there already. O(1) at the end, else O(ranges).
  void add(IdRange range);
  void add(const Ranges& other) {
    for (const IdRange& range : other.ranges_) add(range);
  }
  void remove(IdRange range);
  /// O(ranges of both).
  void remove(const Ranges& other);
  [[nodiscard]] bool contains(EventId id) const noexcept;
  /// O(ranges of both), as intersection().
  [[nodiscard]] bool contains(const Ranges& other) const noexcept;
  [[nodiscard]] Ranges intersection(const Ranges& other) const;
  [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }
  /// Number of ids.
  [[nodiscard]] std::uint64_t count() const noexcept;
  /// The n-th id in order (n < count()). O(ranges).
  [[nodiscard]] EventId at(std::uint64_t n) const noexcept;
  /// Smallest id, and one past the largest. Precondition: !empty().
  [[nodiscard]] EventId lowest() const noexcept { return ranges_.front().lo; }
  [[nodiscard]] EventId end_id() const noexcept { return ranges_.back().hi; }
  [[nodiscard]] auto begin() const noexcept { return ranges_.begin(); }
  [[nodiscard]] auto end() const noexcept { return ranges_.end(); }
  [[nodiscard]] std::size_t range_count() const noexcept { return ranges_.size(); }
  void clear() noexcept { ranges_.clear(); }
  friend bool operator==(const Ranges& a, const Ranges& b) noexcept;

 private:
  SmallVector<IdRange, 2> ranges_;
};

/// "1-5,9" (inclusive bounds), for people.
[[nodiscard]] std::string to_string(const Ranges& ranges);

}  // namespace flume
