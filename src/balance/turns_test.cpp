#include "balance/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// What a group of sinks needs of it is tested with the load_balance sink processor.

std::vector<std::size_t> order(Turns& turns, Instant now = Instant()) {
  std::vector<std::size_t> members;
  turns.order(now, members);
  return members;
}

TEST(Turns, an_order_comes_behind_what_is_there) {
  Turns turns({});
  turns.begin(3);
  order(turns);
  turns.took();
  std::vector<std::size_t> members = {7};
  turns.order(Instant(), members);
  EXPECT_THAT(members, ElementsAre(7, 1, 2, 0));
}

TEST(Turns, nobody_is_tried_while_all_are_benched) {
  Turns turns({.has_bench = true, .longest_bench = 0ms});
  turns.begin(2);
  for (const std::size_t member : order(turns)) turns.failed(member, Instant());
  EXPECT_THAT(order(turns), IsEmpty());
  EXPECT_EQ(turns.next_change(Instant()), Instant(2s));
  EXPECT_THAT(order(turns, Instant(2s)), testing::SizeIs(2));
}

TEST(Turns, no_bench_is_longer_than_it_may_be) {
  Turns turns({.has_bench = true, .longest_bench = 5s});
  turns.begin(1);
  Instant now{};
  for (int failures = 0; failures < 20; ++failures) {
    turns.failed(0, now);
    now = turns.next_change(now);
  }
  turns.failed(0, now);
  EXPECT_EQ(turns.next_change(now) - now, 5s);
}

}  // namespace
}  // namespace flume
