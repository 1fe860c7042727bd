#include "intake/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/collecting_channel.h"
#include "support/fake_writer.h"
#include "support/test_services.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class IntakeTest : public testing::Test {
 protected:
  IntakeTest() { make(); }
  ~IntakeTest() override { drain(); }

  void make(IntakeSettings settings = {}, FakeWriter::Settings writer = {}) {
    drain();
    writer_ = std::make_unique<FakeWriter>(std::vector<Channel*>{&channel_}, std::move(writer));
    intake_ = std::make_unique<Intake>(loop_, *writer_, context_, log_, settings);
  }
  void drain(Deadline deadline = Deadline::never()) {
    if (intake_) run_to_end(loop_, intake_->drain(deadline));
    intake_.reset();
  }
  /// One request with an answer, kept in answers_ as "name ok" or "name: error".
  void request(const std::string& name, const std::vector<std::string>& bodies) {
    for (const std::string& body : bodies) ASSERT_TRUE(intake_->builder().body(body).ok());
    intake_->submit(
        [this, name](const Status& stored) { answers_.push_back(stored.ok() ? name + " ok" : name + ": " + stored.message()); });
  }
  void events(const std::vector<std::string>& bodies) {
    for (const std::string& body : bodies) ASSERT_TRUE(intake_->builder().body(body).ok());
    intake_->submit();
  }

  TestServices services_;
  SimEventLoop loop_{services_.clock};
  const Log log_ = services_.of("sources.r1", "r1").log;
  CollectingChannel channel_;
  SourceCounters counters_{"r1"};
  FakeSourceContext context_{counters_};
  std::unique_ptr<FakeWriter> writer_;
  std::unique_ptr<Intake> intake_;
  std::vector<std::string> answers_;
};

TEST_F(IntakeTest, requests_of_one_turn_of_the_loop_are_one_batch) {
  request("a", {"1", "2"});
  request("b", {"3"});
  EXPECT_THAT(answers_, IsEmpty());
  loop_.run_until_idle();
  EXPECT_THAT(channel_.batch_sizes(), ElementsAre(3));
  EXPECT_THAT(channel_.bodies(), ElementsAre("1", "2", "3"));
  EXPECT_THAT(answers_, ElementsAre("a ok", "b ok"));
}

TEST_F(IntakeTest, a_request_without_events_is_answered_too) {
  request("none", {});
  loop_.run_until_idle();
  request("a", {"1"});
  request("none", {});
  loop_.run_until_idle();
  EXPECT_THAT(answers_, ElementsAre("none ok", "a ok", "none ok"));
}

TEST_F(IntakeTest, a_request_larger_than_a_transaction_is_answered_when_its_last_part_is_stored) {
  channel_.set_transaction_capacity(2);
  make();
  channel_.hold_puts();
  request("a", {"1", "2", "3", "4", "5"});
  request("b", {"6"});
  loop_.run_until_idle();
  channel_.complete_puts(2);
  loop_.run_until_idle();
  EXPECT_THAT(answers_, IsEmpty());
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(answers_, ElementsAre("a ok", "b ok"));
  EXPECT_THAT(channel_.batch_sizes(), ElementsAre(2, 2, 2));
}

TEST_F(IntakeTest, what_comes_while_writes_are_under_way_is_gathered) {
  make({.most_writes = 1});
  channel_.hold_puts();
  request("a", {"1"});
  loop_.run_until_idle();
  request("b", {"2"});
  loop_.run_until_idle();
  request("c", {"3"});
  loop_.run_until_idle();
  EXPECT_EQ(channel_.held_puts(), 1U);
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(answers_, ElementsAre("a ok"));
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(channel_.batch_sizes(), ElementsAre(1, 2));
  EXPECT_THAT(answers_, ElementsAre("a ok", "b ok", "c ok"));
}

TEST_F(IntakeTest, answers_come_in_the_order_of_the_requests) {
  make({.patience = 3s});
  channel_.hold_puts();
  request("a", {"1"});
  loop_.run_until_idle();
  request("b", {"2"});
  loop_.run_until_idle();
  ASSERT_EQ(channel_.held_puts(), 2U);
  channel_.complete_puts(1, retryable("disk gone"));
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(answers_, ElementsAre("a: disk gone", "b ok"));
}

