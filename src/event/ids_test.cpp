#include "flume/ids.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace flume {
namespace {

std::set<EventId> as_set(const Ranges& ranges) {
  std::set<EventId> ids;
  EventId behind = 0;
  bool is_first = true;
  for (const IdRange& range : ranges) {
    RC_ASSERT(range.lo < range.hi);
    RC_ASSERT(is_first || range.lo > behind);  // ascending, neither overlapping nor touching
    is_first = false;
    behind = range.hi;
    for (EventId id = range.lo; id < range.hi; ++id) ids.insert(id);
  }
  return ids;
}

rc::Gen<IdRange> any_range() {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange<EventId>(0, 60), rc::gen::inRange<EventId>(0, 8)),
                      [](const auto& pair) { return IdRange{pair.first, pair.first + pair.second}; });
}

Ranges any_ranges() {
  Ranges ranges;
  for (const IdRange& range : *rc::gen::container<std::vector<IdRange>>(any_range())) ranges.add(range);
  return ranges;
}

RC_GTEST_PROP(Ranges, are_a_set_of_ids, ()) {
  Ranges ranges;
  std::set<EventId> model;
  for (int i = *rc::gen::inRange(0, 30); i > 0; --i) {
    const IdRange range = *any_range();
    const bool adds = *rc::gen::inRange(0, 3) != 0;
    for (EventId id = range.lo; id < range.hi; ++id) adds ? static_cast<void>(model.insert(id)) : static_cast<void>(model.erase(id));
    adds ? ranges.add(range) : ranges.remove(range);
    RC_ASSERT(as_set(ranges) == model);
    RC_ASSERT(ranges.count() == model.size());
    RC_ASSERT(ranges.empty() == model.empty());
    std::uint64_t n = 0;
    for (const EventId id : model) RC_ASSERT(ranges.at(n++) == id);
    for (EventId id = 0; id < 70; ++id) RC_ASSERT(ranges.contains(id) == model.contains(id));
    if (model.empty()) continue;
    RC_ASSERT(ranges.lowest() == *model.begin());
    RC_ASSERT(ranges.end_id() == *model.rbegin() + 1);
  }
}

RC_GTEST_PROP(Ranges, join_cut_and_take_away_each_other, ()) {
  const Ranges a = any_ranges();
  const Ranges b = any_ranges();
  const std::set<EventId> x = as_set(a);
  const std::set<EventId> y = as_set(b);
  std::set<EventId> both;
  std::set<EventId> only_a = x;
  std::set<EventId> any = x;
  for (const EventId id : y) {
    if (x.contains(id)) both.insert(id);
    only_a.erase(id);
    any.insert(id);
  }
  RC_ASSERT(as_set(a.intersection(b)) == both);
  Ranges left = a;
  left.remove(b);
  RC_ASSERT(as_set(left) == only_a);
  Ranges sum = a;
  sum.add(b);
  RC_ASSERT(as_set(sum) == any);
  RC_ASSERT(a.contains(b) == (both == y));
  RC_ASSERT((a == b) == (x == y));
}

TEST(Ranges, are_told_with_their_last_ids) {
  Ranges ranges({1, 6});
  ranges.add({9, 10});
  EXPECT_EQ(to_string(ranges), "1-5,9");
  EXPECT_EQ(to_string(Ranges()), "");
}

}  // namespace
}  // namespace flume
