#include "runtime/agent.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "metrics/flume_json.h"
#include "support/batch_of.h"
#include "support/borrowed_channel.h"
#include "support/planned_agent.h"
#include "support/scripted_flow.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class AgentTest : public testing::Test {
 protected:
  AgentTest() {
    plan_.agent = "a1";
    selector_.all.required.add(0);
    settings_.linger = {};
    settings_.sink_empty_take = std::chrono::milliseconds::max();  // the clock would run away with an idle sink
    settings_.stop_report = 1h;
  }
  ~AgentTest() override { end(); }
  /// The agent goes, before what a test lent to its scripts.
  void end() {
    services_.clock.set_auto_advance(true);
    agent_.reset();
  }
  struct Flow {
    std::unique_ptr<SimDurableChannel> real;
    BorrowedChannel::Script channel;
    ChannelScript channel_made;
    SourceScript source;
    SinkScript sink;
  };
  /// Source r<n> -> channel c<n> -> sink k<n>.
  Flow& add_flow() {
    Flow& flow = flows_.emplace_back();
    const std::string n = std::to_string(flows_.size());
    flow.real = std::make_unique<SimDurableChannel>(services_.clock);
    flow.channel_made.make = [&flow] { return std::make_unique<BorrowedChannel>(*flow.real, flow.channel); };
    plan_.channels.push_back(planned_channel("c" + n, flow.channel_made));
    plan_.sinks.push_back(planned_sink("k" + n, flow.sink, "c" + n));
    plan_.sources.push_back(planned_source("r" + n, flow.source, {"c" + n}, selector_, false));
    return flow;
  }
  Agent& agent() {
    if (!agent_) agent_ = std::make_unique<Agent>(plan_, services_.of("agent", "a1"), settings_);
    return *agent_;
  }
  /// Until every component but those that hang waits for something. (A slot's thread has ended.)
  void idle(std::size_t threads) { services_.clock.await_parked(threads); }
  std::string state(const std::string& component) {
    for (const ComponentHealth& health : agent().health().all()) {
      if (health.component == component) return std::string(to_string(health.state)) + (health.reason.empty() ? "" : ": " + health.reason);
    }
    return "none";
  }
  /// Stops the agent while time passes, but only to these moments, each when somebody waits for it; to the last one when
  /// all of `first_stopped` have.
  bool stop_while_time_passes_to(const std::vector<Instant>& moments, Deadline deadline,
                                 const std::vector<std::string>& first_stopped = {}) {
    bool is_empty = false;
    std::thread stopper([&] { is_empty = agent().stop(deadline); });
    for (const Instant moment : moments) {
      for (const std::string& component : first_stopped) {
        while (moment == moments.back() && state(component) != "stopped") std::this_thread::yield();
      }
      while (services_.clock.next_deadline().when() != moment) std::this_thread::yield();
      services_.clock.advance(moment - services_.clock.steady());
    }
    stopper.join();
    return is_empty;
  }
  static void fill(SimDurableChannel& channel, const std::vector<std::string>& bodies) {
    EventBatch batch = batch_of_bodies(bodies);
    EXPECT_TRUE((*channel.putter("test"))->put(batch, {}, Deadline::immediate(), {}).ok());
  }

  TestServices services_;
  Settings settings_;
  SelectorScript selector_;
  std::deque<Flow> flows_;
  config::AgentPlan plan_;
  std::unique_ptr<Agent> agent_;
};

