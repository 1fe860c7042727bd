// Events that the sink refuses, by name or by refusing their batch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sink_runner_fixture.h"

namespace flume::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SinkRunnerBadEventsTest : public SinkRunnerTest {};

TEST_F(SinkRunnerBadEventsTest, commits_the_others_of_a_rejected_event_and_tries_it_again_later) {
  settings_.sink_empty_take = std::chrono::milliseconds::max();
  rest_ = [](const EventBatch& batch, Delivery& delivery) {
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      if (batch[i].body() == "bad") delivery.reject(i, "no schema");
    }
    return Outcome::Delivered;
  };
  put({"a", "bad", "b"});
  start();
  EXPECT_EQ(channel_.size(), 1U);
  EXPECT_EQ(state(), "impaired: event 2 is refused and stays in channel c1: no schema");
  put({"c"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("a bad b", "c")) << "the bad one does not fill the head";
  pass(TickSchedule::kBetweenEvents);
  EXPECT_EQ(sleeps(), 5s - TickSchedule::kBetweenEvents);
  for (const auto wait : {5s, 10s, 20s, 40s, 80s, 80s}) {
    pass(wait - 1s);
    EXPECT_THAT(deliveries(), IsEmpty()) << "later each time";
    pass(1s);
    EXPECT_THAT(deliveries(), ElementsAre("bad"));
  }
  EXPECT_EQ(counter("LEDGER", "rejected"), 1);
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "no schema"), 1U);
  rest_ = says(Outcome::Delivered);
  pass(80s);
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(state(), "running");
}

/// Events whose body begins with "slow" wait; the others arrive.
Answer sets_slow_ones_aside() {
  return [](const EventBatch& batch, Delivery& delivery) {
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      const EventId id = delivery.ids().at(i);
      if (batch[i].body().starts_with("slow")) delivery.set_aside({{id, id + 1}}, "its file hangs");
    }
    return Outcome::Delivered;
  };
}

