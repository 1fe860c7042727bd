#include "output/side_by_side.h"

#include <atomic>
#include <barrier>
#include <numeric>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::output {
namespace {

TEST(SideBySide, does_every_step_once) {
  for (const std::size_t threads : {0U, 1U, 3U}) {
    SideBySide steps(threads);
    for (const std::size_t count : {0U, 1U, 2U, 100U}) {
      std::vector<std::atomic<int>> done(count);
      steps.run(count, [&](std::size_t i) { ++done[i]; });
      for (const auto& times : done) EXPECT_EQ(times, 1);
    }
  }
}

TEST(SideBySide, does_them_at_the_same_time) {
  SideBySide steps(4);
  std::barrier together(4);  // each waits for three others
  for (int round = 0; round < 20; ++round) steps.run(4, [&](std::size_t) { together.arrive_and_wait(); });
}

TEST(SideBySide, keeps_to_the_callers_thread_without_threads) {
  SideBySide steps(0);
  const auto caller = std::this_thread::get_id();
  steps.run(3, [&](std::size_t) { EXPECT_EQ(std::this_thread::get_id(), caller); });
}

TEST(SideBySide, brings_the_values_in_order) {
  SideBySide steps(3);
  const std::vector<std::string> values = steps.collect<std::string>(50, [](std::size_t i) { return std::to_string(i); });
  ASSERT_EQ(values.size(), 50U);
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], std::to_string(i));
}

}  // namespace
}  // namespace flume::output