TEST_F(AgentTest, starts_channels_first_and_stops_sources_first) {
  std::mutex mutex;
  std::vector<std::string> order;
  const auto note = [&](const char* what) {
    const std::lock_guard lock(mutex);
    order.emplace_back(what);
  };
  Flow& flow = add_flow();
  flow.channel = {.start =
                      [&] {
                        note("channel starts");
                        return Status();
                      },
                  .stop = [&](Deadline) { note("channel stops"); }};
  flow.sink.start = [&](SinkContext&) {
    note("sink or source starts");
    return Status();
  };
  flow.source.start = [&](ChannelWriter&, SourceContext&) {
    note("sink or source starts");
    return Status();
  };
  flow.source.stop = [&](Deadline) {
    note("source stops");
    fill(*flow.real, {"last words"});
  };
  flow.sink.deliver = [&](const EventBatch&, Delivery&) {
    note("delivered");
    return Outcome::Delivered;
  };
  flow.sink.stop = [&](SinkContext&, Deadline) { note("sink stops"); };
  agent().start();
  idle(2);
  EXPECT_TRUE(agent().health().is_ready());
  EXPECT_TRUE(agent().stop(services_.clock.in(30s)));
  EXPECT_THAT(order, ElementsAre("channel starts", "sink or source starts", "sink or source starts", "source stops", "delivered",
                                 "sink stops", "channel stops"));
  EXPECT_THAT(agent().hanging(), IsEmpty());
  EXPECT_EQ(state("sinks.k1"), "stopped");
}

TEST_F(AgentTest, what_is_left_at_the_stop_is_told) {
  Flow& flow = add_flow();
  flow.sink.deliver = [](const EventBatch&, Delivery&) -> Result<Outcome> { return retryable("down"); };
  fill(*flow.real, {"a", "b"});
  agent().start();
  idle(2);
  EXPECT_FALSE(agent().stop(services_.clock.in(30s)));
  EXPECT_EQ(services_.log.count(LogLevel::Info, "events stay in the channel until the next start events=2"), 1U);
}

TEST_F(AgentTest, a_channel_that_a_crash_would_empty_saves_what_is_left_after_the_sinks) {
  const auto down = [](const EventBatch&, Delivery&) -> Result<Outcome> { return retryable("down"); };
  std::vector<std::string> calls;
  std::vector<Deadline> told;
  const auto save = [&](Result<std::uint64_t> answer) {
    return [&, answer](Deadline deadline) {
      calls.push_back("save");
      told.push_back(deadline);
      return answer;
    };
  };
  const std::vector<Result<std::uint64_t>> answers{2, 1, retryable("disk full")};
  for (const auto& answer : answers) {
    Flow& flow = add_flow();
    flow.channel.is_volatile = true;
    flow.channel.save = save(answer);
    flow.channel.stop = [&](Deadline) { calls.push_back("stop"); };
    flow.sink.deliver = down;
    fill(*flow.real, {"a", "b"});
  }
  Flow& empty = add_flow();
  empty.channel.is_volatile = true;
  empty.channel.save = save(0);
  empty.channel.stop = [&](Deadline) { calls.push_back("stop"); };
  agent().start();
  idle(8);
  const Instant now = services_.clock.steady();
  EXPECT_FALSE(agent().stop(Deadline(now + 30s))) << "at once: no sink is waited for";
  EXPECT_THAT(calls, ElementsAre("save", "save", "save", "stop", "stop", "stop", "stop")) << "an empty channel has nothing to save";
  EXPECT_THAT(told, testing::Each(Deadline(now + settings_.save_time)));
  EXPECT_EQ(services_.log.count(LogLevel::Info, "events stay in the channel until the next start events=2"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Info, "events stay in the channel until the next start events=1"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Error, "the events that are left cannot be saved reason=disk full"), 1U);
  constexpr const char* kLost = "events were not delivered before the stop, and are lost with this channel events=";
  EXPECT_EQ(services_.log.count(LogLevel::Error, kLost + std::string("1")), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Error, kLost + std::string("2")), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Error), 3U);
}

TEST_F(AgentTest, a_channel_saves_what_is_left_though_its_sink_hangs) {
  std::mutex hangs;
  std::atomic<bool> is_delivering{false};
  hangs.lock();
  Flow& flow = add_flow();
  flow.channel.is_volatile = true;
  flow.channel.save = [](Deadline) -> Result<std::uint64_t> { return 1U; };
  flow.sink.limits.events = 1;
  flow.sink.deliver = [&](const EventBatch&, Delivery&) {
    is_delivering = true;
    const std::lock_guard lock(hangs);
    return Outcome::Delivered;
  };
  fill(*flow.real, {"a", "b"});
  agent().start();
  idle(1);
  while (!is_delivering) std::this_thread::yield();
  const Instant now = services_.clock.steady();
  EXPECT_FALSE(stop_while_time_passes_to({now + 10s + settings_.stop_grace}, Deadline(now + 10s)));
  EXPECT_EQ(services_.log.count(LogLevel::Info, "events stay in the channel until the next start events=1"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Error, "are lost with this channel events=1"), 1U) << "the one that the sink has";
  hangs.unlock();
  end();
}

