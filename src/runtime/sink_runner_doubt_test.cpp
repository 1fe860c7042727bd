// Deliveries of which nobody knows whether they arrived.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sink_runner_fixture.h"

namespace flume::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SinkRunnerDoubtTest : public SinkRunnerTest {};

TEST_F(SinkRunnerDoubtTest, events_in_doubt_that_cannot_be_withheld_come_again_as_such) {
  answers_ = {says(Outcome::InDoubt)};
  put({"a"});
  channel_.fail_notes(1);
  start();
  EXPECT_EQ(services_.log.count(LogLevel::Error, "could not be withheld"), 1U);
  pass(1s);
  EXPECT_THAT(deliveries(), ElementsAre("a", "? a"));
}

TEST_F(SinkRunnerDoubtTest, a_sink_may_say_what_it_is_in_doubt_about) {
  answers_ = {[](const EventBatch&, Delivery& delivery) {
    delivery.explain("no answer in time");
    return Outcome::InDoubt;
  }};
  put({"a"});
  start();
  EXPECT_EQ(state(), "impaired: the destination has not said whether it has the last batch: no answer in time");
}

TEST_F(SinkRunnerDoubtTest, events_in_doubt_are_kept_from_others_and_delivered_again_as_such) {
  answers_ = {says(Outcome::InDoubt), says(Outcome::InDoubt)};
  script_.limits.events = 2;
  put({"a", "b", "c"});
  start();
  EXPECT_THAT(state(), HasSubstr("impaired: the destination has not said"));
  auto other = channel_.taker("sink:k2");
  EXPECT_EQ((*other)->take({}, Deadline::immediate(), {})->events().size(), 1U) << "c alone";
  EXPECT_EQ(sleeps(), 1s);
  pass(1s);
  EXPECT_EQ(sleeps(), 2s);
  pass(2s);
  EXPECT_THAT(deliveries(), ElementsAre("a b", "? a b", "? a b", "c"));
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_TRUE(channel_.held("sink:k1").empty());
  EXPECT_EQ(counter("LEDGER", "redelivered"), 4);
  EXPECT_EQ(state(), "running");
}

TEST_F(SinkRunnerDoubtTest, events_in_doubt_that_did_not_arrive_are_events_like_any_other_again) {
  answers_ = {says(Outcome::InDoubt), says(Outcome::NotDelivered)};
  put({"a"});
  start();
  pass(1s);
  EXPECT_TRUE(channel_.held("sink:k1").empty());
  put({"b"});
  pass(2s);
  EXPECT_THAT(deliveries(), ElementsAre("a", "? a", "a b"));
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_F(SinkRunnerDoubtTest, a_delivery_may_be_in_doubt_in_part) {
  answers_ = {[](const EventBatch&, Delivery& delivery) -> Result<Outcome> {
    delivery.delivered({{1, 2}});
    delivery.reject(1, "bad");
    delivery.bookmark("at", "1");
    return Outcome::InDoubt;
  }};
  put({"a", "bad", "c"});
  start();
  EXPECT_EQ(channel_.size(), 2U);
  EXPECT_EQ(channel_.bookmark("sink:k1")->at("at"), "1");
  pass(1s);
  EXPECT_THAT(deliveries(), ElementsAre("a bad c", "? c"));
  EXPECT_EQ(channel_.held("sink:k1"), Ranges({2, 3}));
}

TEST_F(SinkRunnerDoubtTest, an_exception_leaves_events_in_doubt_that_were_so_before) {
  answers_ = {says(Outcome::InDoubt), [](const EventBatch&, Delivery&) -> Result<Outcome> { throw std::runtime_error("x"); }};
  put({"a"});
  start();
  pass(1s);
  pass(2s);
  EXPECT_THAT(deliveries(), ElementsAre("a", "? a", "? a"));
}

TEST_F(SinkRunnerDoubtTest, events_in_doubt_stay_so_over_a_crash) {
  answers_ = {says(Outcome::InDoubt)};
  put({"a"});
  start();
  runner_.reset();
  channel_.crash_process();
  start();
  EXPECT_THAT(deliveries(), ElementsAre("a", "? a"));
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_F(SinkRunnerDoubtTest, a_sink_finds_out_at_its_start_what_became_of_events_in_doubt) {
  answers_ = {says(Outcome::InDoubt)};
  put({"a", "b"});
  start();
  runner_.reset();
  script_.start = [](SinkContext& context) { return context.settle({{1, 2}}, {}); };
  start();
  EXPECT_THAT(deliveries(), ElementsAre("a b", "? b"));
}

}  // namespace
}  // namespace flume::runtime
