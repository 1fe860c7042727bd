// What the tests of SinkRunner share: a runner whose sink answers by a script, on a simulated clock and channel.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/sink_runner.h"
#include "support/batch_of.h"
#include "support/borrowed_channel.h"
#include "support/scripted_flow.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::runtime {

using namespace std::chrono_literals;

using Answer = std::function<Result<Outcome>(const EventBatch&, Delivery&)>;

inline Answer says(Outcome outcome) {
  return [outcome](const EventBatch&, Delivery&) { return outcome; };
}
inline Answer fails(Status status) {
  return [status](const EventBatch&, Delivery&) { return status; };
}

/// The runner's thread moves only while the test lets it: between two calls of idle() it does one thing.
class SinkRunnerTest : public testing::Test {
 protected:
  SinkRunnerTest() {
    settings_.linger = {};
    script_.deliver = [this](const EventBatch& batch, Delivery& delivery) -> Result<Outcome> {
      std::string seen;
      for (const EventView event : batch) (seen += seen.empty() ? "" : " ") += event.body();
      delivered_.push_back((delivery.was_in_doubt() ? "? " : "") + seen);
      if (answers_.empty()) return rest_(batch, delivery);
      const Answer answer = std::move(answers_.front());
      answers_.pop_front();
      return answer(batch, delivery);
    };
    script_.committed = [this](SinkContext&) { delivered_.emplace_back("committed"); };
    script_.given_back = [this](SinkContext&) { delivered_.emplace_back("given back"); };
  }
  ~SinkRunnerTest() override {
    // What a test lent to its script is gone; the runner waits or has ended.
    script_ = {};
    services_.clock.set_auto_advance(true);
    services_.clock.advance(1s);
    runner_.reset();
  }
  void put(const std::vector<std::string>& bodies) {
    auto putter = channel_.putter("test");
    for (std::size_t first = 0; first < bodies.size(); first += 100) {
      const std::size_t last = std::min(bodies.size(), first + 100);
      EventBatch batch =
          batch_of_bodies({bodies.begin() + static_cast<std::ptrdiff_t>(first), bodies.begin() + static_cast<std::ptrdiff_t>(last)});
      ASSERT_TRUE((*putter)->put(batch, {}, Deadline::immediate(), {}).ok());
    }
  }
  void make() {
    plan_ = planned_sink("k1", script_, "c1");
    Channel* channel = &channel_;
    if (is_volatile_) channel = is_saved_at_stop_ ? &saved_ : &volatile_;
    runner_ = std::make_unique<SinkRunner>(SinkWiring{&plan_, channel, [this](const std::stop_token&) { return has_channel_; }, &bound_,
                                                      &health_, settings_, [this] { ++takes_no_more_; }});
  }
  void start() {
    make();
    runner_->start();
    idle();
  }
  /// Until the runner waits for events or time.
  void idle() { services_.clock.await_parked(1); }
  void pass(Instant::duration time) {
    services_.clock.advance(time);
    idle();
  }
  /// How long the runner will sleep if nothing happens.
  [[nodiscard]] Instant::duration sleeps() const { return services_.clock.next_deadline().when() - services_.clock.steady(); }
  void stop(Instant::duration time = 30s) {
    runner_->drain(services_.clock.in(time));
    EXPECT_TRUE(runner_->wait(Deadline::never()));
  }
  /// Two events are in the channel, and the sink answers this whenever it is asked.
  void expect_one_more_delivery_at_a_stop(const Answer& blocked) {
    rest_ = blocked;
    start();
    deliveries();
    const Instant before = services_.clock.steady();
    stop();
    EXPECT_EQ(services_.clock.steady(), before);
    EXPECT_EQ(deliveries().size(), 1U);
    EXPECT_EQ(channel_.size(), 2U);
  }
  std::string state() {
    for (const ComponentHealth& health : health_.all()) {
      if (health.component == "sinks.k1") return std::string(to_string(health.state)) + (health.reason.empty() ? "" : ": " + health.reason);
    }
    return "none";
  }
  std::vector<std::string> deliveries() {
    std::vector<std::string> seen = std::exchange(delivered_, {});
    std::erase_if(seen, [](const std::string& line) { return line == "committed" || line == "given back"; });
    return seen;
  }
  std::int64_t counter(std::string_view kind, std::string_view name) {
    for (const GroupSnapshot& group : services_.metrics.snapshot()) {
      if (to_string(group.kind) != kind) continue;
      for (const MetricSnapshot& metric : group.metrics) {
        if (metric.name == name) return std::get<std::int64_t>(metric.value);
      }
    }
    return -1;
  }

  TestServices services_;
  const Services bound_ = services_.of("sinks.k1", "k1");
  HealthBoard health_{services_.clock};
  Settings settings_;
  SimDurableChannel channel_{services_.clock};
  BorrowedChannel volatile_{channel_, {.is_volatile = true}};
  BorrowedChannel saved_{channel_, {.is_volatile = true, .save = [](Deadline) -> Result<std::uint64_t> { return 0U; }}};
  bool is_volatile_ = false;  // which of the three the sink sees
  bool is_saved_at_stop_ = false;
  std::atomic<int> takes_no_more_{0};
  SinkScript script_;
  config::PlannedSink plan_;
  bool has_channel_ = true;
  std::deque<Answer> answers_;
  Answer rest_ = says(Outcome::Delivered);
  std::vector<std::string> delivered_;
  std::unique_ptr<SinkRunner> runner_;
};

}  // namespace flume::runtime
