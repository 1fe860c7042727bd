// The put side of flume/channel.h. Included by channel_conformance.h only.
#pragma once

#include <atomic>
#include <future>
#include <thread>

#include "conformance/channel_fixture.h"

namespace flume::conformance {

TEST_P(ChannelConformance, tells_its_limits_and_size) {
  EXPECT_EQ(channel().limits().capacity, 100U);
  EXPECT_EQ(channel().limits().transaction_capacity, 20U);
  EXPECT_EQ(channel().size(), 0U);
  ASSERT_TRUE(put(numbers(0, 7)).ok());
  EXPECT_EQ(channel().size(), 7U);
  TakeTransaction taken = take();
  EXPECT_EQ(channel().size(), 7U) << "events of an open take are still stored";
  ASSERT_TRUE(taken.commit().ok());
  EXPECT_EQ(channel().size(), 0U);
}

TEST_P(ChannelConformance, moves_a_stored_batch_away_and_leaves_a_refused_one) {
  EventBatch events = batch(numbers(0, 20));
  ASSERT_TRUE(putter_->put(events, {}, Deadline::immediate(), {}).ok());
  EXPECT_TRUE(events.empty());
  for (int i = 1; i < 5; ++i) ASSERT_TRUE(put(numbers(0, 20)).ok());
  events = batch(numbers(0, 3));
  const Status full = putter_->put(events, {}, Deadline::immediate(), {});
  EXPECT_EQ(full.kind(), ErrorKind::Retryable);
  EXPECT_EQ(full.cause(), Cause::Full);
  EXPECT_EQ(bodies(events), numbers(0, 3));
}

TEST_P(ChannelConformance, stores_all_of_a_batch_or_nothing) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(put(numbers(20 * i, 20 * i + 20)).ok());
  ASSERT_TRUE(put(numbers(80, 95)).ok());
  EXPECT_EQ(put(numbers(95, 105)).cause(), Cause::Full);
  EXPECT_EQ(channel().size(), 95U);
  ASSERT_TRUE(put(numbers(95, 100)).ok()) << "what fits is stored";
  EXPECT_EQ(drain(), numbers(0, 100));
}

TEST_P(ChannelConformance, refuses_a_batch_above_its_transaction_capacity) {
  const Status refused = put(numbers(0, 21));
  EXPECT_EQ(refused.kind(), ErrorKind::Rejected);
  EXPECT_EQ(refused.cause(), Cause::TooLarge);
  EventBatch events = batch(numbers(0, 21));
  EXPECT_EQ(putter_->put_async(events, {}, [](const Status&, const EventBatch&) { ADD_FAILURE() << "called"; }).cause(), Cause::TooLarge);
  EXPECT_EQ(events.size(), 21U);
  EXPECT_EQ(channel().size(), 0U);
}

TEST_P(ChannelConformance, keeps_room_for_events_until_their_take_is_committed) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(numbers(0, 20)).ok());
  TakeTransaction taken = take(20);
  EXPECT_EQ(put({"x"}).cause(), Cause::Full);
  ASSERT_TRUE(taken.commit().ok());
  EXPECT_TRUE(put(numbers(0, 20)).ok());
  EXPECT_EQ(put({"x"}).cause(), Cause::Full);
  take(20).give_back();
  EXPECT_EQ(put({"x"}).cause(), Cause::Full);
}

TEST_P(ChannelConformance, waits_for_room_as_long_as_its_keep_alive) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(numbers(0, 20)).ok());
  EventBatch events = batch({"late"});
  Status status;
  std::jthread producer([&] { status = putter_->put(events, {}, Deadline::never(), {}); });
  await_parked(1);
  clock().advance(ChannelUnderTest::kKeepAlive - std::chrono::milliseconds(1));
  await_parked(1);
  clock().advance(std::chrono::milliseconds(1));
  producer.join();
  EXPECT_EQ(status.cause(), Cause::Full);
  EXPECT_EQ(events.size(), 1U);
}

TEST_P(ChannelConformance, waits_no_longer_than_the_callers_deadline) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(numbers(0, 20)).ok());
  EventBatch events = batch({"late"});
  Status status;
  std::jthread producer([&] { status = putter_->put(events, {}, clock().in(std::chrono::seconds(1)), {}); });
  await_parked(1);
  clock().advance(std::chrono::seconds(1));
  producer.join();
  EXPECT_EQ(status.cause(), Cause::Full);
}

