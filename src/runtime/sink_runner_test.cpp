// The life and the loop of a sink. What bad and doubtful events do to it: sink_runner_bad_events_test.cpp, sink_runner_doubt_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sink_runner_fixture.h"

namespace flume::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(SinkRunnerTest, takes_delivers_and_commits) {
  start();
  put({"a", "b"});
  idle();
  EXPECT_THAT(delivered_, ElementsAre("a b", "committed"));
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(state(), "running");
}

TEST_F(SinkRunnerTest, counts_as_flume_does) {
  script_.limits.events = 2;
  script_.start = [](SinkContext& context) {
    context.counters().connection_created.increment();
    return Status();
  };
  script_.tick = [this](SinkContext&) { return services_.clock.steady() + 10s; };
  put({"a", "b", "c"});
  start();
  EXPECT_EQ(counter("SINK", "BatchCompleteCount"), 1);
  EXPECT_EQ(counter("SINK", "BatchUnderflowCount"), 1);
  EXPECT_EQ(counter("SINK", "BatchEmptyCount"), 0);
  pass(10s);
  EXPECT_EQ(counter("SINK", "BatchEmptyCount"), 1);
  EXPECT_EQ(counter("SINK", "ConnectionCreatedCount"), 1);
  answers_ = {fails(retryable("no"))};
  put({"d"});
  idle();
  EXPECT_EQ(counter("SINK", "EventDrainAttemptCount"), 4);
  EXPECT_EQ(counter("SINK", "EventDrainSuccessCount"), 3);
  EXPECT_EQ(counter("SINK", "EventWriteFail"), 1);
  EXPECT_EQ(counter("LEDGER", "delivered"), 3);
  EXPECT_EQ(counter("LEDGER", "returned"), 1);
}

TEST_F(SinkRunnerTest, counts_the_empty_takes_of_an_idle_sink_at_flumes_pace) {
  start();
  std::int64_t empty = 0;
  // The channel's keep-alive, then a pause that grows to five seconds.
  for (const auto wait : {3s, 4s, 5s, 6s, 7s, 8s, 8s}) {
    EXPECT_EQ(sleeps(), wait);
    pass(wait - 1ns);
    EXPECT_EQ(counter("SINK", "BatchEmptyCount"), empty);
    pass(1ns);
    EXPECT_EQ(counter("SINK", "BatchEmptyCount"), ++empty);
  }
  put({"a"});
  idle();
  EXPECT_EQ(delivered_.front(), "a");
  EXPECT_EQ(sleeps(), 3s);
}

TEST_F(SinkRunnerTest, counts_no_empty_take_when_only_the_clock_had_work) {
  script_.tick = [this](SinkContext&) { return services_.clock.steady() + 1s; };
  start();
  pass(1s);
  pass(1s);
  EXPECT_EQ(counter("SINK", "BatchEmptyCount"), 0);
  pass(1s);
  EXPECT_EQ(counter("SINK", "BatchEmptyCount"), 1);
}

TEST_F(SinkRunnerTest, backs_off_a_second_longer_each_time_up_to_five) {
  rest_ = says(Outcome::NotDelivered);
  put({"a"});
  start();
  for (const auto expected : {1s, 2s, 3s, 4s, 5s, 5s}) {
    EXPECT_EQ(sleeps(), expected);
    const std::size_t before = delivered_.size();
    pass(expected - 1ns);
    EXPECT_EQ(delivered_.size(), before);
    pass(1ns);
    EXPECT_GT(delivered_.size(), before);
  }
  answers_ = {says(Outcome::Delivered)};
  pass(5s);
  EXPECT_EQ(channel_.size(), 0U);
  pass(TickSchedule::kBetweenEvents);
  put({"b"});
  idle();
  EXPECT_EQ(sleeps(), 1s) << "a success ends the row";
}

TEST_F(SinkRunnerTest, pauses_five_seconds_after_an_error_and_shows_it) {
  answers_ = {fails(retryable("no route")), fails(retryable("no route"))};
  put({"a"});
  start();
  EXPECT_EQ(state(), "impaired: no route; the events stay in channel c1, next try in 5 s");
  EXPECT_EQ(sleeps(), 5s);
  pass(5s);
  EXPECT_EQ(sleeps(), 5s);
  pass(5s);
  EXPECT_EQ(state(), "running");
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "no route"), 1U);
}