TEST_F(IntakeTest, a_full_channel_is_waited_for_as_long_as_requests_are_patient) {
  make({.patience = 3s});
  channel_.set_full(true);
  request("a", {"1"});
  loop_.advance(1s);
  request("b", {"2"});
  loop_.advance(1900ms);
  EXPECT_THAT(answers_, IsEmpty());
  loop_.advance(200ms);
  EXPECT_THAT(answers_, ElementsAre("a: no room in the channel"));
  channel_.set_full(false);
  loop_.run_until_idle();
  EXPECT_THAT(answers_, ElementsAre("a: no room in the channel", "b ok"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("2"));
  EXPECT_EQ(counters_.channel_write_fail.get(), 1);
}

TEST_F(IntakeTest, every_request_is_answered_in_its_time_while_the_channel_stays_full) {
  make({.patience = 3s});
  channel_.set_full(true);
  for (int i = 0; i < 5; ++i) {
    request("r" + std::to_string(i), {"x"});
    loop_.advance(1s);
  }
  EXPECT_EQ(answers_.size(), 3U);  // of the seconds 0, 1 and 2; it is now second 5
  loop_.advance(3s);
  EXPECT_EQ(answers_.size(), 5U);
  EXPECT_THAT(channel_.bodies(), IsEmpty());
}

TEST_F(IntakeTest, without_patience_events_wait_and_nobody_reads_on) {
  channel_.set_full(true);
  events({"1"});
  loop_.run_until_idle();
  EXPECT_FALSE(intake_->has_room());
  bool may_read = false;
  intake_->await_room([&] { may_read = true; });
  loop_.advance(1h);
  EXPECT_FALSE(may_read);
  channel_.set_full(false);
  loop_.run_until_idle();
  EXPECT_TRUE(may_read);
  EXPECT_THAT(channel_.bodies(), ElementsAre("1"));
}

TEST_F(IntakeTest, readers_wait_while_too_much_is_gathered_and_go_on_in_their_order) {
  make({.most_events = 3, .most_writes = 1});
  channel_.hold_puts();
  events({"1"});
  loop_.run_until_idle();
  events({"2", "3", "4"});
  EXPECT_FALSE(intake_->has_room());
  std::vector<int> readers;
  intake_->await_room([&] {
    readers.push_back(1);
    events({"5", "6", "7"});
  });
  intake_->await_room([&] { readers.push_back(2); });
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(readers, ElementsAre(1));
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(readers, ElementsAre(1, 2));
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("1", "2", "3", "4", "5", "6", "7"));
}

TEST_F(IntakeTest, one_event_that_is_refused_does_not_hold_up_the_others) {
  const auto refuse_bad = [](EventBatch& batch) {
    for (const EventView event : batch) {
      if (event.body() == "bad") return rejected("no such word");
    }
    return Status();
  };
  make({}, {.intercept = refuse_bad});
  events({"1", "2", "bad", "3", "4"});
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("1", "2", "3", "4"));
  EXPECT_EQ(counters_.generic_processing_fail.get(), 1);
  EXPECT_TRUE(services_.log.contains("no such word"));
}

TEST_F(IntakeTest, a_refused_request_is_told_and_no_other) {
  const auto refuse_bad = [](EventBatch& batch) {
    for (const EventView event : batch) {
      if (event.body() == "bad") return rejected("no such word");
    }
    return Status();
  };
  make({.patience = 3s}, {.intercept = refuse_bad});
  request("a", {"1"});
  request("b", {"2", "bad"});
  request("none", {});
  request("c", {"3"});
  loop_.run_until_idle();
  EXPECT_THAT(answers_, ElementsAre("a ok", "b: no such word", "none ok", "c ok"));
  EXPECT_THAT(channel_.bodies(), ElementsAre("1", "3"));
}

TEST_F(IntakeTest, a_passing_error_is_tried_again_and_shown_meanwhile) {
  int failures = 2;
  channel_.set_judge([&](const EventBatch&) { return failures-- > 0 ? retryable("disk gone") : Status(); });
  events({"1"});
  events({"2"});
  loop_.run_until_idle();
  EXPECT_THAT(context_.impairment(), HasSubstr("disk gone"));
  loop_.advance(10s);
  EXPECT_THAT(channel_.bodies(), ElementsAre("1", "2"));
  EXPECT_EQ(context_.impairment(), "");
}

TEST_F(IntakeTest, writes_that_fail_under_way_are_repeated_in_their_order) {
  channel_.hold_puts();
  for (const char* const body : {"1", "2", "3"}) {
    events({body});
    loop_.run_until_idle();
  }
  ASSERT_EQ(channel_.held_puts(), 3U);
  channel_.complete_puts(1, retryable("disk gone"));
  loop_.advance(20s);
  EXPECT_EQ(channel_.held_puts(), 2U);  // begun again only when all are back
  channel_.complete_puts(2, retryable("an earlier put failed"));
  loop_.advance(20s);
  channel_.complete_puts(channel_.held_puts());
  loop_.advance(20s);
  channel_.complete_puts(channel_.held_puts());
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("1", "2", "3"));
}

TEST_F(IntakeTest, discard_forgets_only_what_was_not_submitted) {
  request("a", {"1"});
  ASSERT_TRUE(intake_->builder().body("half").ok());
  intake_->discard();
  request("b", {"2"});
  ASSERT_TRUE(intake_->builder().body("half").ok());
  intake_->discard();
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("1", "2"));
  EXPECT_THAT(answers_, ElementsAre("a ok", "b ok"));
}

TEST_F(IntakeTest, drain_stores_what_is_there) {
  channel_.set_full(true);
  events({"1"});
  loop_.run_until_idle();
  std::unique_ptr<LoopTimer> later = loop_.make_timer();
  later->set(loop_.in(2s), [&] { channel_.set_full(false); });
  drain(loop_.in(5s));
  EXPECT_THAT(channel_.bodies(), ElementsAre("1"));
}

TEST_F(IntakeTest, what_cannot_be_stored_by_the_end_is_counted_and_told) {
  channel_.set_full(true);
  events({"1", "2"});
  loop_.run_until_idle();
  drain(loop_.in(5s));
  EXPECT_EQ(counters_.channel_write_fail.get(), 2);
  EXPECT_TRUE(services_.log.contains("lost"));
  channel_.set_full(false);  // calls nobody any more
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), IsEmpty());
}

}  // namespace
}  // namespace flume
