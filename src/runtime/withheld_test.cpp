#include "runtime/withheld.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/batch_of.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::runtime {
namespace {

class WithheldTest : public testing::Test {
 protected:
  WithheldTest() {
    EventBatch batch = batch_of_bodies({"a", "b", "c"});
    EXPECT_TRUE((*channel_.putter("test"))->put(batch, {}, Deadline::immediate(), {}).ok());
  }
  TestServices services_;
  SimDurableChannel channel_{services_.clock, {.capacity = 10}};
  Withheld withheld_{channel_, "sink:k1"};
};

TEST_F(WithheldTest, keeps_events_in_doubt_from_others) {
  ASSERT_TRUE(withheld_.add_doubtful(Ranges(IdRange{1, 3})).ok());
  EXPECT_EQ(channel_.held("sink:k1"), Ranges(IdRange{1, 3}));
}

TEST_F(WithheldTest, tells_the_channel_again_what_it_could_not_be_told) {
  channel_.fail_notes(1);
  EXPECT_FALSE(withheld_.add_doubtful(Ranges(IdRange{1, 3})).ok());
  EXPECT_EQ(withheld_.doubtful(), Ranges(IdRange{1, 3}));
  EXPECT_TRUE(channel_.held("sink:k1").empty());
  ASSERT_TRUE(withheld_.make_known().ok());
  EXPECT_EQ(channel_.held("sink:k1"), Ranges(IdRange{1, 3}));
}

TEST_F(WithheldTest, has_an_end_of_bad_events) {
  SimDurableChannel channel{services_.clock, {.capacity = 3 * Withheld::kMostRefused, .transaction_capacity = 3 * Withheld::kMostRefused}};
  EventBatch batch = batch_of_bodies(std::vector<std::string>(2 * Withheld::kMostRefused + 2, "x"));
  ASSERT_TRUE((*channel.putter("test"))->put(batch, {}, Deadline::immediate(), {}).ok());
  Withheld withheld(channel, "sink:k1");
  Ranges every_second;
  for (EventId id = 1; id < 2 * Withheld::kMostRefused; id += 2) every_second.add({id, id + 1});
  ASSERT_TRUE(withheld.add_refused(every_second).ok());
  const Status more = withheld.add_refused({{2 * Withheld::kMostRefused + 1, 2 * Withheld::kMostRefused + 2}});
  EXPECT_EQ(more.cause(), Cause::Full);
  EXPECT_THAT(more.message(), testing::HasSubstr("there are 20000 already"));
  EXPECT_EQ(withheld.refused(), every_second);
  EXPECT_EQ(channel.held("sink:k1"), every_second);
}

TEST_F(WithheldTest, tells_nothing_that_is_known) {
  ASSERT_TRUE(withheld_.add_doubtful(Ranges(IdRange{1, 3})).ok());
  channel_.fail_notes(1);
  EXPECT_TRUE(withheld_.make_known().ok());
}

}  // namespace
}  // namespace flume::runtime
