#include "components/channels/file/backlog_times.h"

#include <gtest/gtest.h>

namespace flume {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant kStart{hours(1)};

TEST(BacklogTimes, the_oldest_event_is_as_old_as_its_mark) {
  BacklogTimes times;
  times.start(1, kStart);
  for (int i = 0; i < 100; ++i) times.stored(1 + 10 * static_cast<EventId>(i), kStart + seconds(i));
  EXPECT_EQ(times.age(1, kStart + seconds(100)), seconds(100));
  EXPECT_EQ(times.age(505, kStart + seconds(100)), seconds(50));
  EXPECT_EQ(times.age(505, kStart + seconds(160)), seconds(110));
}

TEST(BacklogTimes, marks_of_a_long_backlog_are_bounded_and_stay_near) {
  BacklogTimes times;
  times.start(1, kStart);
  constexpr int kSeconds = 200'000;
  for (int i = 0; i < kSeconds; ++i) times.stored(1 + static_cast<EventId>(i), kStart + seconds(i));
  const auto age = times.age(kSeconds / 2, kStart + seconds(kSeconds));
  EXPECT_GE(age, seconds(kSeconds / 2));
  EXPECT_LE(age, seconds(kSeconds / 2 + kSeconds / 256));
}

TEST(BacklogTimes, tells_when_it_is_full_at_this_rate) {
  BacklogTimes times;
  times.start(1, kStart);
  EXPECT_EQ(times.seconds_to_full(100, 1000, kStart + seconds(10)), 90);
  EXPECT_EQ(times.seconds_to_full(110, 1000, kStart + milliseconds(10'500)), 89) << "too soon for another rate";
  EXPECT_EQ(times.seconds_to_full(90, 1000, kStart + seconds(20)), -1);
  EXPECT_EQ(times.seconds_to_full(1000, 1000, kStart + seconds(30)), 0);
}

}  // namespace
}  // namespace flume
