#include "flume/number_position.h"

#include <gtest/gtest.h>

#include "support/batch_of.h"
#include "support/collecting_channel.h"
#include "support/fake_writer.h"

namespace flume {
namespace {

class NumberPositionTest : public testing::Test {
 protected:
  CollectingChannel first_;
  CollectingChannel second_;
  FakeWriter writer_{{&first_, &second_}};
  NumberPosition position_{"test:r1"};
};

TEST_F(NumberPositionTest, begins_at_nought_and_ends_batches_at_the_end) {
  ASSERT_TRUE(position_.resume(writer_).ok());
  EXPECT_EQ(position_.next(), 0);
  EXPECT_EQ(position_.batch_of(10, 25), 10);
  EXPECT_EQ(position_.batch_of(10, 4), 4);
  EXPECT_EQ(position_.batch_of(10, 0), 0);
  EXPECT_EQ(position_.batch_of(10, INT64_MAX), 10);
}

TEST_F(NumberPositionTest, ends_batches_where_a_channel_is_that_has_more) {
  first_.set_bookmark("test:r1", {{"1:next", "8"}});
  second_.set_bookmark("test:r1", {{"1:next", "5"}});
  ASSERT_TRUE(position_.resume(writer_).ok());
  EXPECT_EQ(position_.next(), 5);
  EXPECT_EQ(position_.batch_of(10, 100), 3);
  ASSERT_TRUE(position_.store(writer_, batch_of_bodies({"5", "6", "7"}), 3, {}).ok());
  EXPECT_EQ(first_.bodies().size(), 0U);
  EXPECT_EQ(second_.bodies().size(), 3U);
  EXPECT_EQ(position_.batch_of(10, 100), 10) << "they are at one again";
}

TEST_F(NumberPositionTest, asks_again_after_a_write_that_did_not_reach_all) {
  bool is_away = true;
  second_.set_judge([&](const EventBatch&) { return is_away ? retryable("disk is away") : Status(); });
  ASSERT_TRUE(position_.resume(writer_).ok());
  EXPECT_FALSE(position_.store(writer_, batch_of_bodies({"0", "1"}), 2, {}).ok());
  is_away = false;
  ASSERT_TRUE(position_.resume(writer_).ok());
  EXPECT_EQ(position_.next(), 0);
  ASSERT_TRUE(position_.store(writer_, batch_of_bodies({"0", "1"}), position_.batch_of(2, 100), {}).ok());
  EXPECT_EQ(first_.bodies().size(), 2U) << "it has them already";
  EXPECT_EQ(second_.bodies().size(), 2U);
}

TEST_F(NumberPositionTest, a_position_beyond_the_end_gives_nothing) {
  first_.set_bookmark("test:r1", {{"1:next", "9223372036854775807"}});
  second_.set_bookmark("test:r1", {{"1:next", "9223372036854775807"}});
  ASSERT_TRUE(position_.resume(writer_).ok());
  EXPECT_EQ(position_.batch_of(10, 100), 0);
  EXPECT_EQ(position_.batch_of(10, INT64_MAX), 0);
}

}  // namespace
}  // namespace flume
