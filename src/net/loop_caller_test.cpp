#include "net/loop_caller.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flume/result.h"
#include "net/asio_network.h"
#include "net/awaitables.h"
#include "support/sim_network.h"

namespace flume {
namespace {

using namespace std::chrono_literals;

Task<std::string> say(EventLoop& loop, std::string text, Instant::duration after) {
  co_await sleep_until(loop, loop.in(after));
  co_return text;
}

/// Has `held` until nothing of it is left.
Task<Status> wait_for_ever(EventLoop& loop, [[maybe_unused]] std::shared_ptr<int> held) {
  co_await sleep_until(loop, Deadline::never());
  co_return Status();
}

TEST(LoopThread, brings_the_value_of_a_task_to_another_thread) {
  AsioNetwork network;
  LoopThread thread(network.make_loop());
  EXPECT_EQ(thread.call(say(thread.loop(), "at once", 0ms)), "at once");
  EXPECT_EQ(thread.call(say(thread.loop(), "later", 1ms)), "later");
}

TEST(LoopThread, runs_tasks_side_by_side) {
  AsioNetwork network;
  LoopThread thread(network.make_loop());
  std::vector<PendingCall<std::string>> calls;
  Signal go(thread.loop());
  // Each waits for the next: one after the other, the first would never end.
  const auto relay = [](Signal& signal, std::string name) -> Task<std::string> {
    signal.notify_all();
    co_await signal.wait(Deadline::never());
    signal.notify_all();
    co_return name;
  };
  calls.push_back(thread.start(relay(go, "a")));
  calls.push_back(thread.start(relay(go, "b")));
  calls.push_back(thread.start(relay(go, "c")));
  thread.run_in_loop([] {});
  std::string all;
  for (PendingCall<std::string>& call : calls) {
    thread.run_in_loop([&] { go.notify_all(); });
    all += call.wait();
  }
  EXPECT_EQ(all, "abc");
}

TEST(LoopThread, serves_many_threads) {
  AsioNetwork network;
  LoopThread thread(network.make_loop());
  std::vector<std::jthread> callers;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&, i] {
      for (int round = 0; round < 100; ++round) {
        const std::string text = std::to_string(i * 1000 + round);
        right += thread.call(say(thread.loop(), text, 0ms)) == text ? 1 : 0;
      }
    });
  }
  callers.clear();
  EXPECT_EQ(right, 400);
}

TEST(LoopThread, cuts_short_what_is_under_way_and_what_comes_later) {
  AsioNetwork network;
  LoopThread thread(network.make_loop());
  auto held = std::make_shared<int>(1);
  PendingCall<Status> call = thread.start(wait_for_ever(thread.loop(), held));
  thread.run_in_loop([&] { thread.cut_short(); });
  EXPECT_EQ(call.wait().cause(), Cause::Timeout);
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(thread.call(wait_for_ever(thread.loop(), held)).cause(), Cause::Timeout);
  thread.run_in_loop([] {});  // the loop has let go of what came before
  EXPECT_EQ(held.use_count(), 1);
}

TEST(LoopThread, cuts_short_at_a_deadline) {
  AsioNetwork network;
  LoopThread thread(network.make_loop());
  auto held = std::make_shared<int>(1);
  PendingCall<Status> call = thread.start(wait_for_ever(thread.loop(), held));
  thread.cut_short_by(thread.loop().in(1h));
  EXPECT_EQ(thread.call(say(thread.loop(), "not yet", 1ms)), "not yet");
  thread.cut_short_by(thread.loop().in(1ms));
  EXPECT_EQ(call.wait().cause(), Cause::Timeout);
}

TEST(DrivenLoop, may_go_before_the_deadline_that_it_was_given) {
  SimClock clock;
  SimEventLoop loop(clock);
  {
    DrivenLoop(loop).cut_short_by(loop.in(1s));
  }
  loop.advance(1min);
  DrivenLoop other(loop);
  EXPECT_EQ(other.call(say(loop, "goes on", 1ms)), "goes on");
}

TEST(LoopThread, leaves_nothing_of_a_call_that_is_dropped) {
  AsioNetwork network;
  LoopThread thread(network.make_loop());
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> left = held;
  {
    const PendingCall<Status> call = thread.start(wait_for_ever(thread.loop(), std::move(held)));
    EXPECT_TRUE(call.is_under_way());
    EXPECT_FALSE(left.expired());
  }
  EXPECT_TRUE(left.expired());
}

TEST(LoopThread, replaces_a_call_by_another) {
  AsioNetwork network;
  LoopThread thread(network.make_loop());
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> left = held;
  PendingCall<Status> call = thread.start(wait_for_ever(thread.loop(), std::move(held)));
  call = PendingCall<Status>();
  EXPECT_TRUE(left.expired());
  EXPECT_FALSE(call.is_under_way());
}

TEST(DrivenLoop, is_served_by_who_waits) {
  SimClock clock;
  SimEventLoop loop(clock);
  DrivenLoop driven(loop);
  const Instant begin = clock.steady();
  PendingCall<std::string> first = driven.start(say(loop, "first", 2s));
  PendingCall<std::string> second = driven.start(say(loop, "second", 1s));
  EXPECT_EQ(first.wait() + second.wait(), "firstsecond");
  EXPECT_EQ(clock.steady() - begin, 2s);
}

TEST(DrivenLoop, stops_the_program_rather_than_wait_for_nothing) {
  SimClock clock;
  SimEventLoop loop(clock);
  DrivenLoop driven(loop);
  EXPECT_DEATH(driven.call(wait_for_ever(loop, nullptr)).ignore(), "never happen");
}

}  // namespace
}  // namespace flume