TEST_F(SinkRunnerTest, a_sink_that_backs_off_may_say_why) {
  answers_ = {[](const EventBatch&, Delivery& delivery) {
    delivery.explain("the server answers 503");
    return Outcome::NotDelivered;
  }};
  put({"a"});
  start();
  EXPECT_EQ(state(), "impaired: the server answers 503; the events stay in channel c1");
  EXPECT_EQ(sleeps(), 1s) << "as any other back-off";
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "answers 503"), 1U);
  pass(1s);
  EXPECT_EQ(state(), "running");
}

TEST_F(SinkRunnerTest, events_that_a_sink_leaves_uncounted_are_delivered_all_the_same) {
  answers_ = {[](const EventBatch&, Delivery& delivery) {
    delivery.leave_uncounted(1);
    delivery.leave_uncounted(1);
    return Outcome::Delivered;
  }};
  put({"a", "b", "c"});
  start();
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(counter("SINK", "EventDrainAttemptCount"), 3);
  EXPECT_EQ(counter("SINK", "EventDrainSuccessCount"), 1);
  EXPECT_EQ(counter("LEDGER", "delivered"), 3);
}

TEST_F(SinkRunnerTest, a_delivered_batch_may_ask_for_a_pause) {
  answers_ = {[](const EventBatch&, Delivery& delivery) {
    delivery.back_off();
    return Outcome::Delivered;
  }};
  put({"a"});
  start();
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(sleeps(), 1s);
}

TEST_F(SinkRunnerTest, ticks_when_the_sink_asked_for_it_idle_or_backing_off) {
  std::vector<Instant> ticks;
  script_.tick = [&](SinkContext&) {
    ticks.push_back(services_.clock.steady());
    return services_.clock.steady() + 2s;
  };
  const Instant begin = services_.clock.steady();
  start();
  pass(2s);
  answers_ = {fails(retryable("x"))};
  put({"a"});
  idle();
  for (int i = 0; i < 5; ++i) pass(1s);
  EXPECT_THAT(ticks, ElementsAre(begin, begin + 2s, begin + 2s, begin + 4s, begin + 6s, begin + 7s))
      << "the third and the last are for the event";
}

TEST_F(SinkRunnerTest, ticks_soon_after_an_event_though_the_sink_had_asked_for_none) {
  std::vector<Instant> ticks;
  script_.tick = [&](SinkContext&) {
    ticks.push_back(services_.clock.steady());
    return Instant::max();
  };
  const Instant begin = services_.clock.steady();
  start();
  pass(2s);
  put({"a"});
  idle();
  put({"b"});
  idle();
  EXPECT_THAT(ticks, ElementsAre(begin, begin + 2s));
  pass(100ms);
  EXPECT_THAT(ticks, ElementsAre(begin, begin + 2s, begin + 2s + 100ms));
}

TEST_F(SinkRunnerTest, a_tick_that_asks_to_be_called_at_once_does_not_spin) {
  script_.tick = [](SinkContext&) { return Instant::min(); };
  start();
  EXPECT_EQ(sleeps(), 1ms);
}

TEST_F(SinkRunnerTest, commits_the_part_that_arrived_although_the_delivery_failed) {
  answers_ = {[](const EventBatch&, Delivery& delivery) -> Result<Outcome> {
                delivery.delivered({{1, 2}});
                delivery.bookmark("file", "10");
                return Outcome::NotDelivered;
              },
              [](const EventBatch&, Delivery& delivery) -> Result<Outcome> {
                delivery.delivered({{3, 4}});
                delivery.bookmark("file", "20");
                return retryable("disk");
              }};
  put({"a", "b", "c"});
  start();
  EXPECT_EQ(channel_.bookmark("sink:k1")->at("file"), "10");
  EXPECT_EQ(sleeps(), 1s);
  pass(1s);
  EXPECT_EQ(channel_.bookmark("sink:k1")->at("file"), "20");
  EXPECT_EQ(sleeps(), 5s);
  pass(5s);
  EXPECT_THAT(delivered_, ElementsAre("a b c", "committed", "given back", "b c", "committed", "given back", "b", "committed"));
  EXPECT_EQ(counter("LEDGER", "delivered"), 3);
}

