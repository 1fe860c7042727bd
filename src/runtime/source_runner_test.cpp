#include "runtime/source_runner.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/batch_of.h"
#include "support/scripted_flow.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::runtime {
namespace {

using namespace std::chrono_literals;

using Poll = std::function<Result<PollOutcome>(ChannelWriter&, SourceContext&)>;

Poll says(PollOutcome outcome) {
  return [outcome](ChannelWriter&, SourceContext&) { return outcome; };
}

class SourceRunnerTest : public testing::Test {
 protected:
  SourceRunnerTest() {
    selector_.all.required.add(0);
    script_.poll = [this](ChannelWriter& writer, SourceContext& context) -> Result<PollOutcome> {
      ++polls_;
      if (answers_.empty()) return PollOutcome::Backoff;
      const Poll answer = std::move(answers_.front());
      answers_.pop_front();
      return answer(writer, context);
    };
  }
  ~SourceRunnerTest() override {
    // What a test lent to its script is gone; the runner waits or has ended.
    script_ = {};
    services_.clock.set_auto_advance(true);
    runner_.reset();
  }
  void begin(bool is_polled = true) {
    plan_ = planned_source("r1", script_, {"c1"}, selector_, is_polled);
    runner_ = std::make_unique<SourceRunner>(
        SourceWiring{&plan_, {{"c1", &channel_}}, &bound_}, [this](const std::stop_token&) { return has_channel_; }, health_, settings_);
    runner_->start();
  }
  void start(bool is_polled = true) {
    begin(is_polled);
    services_.clock.await_parked(1);
  }
  void pass(Instant::duration time) {
    services_.clock.advance(time);
    services_.clock.await_parked(1);
  }
  [[nodiscard]] Instant::duration sleeps() const { return services_.clock.next_deadline().when() - services_.clock.steady(); }
  void stop() {
    runner_->stop(services_.clock.in(30s));
    EXPECT_TRUE(runner_->wait(Deadline::never()));
  }
  std::string state() {
    for (const ComponentHealth& health : health_.all()) {
      return std::string(to_string(health.state)) + (health.reason.empty() ? "" : ": " + health.reason);
    }
    return "none";
  }
  static Status store(ChannelWriter& writer, SourceContext& context, const std::string& body) {
    auto builder = writer.builder();
    FLUME_TRY(builder.body(body));
    auto write = writer.prepare(builder.take());
    if (!write) return std::move(write).status();
    return write->store_or_wait(context.stop_token());
  }

