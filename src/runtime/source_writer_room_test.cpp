// Full channels: waiting for room, with and without a thread.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/source_writer_fixture.h"

namespace flume::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class SourceWriterRoomTest : public SourceWriterTest {};

TEST_F(SourceWriterRoomTest, waits_for_room_as_long_as_it_takes) {
  channels_.clear();
  add_channel({.capacity = 2, .transaction_capacity = 2, .keep_alive = 3s});
  EXPECT_TRUE(stored(built({"a", "b"})).ok());
  Write write = prepared(built({"c"}));
  Status result = retryable("not yet");
  {
    const std::jthread source([&] { result = write.store_or_wait({}); });
    for (int tries = 0; tries < 4; ++tries) {
      services_.clock.await_parked(1);
      services_.clock.advance(3s);
    }
    services_.clock.await_parked(1);
    auto taker = channels_[0].taker("k1");
    auto take = (*taker)->take({.events = 1}, Deadline::immediate(), {});
    EXPECT_TRUE(take->commit().ok());
  }
  EXPECT_TRUE(result.ok()) << result.message();
  EXPECT_THAT(bodies_in(0), ElementsAre("b", "c"));
  EXPECT_EQ(counters_.channel_write_fail.get(), 4);
  expect_ledger(3, 3, 0, 0);
}

TEST_F(SourceWriterRoomTest, tells_once_a_minute_that_it_waits_for_room_and_when_there_is_some) {
  channels_.clear();
  add_channel({.capacity = 1, .transaction_capacity = 1, .keep_alive = 3s});
  EXPECT_TRUE(stored(built({"a"})).ok());
  EXPECT_FALSE(stored(built({"b"})).ok());
  EXPECT_FALSE(services_.log.contains("a channel is full")) << "nobody waited";
  Write write = prepared(built({"c"}));
  {
    const std::jthread source([&] { EXPECT_TRUE(write.store_or_wait({}).ok()); });
    for (int tries = 0; tries < 30; ++tries) {
      services_.clock.await_parked(1);
      services_.clock.advance(3s);
    }
    services_.clock.await_parked(1);
    EXPECT_EQ(services_.log.count(LogLevel::Warn, "a channel is full"), 2U);
    EXPECT_TRUE(services_.log.contains("c1"));
    auto taker = channels_[0].taker("k1");
    auto take = (*taker)->take({.events = 1}, Deadline::immediate(), {});
    EXPECT_TRUE(take->commit().ok());
  }
  EXPECT_EQ(services_.log.count(LogLevel::Info, "the channel has room again"), 1U);
}

TEST_F(SourceWriterRoomTest, tells_that_a_full_channel_whose_turn_it_is_holds_up_the_others) {
  channels_.clear();
  add_channel({.capacity = 1, .transaction_capacity = 1, .keep_alive = 3s});
  add_channel();
  selector_.next = [](ChannelSet) { return std::size_t{0}; };
  EXPECT_TRUE(stored(built({"a"})).ok());
  Write write = prepared(built({"b"}));
  std::stop_source stop;
  {
    const std::jthread source([&] { EXPECT_EQ(write.store_or_wait(stop.get_token()).cause(), Cause::Stopped); });
    services_.clock.await_parked(1);
    services_.clock.advance(3s);
    services_.clock.await_parked(1);
    stop.request_stop();
  }
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "a channel is full"), 1U);
  EXPECT_TRUE(services_.log.contains("the other channels get nothing meanwhile"));
}

TEST_F(SourceWriterRoomTest, a_stop_ends_the_wait_for_room) {
  channels_.clear();
  add_channel({.capacity = 1, .transaction_capacity = 1, .keep_alive = 3s});
  EXPECT_TRUE(stored(built({"a"})).ok());
  std::stop_source stop;
  Status result;
  {
    const std::jthread source([&] { result = prepared(built({"b"})).store_or_wait(stop.get_token()); });
    services_.clock.await_parked(1);
    stop.request_stop();
  }
  EXPECT_EQ(result.cause(), Cause::Stopped);
  EXPECT_EQ(counters_.channel_write_fail.get(), 0);
  expect_ledger(2, 1, 0, 1);
}

TEST_F(SourceWriterRoomTest, stores_without_waiting) {
  add_channel();
  selector_.all.required = set_of({0, 1});
  Write write = prepared(built({"a"}), At("1").position);
  int done = 0;
  EXPECT_TRUE(write.store_async([&](const Status& status) { done += status.ok() ? 1 : 100; }).ok());
  EXPECT_EQ(done, 1);
  EXPECT_TRUE(write.is_stored());
  EXPECT_TRUE(write.store_async([&](const Status& status) { done += status.ok() ? 1 : 100; }).ok());
  EXPECT_EQ(done, 2);
  EXPECT_EQ(bookmark_in(1), "1");
  expect_ledger(1, 1, 0, 0);
}

TEST_F(SourceWriterRoomTest, a_full_channel_answers_at_once_and_calls_back_when_there_is_room) {
  channels_.clear();
  add_channel({.capacity = 1, .transaction_capacity = 1});
  EXPECT_TRUE(stored(built({"a"})).ok());
  Write write = prepared(built({"b"}));
  const auto never = [](const Status&) { FAIL() << "nothing was begun"; };
  EXPECT_EQ(write.store_async(never).cause(), Cause::Full);
  EXPECT_FALSE(write.is_stored());
  EXPECT_EQ(counters_.channel_write_fail.get(), 0);
  int called = 0;
  writer().on_space([&] { ++called; });
  EXPECT_EQ(called, 0);
  auto taker = channels_[0].taker("k1");
  EXPECT_TRUE((*taker)->take({.events = 1}, Deadline::immediate(), {})->commit().ok());
  EXPECT_EQ(called, 1);
  EXPECT_TRUE(write.store_async([](const Status& status) { EXPECT_TRUE(status.ok()); }).ok());
  EXPECT_TRUE(write.is_stored());
  writer().on_space([&] { ++called; });
  EXPECT_EQ(called, 1) << "full again";
  expect_ledger(2, 2, 0, 0);
}

