// Several sinks that answer by scripts, on a simulated clock, with the processors of the program.
#include "runtime/sink_group.h"

#include <atomic>
#include <deque>
#include <rapidcheck.h>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/batch_of.h"
#include "support/borrowed_channel.h"
#include "support/configured.h"
#include "support/scripted_flow.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

using Answer = std::function<Result<Outcome>(const EventBatch&, Delivery&)>;

Answer says(Outcome outcome) {
  return [outcome](const EventBatch&, Delivery&) { return outcome; };
}
Answer fails(Status status) {
  return [status](const EventBatch&, Delivery&) { return status; };
}

/// The group's thread moves only while the test lets it.
class SinkGroupTest : public testing::Test {
 protected:
  struct Member {
    std::string name;
    SinkScript script{};
    config::PlannedSink plan{};
    std::deque<Answer> answers{};
    Answer rest = says(Outcome::Delivered);
    Channel* channel = nullptr;
  };

  SinkGroupTest() {
    settings_.linger = {};
    settings_.group_patience = 77'777s;
  }
  ~SinkGroupTest() override {
    services_.clock.set_auto_advance(true);
    services_.clock.advance(1s);
    group_.reset();
  }

  Member& add(const std::string& name) {
    Member& member = members_.emplace_back(Member{.name = name, .channel = &channel_});
    member.script.deliver = [this, &member](const EventBatch& batch, Delivery& delivery) -> Result<Outcome> {
      std::string seen = member.name + (delivery.was_in_doubt() ? "?" : "");
      for (const EventView event : batch) seen.append(" ").append(event.body());
      delivered_.push_back(seen);
      if (member.answers.empty()) return member.rest(batch, delivery);
      const Answer answer = std::move(member.answers.front());
      member.answers.pop_front();
      return answer(batch, delivery);
    };
    return member;
  }
  void put(const std::vector<std::string>& bodies, Channel* channel = nullptr) {
    auto putter = (channel == nullptr ? &channel_ : channel)->putter("test");
    EventBatch batch = batch_of_bodies(bodies);
    ASSERT_TRUE((*putter)->put(batch, {}, Deadline::immediate(), {}).ok());
  }
  void start(std::string_view processor, const Keys& keys = {}) {
    plan_.name = "g1";
    plan_.info = &builtin_component(Kind::SinkProcessor, processor);
    auto options = parse_options(*plan_.info, keys);
    ASSERT_TRUE(options.ok()) << options.status().message();
    plan_.options = *options;
    SinkGroupWiring wiring{&plan_, {}, &bound_, &health_, settings_};
    for (Member& member : members_) {
      member.plan = planned_sink(member.name, member.script, "c1");
      services_of_.push_back(services_.of("sinks." + member.name, member.name));
      wiring.sinks.push_back({.plan = &member.plan,
                              .channel = member.channel,
                              .wait_for_channel = [](const std::stop_token&) { return true; },
                              .services = &services_of_.back(),
                              .health = &health_,
                              .settings = settings_,
                              .takes_no_more = [this] { ++take_no_more_; },
                              .is_in_group = true});
    }
    group_ = std::make_unique<SinkGroup>(wiring);
    group_->start();
    // Its sinks start on threads of their own: until it has been woken by the last of them, and waits for events.
    Deadline waits_until = Deadline::never();
    do {
      std::this_thread::yield();
      idle();
      waits_until = services_.clock.next_deadline();
    } while (waits_until.is_never() || waits_until.when() - services_.clock.steady() == settings_.group_patience);
  }
  /// Until the group waits for events or time.
  void idle() { services_.clock.await_parked(1); }
  void pass(Instant::duration time) {
    services_.clock.advance(time);
    idle();
  }
  /// In small steps, so that everything happens at its time.
  void live(Instant::duration time) {
    for (Instant::duration passed{}; passed < time; passed += 100ms) pass(100ms);
  }
  [[nodiscard]] Instant::duration sleeps() const { return services_.clock.next_deadline().when() - services_.clock.steady(); }
  void stop(Instant::duration time = 30s) {
    group_->drain(services_.clock.in(time));
    EXPECT_TRUE(group_->wait(Deadline::never()));
  }
  std::vector<std::string> deliveries() { return std::exchange(delivered_, {}); }
  std::string state(std::string_view component = "sinkgroups.g1") { return health_.text_of(component); }
  std::int64_t redelivered(const std::string& sink) {
    for (const GroupSnapshot& group : services_.metrics.snapshot()) {
      if (to_string(group.kind) != "LEDGER" || group.component != "sinks." + sink) continue;
      for (const MetricSnapshot& metric : group.metrics) {
        if (metric.name == "redelivered") return std::get<std::int64_t>(metric.value);
      }
    }
    return -1;
  }

