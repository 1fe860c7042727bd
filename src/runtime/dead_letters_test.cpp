// What becomes of bad events with the policies `deadletter` and `drop`, also over crashes at every point between the put into
// the dead letters and the commit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sink_runner_fixture.h"
#include "runtime/stored_window.h"

namespace flume::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

/// Refuses every event whose body begins with "bad", by name.
Answer names_bad_ones() {
  return [](const EventBatch& batch, Delivery& delivery) {
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      if (batch[i].body().starts_with("bad")) delivery.reject(i, "no schema");
    }
    return Outcome::Delivered;
  };
}

class DeadLettersTest : public SinkRunnerTest {
 protected:
  DeadLettersTest() {
    settings_.sink_empty_take = std::chrono::milliseconds::max();
    rest_ = names_bad_ones();
  }
  ~DeadLettersTest() override { end(); }
  /// The runner goes, before what this class lends it.
  void end() {
    services_.clock.set_auto_advance(true);
    services_.clock.advance(1s);
    runner_.reset();
    services_.clock.set_auto_advance(false);
  }
  SinkWiring wiring() {
    Channel* channel = is_volatile_ ? static_cast<Channel*>(&volatile_) : &channel_;
    SinkWiring wiring{&plan_, channel, [](const std::stop_token&) { return true; }, &bound_, &health_, settings_, {}};
    if (plan_.dead_letter_channel.empty()) return wiring;
    wiring.dead_letters = is_dead_volatile_ ? static_cast<Channel*>(&volatile_dead_) : &dead_;
    wiring.dead_letters_started = [this](const std::stop_token&) { return has_dead_; };
    return wiring;
  }
  void start_with(config::BadEventPolicy policy) {
    plan_ = planned_sink("k1", script_, "c1");
    plan_.bad_events = policy;
    if (policy == config::BadEventPolicy::DeadLetter) plan_.dead_letter_channel = "dead";
    runner_ = std::make_unique<SinkRunner>(wiring());
    runner_->start();
    idle();
  }
  /// kill -9, or the power: the process goes as it is, and starts again.
  void crash(bool is_power) {
    for (SimDurableChannel* channel : {&channel_, &dead_}) is_power ? channel->crash_power() : channel->crash_process();
    end();
    start_with(config::BadEventPolicy::DeadLetter);
  }
  /// All that are there; they stay.
  std::vector<TestEvent> letters() {
    return take_letters([](TakeTransaction&) {});
  }
  /// They are gone, over a power loss, too.
  void remove_letters() {
    take_letters([](TakeTransaction& take) { ASSERT_TRUE(take.commit({}, Durability::Synced).ok()); });
  }
  std::vector<std::string> dead_bodies() {
    std::vector<std::string> bodies;
    for (const TestEvent& letter : letters()) bodies.push_back(letter.body);
    return bodies;
  }

  template <typename Handle>
  std::vector<TestEvent> take_letters(Handle handle) {
    auto taker = dead_.taker("test");
    std::vector<TakeTransaction> open;  // given back together
    std::vector<TestEvent> all;
    for (;;) {
      auto taken = (*taker)->take({}, Deadline::immediate(), {});
      if (!taken || taken->empty()) return all;
      for (TestEvent& event : events_of(taken->events())) all.push_back(std::move(event));
      handle(*taken);
      open.push_back(*std::move(taken));
    }
  }

  SimDurableChannel dead_{services_.clock, {.capacity = 10, .transaction_capacity = 4}};
  BorrowedChannel volatile_dead_{dead_, {.is_volatile = true}};
  bool is_dead_volatile_ = false;
  bool has_dead_ = true;
};

TEST_F(DeadLettersTest, a_bad_event_goes_to_the_dead_letters_with_its_reason) {
  put({"a", "bad", "b"});
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(state(), "running");
  const std::vector<TestEvent> dead = letters();
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].body, "bad");
  EXPECT_THAT(dead[0].headers,
              UnorderedElementsAre(Pair("flume.deadLetter.reason", "no schema"), Pair("flume.deadLetter.sink", "k1"),
                                   Pair("flume.deadLetter.channel", "c1"), Pair("flume.deadLetter.attempts", "1"),
                                   Pair("flume.deadLetter.time", std::to_string(services_.clock.wall().time_since_epoch().count()))));
  EXPECT_EQ(counter("LEDGER", "rejected"), 1);
  EXPECT_EQ(counter("LEDGER", "dead_lettered"), 1);
  EXPECT_EQ(counter("LEDGER", "delivered"), 2);
  EXPECT_EQ(counter("LEDGER", "returned"), 0);
  EXPECT_EQ(counter("SINK", "EventDrainSuccessCount"), 2);
}