TEST_F(AgentTest, a_channel_whose_last_sink_fails_for_good_tells_what_becomes_of_the_events) {
  Flow& memory = add_flow();
  memory.channel.is_volatile = true;
  Flow& durable = add_flow();
  Flow& healthy = add_flow();
  for (Flow* flow : {&memory, &durable}) {
    flow->sink.start = [](SinkContext&) { return fatal("never"); };
    fill(*flow->real, {"a", "b"});
  }
  fill(*healthy.real, {"c"});
  agent().start();
  constexpr const char* kSentence = "no sink is left that takes from this channel: its sources fill it and then wait, and ";
  const auto wait_for = [&](const std::string& line) {
    while (services_.log.count(LogLevel::Error, kSentence + line) != 1) std::this_thread::yield();
  };
  wait_for("what is in it at the stop is lost events_in_channel=2");
  wait_for("the events stay in it events_in_channel=2");
  EXPECT_FALSE(agent().stop(services_.clock.in(30s)));
  EXPECT_EQ(services_.log.count(LogLevel::Error, kSentence), 2U) << "the end of a sink at the stop is no news";
}

TEST_F(AgentTest, names_the_component_that_is_left_out) {
  plan_.left_out.push_back({config::Group::Sinks, "k9", "its keys are not valid", true});
  agent().start();
  EXPECT_EQ(state("sinks.k9"), "left out: its keys are not valid");
  const auto lines = services_.log.lines();
  EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const CapturedLog::Line& line) {
    return line.level == LogLevel::Error && line.component == "sinks.k9" && line.text == "left out reason=its keys are not valid";
  }));
}

TEST_F(AgentTest, a_stop_tells_what_it_waits_for) {
  settings_.stop_report = 1s;
  Flow& flow = add_flow();
  flow.channel.is_volatile = true;
  flow.sink.deliver = [](const EventBatch&, Delivery&) -> Result<Outcome> { return retryable("down"); };
  fill(*flow.real, {"a", "b"});
  agent().start();
  idle(2);
  std::thread stopper([&] { EXPECT_FALSE(agent().stop(services_.clock.in(3s))); });
  while (state("sources.r1") != "stopped") std::this_thread::yield();
  for (int second = 0; second < 3; ++second) {
    idle(2);  // the sink, and the stop
    services_.clock.advance(1s);
  }
  stopper.join();
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "the stop waits for it seconds_at_most=7 events_in_channel=2 state=impaired: down"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Error, "events were not delivered before the stop, and are lost with this channel events=2"), 1U);
}

TEST_F(AgentTest, a_component_that_cannot_be_made_is_left_out) {
  add_flow().channel_made.make = []() -> std::unique_ptr<Channel> { throw std::runtime_error("no memory for it"); };
  add_flow().sink.make = [] { throw std::runtime_error("sink"); };
  add_flow().source.make = [] { throw 7; };
  Flow& good = add_flow();
  fill(*good.real, {"a"});
  agent().start();
  idle(4);
  EXPECT_EQ(state("channels.c1"), "failed: cannot be made: unexpected exception: no memory for it");
  EXPECT_EQ(state("sinks.k1"), "failed: there is no channel c1: it could not be made");
  EXPECT_EQ(state("sources.r1"), "failed: there is no channel c1: it could not be made");
  EXPECT_EQ(state("sinks.k2"), "failed: cannot be made: unexpected exception: sink");
  EXPECT_EQ(state("sources.r3"), "failed: cannot be made: unexpected exception of an unknown type");
  EXPECT_EQ(state("sources.r2"), "running");
  EXPECT_EQ(state("sinks.k3"), "running");
  EXPECT_EQ(good.real->size(), 0U);
  EXPECT_TRUE(agent().stop(services_.clock.in(1s)));
}