TEST_F(SinkRunnerTest, bookmark_entries_of_a_delivery_without_arrivals_are_not_stored) {
  answers_ = {[](const EventBatch&, Delivery& delivery) -> Result<Outcome> {
    delivery.bookmark("file", "10");
    return Outcome::NotDelivered;
  }};
  put({"a"});
  start();
  EXPECT_TRUE(channel_.bookmark("sink:k1")->empty());
  EXPECT_THAT(delivered_, ElementsAre("a", "given back"));
}

TEST_F(SinkRunnerTest, a_commit_that_fails_gives_everything_back) {
  channel_.fail_commits(1);
  put({"a"});
  start();
  EXPECT_THAT(delivered_, ElementsAre("a", "given back"));
  EXPECT_EQ(channel_.size(), 1U);
  EXPECT_THAT(state(), HasSubstr("impaired: channel c1: "));
  EXPECT_EQ(sleeps(), 5s);
  pass(5s);
  EXPECT_THAT(delivered_, ElementsAre("a", "given back", "a", "committed"));
  EXPECT_EQ(state(), "running");
  EXPECT_EQ(counter("SINK", "EventDrainSuccessCount"), 1);
}

TEST_F(SinkRunnerTest, commits_as_durably_as_the_sink_asks) {
  put({"a"});
  start();
  const std::uint64_t lazily = channel_.synced();
  answers_ = {[](const EventBatch&, Delivery& delivery) {
    delivery.commit_synced();
    return Outcome::Delivered;
  }};
  put({"b"});
  idle();
  EXPECT_EQ(channel_.synced(), lazily + 2) << "the put, and the take's commit";
}

TEST_F(SinkRunnerTest, a_sink_that_throws_is_treated_as_failed) {
  answers_ = {[](const EventBatch&, Delivery&) -> Result<Outcome> { throw std::runtime_error("boom"); },
              [](const EventBatch&, Delivery&) -> Result<Outcome> { throw 42; }};
  put({"a"});
  start();
  EXPECT_EQ(state(), "impaired: deliver: unexpected exception: boom; the events stay in channel c1, next try in 5 s");
  EXPECT_EQ(sleeps(), 5s);
  pass(5s);
  EXPECT_EQ(state(), "impaired: deliver: unexpected exception of an unknown type; the events stay in channel c1, next try in 5 s");
  script_.committed = [](SinkContext&) { throw std::runtime_error("too late"); };
  pass(5s);
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(state(), "impaired: sink: unexpected exception: too late");
  script_.tick = [](SinkContext&) -> Instant { throw std::runtime_error("tick"); };
  script_.stop = [](SinkContext&, Deadline) { throw std::runtime_error("stop"); };
  stop();
  EXPECT_EQ(state(), "stopped");
}

TEST_F(SinkRunnerTest, a_fatal_error_stops_the_sink_visibly) {
  Deadline close_by = Deadline::never();
  script_.stop = [&](SinkContext&, Deadline deadline) { close_by = deadline; };
  answers_ = {[](const EventBatch&, Delivery& delivery) -> Result<Outcome> {
    delivery.delivered({{1, 2}});
    return fatal("schema is gone");
  }};
  put({"a", "b"});
  make();
  runner_->start();
  EXPECT_TRUE(runner_->wait(Deadline::never()));
  EXPECT_EQ(state(), "failed: schema is gone");
  EXPECT_FALSE(close_by.is_never());
  EXPECT_EQ(channel_.size(), 1U);
  EXPECT_FALSE(health_.is_healthy());
  EXPECT_EQ(services_.log.count(LogLevel::Error, "schema is gone"), 1U);
}

TEST_F(SinkRunnerTest, tries_to_start_every_three_seconds) {
  int tries = 0;
  script_.start = [&](SinkContext& context) -> Status {
    ++tries;
    if (tries == 2) throw std::runtime_error("odd");
    if (tries == 3) return {};
    EXPECT_EQ(context.name(), "k1");
    return retryable("refused");
  };
  start();
  EXPECT_EQ(state(), "retrying: refused; the events wait in channel c1, next try in 3 s");
  EXPECT_EQ(sleeps(), 3s);
  pass(3s);
  EXPECT_EQ(state(), "retrying: start: unexpected exception: odd; the events wait in channel c1, next try in 3 s");
  pass(3s);
  EXPECT_EQ(state(), "running");
  EXPECT_EQ(tries, 3);
}