  TestServices services_;
  const Services bound_ = services_.of("sources.r1", "r1");
  HealthBoard health_{services_.clock};
  Settings settings_;
  SimDurableChannel channel_{services_.clock, {.capacity = 1, .transaction_capacity = 1, .keep_alive = 3s}};
  SelectorScript selector_;
  SourceScript script_;
  config::PlannedSource plan_;
  bool has_channel_ = true;
  int polls_ = 0;
  std::deque<Poll> answers_;
  std::unique_ptr<SourceRunner> runner_;
};

TEST_F(SourceRunnerTest, the_pause_grows_while_a_polled_source_has_nothing) {
  script_.backoff = {.increment = 100ms, .maximum = 250ms};
  start();
  for (const auto expected : {100ms, 200ms, 250ms, 250ms}) {
    EXPECT_EQ(sleeps(), expected);
    pass(expected);
  }
  EXPECT_EQ(polls_, 5);
  answers_ = {says(PollOutcome::Ready), says(PollOutcome::Ready)};
  pass(250ms);
  EXPECT_EQ(polls_, 8) << "ready: at once";
  EXPECT_EQ(sleeps(), 100ms);
}

TEST_F(SourceRunnerTest, pauses_longest_after_an_error_or_exception_and_goes_on) {
  answers_ = {[](ChannelWriter&, SourceContext&) -> Result<PollOutcome> { return retryable("no server"); },
              [](ChannelWriter&, SourceContext&) -> Result<PollOutcome> { throw std::runtime_error("odd"); }};
  start();
  EXPECT_EQ(state(), "impaired: no server");
  EXPECT_EQ(sleeps(), 5s);
  pass(5s);
  EXPECT_EQ(state(), "impaired: poll: unexpected exception: odd");
  EXPECT_EQ(sleeps(), 5s);
  pass(5s);
  EXPECT_EQ(state(), "running");
  EXPECT_EQ(sleeps(), 1s);
}

TEST_F(SourceRunnerTest, a_fatal_error_ends_a_polled_source_visibly) {
  int stops = 0;
  script_.stop = [&](Deadline) { ++stops; };
  answers_ = {[](ChannelWriter&, SourceContext&) -> Result<PollOutcome> { return fatal("licence expired"); }};
  begin();
  EXPECT_TRUE(runner_->wait(Deadline::never()));
  EXPECT_EQ(state(), "failed: licence expired");
  EXPECT_EQ(stops, 1);
}

TEST_F(SourceRunnerTest, a_source_that_has_come_to_its_end_stays_so) {
  answers_ = {[](ChannelWriter&, SourceContext& context) -> Result<PollOutcome> {
                context.finished("all were given");
                return PollOutcome::Backoff;
              },
              [](ChannelWriter&, SourceContext&) -> Result<PollOutcome> { return retryable("x"); }};
  start();
  EXPECT_EQ(state(), "finished: all were given");
  pass(1s);
  EXPECT_EQ(state(), "finished: all were given");
  stop();
  EXPECT_EQ(state(), "finished: all were given");
}

TEST_F(SourceRunnerTest, a_poll_that_waits_for_room_ends_with_the_stop) {
  script_.poll = [](ChannelWriter& writer, SourceContext& context) -> Result<PollOutcome> {
    FLUME_TRY(store(writer, context, "x"));
    return PollOutcome::Ready;
  };
  start();
  EXPECT_EQ(channel_.size(), 1U);
  const Instant before = services_.clock.steady();
  stop();
  EXPECT_EQ(services_.clock.steady(), before);
  EXPECT_EQ(state(), "stopped");
}

TEST_F(SourceRunnerTest, tries_to_start_every_three_seconds_and_keeps_its_counts) {
  int tries = 0;
  script_.start = [&](ChannelWriter& writer, SourceContext& context) -> Status {
    EXPECT_EQ(writer.max_batch(), 1U);
    context.counters().event_read_fail.increment();
    if (++tries == 1) return retryable("in use");
    if (tries == 2) throw std::runtime_error("odd");
    return {};
  };
  start(false);
  EXPECT_EQ(state(), "retrying: in use");
  EXPECT_EQ(sleeps(), 3s);
  pass(3s);
  EXPECT_EQ(state(), "retrying: start: unexpected exception: odd");
  pass(3s);
  EXPECT_EQ(state(), "running");
  const auto metrics = services_.metrics.snapshot();
  EXPECT_EQ(metrics[0].start_time, SimClock::kDefaultStart.time_since_epoch().count());
  for (const MetricSnapshot& metric : metrics[0].metrics) {
    if (metric.name == "EventReadFail") {
      EXPECT_EQ(std::get<std::int64_t>(metric.value), 3);
    }
  }
}

TEST_F(SourceRunnerTest, a_start_that_cannot_succeed_is_not_tried_again) {
  selector_.bind = [](const std::vector<std::string>&) { return invalid_config("no such channel"); };
  begin();
  EXPECT_TRUE(runner_->wait(Deadline::never()));
  EXPECT_EQ(state(), "failed: selector: no such channel");
}

TEST_F(SourceRunnerTest, a_source_that_fails_while_it_starts_is_not_shown_as_running) {
  script_.start = [](ChannelWriter&, SourceContext& context) {
    context.failed(fatal("the command is not there"));
    return Status();
  };
  start(false);
  EXPECT_EQ(state(), "failed: the command is not there");
  stop();
  EXPECT_EQ(state(), "failed: the command is not there");
}

TEST_F(SourceRunnerTest, a_source_of_its_own_is_stopped_with_the_deadline) {
  Deadline told = Deadline::never();
  script_.stop = [&](Deadline deadline) {
    told = deadline;
    throw std::runtime_error("close");
  };
  start(false);
  EXPECT_EQ(state(), "running");
  runner_->stop(Deadline(Instant(77s)));
  EXPECT_TRUE(runner_->wait(Deadline::never()));
  EXPECT_EQ(told, Deadline(Instant(77s)));
  EXPECT_EQ(state(), "stopped");
  EXPECT_EQ(services_.log.count(LogLevel::Error, "could not be stopped"), 1U);
}

TEST_F(SourceRunnerTest, what_a_source_has_not_stored_outlives_its_writer) {
  // Held by the script, as a source holds what is on its way: given up when the source goes, not later.
  std::optional<Write> left;
  script_.start = [&](ChannelWriter& writer, SourceContext&) {
    auto builder = writer.builder();
    EXPECT_TRUE(builder.body("x").ok());
    left.emplace(*writer.prepare(builder.take()));
    return Status();
  };
  script_.stop = [&](Deadline) { left.reset(); };
  start(false);
  stop();
  for (const GroupSnapshot& group : services_.metrics.snapshot()) {
    for (const MetricSnapshot& metric : group.metrics) {
      if (metric.name == "rejected") {
        EXPECT_EQ(std::get<std::int64_t>(metric.value), 1);
      }
    }
  }
}

TEST_F(SourceRunnerTest, a_source_whose_channel_was_given_up_has_failed) {
  has_channel_ = false;
  begin();
  EXPECT_TRUE(runner_->wait(Deadline::never()));
  EXPECT_EQ(state(), "failed: one of its channels has failed");
}

}  // namespace
}  // namespace flume::runtime
