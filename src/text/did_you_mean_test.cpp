#include "text/did_you_mean.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace flume {
namespace {

std::string nearest(std::string_view written, const std::vector<std::string>& candidates) {
  return nearest_name(written, candidates).value_or("-");
}

TEST(DidYouMean, finds_a_missing_a_doubled_a_wrong_and_a_swapped_letter) {
  const std::vector<std::string> keys{"hdfs.rollSize", "hdfs.rollCount", "channel", "type"};
  EXPECT_EQ(nearest("hdfs.rolSize", keys), "hdfs.rollSize");
  EXPECT_EQ(nearest("hdfs.rollCouunt", keys), "hdfs.rollCount");
  EXPECT_EQ(nearest("chanmel", keys), "channel");
  EXPECT_EQ(nearest("tpye", keys), "type");
}

TEST(DidYouMean, ignores_case) {
  EXPECT_EQ(nearest("HDFS.ROLLSIZE", {"hdfs.rollSize"}), "hdfs.rollSize");
  EXPECT_EQ(nearest("R1", {"r1"}), "r1");
}

TEST(DidYouMean, forgives_short_names_less) {
  EXPECT_EQ(nearest("k1", {"k2"}), "-");
  EXPECT_EQ(nearest("null", {"nil"}), "-");
  EXPECT_EQ(nearest("avro", {"taildir"}), "-");
}

TEST(DidYouMean, takes_the_nearest_and_the_first_of_equals) { EXPECT_EQ(nearest("source", {"sourcery", "sources", "sourced"}), "sources"); }

TEST(DidYouMean, never_proposes_what_was_written) { EXPECT_EQ(nearest("type", {"type"}), "-"); }

TEST(DidYouMean, gives_up_on_endless_names) { EXPECT_EQ(nearest(std::string(100000, 'a'), {std::string(100000, 'a') + "b"}), "-"); }

RC_GTEST_PROP(DidYouMean, measures_the_same_both_ways, (const std::string& a, const std::string& b)) {
  RC_ASSERT(spelling_distance(a, b, 1000) == spelling_distance(b, a, 1000));
}

RC_GTEST_PROP(DidYouMean, is_zero_only_without_a_difference, (const std::string& a)) {
  RC_PRE(a.size() < 100U);
  RC_ASSERT(spelling_distance(a, a, 3) == 0U);
  RC_ASSERT(spelling_distance(a, a + "\x01", 3) == 1U);
}

}  // namespace
}  // namespace flume
