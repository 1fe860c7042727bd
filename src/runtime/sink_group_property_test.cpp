// Whatever the sinks of a group answer, each event arrives at one of them, once.
#include <map>
#include <mutex>
#include <rapidcheck.h>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "runtime/sink_group.h"
#include "support/batch_of.h"
#include "support/configured.h"
#include "support/scripted_flow.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::runtime {
namespace {

/// A destination that fails in all the ways there are, and knows what it has.
class Destination {
 public:
  explicit Destination(std::uint32_t seed) : random_(seed) {}

  Result<Outcome> deliver(const EventBatch& batch, Delivery& delivery) {
    const std::lock_guard lock(mutex_);
    if (delivery.was_in_doubt()) {
      // It says now what it has of them.
      for (std::uint32_t i = 0; i < batch.size(); ++i) {
        const EventId id = delivery.ids().at(i);
        if (has_.contains(std::string(batch[i].body()))) delivery.delivered({{id, id + 1}});
      }
      return random_() % 3 == 0 ? Outcome::InDoubt : Outcome::NotDelivered;
    }
    switch (is_up_ ? random_() % 8 : random_() % 2) {
      case 0:
        return retryable("down");
      case 1:
        return Outcome::NotDelivered;
      case 2: {
        const auto some = static_cast<std::uint32_t>(random_() % (batch.size() + 1));
        for (std::uint32_t i = 0; i < some; ++i) {
          take(batch[i]);
          const EventId id = delivery.ids().at(i);
          delivery.delivered({{id, id + 1}});
        }
        return retryable("cut off");
      }
      case 3:
        for (const EventView event : batch) {
          if (random_() % 2 == 0) take(event);
        }
        return Outcome::InDoubt;
      case 4: {
        const auto refused = static_cast<std::uint32_t>(random_() % batch.size());
        for (std::uint32_t i = 0; i < batch.size(); ++i) {
          if (i != refused) take(batch[i]);
        }
        delivery.reject(refused, "not now");
        return Outcome::Delivered;
      }
      default:
        for (const EventView event : batch) take(event);
        return Outcome::Delivered;
    }
  }
  void goes_up_or_down() {
    const std::lock_guard lock(mutex_);
    is_up_ = random_() % 3 != 0;
  }
  void gets_well() {
    const std::lock_guard lock(mutex_);
    is_up_ = true;
  }
  [[nodiscard]] std::multiset<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return has_;
  }

 private:
  void take(const EventView& event) { has_.emplace(event.body()); }

  mutable std::mutex mutex_;
  std::mt19937 random_;
  bool is_up_ = true;
  std::multiset<std::string> has_;
};

void run_group(std::string_view type, const Keys& keys, std::uint32_t seed) {
  TestServices services;
  services.clock.set_auto_advance(true);
  SimDurableChannel channel(services.clock);
  HealthBoard health(services.clock);
  Settings settings;
  settings.linger = {};
  std::mt19937 random(seed);
  std::vector<std::unique_ptr<Destination>> destinations;
  std::vector<SinkScript> scripts(3);
  std::vector<config::PlannedSink> plans(3);
  std::vector<Services> bound;
  config::PlannedSinkGroup plan;
  plan.name = "g1";
  plan.info = &builtin_component(Kind::SinkProcessor, type);
  plan.options = *parse_options(*plan.info, keys);
  const Services of_group = services.of("sinkgroups.g1", "g1");
  SinkGroupWiring wiring{&plan, {}, &of_group, &health, settings};
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    const std::string name = "k" + std::to_string(i + 1);
    destinations.push_back(std::make_unique<Destination>(seed + static_cast<std::uint32_t>(i)));
    scripts[i].deliver = [to = destinations[i].get()](const EventBatch& batch, Delivery& delivery) { return to->deliver(batch, delivery); };
    scripts[i].limits.events = 1 + static_cast<std::uint32_t>(random() % 7);
    plans[i] = planned_sink(name, scripts[i], "c1");
    bound.push_back(services.of("sinks." + name, name));
  }
  for (std::size_t i = 0; i < scripts.size(); ++i)
    wiring.sinks.push_back({&plans[i], &channel, [](const std::stop_token&) { return true; }, &bound[i], &health, settings});
  SinkGroup group(wiring);
  group.start();
  std::multiset<std::string> sent;
  const auto putter = *channel.putter("test");
  for (int i = 0; i < 60; ++i) {
    std::vector<std::string> bodies;
    for (std::uint32_t n = 1 + static_cast<std::uint32_t>(random() % 9); n != 0; --n)
      bodies.push_back(std::to_string(sent.size() + bodies.size()));
    sent.insert(bodies.begin(), bodies.end());
    EventBatch batch = batch_of_bodies(bodies);
    ASSERT_TRUE(putter->put(batch, {}, Deadline::never(), {}).ok());
    for (const auto& destination : destinations) destination->goes_up_or_down();
  }
  for (const auto& destination : destinations) destination->gets_well();
  while (channel.size() != 0) std::this_thread::yield();
  group.drain(Deadline::never());
  ASSERT_TRUE(group.wait(Deadline::never()));
  std::multiset<std::string> arrived;
  for (const auto& destination : destinations) arrived.merge(destination->all());
  EXPECT_EQ(arrived, sent) << type << " " << seed;
}

TEST(SinkGroupProperty, each_event_arrives_once_whatever_the_sinks_answer) {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    run_group("failover", {{"priority.k1", "3"}, {"priority.k2", "2"}, {"inDoubtTimeout", "never"}}, seed);
    run_group("load_balance", {{"inDoubtTimeout", "never"}, {"backoff", seed % 2 == 0 ? "true" : "false"}}, seed);
    run_group("load_balance", {{"inDoubtTimeout", "never"}, {"selector", "random"}}, seed);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace flume::runtime
