// Of the channels' conformance suite this one keeps what is about puts, order and limits. It cannot keep what is about takes
// that come back: giving back, holding, committing a part, a commit's order, settling what is in an open take, and room that is
// given back at the commit (here: at the take). So it is tested here, and not there.
#include "components/channels/pseudo_txn/pseudo_txn_channel.h"

#include <thread>

#include <gtest/gtest.h>

#include "flume/batch_builder.h"
#include "flume/registry.h"
#include "support/test_services.h"

namespace flume {
namespace {

using Bodies = std::vector<std::string>;

class PseudoTxn : public testing::Test {
 protected:
  PseudoTxn() {
    EXPECT_TRUE(channel_.start().ok());
    putter_ = *channel_.putter("r1");
    taker_ = *channel_.taker("k1");
  }
  EventBatch batch(const Bodies& bodies) {
    for (const std::string& body : bodies) EXPECT_TRUE(builder_.body(body).ok());
    return builder_.take();
  }
  Status put(const Bodies& bodies) {
    EventBatch events = batch(bodies);
    return putter_->put(events, {}, Deadline::immediate(), {});
  }
  TakeTransaction take(std::uint32_t most = 100) { return *taker_->take({.events = most}, Deadline::immediate(), {}, nullptr); }
  static Bodies bodies(const TakeTransaction& take) {
    Bodies all;
    for (const EventView event : take.events()) all.emplace_back(event.body());
    return all;
  }
  std::int64_t metric(std::string_view name) {
    for (const GroupSnapshot& group : services_.metrics.snapshot()) {
      for (const MetricSnapshot& each : group.metrics) {
        if (each.name == name) return std::get<std::int64_t>(each.value);
      }
    }
    ADD_FAILURE() << "no metric " << name;
    return -1;
  }

  TestServices services_;
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  PseudoTxnChannel channel_{PseudoTxnOptions{}, services_.of("channels.c1", "c1")};
  std::unique_ptr<Putter> putter_;
  std::unique_ptr<Taker> taker_;
};

TEST_F(PseudoTxn, is_found_by_flumes_class) {
  ComponentRegistry registry;
  add_builtin_components(registry);
  const auto found = registry.find(Kind::Channel, "org.apache.flume.channel.PseudoTxnMemoryChannel");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ((*found)->type, "pseudo_txn");
}

TEST_F(PseudoTxn, says_at_its_start_what_it_is_not) {
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "without transactions"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Warn), 1U);
}

TEST_F(PseudoTxn, gives_events_in_the_order_in_which_they_came) {
  ASSERT_TRUE(put({"a", "b"}).ok());
  ASSERT_TRUE(put({"c", "d"}).ok());
  EXPECT_EQ(bodies(take(3)), (Bodies{"a", "b", "c"}));
  EXPECT_EQ(bodies(take(3)), Bodies{"d"});
  EXPECT_TRUE(take().empty());
}

TEST_F(PseudoTxn, forgets_events_as_soon_as_they_are_taken) {
  ASSERT_TRUE(put(Bodies(50, "x")).ok());
  EXPECT_EQ(channel_.size(), 50U);
  EXPECT_EQ(put({"y"}).cause(), Cause::Full);
  TakeTransaction taken = take(10);
  EXPECT_EQ(channel_.size(), 40U);
  ASSERT_TRUE(put(Bodies(10, "y")).ok()) << "there is room before the commit";
  EXPECT_TRUE(taken.commit().ok());
  EXPECT_EQ(channel_.size(), 50U);
}

TEST_F(PseudoTxn, loses_what_is_given_back_and_counts_it) {
  ASSERT_TRUE(put({"a", "b", "c", "d", "e", "f"}).ok());
  take(2).give_back();
  EXPECT_EQ(bodies(take(1)), Bodies{"c"}) << "goes back when the transaction ends";
  ASSERT_TRUE(take(1).hold("sink:k1").ok());
  TakeTransaction taken = take(2);
  const Ranges part({taken.ids().lowest(), taken.ids().lowest() + 1});
  ASSERT_TRUE(taken.commit({}, Durability::Written, &part).ok());
  EXPECT_TRUE(take().empty());
  EXPECT_TRUE(channel_.held("sink:k1").empty());
  channel_.stop(Deadline::never());
  EXPECT_EQ(services_.log.count(LogLevel::Warn,
                                "events were taken and not delivered, and are lost, as this channel has no transactions events=5"),
            1U);
}

TEST_F(PseudoTxn, stores_the_bookmarks_of_a_commit) {
  ASSERT_TRUE(put({"a"}).ok());
  TakeTransaction taken = take();
  const KeyValue entry{"file", "7"};
  const BookmarkDelta delta{"sink:k1", {&entry, 1}};
  ASSERT_TRUE(taken.commit({&delta, 1}).ok());
  EXPECT_EQ(channel_.bookmark("sink:k1")->at("file"), "7");
}

TEST_F(PseudoTxn, commits_takes_in_any_order) {
  ASSERT_TRUE(put({"a", "b"}).ok());
  TakeTransaction first = take(1);
  TakeTransaction second = take(1);
  EXPECT_TRUE(second.commit().ok());
  EXPECT_TRUE(first.commit().ok());
}

TEST_F(PseudoTxn, waits_for_events_as_long_as_keep_alive_says) {
  services_.clock.set_auto_advance(true);
  const Instant before = services_.clock.steady();
  EXPECT_TRUE(taker_->take({}, Deadline::never(), {}, nullptr)->empty());
  EXPECT_EQ(services_.clock.steady() - before, std::chrono::seconds(3));
}

TEST_F(PseudoTxn, lets_a_put_wait_as_long_as_its_caller_does) {
  ASSERT_TRUE(put(Bodies(50, "x")).ok());
  EventBatch events = batch({"y"});
  std::jthread taking([this] {
    services_.clock.await_parked(1);
    services_.clock.advance(std::chrono::hours(24));
    services_.clock.await_parked(1);
    EXPECT_FALSE(take(20).empty());
  });
  EXPECT_TRUE(putter_->put(events, {}, Deadline::never(), {}).ok());
}

TEST_F(PseudoTxn, keeps_nothing_over_a_stop) {
  Services services = services_.of("channels.c2", "c2");
  services.saves_on_stop = true;
  PseudoTxnChannel channel(PseudoTxnOptions{}, services);
  ASSERT_TRUE(channel.start().ok());
  EXPECT_FALSE(channel.survives_stop());
  EXPECT_FALSE(channel.survives_crash());
  EXPECT_EQ(*channel.save(Deadline::never()), 0U);
}

TEST_F(PseudoTxn, counts_what_was_put_taken_and_is_there) {
  ASSERT_TRUE(put(Bodies(5, "x")).ok());
  take(2).give_back();
  EXPECT_EQ(metric("EventPutSuccessCount"), 5);
  EXPECT_EQ(metric("EventTakeAttemptCount"), 2);
  EXPECT_EQ(metric("EventTakeSuccessCount"), 2);
  EXPECT_EQ(metric("ChannelSize"), 3);
  EXPECT_EQ(metric("ChannelCapacity"), 50);
}

}  // namespace
}  // namespace flume