TEST_F(DeadLettersTest, a_bad_event_that_is_found_by_halves_goes_there_too) {
  rest_ = [](const EventBatch& batch, Delivery&) -> Result<Outcome> {
    for (const EventView event : batch) {
      if (event.body() == "4") return rejected("cannot be parsed");
    }
    return Outcome::Delivered;
  };
  put({"0", "1", "2", "3", "4", "5", "6", "7"});
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(state(), "running");
  EXPECT_THAT(deliveries(), ElementsAre("0 1 2 3 4 5 6 7", "0 1 2 3", "4 5 6 7", "4 5", "4", "5", "6 7"));
  ASSERT_THAT(dead_bodies(), ElementsAre("4"));
  EXPECT_EQ(letters()[0].headers["flume.deadLetter.reason"], "cannot be parsed");
}

TEST_F(DeadLettersTest, the_policy_drop_counts_and_tells_them_now_and_then) {
  put({"a", "bad1", "b", "bad2"});
  start_with(config::BadEventPolicy::Drop);
  EXPECT_EQ(channel_.size(), 0U);
  put({"bad3"});
  idle();
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(counter("LEDGER", "dropped"), 3);
  EXPECT_EQ(counter("LEDGER", "rejected"), 3);
  EXPECT_EQ(counter("LEDGER", "delivered"), 2);
  EXPECT_EQ(state(), "running");
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "bad events were dropped"), 1U);
  pass(61s);
  put({"bad4"});
  idle();
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "bad events were dropped"), 2U);
}

TEST_F(DeadLettersTest, more_than_the_dead_letter_channel_takes_at_once_go_in_several_puts) {
  put({"bad0", "bad1", "a", "bad2", "bad3", "bad4", "bad5"});
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(dead_bodies(), ElementsAre("bad0", "bad1", "bad2", "bad3", "bad4", "bad5"));
  EXPECT_EQ(dead_.bookmark("deadLetter:k1")->size(), 2U) << "a bookmark for each put";
  put({"bad6"});
  idle();
  EXPECT_EQ(dead_.bookmark("deadLetter:k1")->size(), 1U) << "what is settled is forgotten";
}

TEST_F(DeadLettersTest, a_full_dead_letter_channel_keeps_them_in_their_channel_while_others_go_on) {
  put({"bad0", "bad1", "bad2", "bad3", "bad4", "bad5", "bad6", "bad7", "bad8", "bad9", "bad10", "a"});
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_EQ(dead_.size(), 8U) << "two puts of four";
  EXPECT_EQ(channel_.size(), 3U);
  EXPECT_THAT(state(),
              HasSubstr("3 events (9-11) are refused and stay in channel c1: no schema; they cannot be put into the dead letters: "));
  put({"b"});
  idle();
  EXPECT_EQ(channel_.size(), 3U) << "the others pass them";
  remove_letters();
  pass(5s);
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(dead_bodies(), ElementsAre("bad8", "bad9", "bad10"));
  EXPECT_EQ(letters()[0].headers["flume.deadLetter.attempts"], "2");
  EXPECT_EQ(counter("LEDGER", "rejected"), 11) << "each once";
  EXPECT_EQ(counter("LEDGER", "dead_lettered"), 11);
  EXPECT_EQ(state(), "running");
}

TEST_F(DeadLettersTest, a_dead_letter_channel_that_has_not_started_does_not_hold_up_the_sink) {
  has_dead_ = false;
  put({"a", "bad"});
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_EQ(channel_.size(), 1U);
  EXPECT_THAT(state(), HasSubstr("they cannot be put into the dead letters: channel dead has not started"));
  has_dead_ = true;
  pass(5s);
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(dead_bodies(), ElementsAre("bad"));
}

TEST_F(DeadLettersTest, a_commit_that_fails_behind_the_put_does_not_repeat_it) {
  put({"a", "bad"});
  channel_.fail_commits(1);
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_THAT(dead_bodies(), ElementsAre("bad"));
  EXPECT_EQ(channel_.held("sink:k1"), Ranges(IdRange{2, 3})) << "no other sink may deliver it";
  rest_ = says(Outcome::Delivered);
  pass(5s);
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(deliveries(), ElementsAre("a bad", "a")) << "what is in the dead letters is not delivered";
  EXPECT_THAT(dead_bodies(), ElementsAre("bad"));
  EXPECT_EQ(counter("LEDGER", "dead_lettered"), 1);
}

/// At the commit behind the put, which fails as if the process had ended there.
class DeadLettersCrashTest : public DeadLettersTest, public testing::WithParamInterface<bool> {};