TEST_P(ChannelConformance, goes_on_with_a_waiting_put_when_there_is_room) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(numbers(20 * i, 20 * i + 20)).ok());
  EventBatch events = batch({"100"});
  Status status = retryable("not yet");
  std::jthread producer([&] { status = putter_->put(events, {}, Deadline::never(), {}); });
  await_parked(1);
  Bodies all;
  for (int i = 0; i < 5; ++i) {
    TakeTransaction taken = take(20);
    for (std::string& body : bodies(taken.events())) all.push_back(std::move(body));
    ASSERT_TRUE(taken.commit().ok());
  }
  producer.join();
  EXPECT_TRUE(status.ok());
  for (std::string& body : drain()) all.push_back(std::move(body));
  EXPECT_EQ(all, numbers(0, 101));
}

TEST_P(ChannelConformance, ends_a_waiting_put_when_it_is_stopped) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(numbers(0, 20)).ok());
  EventBatch events = batch({"late"});
  Status status;
  std::jthread producer([&](std::stop_token stop) { status = putter_->put(events, {}, Deadline::never(), std::move(stop)); });
  await_parked(1);
  producer.request_stop();
  producer.join();
  EXPECT_EQ(status.cause(), Cause::Stopped);
  EXPECT_EQ(events.size(), 1U);
}

TEST_P(ChannelConformance, completes_asynchronous_puts_in_order) {
  std::vector<int> completed;
  std::promise<void> all;
  for (int i = 0; i < 5; ++i) {
    EventBatch events = batch({std::to_string(i)});
    ASSERT_TRUE(putter_
                    ->put_async(events, {},
                                [&completed, &all, i](const Status& status, const EventBatch& unsent) {
                                  EXPECT_TRUE(status.ok());
                                  EXPECT_TRUE(unsent.empty());
                                  completed.push_back(i);
                                  if (i == 4) all.set_value();
                                })
                    .ok());
    EXPECT_TRUE(events.empty());
  }
  ASSERT_EQ(all.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  EXPECT_EQ(drain(), numbers(0, 5));
  EXPECT_EQ(completed, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST_P(ChannelConformance, answers_full_to_an_asynchronous_put_at_once) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(numbers(0, 20)).ok());
  EventBatch events = batch({"x"});
  EXPECT_EQ(putter_->put_async(events, {}, [](const Status&, const EventBatch&) { ADD_FAILURE() << "called"; }).cause(), Cause::Full);
  EXPECT_EQ(events.size(), 1U);
  drain();
  EXPECT_TRUE(put({"x"}).ok()) << "being full is no failure that sticks";
}

TEST_P(ChannelConformance, calls_back_once_when_there_is_room) {
  std::atomic<int> calls{0};
  putter_->on_space([&] { ++calls; });
  EXPECT_EQ(calls, 1) << "at once if there is room now";
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(numbers(0, 20)).ok());
  EXPECT_EQ(put(numbers(0, 2)).cause(), Cause::Full);
  putter_->on_space([&] { ++calls; });
  EXPECT_EQ(calls, 1);
  drain();
  EXPECT_EQ(calls, 2);
  ASSERT_TRUE(put({"x"}).ok());
  drain();
  EXPECT_EQ(calls, 2);
}

TEST_P(ChannelConformance, calls_back_when_the_rest_is_held_and_nothing_can_be_taken) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(numbers(0, 20)).ok());
  EXPECT_EQ(put({"x"}).cause(), Cause::Full);
  int calls = 0;
  putter_->on_space([&] { ++calls; });
  TakeTransaction one = take(1);
  std::vector<TakeTransaction> others;
  for (;;) {
    TakeTransaction next = take();
    if (next.empty()) break;
    others.push_back(std::move(next));
  }
  for (TakeTransaction& other : others) ASSERT_TRUE(other.hold("k1").ok());
  EXPECT_EQ(calls, 0);
  ASSERT_TRUE(one.commit().ok());
  EXPECT_EQ(calls, 1) << "one event of a hundred is free, and no other will be";
}

TEST_P(ChannelConformance, forgets_the_callback_of_a_putter_that_is_gone) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(numbers(0, 20)).ok());
  {
    const auto other = putter();
    other->on_space([] { ADD_FAILURE() << "called"; });
  }
  drain();
}

TEST_P(ChannelConformance, takes_a_batch_of_nothing_but_bookmarks) {
  EventBatch none;
  ASSERT_TRUE(putter_->put(none, OneEntry("o", "k", "v"), Deadline::immediate(), {}).ok());
  EXPECT_EQ(bookmark("o"), (Bookmark{{"k", "v"}}));
  EXPECT_EQ(channel().size(), 0U);
}

}  // namespace flume::conformance