TEST_F(AgentTest, a_channel_that_does_not_start_holds_up_only_its_own) {
  add_flow().channel.start = [] { return retryable("locked"); };
  Flow& fatally = add_flow();
  fatally.channel.start = [] { return fatal("newer version"); };
  Flow& good = add_flow();
  fill(*good.real, {"a"});
  agent().start();
  idle(3);
  EXPECT_EQ(state("channels.c1"), "retrying: locked");
  EXPECT_EQ(state("sinks.k1"), "starting");
  for (const char* component : {"sinks.k2", "sources.r2"}) {
    while (state(component) == "starting") std::this_thread::yield();
  }
  EXPECT_EQ(state("sinks.k3"), "running");
  EXPECT_EQ(good.real->size(), 0U);
  EXPECT_FALSE(agent().health().is_ready());
  EXPECT_FALSE(agent().stop(services_.clock.in(1s))) << "nobody has seen what is in the first two";
  EXPECT_EQ(state("sinks.k2"), "failed: its channel c2 has failed");
  EXPECT_EQ(state("sources.r2"), "failed: one of its channels has failed");
  EXPECT_EQ(state("sinks.k1"), "stopped");
}

TEST_F(AgentTest, what_the_text_asks_for_in_vain_is_on_the_board) {
  plan_.left_out.push_back({config::Group::Sinks, "k9", "no such type"});
  EXPECT_EQ(state("sinks.k9"), "left out: no such type");
  EXPECT_FALSE(agent().health().is_healthy());
}

TEST_F(AgentTest, a_sink_that_hangs_in_deliver_does_not_hang_the_stop) {
  std::mutex hangs;
  std::atomic<bool> is_delivering{false};
  hangs.lock();
  Flow& flow = add_flow();
  int closed = 0;
  flow.channel.stop = [&](Deadline) { ++closed; };
  flow.sink.deliver = [&](const EventBatch&, Delivery&) {
    is_delivering = true;
    const std::lock_guard lock(hangs);
    return Outcome::Delivered;
  };
  Flow& other = add_flow();
  int others_closed = 0;
  other.channel.stop = [&](Deadline) { ++others_closed; };
  fill(*flow.real, {"a", "b"});
  agent().start();
  idle(3);
  while (!is_delivering) std::this_thread::yield();
  const Instant now = services_.clock.steady();
  EXPECT_FALSE(stop_while_time_passes_to({now + 10s + settings_.stop_grace}, Deadline(now + 10s), {"sinks.k2"}));
  EXPECT_THAT(agent().hanging(), ElementsAre("sinks.k1"));
  EXPECT_EQ(services_.log.count(LogLevel::Error, "does not come back from a call: it is given up events_in_channel=2"), 1U);
  EXPECT_EQ(closed, 0) << "the sink may still commit";
  EXPECT_EQ(others_closed, 1);
  hangs.unlock();
  end();
}

TEST_F(AgentTest, a_source_that_hangs_does_not_take_the_sinks_time) {
  std::mutex hangs;
  hangs.lock();
  Flow& flow = add_flow();
  flow.source.stop = [&](Deadline) { const std::lock_guard lock(hangs); };
  std::vector<Deadline> told;
  Flow& other = add_flow();
  other.sink.stop = [&](SinkContext&, Deadline deadline) {
    told.push_back(deadline);
    EXPECT_LT(services_.clock.steady(), deadline.when());
  };
  agent().start();
  idle(4);
  const Instant now = services_.clock.steady();
  const Deadline deadline(now + 10s);
  EXPECT_TRUE(stop_while_time_passes_to({now + 5s, now + 10s + settings_.stop_grace}, deadline, {"sources.r2", "sinks.k1", "sinks.k2"}));
  EXPECT_THAT(told, ElementsAre(deadline));
  EXPECT_THAT(agent().hanging(), ElementsAre("sources.r1"));
  hangs.unlock();
  end();
}