TEST_F(SinkRunnerBadEventsTest, events_that_are_set_aside_do_not_hold_up_the_others) {
  settings_.sink_empty_take = std::chrono::milliseconds::max();
  rest_ = sets_slow_ones_aside();
  put({"a", "slow", "b"});
  start();
  EXPECT_EQ(state(), "impaired: 1 events wait in channel c1 while others go on: its file hangs");
  EXPECT_EQ(channel_.size(), 1U);
  put({"c", "slow2"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("a slow b", "c slow2"));
  EXPECT_EQ(counter("LEDGER", "rejected"), 0) << "nothing is wrong with them";
  pass(5s);
  EXPECT_THAT(deliveries(), ElementsAre("slow slow2")) << "together, in their order";
  pass(5s);
  EXPECT_THAT(deliveries(), ElementsAre()) << "later each time that it was in vain";
  pass(5s);
  EXPECT_THAT(deliveries(), ElementsAre("slow slow2"));
  rest_ = says(Outcome::Delivered);
  pass(20s);
  EXPECT_THAT(deliveries(), ElementsAre("slow slow2"));
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(state(), "running");
}

TEST_F(SinkRunnerBadEventsTest, a_sink_is_told_which_events_wait) {
  settings_.sink_empty_take = std::chrono::milliseconds::max();
  rest_ = sets_slow_ones_aside();
  put({"slow", "a"});
  start();
  Ranges seen;
  rest_ = [&seen](const EventBatch&, Delivery& delivery) -> Result<Outcome> {
    seen = delivery.still_waiting({{0, 1000}});
    return Outcome::Delivered;
  };
  put({"b"});
  idle();
  EXPECT_EQ(seen.count(), 1U) << "the one before";
  pass(5s);
  EXPECT_EQ(seen.count(), 1U) << "also when it comes again";
  put({"c"});
  idle();
  EXPECT_TRUE(seen.empty()) << "it has arrived";
}

TEST_F(SinkRunnerBadEventsTest, an_error_with_events_set_aside_does_not_pause_the_others) {
  settings_.sink_empty_take = std::chrono::milliseconds::max();
  rest_ = sets_slow_ones_aside();
  put({"slow", "a"});
  start();
  rest_ = [](const EventBatch& batch, Delivery&) -> Result<Outcome> {
    if (batch[0].body() == "slow") return retryable("still hangs", Cause::Timeout);
    return Outcome::Delivered;
  };
  pass(5s);
  put({"b"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("slow a", "slow", "b"));
  EXPECT_EQ(channel_.size(), 1U);
  EXPECT_EQ(channel_.held("sink:k1").count(), 1U);
}

TEST_F(SinkRunnerBadEventsTest, a_stop_tries_the_events_set_aside_like_all_others) {
  is_volatile_ = true;
  rest_ = sets_slow_ones_aside();
  put({"slow"});
  start();
  EXPECT_EQ(channel_.size(), 1U);
  rest_ = says(Outcome::Delivered);
  stop();
  EXPECT_THAT(deliveries(), ElementsAre("slow", "slow"));
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_F(SinkRunnerBadEventsTest, a_bad_event_that_cannot_be_set_aside_is_tried_again_after_a_pause) {
  rest_ = [](const EventBatch&, Delivery& delivery) {
    delivery.reject(0, "no");
    return Outcome::Delivered;
  };
  put({"bad"});
  channel_.fail_notes(1);
  start();
  EXPECT_THAT(state(), HasSubstr("impaired: bad events could not be set aside (no): "));
  EXPECT_EQ(sleeps(), 5s);
  pass(5s);
  EXPECT_THAT(deliveries(), ElementsAre("bad", "bad"));
  EXPECT_EQ(channel_.held("sink:k1").count(), 1U);
}

TEST_F(SinkRunnerBadEventsTest, more_bad_events_than_a_batch_has_are_tried_again_in_several) {
  rest_ = [](const EventBatch& batch, Delivery& delivery) {
    for (std::uint32_t i = 0; i < batch.size(); ++i) delivery.reject(i, "no");
    return Outcome::Delivered;
  };
  script_.limits.events = 2;
  put({"1", "2", "3"});
  start();
  EXPECT_THAT(deliveries(), ElementsAre("1 2", "3"));
  pass(5s);
  EXPECT_THAT(deliveries(), ElementsAre("1 2", "3"));
}

/// Events whose body begins with "bad" are refused.
Answer refuses_bad_ones() {
  return [](const EventBatch& batch, Delivery& delivery) {
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      if (batch[i].body().starts_with("bad")) delivery.reject(i, "no");
    }
    return Outcome::Delivered;
  };
}

TEST_F(SinkRunnerBadEventsTest, fresh_events_come_between_the_tries_of_many_bad_ones) {
  rest_ = refuses_bad_ones();
  script_.limits.events = 2;
  put({"bad1", "bad2", "bad3", "bad4", "bad5"});
  start();
  EXPECT_THAT(deliveries(), ElementsAre("bad1 bad2", "bad3 bad4", "bad5"));
  answers_.push_back([this](const EventBatch& batch, Delivery& delivery) {
    put({"a", "b", "c"});
    return refuses_bad_ones()(batch, delivery);
  });
  pass(5s);
  EXPECT_THAT(deliveries(), ElementsAre("bad1 bad2", "a b", "bad3 bad4", "c", "bad5"));
  EXPECT_EQ(channel_.size(), 5U);
}

TEST_F(SinkRunnerBadEventsTest, a_stop_does_not_wait_for_the_tries_of_many_bad_ones) {
  rest_ = refuses_bad_ones();
  script_.limits.events = 1;
  put({"bad1", "bad2", "bad3"});
  start();
  deliveries();
  answers_.push_back([this](const EventBatch&, Delivery& delivery) {
    runner_->drain(services_.clock.in(10s));
    delivery.reject(0, "no");
    return Outcome::Delivered;
  });
  services_.clock.advance(5s);
  EXPECT_TRUE(runner_->wait(Deadline::never()));
  EXPECT_THAT(deliveries(), ElementsAre("bad1"));
  EXPECT_EQ(channel_.size(), 3U);
}

TEST_F(SinkRunnerBadEventsTest, many_bad_events_are_told_of_once_a_minute_and_by_a_few_names) {
  rest_ = refuses_bad_ones();
  script_.limits.events = 10;
  put(std::vector<std::string>(500, "bad"));
  start();
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "are refused"), 1U);
  EXPECT_THAT(state(), HasSubstr("10 events (1-5, ...) are refused"));
  EXPECT_EQ(counter("LEDGER", "rejected"), 500);
  services_.clock.advance(1min);
  put({"bad"});
  idle();
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "are refused"), 2U);
  EXPECT_THAT(state(), HasSubstr("501 events (1-5, ...) are refused"));
}

