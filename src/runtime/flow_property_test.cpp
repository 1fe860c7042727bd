// Whatever a sink answers, and whenever channel and process fail: at the end every event is at the destination exactly once
// or still in the channel. The sink does what a sink may do (keeps a bookmark, undoes what went back); chance decides the rest.
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "runtime/sink_runner.h"
#include "support/batch_of.h"
#include "support/scripted_flow.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::runtime {
namespace {

using namespace std::chrono_literals;

/// A destination with transactions: what a failed or doubtful call left there is known to the destination alone.
class Destination {
 public:
  explicit Destination(std::uint64_t seed) : random_(seed) {}

  Result<Outcome> deliver(const EventBatch& batch, Delivery& delivery) {
    if (delivery.was_in_doubt()) settle_doubt(batch);
    std::vector<std::string> fresh;
    Ranges fresh_ids;
    Ranges known_ids;
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
      const std::string body(batch[i].body());
      const EventId id = delivery.ids().at(i);
      if (known_.contains(body)) {
        known_ids.add({id, id + 1});
      } else {
        fresh.push_back(body);
        fresh_ids.add({id, id + 1});
      }
    }
    // In doubt before, and found to be there: said so, whatever else happens.
    delivery.delivered(known_ids);
    if (fresh.empty()) return answered(Outcome::Delivered, fresh);
    switch (chance(12)) {
      case 0:
        return answered(Outcome::NotDelivered, {});
      case 1:
        return retryable("down");
      case 2:
        return rejected("something in it is bad");
      case 3: {
        // The first half arrives.
        Ranges half;
        const std::uint64_t some = fresh.size() / 2;
        for (std::uint64_t i = 0; i < some; ++i) half.add({fresh_ids.at(i), fresh_ids.at(i) + 1});
        delivery.delivered(half);
        return answered(Outcome::NotDelivered, {fresh.begin(), fresh.begin() + static_cast<std::ptrdiff_t>(some)});
      }
      case 4: {
        // Nobody knows; it may have arrived.
        if (chance(2) == 0) unheard_.insert(fresh.begin(), fresh.end());
        return answered(Outcome::InDoubt, {});
      }
      case 5: {
        const auto bad = static_cast<std::uint32_t>(chance(batch.size()));
        if (known_.contains(std::string(batch[bad].body()))) return answered(Outcome::Delivered, fresh);
        delivery.reject(bad, "bad");
        std::erase(fresh, std::string(batch[bad].body()));
        return answered(Outcome::Delivered, fresh);
      }
      case 6:
        if (!delivery.was_in_doubt()) throw std::runtime_error("unexpected");
        return answered(Outcome::Delivered, fresh);
      case 7:
        delivery.back_off();
        return answered(Outcome::Delivered, fresh);
      default:
        return answered(Outcome::Delivered, fresh);
    }
  }
  void committed() {
    for (const std::string& body : pending_) ++arrived_[body];
    pending_.clear();
    known_.clear();
  }
  /// Undoes what was not committed.
  void given_back() { pending_.clear(); }
  /// What did arrive when nobody knew.
  void hear() {
    for (const std::string& body : unheard_) ++arrived_[body];
    unheard_.clear();
  }
  [[nodiscard]] const std::map<std::string, int>& arrived() const { return arrived_; }
  [[nodiscard]] std::size_t unheard() const { return unheard_.size(); }
  std::uint64_t chance(std::uint64_t n) { return random_() % n; }

 private:
  /// Asks for each event whether it has come.
  void settle_doubt(const EventBatch& batch) {
    for (const EventView event : batch) {
      const std::string body(event.body());
      if (unheard_.erase(body) != 0) {
        ++arrived_[body];
        known_.insert(body);
      } else if (arrived_.contains(body)) {
        known_.insert(body);
      }
    }
  }
  Result<Outcome> answered(Outcome outcome, const std::vector<std::string>& arriving) {
    pending_ = arriving;
    return outcome;
  }

  std::mt19937_64 random_;
  std::map<std::string, int> arrived_;
  std::set<std::string> unheard_;  // at the destination, but the sink does not know
  std::set<std::string> known_;    // found to be there: not to be sent again
  std::vector<std::string> pending_;
};

class FlowProperty : public testing::TestWithParam<std::uint64_t> {};

TEST_P(FlowProperty, every_event_is_delivered_once_or_still_in_the_channel) {
  TestServices services;
  services.clock.set_auto_advance(true);
  const Services bound = services.of("sinks.k1", "k1");
  SimDurableChannel channel(services.clock, {.capacity = 10'000, .transaction_capacity = 100, .keep_alive = 3s});
  Destination destination(GetParam());
  SinkScript script;
  script.limits = {.events = static_cast<std::uint32_t>(1 + destination.chance(20)),
                   .bytes = UINT64_MAX,
                   .join = static_cast<std::uint32_t>(1 + destination.chance(3))};
  script.deliver = [&](const EventBatch& batch, Delivery& delivery) {
    if (destination.chance(15) == 0) channel.fail_notes(1);
    return destination.deliver(batch, delivery);
  };
  script.committed = [&](SinkContext&) { destination.committed(); };
  script.given_back = [&](SinkContext&) { destination.given_back(); };
  config::PlannedSink plan = planned_sink("k1", script, "c1");
  HealthBoard health(services.clock);
  Settings settings;
  settings.sink_empty_take = std::chrono::milliseconds::max();  // the clock would run away with an idle sink

  std::uint64_t put = 0;
  for (int life = 0; life < 4; ++life) {
    auto putter = channel.putter("test");
    const std::uint64_t more = destination.chance(300);
    for (std::uint64_t i = 0; i < more; ++i) {
      EventBatch batch = batch_of_bodies({std::to_string(put++)});
      ASSERT_TRUE((*putter)->put(batch, {}, Deadline::immediate(), {}).ok());
    }
    {
      SinkRunner runner({&plan, &channel, [](const std::stop_token&) { return true; }, &bound, &health, settings});
      // Drawn before the runner's thread draws, too.
      const auto patience = std::chrono::seconds(destination.chance(200));
      runner.start();
      runner.drain(services.clock.in(patience));
      runner.wait(Deadline::never());
    }
    channel.crash_process();
  }
  // What arrived without a word and is not yet asked for is withheld in the channel as well: counted there.
  std::uint64_t delivered = 0;
  for (const auto& [body, times] : destination.arrived()) {
    EXPECT_EQ(times, 1) << "event " << body;
    delivered += static_cast<std::uint64_t>(times);
  }
  EXPECT_EQ(delivered + channel.size(), put);
  EXPECT_LE(destination.unheard(), channel.size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, FlowProperty, testing::Range<std::uint64_t>(0, 100));

}  // namespace
}  // namespace flume::runtime