TEST_P(DeadLettersCrashTest, between_put_and_commit_repeats_nothing) {
  put({"a", "bad", "b"});
  channel_.fail_commits(1);
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_EQ(channel_.size(), 3U);
  deliveries();
  crash(GetParam());
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(deliveries(), ElementsAre("a b")) << "the bad one is only settled";
  EXPECT_THAT(dead_bodies(), ElementsAre("bad"));
}

TEST_P(DeadLettersCrashTest, between_two_puts_repeats_nothing) {
  put({"bad0", "bad1", "bad2", "bad3", "bad4", "a"});
  // The first of two puts is done; the second one fails and so does the commit.
  for (int i = 0; i < 2; ++i) {
    EventBatch filler = batch_of_bodies({"1", "2", "3"});
    ASSERT_TRUE((*dead_.putter("test"))->put(filler, {}, Deadline::immediate(), {}).ok());
  }
  channel_.fail_commits(1);
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_EQ(dead_.size(), 10U) << "six and a put of four";
  {
    auto taker = dead_.taker("test");
    const Ranges first_six({1, 7});
    auto taken = (*taker)->take({.events = 100}, Deadline::immediate(), {}, &first_six);
    ASSERT_TRUE(taken.ok() && taken->commit({}, Durability::Synced).ok());
  }
  crash(GetParam());
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(dead_bodies(), ElementsAre("bad0", "bad1", "bad2", "bad3", "bad4"));
}

TEST_P(DeadLettersCrashTest, after_the_commit_repeats_nothing) {
  put({"a", "bad"});
  start_with(config::BadEventPolicy::DeadLetter);
  deliveries();
  crash(GetParam());
  EXPECT_THAT(deliveries(), IsEmpty());
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(dead_bodies(), ElementsAre("bad"));
}

TEST_P(DeadLettersCrashTest, after_a_settle_and_the_next_put_repeats_nothing) {
  put({"bad0"});
  channel_.fail_commits(1);
  start_with(config::BadEventPolicy::DeadLetter);
  pass(5s);  // settled
  put({"bad1"});
  idle();
  EXPECT_THAT(dead_bodies(), ElementsAre("bad0", "bad1"));
  crash(GetParam());
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(dead_bodies(), ElementsAre("bad0", "bad1"));
}

INSTANTIATE_TEST_SUITE_P(of, DeadLettersCrashTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& is_power) { return is_power.param ? "power" : "process"; });

TEST_F(DeadLettersTest, what_was_put_before_a_crash_is_known_even_if_the_channel_starts_later) {
  put({"bad0", "bad1"});
  channel_.fail_commits(1);
  start_with(config::BadEventPolicy::DeadLetter);
  has_dead_ = false;
  crash(false);
  EXPECT_EQ(channel_.size(), 2U);
  has_dead_ = true;
  pass(5s);
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(dead_bodies(), ElementsAre("bad0", "bad1"));
}

TEST_F(DeadLettersTest, another_sink_of_the_channel_knows_what_this_one_had_put) {
  put({"bad"});
  channel_.fail_commits(1);
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_EQ(dead_.size(), 1U);
  channel_.crash_process();
  dead_.crash_process();
  end();
  plan_ = planned_sink("k2", script_, "c1");
  plan_.bad_events = config::BadEventPolicy::DeadLetter;
  plan_.dead_letter_channel = "dead";
  deliveries();
  runner_ = std::make_unique<SinkRunner>(wiring());
  runner_->start();
  idle();
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(deliveries(), IsEmpty());
  EXPECT_EQ(dead_.size(), 1U);
}

TEST_F(DeadLettersTest, a_bookmark_that_is_not_known_is_not_overwritten) {
  const std::string key = window_key_prefix(channel_.identity()) + "0";
  const KeyValue set[] = {{key, "9 what"}};
  const BookmarkDelta delta{"deadLetter:k1", set};
  ASSERT_TRUE(dead_.note({&delta, 1}, Durability::Synced).ok());
  put({"a", "bad"});
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_EQ(channel_.size(), 1U);
  EXPECT_EQ(dead_.size(), 0U);
  EXPECT_THAT(state(), HasSubstr("not a list of stored events of a version that is known"));
  EXPECT_EQ(dead_.bookmark("deadLetter:k1")->at(key), "9 what");
}

TEST_F(DeadLettersTest, dead_letters_in_memory_of_a_durable_channel_are_warned_of) {
  is_dead_volatile_ = true;
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "a crash loses them"), 1U);
}

TEST_F(DeadLettersTest, out_of_a_channel_in_memory_they_go_without_a_bookmark) {
  is_volatile_ = true;
  put({"a", "bad"});
  start_with(config::BadEventPolicy::DeadLetter);
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(dead_bodies(), ElementsAre("bad"));
  EXPECT_THAT(dead_.owners(), IsEmpty());
}

}  // namespace
}  // namespace flume::runtime