TEST_F(SinkRunnerTest, a_start_that_cannot_succeed_is_not_tried_again) {
  for (const Status& why : {fatal("no such table"), invalid_config("bad path")}) {
    script_.start = [&](SinkContext&) { return why; };
    make();
    runner_->start();
    EXPECT_TRUE(runner_->wait(Deadline::never()));
    EXPECT_EQ(state(), "failed: " + why.message());
  }
}

TEST_F(SinkRunnerTest, a_stop_ends_the_tries_to_start) {
  script_.start = [](SinkContext&) { return retryable("refused"); };
  start();
  stop();
  EXPECT_EQ(state(), "stopped");
}

TEST_F(SinkRunnerTest, a_sink_whose_channel_was_given_up_has_failed) {
  has_channel_ = false;
  make();
  runner_->start();
  EXPECT_TRUE(runner_->wait(Deadline::never()));
  EXPECT_EQ(state(), "failed: its channel c1 has failed");
}

TEST_F(SinkRunnerTest, a_batch_is_cut_to_the_channels_transaction_capacity) {
  script_.limits.events = 5000;
  std::vector<std::string> bodies(150, "x");
  put(bodies);
  std::vector<std::uint32_t> sizes;
  rest_ = [&](const EventBatch& batch, Delivery&) {
    sizes.push_back(batch.size());
    return Outcome::Delivered;
  };
  start();
  EXPECT_THAT(sizes, ElementsAre(100, 50));
  EXPECT_EQ(counter("SINK", "BatchCompleteCount"), 1) << "as large as it may be";
}