TEST_F(SinkRunnerBadEventsTest, a_stop_leaves_rejected_events_to_whoever_comes_next) {
  rest_ = [](const EventBatch&, Delivery& delivery) {
    delivery.reject(0, "no");
    return Outcome::Delivered;
  };
  put({"bad"});
  start();
  EXPECT_EQ(channel_.held("sink:k1").count(), 1U);
  stop();
  EXPECT_TRUE(channel_.held("sink:k1").empty());
  EXPECT_EQ(channel_.size(), 1U);
}

TEST_F(SinkRunnerBadEventsTest, finds_a_bad_event_that_the_sink_does_not_name_by_halves) {
  rest_ = [](const EventBatch& batch, Delivery&) -> Result<Outcome> {
    for (const EventView event : batch) {
      if (event.body() == "4") return rejected("cannot be parsed");
    }
    return Outcome::Delivered;
  };
  put({"0", "1", "2", "3", "4", "5", "6", "7"});
  start();
  EXPECT_THAT(deliveries(), ElementsAre("0 1 2 3 4 5 6 7", "0 1 2 3", "4 5 6 7", "4 5", "4", "5", "6 7"));
  EXPECT_EQ(channel_.size(), 1U);
  EXPECT_EQ(state(), "impaired: event 5 is refused and stays in channel c1: cannot be parsed");
}

TEST_F(SinkRunnerBadEventsTest, delivers_ninety_nine_events_around_one_bad_one) {
  std::set<std::string> arrived;
  rest_ = [&](const EventBatch& batch, Delivery&) -> Result<Outcome> {
    for (const EventView event : batch) {
      if (event.body() == "57") return rejected("bad");
    }
    for (const EventView event : batch) EXPECT_TRUE(arrived.emplace(event.body()).second) << event.body() << " came twice";
    return Outcome::Delivered;
  };
  std::vector<std::string> bodies;
  for (int i = 0; i < 100; ++i) bodies.push_back(std::to_string(i));
  put(bodies);
  start();
  EXPECT_EQ(arrived.size(), 99U);
  EXPECT_EQ(channel_.size(), 1U);
  EXPECT_LT(deliveries().size(), 16U);
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "by halves"), 1U);
}

TEST_F(SinkRunnerBadEventsTest, a_search_by_halves_ends_when_the_destination_fails) {
  answers_ = {fails(rejected("bad")), fails(retryable("gone"))};
  put({"a", "b"});
  start();
  EXPECT_THAT(deliveries(), ElementsAre("a b", "a"));
  EXPECT_EQ(sleeps(), 5s);
  EXPECT_EQ(channel_.size(), 2U);
}

TEST_F(SinkRunnerBadEventsTest, a_sinks_own_hold_does_not_release_what_the_runner_withholds) {
  rest_ = [](const EventBatch& batch, Delivery& delivery) -> Result<Outcome> {
    if (batch[0].body() == "bad") delivery.reject(0, "bad");
    return Outcome::Delivered;
  };
  script_.tick = [this](SinkContext& context) {
    EXPECT_TRUE(context.hold({{7, 8}}).ok());
    EXPECT_TRUE(context.hold({}).ok());
    return services_.clock.steady() + 1s;
  };
  put({"bad"});
  start();
  pass(1s);
  EXPECT_EQ(channel_.held("sink:k1"), Ranges({1, 2}));
}

}  // namespace
}  // namespace flume::runtime