TEST_F(SourceWriterRoomTest, waits_for_room_only_where_there_was_none) {
  // The second channel is full for ever, but no event needs it.
  channels_.clear();
  add_channel({.capacity = 1, .transaction_capacity = 1});
  add_channel({.capacity = 1, .transaction_capacity = 1});
  selector_.route = [](const EventView& event) -> Route {
    return event.body() == "x" ? Route{.required = {}, .optional = set_of({1})} : Route{.required = set_of({0}), .optional = {}};
  };
  EXPECT_TRUE(stored(built({"x"})).ok());
  EXPECT_TRUE(stored(built({"a"})).ok());
  Write write = prepared(built({"b"}));
  EXPECT_EQ(write.store_async({}).cause(), Cause::Full);
  int called = 0;
  writer().on_space([&] { ++called; });
  auto taker = channels_[0].taker("k1");
  EXPECT_TRUE((*taker)->take({.events = 1}, Deadline::immediate(), {})->commit().ok());
  EXPECT_EQ(called, 1);
}

TEST_F(SourceWriterRoomTest, a_write_that_is_partly_on_its_way_tells_of_the_refusal_at_its_end) {
  add_channel({.capacity = 1, .transaction_capacity = 1});
  selector_.all.required = set_of({0, 1});
  EXPECT_TRUE(stored(built({"a"})).ok());
  Write write = prepared(built({"b"}));
  Status told;
  EXPECT_TRUE(write.store_async([&](Status status) { told = std::move(status); }).ok());
  EXPECT_EQ(told.cause(), Cause::Full);
  EXPECT_EQ(told.message(), "channel c2: the channel is full");
  ASSERT_EQ(write.parts().size(), 1U);
  EXPECT_EQ(write.parts()[0].channel, 1U);
  auto taker = channels_[1].taker("k1");
  EXPECT_TRUE((*taker)->take({.events = 1}, Deadline::immediate(), {})->commit().ok());
  EXPECT_TRUE(write.store_async([&](Status status) { told = std::move(status); }).ok());
  EXPECT_TRUE(told.ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a", "b"));
  EXPECT_THAT(bodies_in(1), ElementsAre("b"));
  expect_ledger(2, 2, 0, 0);
}

TEST_F(SourceWriterRoomTest, a_put_that_did_not_arrive_hands_its_events_back_and_can_be_repeated) {
  add_channel();
  selector_.all = {.required = set_of({0}), .optional = set_of({1})};
  channels_[0].fail_puts(1);
  channels_[1].fail_puts(1);
  Write write = prepared(built({"a", "b"}));
  Status told;
  EXPECT_TRUE(write.store_async([&](Status status) { told = std::move(status); }).ok());
  EXPECT_EQ(told.message(), "channel c1: put fails because the test says so");
  ASSERT_EQ(write.parts().size(), 1U);
  EXPECT_EQ(write.parts()[0].events.size(), 2U);
  // The putter refuses all that follows its failure; the writer opens a new one.
  EXPECT_TRUE(write.store_async([&](Status status) { told = std::move(status); }).ok());
  EXPECT_TRUE(told.ok());
  EXPECT_TRUE(stored(built({"c"})).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a", "b", "c"));
  EXPECT_THAT(bodies_in(1), ElementsAre("c"));
  EXPECT_EQ(ledger_.missed_by_optional.get(), 2);
  expect_ledger(3, 3, 0, 0);
}

TEST_F(SourceWriterRoomTest, does_not_wait_for_room_that_no_sink_will_make) {
  channels_.clear();
  add_channel({.capacity = 1});
  EXPECT_TRUE(stored(built({"a"})).ok());
  Write write = prepared(built({"b"}));
  Status refused;
  std::thread source([&] { refused = write.store(services_.clock.in(15s), {}); });
  services_.clock.await_parked(1);
  no_sink_left_.request_stop();
  source.join();
  EXPECT_EQ(refused.kind(), ErrorKind::Fatal) << "not to be tried again";
  EXPECT_EQ(refused.message(), "channel c1: it is full, and no sink is left to take from it");
  EXPECT_EQ(write.parts().size(), 1U) << "the caller still has the events";
}

TEST_F(SourceWriterRoomTest, stores_what_has_room_though_no_sink_is_left) {
  no_sink_left_.request_stop();
  EXPECT_TRUE(prepared(built({"a"})).store(services_.clock.in(15s), {}).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a"));
}

TEST_F(SourceWriterRoomTest, calls_who_waits_for_room_that_no_sink_will_make) {
  channels_.clear();
  add_channel({.capacity = 1});
  EXPECT_TRUE(stored(built({"a"})).ok());
  Write write = prepared(built({"b"}));
  EXPECT_EQ(write.store_async({}).cause(), Cause::Full);
  int calls = 0;
  writer().on_space([&] { ++calls; });
  EXPECT_EQ(calls, 0);
  no_sink_left_.request_stop();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(write.store_async({}).kind(), ErrorKind::Fatal);
  bodies_in(0);
  EXPECT_EQ(calls, 1) << "once";
}

}  // namespace
}  // namespace flume::runtime