/// A source that stores one more event when it is stopped, as long as the stop allows.
class StopWithFullChannelTest : public AgentTest {
 protected:
  StopWithFullChannelTest() : flow_(add_flow()) {
    flow_.real = std::make_unique<SimDurableChannel>(services_.clock, SimDurableChannel::Settings{.capacity = 1});
    flow_.source.start = [this](ChannelWriter& writer, SourceContext&) {
      writer_ = &writer;
      return Status();
    };
    flow_.source.stop = [this](Deadline deadline) {
      auto builder = writer_->builder();
      EXPECT_TRUE(builder.body("b").ok());
      stored_ = writer_->prepare(builder.take())->store(deadline, {});
    };
    fill(*flow_.real, {"a"});
  }
  Flow& flow_;
  ChannelWriter* writer_ = nullptr;
  Status stored_;
};

TEST_F(StopWithFullChannelTest, a_source_does_not_wait_for_a_sink_that_has_failed) {
  flow_.sink.deliver = [](const EventBatch&, Delivery&) -> Result<Outcome> { return fatal("newer version"); };
  agent().start();
  idle(1);
  while (state("sinks.k1") != "failed: newer version") std::this_thread::yield();
  EXPECT_FALSE(agent().stop(services_.clock.in(30s)));
  EXPECT_EQ(stored_.message(), "channel c1: it is full, and no sink is left to take from it");
  EXPECT_EQ(state("sources.r1"), "stopped");
}

TEST_F(StopWithFullChannelTest, a_source_waits_for_a_sink_only_until_that_fails) {
  std::atomic<bool> may_fail{false};
  flow_.sink.deliver = [&](const EventBatch&, Delivery&) -> Result<Outcome> {
    may_fail.wait(false);
    return fatal("newer version");
  };
  agent().start();
  idle(1);
  std::thread stopper([&] { agent().stop(services_.clock.in(30s)); });
  idle(2);  // the put, and the stop
  may_fail = true;
  may_fail.notify_all();
  stopper.join();
  EXPECT_EQ(stored_.message(), "channel c1: it is full, and no sink is left to take from it");
  EXPECT_EQ(state("sinks.k1"), "failed: newer version");
}

class ConfiguredAgentTest : public AgentTest {
 protected:
  ConfiguredAgentTest() { add_builtin_components(registry_); }
  ComponentRegistry registry_;
};

constexpr std::string_view kSeqToNull =
    "a1.sources = r1\na1.channels = c1\na1.sinks = k1\n"
    "a1.sources.r1.type = seq\na1.sources.r1.channels = c1\na1.sources.r1.totalEvents = 250\na1.sources.r1.batchSize = 100\n"
    "a1.channels.c1.type = memory\na1.channels.c1.capacity = 1000\n"
    "a1.sinks.k1.type = null\na1.sinks.k1.channel = c1\n";

TEST_F(ConfiguredAgentTest, a_configured_flow_moves_its_events) {
  plan_ = planned_agent(kSeqToNull, registry_);
  agent().start();
  idle(2);
  EXPECT_EQ(state("sources.r1"), "finished: all numbers were given");
  EXPECT_TRUE(agent().stop(services_.clock.in(1s)));
}

TEST_F(ConfiguredAgentTest, its_metrics_are_those_of_apache_flume) {
  plan_ = planned_agent(kSeqToNull, registry_);
  agent().start();
  idle(2);
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/tests/golden/monitoring/seq_memory_file_roll.json");
  const auto golden = nlohmann::json::parse(file);
  const auto ours = nlohmann::json::parse(flume_json(services_.metrics.snapshot()));
  EXPECT_EQ(ours.size(), 2U) << "null has no counters in Flume";
  for (const char* group : {"SOURCE.r1", "CHANNEL.c1"}) {
    auto expected = golden.at(group);
    auto seen = ours.at(group);
    // Of their run, not of the flow: the time, and how often the sink looked in vain.
    for (const char* attribute : {"StartTime", "EventTakeAttemptCount"}) {
      EXPECT_EQ(expected.erase(attribute), seen.erase(attribute)) << group << " " << attribute;
    }
    EXPECT_EQ(seen, expected) << group;
  }
}

}  // namespace
}  // namespace flume::runtime