TEST_F(SinkRunnerTest, joins_several_takes_into_one_commit) {
  script_.limits = {.events = 2, .join = 3};
  put({"a", "b", "c", "d", "e", "f", "g"});
  answers_ = {fails(retryable("once"))};
  start();
  EXPECT_EQ(channel_.size(), 7U) << "none of the joined takes is committed";
  pass(5s);
  EXPECT_THAT(deliveries(), ElementsAre("a b c d e f", "a b c d e f", "g"));
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_F(SinkRunnerTest, the_context_reaches_the_channel) {
  Result<Bookmark> seen = Bookmark();
  script_.tick = [&](SinkContext& context) {
    if (context.bookmark()->empty()) {
      EXPECT_TRUE(context.channel_survives_crash());
      const KeyValue entry{"k", "v"};
      EXPECT_TRUE(context.note({&entry, 1}, Durability::Synced).ok());
      EXPECT_TRUE(context.hold({{1, 2}}).ok());
    } else if (seen->empty()) {
      seen = context.bookmark();
      auto take = context.take_exactly({{1, 2}});
      EXPECT_TRUE(take.ok());
      EXPECT_TRUE(take->commit().ok());
      const KeyValue entry{"k", "w"};
      EXPECT_TRUE(context.settle({{2, 3}}, {&entry, 1}).ok());
    }
    return services_.clock.steady() + 1s;
  };
  rest_ = says(Outcome::NotDelivered);
  put({"a", "b"});
  start();
  EXPECT_THAT(deliveries(), ElementsAre("b")) << "a is held";
  pass(1s);
  EXPECT_EQ(seen->at("k"), "v");
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(channel_.bookmark("sink:k1")->at("k"), "w");
}

TEST_F(SinkRunnerTest, drains_the_channel_at_the_stop) {
  script_.limits.events = 2;
  answers_ = {says(Outcome::NotDelivered)};
  put({"a", "b", "c"});
  start();
  Deadline told = Deadline::never();
  script_.stop = [&](SinkContext&, Deadline deadline) { told = deadline; };
  const Deadline deadline = services_.clock.in(30s);
  stop();
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(deliveries(), ElementsAre("a b", "a b", "c"));
  EXPECT_EQ(told, deadline);
  EXPECT_EQ(state(), "stopped");
}

TEST_F(SinkRunnerTest, a_blocked_sink_is_tried_until_the_deadline_if_its_channel_forgets) {
  is_volatile_ = true;
  rest_ = fails(retryable("down"));
  put({"a"});
  start();
  deliveries();
  pass(TickSchedule::kBetweenEvents);
  const Instant end = services_.clock.steady() + 3s;
  runner_->drain(Deadline(end));
  for (int i = 0; i < 3; ++i) {
    idle();
    EXPECT_EQ(sleeps(), 1s);
    services_.clock.advance(1s);
  }
  EXPECT_TRUE(runner_->wait(Deadline::never()));
  EXPECT_EQ(services_.clock.steady(), end);
  EXPECT_EQ(deliveries().size(), 3U);
  EXPECT_EQ(channel_.size(), 1U);
}

TEST_F(SinkRunnerTest, a_blocked_sink_is_tried_once_more_at_a_stop_if_its_channel_keeps_the_events) {
  put({"a", "b"});
  for (const Answer& blocked : {fails(retryable("down")), says(Outcome::NotDelivered), says(Outcome::InDoubt)}) {
    expect_one_more_delivery_at_a_stop(blocked);
  }
}

TEST_F(SinkRunnerTest, a_blocked_sink_is_tried_once_more_at_a_stop_if_its_channel_saves_the_events) {
  is_volatile_ = is_saved_at_stop_ = true;
  put({"a", "b"});
  for (const Answer& blocked : {fails(retryable("down")), says(Outcome::NotDelivered)}) expect_one_more_delivery_at_a_stop(blocked);
}

TEST_F(SinkRunnerTest, events_in_doubt_are_tried_until_the_deadline_if_their_channel_saves_events_only) {
  is_volatile_ = is_saved_at_stop_ = true;
  rest_ = says(Outcome::InDoubt);
  put({"a"});
  start();
  deliveries();
  services_.clock.set_auto_advance(true);
  const Instant end = services_.clock.steady() + 3s;
  runner_->drain(Deadline(end));
  EXPECT_TRUE(runner_->wait(Deadline::never()));
  EXPECT_EQ(services_.clock.steady(), end);
  EXPECT_EQ(deliveries().size(), 3U);
  EXPECT_EQ(channel_.size(), 1U);
}

TEST_F(SinkRunnerTest, a_stop_drains_on_while_something_arrives) {
  script_.limits.events = 1;
  rest_ = [](const EventBatch&, Delivery& delivery) {
    delivery.back_off();
    return Outcome::Delivered;
  };
  put({"a", "b", "c"});
  start();
  services_.clock.set_auto_advance(true);
  stop();
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_F(SinkRunnerTest, says_when_it_takes_nothing_more) {
  put({"a"});
  start();
  EXPECT_EQ(takes_no_more_, 0);
  stop();
  EXPECT_EQ(takes_no_more_, 1);
  script_.start = [](SinkContext&) { return fatal("newer version"); };
  make();
  runner_->start();
  EXPECT_TRUE(runner_->wait(Deadline::never()));
  EXPECT_EQ(takes_no_more_, 2);
}

TEST_F(SinkRunnerTest, naps_a_moment_when_it_is_called_for_a_few_events_again_and_again) {
  settings_.linger = 150us;
  start();
  put({"a"});
  idle();
  EXPECT_EQ(sleeps(), 150us);
  put({"b"});
  put({"c"});
  pass(150us);
  EXPECT_THAT(deliveries(), ElementsAre("a", "b c"));
}

TEST_F(SinkRunnerTest, does_not_nap_when_its_batches_are_small_but_full) {
  settings_.linger = 150us;
  script_.limits.events = 1;
  put({"a", "b", "c"});
  const Instant before = services_.clock.steady();
  start();
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(services_.clock.steady(), before);
  EXPECT_NE(sleeps(), 150us);
}

TEST_F(SinkRunnerTest, does_not_wait_for_a_channel_that_fails_to_be_read) {
  put({"a"});
  make();
  int starts = 0;
  script_.start = [&](SinkContext&) {
    if (++starts == 1) channel_.crash_process();  // the taker of before is dead
    return Status();
  };
  runner_->start();
  idle();
  EXPECT_EQ(counter("SINK", "ChannelReadFail"), 1);
  EXPECT_THAT(state(), HasSubstr("impaired: channel c1: "));
  EXPECT_EQ(sleeps(), 5s);
}

}  // namespace
}  // namespace flume::runtime
