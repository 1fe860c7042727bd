// The take side of flume/channel.h. Included by channel_conformance.h only.
#pragma once

#include <thread>

#include "conformance/channel_fixture.h"

namespace flume::conformance {

TEST_P(ChannelConformance, gives_events_in_the_order_of_the_puts) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(put(numbers(10 * i, 10 * i + 10)).ok());
  EXPECT_EQ(drain(), numbers(0, 100));
}

TEST_P(ChannelConformance, gives_ids_in_the_order_of_the_events) {
  ASSERT_TRUE(put(numbers(0, 10)).ok());
  ASSERT_TRUE(put(numbers(10, 20)).ok());
  const TakeTransaction first = take(7);
  const TakeTransaction second = take(20);
  ASSERT_EQ(first.ids().count(), 7U);
  ASSERT_EQ(second.ids().count(), 13U);
  EXPECT_LT(first.ids().end_id() - 1, second.ids().lowest());
}

TEST_P(ChannelConformance, never_gives_an_id_twice) {
  Ranges seen;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(put(numbers(0, 5)).ok());
    TakeTransaction taken = take();
    EXPECT_TRUE(seen.intersection(taken.ids()).empty());
    seen.add(taken.ids());
    ASSERT_TRUE(taken.commit().ok());
  }
}

TEST_P(ChannelConformance, gives_no_more_than_it_is_asked_for) {
  ASSERT_TRUE(put(numbers(0, 20)).ok());
  ASSERT_TRUE(put(numbers(20, 40)).ok());
  EXPECT_EQ(take(3).events().size(), 3U);
  EXPECT_EQ(take(1000).events().size(), 20U) << "transactionCapacity";
  EXPECT_TRUE(take(0).empty());
}

TEST_P(ChannelConformance, gives_no_more_bytes_than_it_is_asked_for_but_one_event) {
  ASSERT_TRUE(put(Bodies(10, std::string(100, 'x'))).ok());
  const std::uint64_t bytes_each = take(1).events().bytes();
  for (const auto& [limit, events] :
       {std::pair{3 * bytes_each, 3U}, {4 * bytes_each - 1, 3U}, {std::uint64_t{1}, 1U}, {std::uint64_t{0}, 1U}}) {
    auto taken = taker_->take({.events = 20, .bytes = limit}, Deadline::immediate(), {});
    ASSERT_TRUE(taken.ok());
    EXPECT_EQ(taken->events().size(), events) << limit;
  }
}

TEST_P(ChannelConformance, gives_what_is_there_without_waiting_for_more) {
  ASSERT_TRUE(put({"only"}).ok());
  auto taken = taker_->take({.events = 20}, Deadline::never(), {});
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(bodies(taken->events()), Bodies{"only"});
}

TEST_P(ChannelConformance, gives_nothing_when_nothing_came_by_the_deadline) {
  EXPECT_TRUE(take().empty());
  bool is_empty = false;
  std::jthread consumer([&] { is_empty = taker_->take({}, clock().in(std::chrono::seconds(5)), {})->empty(); });
  await_parked(1);
  clock().advance(std::chrono::seconds(5));
  consumer.join();
  EXPECT_TRUE(is_empty);
}

TEST_P(ChannelConformance, wakes_a_waiting_take_when_events_come) {
  Bodies got;
  std::jthread consumer([&] {
    auto taken = taker_->take({}, Deadline::never(), {});
    got = bodies(taken->events());
  });
  await_parked(1);
  ASSERT_TRUE(put(numbers(0, 3)).ok());
  consumer.join();
  EXPECT_EQ(got, numbers(0, 3));
}

TEST_P(ChannelConformance, wakes_one_take_after_the_other_while_there_are_events) {
  std::atomic<std::uint32_t> got{0};
  std::vector<std::unique_ptr<Taker>> takers;
  std::vector<std::jthread> consumers;
  for (int i = 0; i < 3; ++i) {
    takers.push_back(taker("k" + std::to_string(i)));
    consumers.emplace_back([&got, from = takers.back().get()] {
      auto taken = from->take({.events = 1}, Deadline::never(), {});
      got += taken->events().size();
      EXPECT_TRUE(taken->commit().ok());
    });
  }
  await_parked(3);
  ASSERT_TRUE(put(numbers(0, 3)).ok());
  consumers.clear();
  EXPECT_EQ(got, 3U);
}

TEST_P(ChannelConformance, ends_a_waiting_take_when_it_is_stopped) {
  bool is_empty = false;
  std::jthread consumer([&](std::stop_token stop) {
    auto taken = taker_->take({}, Deadline::never(), std::move(stop));
    is_empty = taken.ok() && taken->empty();
  });
  await_parked(1);
  consumer.request_stop();
  consumer.join();
  EXPECT_TRUE(is_empty);
}

