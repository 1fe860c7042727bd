#include "net/task.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/asio_network.h"
#include "net/awaitables.h"
#include "support/sim_network.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// Says when it dies.
class Traced {
 public:
  explicit Traced(std::vector<std::string>& trace, std::string name) : trace_(trace), name_(std::move(name)) {}
  Traced(const Traced&) = delete;
  Traced& operator=(const Traced&) = delete;
  ~Traced() { trace_.push_back("~" + name_); }

 private:
  std::vector<std::string>& trace_;
  const std::string name_;
};

class TaskTest : public testing::Test {
 protected:
  SimClock clock_;
  SimEventLoop loop_{clock_};
  std::vector<std::string> trace_;
};

Task<int> doubled(int value) { co_return value * 2; }
Task<int> doubled_later(EventLoop& loop, int value) {
  co_await sleep_until(loop, loop.in(1s));
  co_return value * 2;
}
Task<std::int64_t> sum_of(EventLoop& loop, int count) {
  std::int64_t sum = 0;
  for (int i = 0; i < count; ++i) {
    sum += co_await doubled(i);
    if (i % 1000 == 0) sum += co_await doubled_later(loop, 0);
  }
  co_return sum;
}

TEST_F(TaskTest, has_the_value_of_its_last_line) {
  EXPECT_EQ(run_to_end(loop_, doubled(21)), 42);
  EXPECT_EQ(run_to_end(loop_, doubled_later(loop_, 21)), 42);
}

TEST_F(TaskTest, is_lazy) {
  bool has_run = false;
  const auto set = [](bool& flag) -> Task<int> {
    flag = true;
    co_return 0;
  };
  {
    const Task<int> never_awaited = set(has_run);
  }
  EXPECT_FALSE(has_run);
  RunningTask running = RunningTask::start<int>(loop_, set(has_run), [](int) {});
  EXPECT_FALSE(has_run) << "begins from the loop, not from the call";
  EXPECT_TRUE(running.is_running());
  loop_.run_until_idle();
  EXPECT_TRUE(has_run);
  EXPECT_FALSE(running.is_running());
}

TEST_F(TaskTest, a_million_awaits_that_finish_at_once_do_not_deepen_the_stack) {
  EXPECT_EQ(run_to_end(loop_, sum_of(loop_, 1'000'000)), 999'999'000'000);
}

TEST_F(TaskTest, carries_values_that_can_only_be_moved) {
  const auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  const auto pass = [](Task<std::unique_ptr<int>> inner) -> Task<std::unique_ptr<int>> {
    std::unique_ptr<int> value = co_await std::move(inner);
    ++*value;
    co_return std::move(value);
  };
  const auto value = run_to_end(loop_, pass(make()));
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(**value, 8);
}

TEST_F(TaskTest, the_try_macro_ends_a_task_with_the_error) {
  const auto fail = []() -> Task<Status> { co_return retryable("no"); };
  const auto outer = [](Task<Status> inner, bool& went_on) -> Task<Result<int>> {
    FLUME_CO_TRY(co_await std::move(inner));
    went_on = true;
    co_return 1;
  };
  bool went_on = false;
  const auto result = run_to_end(loop_, outer(fail(), went_on));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->status().message(), "no");
  EXPECT_FALSE(went_on);
}

Task<void> sleep_with(EventLoop& loop, std::vector<std::string>& trace, std::string name) {
  const Traced variable(trace, name);
  co_await sleep_until(loop, loop.in(1h));
  trace.push_back(name + " woke");
}
Task<void> outer_of(EventLoop& loop, std::vector<std::string>& trace) {
  const Traced variable(trace, "outer");
  co_await sleep_with(loop, trace, "inner");
  trace.push_back("outer went on");
}

TEST_F(TaskTest, destroying_the_root_cancels_the_whole_tree_from_the_inside_out) {
  {
    const RunningTask running = RunningTask::start(loop_, outer_of(loop_, trace_));
    loop_.run_until_idle();
    EXPECT_THAT(trace_, ElementsAre());
  }
  EXPECT_THAT(trace_, ElementsAre("~inner", "~outer"));
  loop_.advance(2h);
  EXPECT_THAT(trace_, ElementsAre("~inner", "~outer")) << "nothing happens afterwards";
}

TEST_F(TaskTest, a_root_that_is_destroyed_before_it_began_never_begins) {
  {
    const RunningTask running = RunningTask::start(loop_, outer_of(loop_, trace_));
  }
  loop_.advance(2h);
  EXPECT_THAT(trace_, ElementsAre());
}

TEST_F(TaskTest, the_callback_at_the_end_may_destroy_its_task) {
  std::unique_ptr<RunningTask> running;
  int value = 0;
  running = std::make_unique<RunningTask>(RunningTask::start<int>(loop_, doubled_later(loop_, 4), [&](int result) {
    running.reset();
    value = result;
  }));
  loop_.advance(2s);
  EXPECT_EQ(value, 8);
  EXPECT_EQ(running, nullptr);
}

TEST_F(TaskTest, a_set_keeps_tasks_until_they_end_or_it_does) {
  TaskSet tasks(loop_);
  for (int i = 0; i < 10; ++i) tasks.start(sleep_with(loop_, trace_, std::to_string(i)));
  EXPECT_EQ(tasks.running(), 10U);
  loop_.advance(1h);
  EXPECT_EQ(tasks.running(), 0U);
  tasks.start(sleep_with(loop_, trace_, "last"));
  loop_.run_until_idle();
  trace_.clear();
  tasks.cancel_all();
  EXPECT_THAT(trace_, ElementsAre("~last"));
}

TEST_F(TaskTest, run_to_end_gives_up_when_nothing_can_happen_any_more) {
  const auto forever = [](EventLoop& loop) -> Task<int> {
    co_await sleep_until(loop, Deadline::never());
    co_return 0;
  };
  EXPECT_EQ(run_to_end(loop_, forever(loop_)), std::nullopt);
}

TEST(Task, runs_on_the_real_loop) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  const auto doze = [](EventLoop& on) -> Task<bool> {
    const Instant start = on.now();
    co_await sleep_until(on, on.in(2ms));
    co_await sleep_until(on, Deadline::immediate());
    co_return on.now() - start >= 2ms;
  };
  EXPECT_EQ(run_to_end(*loop, doze(*loop)), true);
}

}  // namespace
}  // namespace flume