  TestServices services_;
  const Services bound_ = services_.of("sinkgroups.g1", "g1");
  std::deque<Services> services_of_;
  HealthBoard health_{services_.clock};
  Settings settings_;
  SimDurableChannel channel_{services_.clock};
  SimDurableChannel other_{services_.clock};
  BorrowedChannel volatile_{channel_, {.is_volatile = true}};
  std::deque<Member> members_;
  config::PlannedSinkGroup plan_;
  std::atomic<int> take_no_more_{0};
  std::vector<std::string> delivered_;
  std::unique_ptr<SinkGroup> group_;
};

const Keys kInOrder{{"priority.k1", "3"}, {"priority.k2", "2"}, {"priority.k3", "1"}};

TEST_F(SinkGroupTest, hands_the_same_events_to_the_next_sink_when_one_fails) {
  add("k1").answers = {fails(retryable("down"))};
  add("k2").answers = {says(Outcome::NotDelivered)};
  add("k3");
  put({"a", "b"});
  start("failover", kInOrder);
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 a b", "k2 a b", "k3 a b"));
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(state(), "running");
  EXPECT_THAT(state("sinks.k1"), HasSubstr("impaired: down; the events are the next sink's"));
}

TEST_F(SinkGroupTest, goes_back_to_the_better_sink_when_its_time_on_the_bench_is_over) {
  add("k1").answers = {fails(retryable("down")), fails(retryable("down"))};
  add("k2");
  put({"a"});
  start("failover", kInOrder);
  idle();
  live(1900ms);
  put({"b"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 a", "k2 a", "k2 b"));
  live(200ms);
  put({"c"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 c", "k2 c"));
  live(4100ms);
  put({"d"});
  idle();
  put({"e"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 d", "k1 e"));
  EXPECT_EQ(state("sinks.k1"), "running");
}

TEST_F(SinkGroupTest, waits_as_flume_when_no_sink_takes_the_events_and_keeps_them) {
  for (const char* name : {"k1", "k2"}) add(name).answers = {fails(retryable("down")), fails(retryable("down"))};
  put({"a"});
  start("load_balance");
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 a", "k2 a"));
  EXPECT_EQ(sleeps(), 5s);
  EXPECT_THAT(state(), HasSubstr("impaired: none of its sinks takes events"));
  pass(5s);
  EXPECT_THAT(deliveries(), ElementsAre("k2 a", "k1 a"));
  pass(5s);
  EXPECT_THAT(deliveries(), ElementsAre("k1 a"));
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(state(), "running");
}

TEST_F(SinkGroupTest, gives_each_batch_to_another_sink) {
  for (const char* name : {"k1", "k2", "k3"}) add(name).script.limits.events = 1;
  put({"a", "b", "c", "d"});
  start("load_balance");
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 a", "k2 b", "k3 c", "k1 d"));
  live(10s);
  put({"e"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k2 e")) << "a look into an empty channel is nobody's turn";
}

TEST_F(SinkGroupTest, keeps_events_in_doubt_for_their_sink_while_the_others_go_on) {
  Member& k1 = add("k1");
  k1.script.limits.events = 2;
  k1.answers = {says(Outcome::InDoubt), says(Outcome::InDoubt), says(Outcome::Delivered)};
  add("k2");
  put({"a", "b", "c"});
  start("failover", kInOrder);
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 a b", "k2 c"));
  EXPECT_EQ(channel_.held("sink:k1").count(), 2U);
  pass(1s);
  EXPECT_THAT(deliveries(), ElementsAre("k1? a b"));
  put({"d"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k2 d"));
  pass(2s);
  EXPECT_THAT(deliveries(), ElementsAre("k1? a b"));
  EXPECT_EQ(channel_.size(), 0U);
  put({"e"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 e")) << "it has answered, so it works";
}

TEST_F(SinkGroupTest, gives_no_new_events_to_a_sink_that_is_in_doubt) {
  Member& k1 = add("k1");
  k1.answers = {says(Outcome::InDoubt)};
  add("k2");
  for (Member& member : members_) member.script.limits.events = 1;
  put({"a", "b", "c", "d"});
  start("load_balance");
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 a", "k2 b", "k2 c", "k2 d"));
  pass(1s);
  put({"e", "f"});
  idle();
  EXPECT_THAT(deliveries(), testing::UnorderedElementsAre("k1? a", "k1 e", "k2 f")) << "it has answered";
}

TEST_F(SinkGroupTest, gives_events_in_doubt_to_the_others_when_their_time_is_over) {
  Member& k1 = add("k1");
  k1.rest = says(Outcome::InDoubt);
  add("k2");
  put({"a"});
  start("failover", {{"priority.k1", "3"}, {"priority.k2", "2"}, {"inDoubtTimeout", "10000"}});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 a"));
  live(9900ms);
  for (const std::string& seen : deliveries()) EXPECT_EQ(seen, "k1? a");
  const std::int64_t before = redelivered("k1");
  live(200ms);
  EXPECT_EQ(deliveries().back(), "k2 a");
  EXPECT_GT(redelivered("k1"), before);
  EXPECT_TRUE(services_.log.contains("has not said in time"));
  EXPECT_TRUE(channel_.held("sink:k1").empty());
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_F(SinkGroupTest, never_gives_events_in_doubt_away_when_told_so) {
  add("k1").rest = says(Outcome::InDoubt);
  add("k2");
  put({"a"});
  start("failover", {{"priority.k1", "3"}, {"priority.k2", "2"}, {"inDoubtTimeout", "never"}});
  idle();
  for (int i = 0; i < 500; ++i) pass(1s);
  for (const std::string& seen : deliveries()) EXPECT_THAT(seen, HasSubstr("k1"));
  EXPECT_EQ(channel_.size(), 1U);
}

TEST_F(SinkGroupTest, works_with_the_sinks_that_have_started) {
  std::atomic<int> starts{0};
  add("k1").script.start = [&starts](SinkContext&) { return ++starts < 3 ? retryable("not yet") : Status(); };
  add("k2");
  put({"a"});
  start("failover", kInOrder);
  while (channel_.size() != 0) std::this_thread::yield();
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k2 a"));
  EXPECT_THAT(state("sinks.k1"), HasSubstr("impaired: not yet"));
  EXPECT_TRUE(health_.is_ready()) << "events flow";
  while (state("sinks.k1") != "running") {
    std::this_thread::yield();
    pass(500ms);
  }
  live(1s);
  put({"b"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 b"));
}

TEST_F(SinkGroupTest, goes_on_without_a_sink_that_fails_for_good_and_ends_with_the_last) {
  add("k1").answers = {fails(fatal("broken"))};
  add("k2").answers = {says(Outcome::Delivered), fails(fatal("broken, too"))};
  put({"a"});
  start("failover", kInOrder);
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 a", "k2 a"));
  EXPECT_EQ(take_no_more_, 1);
  EXPECT_THAT(state("sinks.k1"), HasSubstr("failed: broken"));
  put({"b"});
  EXPECT_TRUE(group_->wait(Deadline::never()));
  EXPECT_THAT(state(), HasSubstr("failed: none of its sinks works"));
  EXPECT_EQ(take_no_more_, 2);
  EXPECT_EQ(channel_.size(), 1U);
}

TEST_F(SinkGroupTest, drains_its_channel_at_a_stop_through_whoever_takes_it) {
  Member& k1 = add("k1");
  k1.rest = fails(retryable("down"));
  add("k2").script.limits.events = 1;
  start("failover", kInOrder);
  idle();
  put({"a", "b", "c"});
  stop();
  const std::vector<std::string> seen = deliveries();
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(seen.back(), "k2 c");
  EXPECT_EQ(state(), "stopped");
  EXPECT_EQ(state("sinks.k2"), "stopped");
  EXPECT_EQ(take_no_more_, 2);
}

TEST_F(SinkGroupTest, tries_the_benched_sinks_too_at_a_stop_and_does_not_wait_for_a_channel_that_survives) {
  for (const char* name : {"k1", "k2"}) add(name).rest = fails(retryable("down"));
  put({"a"});
  start("failover", kInOrder);
  idle();
  deliveries();
  const Instant before = services_.clock.steady();
  stop();
  EXPECT_THAT(deliveries(), ElementsAre("k1 a", "k2 a"));
  EXPECT_EQ(services_.clock.steady(), before);
  EXPECT_EQ(channel_.size(), 1U);
}

TEST_F(SinkGroupTest, tries_until_the_deadline_at_a_stop_what_would_be_lost) {
  for (const char* name : {"k1", "k2"}) {
    Member& member = add(name);
    member.rest = fails(retryable("down"));
    member.channel = &volatile_;
  }
  put({"a"});
  start("load_balance");
  idle();
  deliveries();
  const Instant before = services_.clock.steady();
  services_.clock.set_auto_advance(true);
  stop(10s);
  EXPECT_EQ(services_.clock.steady(), before + 10s);
  EXPECT_EQ(deliveries().size(), 20U) << "both, each second";
}

TEST_F(SinkGroupTest, looks_into_each_channel_when_its_sinks_have_different_ones) {
  add("k1");
  add("k2").channel = &other_;
  start("failover", kInOrder);
  idle();
  put({"x"}, &other_);
  live(200ms);
  EXPECT_THAT(deliveries(), ElementsAre("k2 x"));
  put({"a"});
  put({"y"}, &other_);
  live(200ms);
  EXPECT_THAT(deliveries(), ElementsAre("k1 a", "k2 y"));
  stop();
}

/// Events whose body begins with `word` are refused.
Answer refuses(std::string word) {
  return [word = std::move(word)](const EventBatch& batch, Delivery& delivery) {
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      if (batch[i].body().starts_with(word)) delivery.reject(i, "no");
    }
    return Outcome::Delivered;
  };
}

TEST_F(SinkGroupTest, gives_what_a_sink_refuses_to_the_next_one) {
  add("k1").rest = refuses("bad");
  add("k2").rest = refuses("bad1");
  add("k3");
  put({"bad1", "a", "bad2"});
  start("failover", kInOrder);
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 bad1 a bad2", "k2 bad1 bad2", "k3 bad1"));
  EXPECT_EQ(channel_.size(), 0U);
  put({"b"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 b")) << "a sink that refuses an event works";
}

TEST_F(SinkGroupTest, gives_a_batch_that_cannot_be_parsed_to_the_next_sink_without_the_good_ones) {
  add("k1").rest = [](const EventBatch& batch, Delivery&) -> Result<Outcome> {
    for (const EventView event : batch) {
      if (event.body() == "bad") return rejected("cannot be parsed");
    }
    return Outcome::Delivered;
  };
  add("k2");
  put({"a", "bad", "b", "c"});
  start("failover", kInOrder);
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 a bad b c", "k1 a bad", "k1 a", "k1 bad", "k1 b c", "k2 bad"));
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_F(SinkGroupTest, sets_aside_what_every_sink_refuses_and_asks_them_all_again) {
  add("k1").rest = refuses("bad");
  Member& k2 = add("k2");
  k2.rest = refuses("bad");
  put({"bad", "a"});
  start("failover", kInOrder);
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 bad a", "k2 bad"));
  EXPECT_EQ(channel_.held("sink:k1").count(), 1U);
  live(5100ms);
  EXPECT_THAT(deliveries(), ElementsAre("k1 bad", "k2 bad"));
  EXPECT_EQ(channel_.held("sink:k1").count(), 1U);
  k2.rest = says(Outcome::Delivered);
  live(10'100ms);
  EXPECT_THAT(deliveries(), ElementsAre("k1 bad", "k2 bad"));
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_F(SinkGroupTest, sets_aside_what_a_sink_refuses_while_the_others_are_away) {
  add("k1").rest = refuses("bad");
  Member& k2 = add("k2");
  k2.rest = fails(retryable("down"));
  put({"bad", "a"});
  start("failover", kInOrder);
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 bad a", "k2 bad"));
  EXPECT_EQ(channel_.held("sink:k1").count(), 1U);
  k2.rest = says(Outcome::Delivered);
  live(5100ms);
  EXPECT_THAT(deliveries(), ElementsAre("k1 bad", "k2 bad"));
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_F(SinkGroupTest, lets_a_bad_event_wait_with_the_sink_that_refused_it) {
  Member& k1 = add("k1");
  k1.answers = {[](const EventBatch&, Delivery& delivery) -> Result<Outcome> {
    delivery.reject(0, "bad");
    return Outcome::Delivered;
  }};
  add("k2").answers = {refuses("bad")};
  put({"bad", "good"});
  start("load_balance");
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k1 bad good", "k2 bad"));
  EXPECT_EQ(channel_.size(), 1U);
  put({"more"});
  idle();
  EXPECT_THAT(deliveries(), ElementsAre("k2 more"));
  live(5100ms);
  EXPECT_THAT(deliveries(), ElementsAre("k1 bad"));
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_F(SinkGroupTest, calls_the_clocks_work_of_every_sink_also_of_those_on_the_bench) {
  int ticks = 0;
  Member& k1 = add("k1");
  k1.answers = {fails(retryable("down"))};
  k1.script.tick = [&](SinkContext&) {
    ++ticks;
    return services_.clock.steady() + 500ms;
  };
  add("k2");
  put({"a"});
  start("failover", kInOrder);
  idle();
  const int before = ticks;
  live(1500ms);
  EXPECT_GE(ticks, before + 2);
  stop();
}

}  // namespace
}  // namespace flume::runtime
