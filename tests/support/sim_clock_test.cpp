#include "support/sim_clock.h"

#include <thread>

#include <gtest/gtest.h>

namespace flume {
namespace {

using namespace std::chrono_literals;

TEST(SimClock, stands_still_until_it_is_advanced) {
  SimClock clock(WallTime(1000ms));
  const Instant start = clock.steady();
  EXPECT_EQ(clock.wall(), WallTime(1000ms));
  clock.advance(1500us);
  EXPECT_EQ(clock.steady(), start + 1500us);
  EXPECT_EQ(clock.wall(), WallTime(1001ms));
}

TEST(SimClock, the_wall_may_step_back_while_steady_time_does_not) {
  SimClock clock(WallTime(1h));
  const Instant start = clock.steady();
  clock.step_wall(-30min);
  EXPECT_EQ(clock.wall(), WallTime(30min));
  EXPECT_EQ(clock.steady(), start);
}

TEST(SimClock, a_token_is_consumed_without_waiting) {
  SimClock clock;
  Parker parker;
  parker.unpark();
  EXPECT_TRUE(clock.park(parker, Deadline::never()));
  EXPECT_FALSE(clock.park(parker, Deadline::immediate()));
}

TEST(SimClock, advance_wakes_exactly_those_whose_deadline_passed) {
  SimClock clock;
  Parker early;
  Parker late;
  bool early_token = true;
  bool late_token = false;
  std::jthread first([&, deadline = clock.in(1s)] { early_token = clock.park(early, deadline); });
  std::jthread second([&, deadline = clock.in(2s)] { late_token = clock.park(late, deadline); });
  clock.await_parked(2);
  EXPECT_EQ(clock.next_deadline(), clock.in(1s));
  clock.advance(1s);
  first.join();
  EXPECT_FALSE(early_token);
  EXPECT_EQ(clock.next_deadline(), clock.in(1s)) << "the second thread is still parked";
  late.unpark();
  second.join();
  EXPECT_TRUE(late_token);
  EXPECT_TRUE(clock.next_deadline().is_never());
}

TEST(SimClock, sleep_ends_at_its_deadline_or_at_a_stop) {
  SimClock clock;
  std::stop_source stop;
  bool slept = false;
  std::jthread sleeper([&] { slept = clock.sleep_for(5s, stop.get_token()); });
  clock.await_parked(1);
  clock.advance(4999ms);
  clock.await_parked(1);
  clock.advance(1ms);
  sleeper.join();
  EXPECT_TRUE(slept);

  std::jthread stopped([&] { slept = clock.sleep_for(5s, stop.get_token()); });
  clock.await_parked(1);
  stop.request_stop();
  stopped.join();
  EXPECT_FALSE(slept);
}

TEST(SimClock, auto_advance_jumps_to_each_deadline) {
  SimClock clock;
  clock.set_auto_advance(true);
  const Instant start = clock.steady();
  EXPECT_TRUE(clock.sleep_for(24h, {}));
  EXPECT_EQ(clock.steady(), start + 24h);
  Parker parker;
  parker.unpark();
  EXPECT_TRUE(clock.park(parker, clock.in(1h)));
  EXPECT_EQ(clock.steady(), start + 24h) << "a token is found before time moves";
}

TEST(SimClock, a_deadline_beyond_all_time_is_never) {
  const SimClock clock;
  EXPECT_TRUE(clock.in(Instant::duration::max()).is_never());
  EXPECT_FALSE(clock.passed(Deadline::never()));
  EXPECT_TRUE(clock.passed(Deadline::immediate()));
}

}  // namespace
}  // namespace flume
