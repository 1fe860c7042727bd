#include "storage/recent_durations.h"

#include <gtest/gtest.h>

namespace flume::storage {
namespace {

using std::chrono::microseconds;

TEST(RecentDurations, tells_percentiles_within_a_quarter) {
  RecentDurations durations;
  EXPECT_EQ(durations.micros_at(99), 0);
  for (int i = 1; i <= 1000; ++i) durations.add(microseconds(i));
  for (const auto& [percent, exact] : {std::pair(50U, 500), std::pair(99U, 990), std::pair(100U, 1000)}) {
    EXPECT_GE(durations.micros_at(percent), exact);
    EXPECT_LE(durations.micros_at(percent), exact * 5 / 4);
  }
}

TEST(RecentDurations, small_ones_are_exact_and_an_hour_has_its_place) {
  for (const std::int64_t micros : {1, 2, 3, 4, 7, 8}) {
    RecentDurations durations;
    durations.add(microseconds(micros));
    EXPECT_GE(durations.micros_at(50), micros);
    EXPECT_LE(durations.micros_at(50), micros == 8 ? 9 : micros);
  }
  RecentDurations hour;
  hour.add(std::chrono::hours(1));
  EXPECT_GE(hour.micros_at(50), microseconds(std::chrono::hours(1)).count());
  hour.add(std::chrono::hours(24 * 365));
  EXPECT_GT(hour.micros_at(100), 0);
}

TEST(RecentDurations, forgets) {
  RecentDurations durations;
  for (int i = 0; i < 1000; ++i) durations.add(std::chrono::seconds(1));
  for (int i = 0; i < 20'000; ++i) durations.add(microseconds(5));
  EXPECT_EQ(durations.micros_at(99), 5);
}

}  // namespace
}  // namespace flume::storage