TEST_P(ChannelConformance, gives_returned_events_again_at_their_place) {
  ASSERT_TRUE(put(numbers(0, 20)).ok());
  TakeTransaction first = take(5);
  TakeTransaction second = take(5);
  const Ranges ids = first.ids();
  second.give_back();
  first.give_back();
  TakeTransaction again = take(5);
  EXPECT_EQ(again.ids(), ids);
  EXPECT_EQ(bodies(again.events()), numbers(0, 5));
  again.give_back();
  EXPECT_EQ(drain(), numbers(0, 20));
}

TEST_P(ChannelConformance, gives_events_back_when_a_transaction_is_dropped_or_replaced) {
  ASSERT_TRUE(put(numbers(0, 10)).ok());
  {
    TakeTransaction a = take(4);
    TakeTransaction moved = std::move(a);
    EXPECT_FALSE(a.is_open());  // NOLINT(bugprone-use-after-move): promised
    EXPECT_TRUE(a.commit().ok()) << "nothing to commit";
    EXPECT_EQ(channel().size(), 10U);
    moved = take(4);
    EXPECT_EQ(bodies(moved.events()), numbers(4, 8));
    EXPECT_EQ(bodies(take(10).events()), (Bodies{"0", "1", "2", "3", "8", "9"}));
  }
  EXPECT_EQ(drain(), numbers(0, 10));
}

TEST_P(ChannelConformance, wakes_a_waiting_take_for_events_that_are_given_back) {
  ASSERT_TRUE(put({"x"}).ok());
  TakeTransaction taken = take();
  const auto other = taker("k2");
  Bodies got;
  std::jthread consumer([&] { got = bodies(other->take({}, Deadline::never(), {})->events()); });
  await_parked(1);
  taken.give_back();
  consumer.join();
  EXPECT_EQ(got, Bodies{"x"});
}

TEST_P(ChannelConformance, commits_a_part_and_puts_the_rest_back) {
  ASSERT_TRUE(put(numbers(0, 10)).ok());
  TakeTransaction taken = take(8);
  const EventId first = taken.ids().lowest();
  Ranges part({first, first + 2});
  part.add({first + 5, first + 7});
  ASSERT_TRUE(taken.commit({}, Durability::Written, &part).ok());
  EXPECT_EQ(channel().size(), 6U);
  EXPECT_EQ(drain(), (Bodies{"2", "3", "4", "7", "8", "9"}));
}

TEST_P(ChannelConformance, refuses_to_commit_what_was_not_taken) {
  ASSERT_TRUE(put(numbers(0, 10)).ok());
  TakeTransaction taken = take(4);
  const Ranges part({taken.ids().lowest(), taken.ids().end_id() + 1});
  EXPECT_FALSE(taken.commit({}, Durability::Written, &part).ok());
  EXPECT_TRUE(taken.is_open());
  taken.give_back();
  EXPECT_EQ(drain(), numbers(0, 10));
}

TEST_P(ChannelConformance, commits_an_owners_takes_in_take_order) {
  ASSERT_TRUE(put(numbers(0, 10)).ok());
  TakeTransaction first = take(5);
  TakeTransaction second = take(5);
  const Status early = second.commit();
  EXPECT_FALSE(early.ok());
  EXPECT_TRUE(second.is_open());
  ASSERT_TRUE(first.commit().ok());
  ASSERT_TRUE(second.commit().ok());
  EXPECT_EQ(channel().size(), 0U);
}

TEST_P(ChannelConformance, lets_different_owners_commit_in_any_order) {
  ASSERT_TRUE(put(numbers(0, 10)).ok());
  const auto other = taker("k2");
  TakeTransaction first = take(5);
  TakeTransaction second = take(*other, 5);
  ASSERT_TRUE(second.commit().ok());
  first.give_back();
  EXPECT_EQ(drain(), numbers(0, 5));
}

TEST_P(ChannelConformance, takes_exactly_the_ids_that_are_asked_for) {
  ASSERT_TRUE(put(numbers(0, 10)).ok());
  const EventId first = take(1).ids().lowest();
  Ranges wanted({first + 2, first + 4});
  wanted.add({first + 7, first + 8});
  auto taken = exactly(*taker_, wanted);
  ASSERT_TRUE(taken.ok()) << taken.status().message();
  EXPECT_EQ(taken->ids(), wanted);
  EXPECT_EQ(bodies(taken->events()), (Bodies{"2", "3", "7"}));
  EXPECT_EQ(exactly(*taker_, wanted).cause(), Cause::NotFound) << "taken already";
  ASSERT_TRUE(taken->commit().ok());
  EXPECT_EQ(exactly(*taker_, wanted).cause(), Cause::NotFound) << "gone";
  EXPECT_EQ(exactly(*taker_, Ranges({first + 1, first + 3})).cause(), Cause::NotFound) << "one is there, one is not";
  EXPECT_EQ(drain(), (Bodies{"0", "1", "4", "5", "6", "8", "9"}));
}

}  // namespace flume::conformance
