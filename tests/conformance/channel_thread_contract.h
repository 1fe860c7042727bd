// Many producers and consumers at once; run under the thread sanitizer. Included by channel_conformance.h only.
#pragma once

#include <atomic>
#include <charconv>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "conformance/channel_fixture.h"

namespace flume::conformance {

TEST_P(ChannelConformance, neither_loses_nor_doubles_nor_reorders_between_threads) {
  constexpr int kProducers = 3;
  constexpr int kConsumers = 3;
  constexpr int kEvents = 2000;  // of each producer
  std::mutex mutex;
  std::map<EventId, std::string> taken_by_id;
  std::atomic<int> left{kProducers * kEvents};
  std::stop_source all_taken;
  {
    std::vector<std::jthread> threads;
    for (int p = 0; p < kProducers; ++p) {
      threads.emplace_back([this, p] {
        const auto to = putter();
        BatchBuilder builder(*pool_);
        for (int next = 0; next < kEvents;) {
          for (int size = 1 + (next * 7 + p) % 13; size > 0 && next < kEvents; --size) {
            ASSERT_TRUE(builder.body(std::to_string(p) + ":" + std::to_string(next++)).ok());
          }
          EventBatch events = builder.take();
          const Status stored = to->put(events, {}, Deadline::never(), {});
          ASSERT_TRUE(stored.ok()) << stored.message();
        }
      });
    }
    for (int c = 0; c < kConsumers; ++c) {
      threads.emplace_back([&, c] {
        const auto from = taker("k" + std::to_string(c));
        for (std::uint32_t round = 0;; ++round) {
          auto taken = from->take({.events = 1 + round % 19}, Deadline::never(), all_taken.get_token());
          ASSERT_TRUE(taken.ok());
          if (taken->empty()) return;
          if (round % 5 == 3) {
            taken->give_back();
            continue;
          }
          Ranges part = taken->ids();
          if (round % 7 == 2) part = Ranges({part.lowest(), part.lowest() + 1});
          const Bodies all = bodies(taken->events());
          const Ranges ids = taken->ids();
          const Status committed = taken->commit({}, Durability::Written, &part);
          ASSERT_TRUE(committed.ok()) << committed.message();
          const std::lock_guard lock(mutex);
          for (std::size_t i = 0; i < all.size(); ++i) {
            if (!part.contains(ids.at(i))) continue;
            EXPECT_TRUE(taken_by_id.emplace(ids.at(i), all[i]).second) << "twice: " << all[i];
            if (--left == 0) all_taken.request_stop();
          }
        }
      });
    }
  }
  ASSERT_EQ(taken_by_id.size(), static_cast<std::size_t>(kProducers * kEvents));
  std::map<char, int> next_of;
  for (const auto& [id, body] : taken_by_id) {
    int number = 0;
    std::from_chars(body.data() + 2, body.data() + body.size(), number);
    EXPECT_EQ(number, next_of[body[0]]++) << "ids follow each producer's order";
  }
  EXPECT_EQ(channel().size(), 0U);
}

TEST_P(ChannelConformance, lets_event_loops_wait_without_a_thread) {
  constexpr int kEvents = 3000;
  std::stop_source done;
  std::atomic<int> taken_events{0};
  std::jthread consumer([&] {
    const auto from = taker("k1");
    for (;;) {
      auto taken = from->take({.events = 20}, Deadline::never(), done.get_token());
      ASSERT_TRUE(taken.ok());
      if (taken->empty()) return;
      const auto size = static_cast<int>(taken->events().size());
      ASSERT_TRUE(taken->commit().ok());
      if ((taken_events += size) == kEvents) done.request_stop();
    }
  });
  const auto to = putter();
  Parker loop;
  const auto uncompleted = std::make_shared<std::latch>(kEvents / 15);  // a completion may still be inside it when the test is over
  for (int next = 0; next < kEvents; next += 15) {
    EventBatch events = batch(numbers(next, next + 15));
    for (;;) {
      const Status accepted = to->put_async(events, {}, [uncompleted](const Status& status, const EventBatch&) {
        EXPECT_TRUE(status.ok());
        uncompleted->count_down();
      });
      if (accepted.ok()) break;
      ASSERT_EQ(accepted.cause(), Cause::Full);
      to->on_space([&loop] { loop.unpark(); });
      clock().park(loop, Deadline::never());
    }
  }
  consumer.join();
  EXPECT_EQ(taken_events, kEvents);
  uncompleted->wait();  // a channel may show events before it says so to who put them
}

}  // namespace flume::conformance
