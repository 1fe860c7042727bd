// What a memory channel saves in a normal stop, and takes back.
#include <gtest/gtest.h>

#include "components/channels/memory/memory_channel.h"
#include "flume/batch_builder.h"
#include "support/test_services.h"

namespace flume {
namespace {

using Bodies = std::vector<std::string>;

class MemoryChannelSave : public testing::Test {
 protected:
  /// As a new process with the same state folder.
  void open(std::int64_t capacity = 100) {
    taker_.reset();
    putter_.reset();
    channel_.reset();
    MemoryOptions options;
    options.capacity = capacity;
    options.transaction_capacity = std::min<std::int64_t>(capacity, 100);
    Services services = services_.of("channels.c1", "c1");
    services.saves_on_stop = is_saved_on_stop_;
    channel_.emplace(options, services);
    ASSERT_TRUE(channel_->start().ok());
    putter_ = *channel_->putter("r1");
    taker_ = *channel_->taker("k1");
  }
  std::uint64_t save() {
    const auto saved = channel_->save(Deadline::never());
    EXPECT_TRUE(saved.ok()) << saved.status().message();
    channel_->stop(Deadline::never());
    return saved ? *saved : 0;
  }
  Status put(const Bodies& bodies) {
    for (const std::string& body : bodies) EXPECT_TRUE(builder_.body(body).ok());
    EventBatch batch = builder_.take();
    return putter_->put(batch, {}, Deadline::immediate(), {});
  }
  TakeTransaction take(std::uint32_t most = 100) { return *taker_->take({.events = most}, Deadline::immediate(), {}); }
  Bodies delivered() {
    Bodies all;
    for (;;) {
      TakeTransaction taken = take();
      if (taken.empty()) return all;
      for (const EventView event : taken.events()) all.emplace_back(event.body());
      EXPECT_TRUE(taken.commit().ok());
    }
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
  bool is_saved_on_stop_ = true;
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  std::optional<MemoryChannel> channel_;
  std::unique_ptr<Putter> putter_;
  std::unique_ptr<Taker> taker_;
};

TEST_F(MemoryChannelSave, gives_the_saved_events_first_and_once) {
  open();
  EXPECT_TRUE(channel_->survives_stop());
  EXPECT_FALSE(channel_->survives_crash());
  ASSERT_TRUE(put({"a", "b"}).ok());
  ASSERT_TRUE(put({"c"}).ok());
  EXPECT_EQ(save(), 3U);
  open();
  ASSERT_TRUE(put({"d"}).ok());
  EXPECT_EQ(delivered(), (Bodies{"a", "b", "c", "d"}));
  EXPECT_EQ(save(), 0U);
  open();
  EXPECT_EQ(delivered(), Bodies{});
}

TEST_F(MemoryChannelSave, counts_saved_events_as_stored_and_not_as_put) {
  open();
  ASSERT_TRUE(put({"a", "b"}).ok());
  EXPECT_EQ(save(), 2U);
  EXPECT_EQ(metric("ChannelSize"), 0);
  open();
  EXPECT_EQ(channel_->size(), 2U);
  EXPECT_EQ(metric("ChannelSize"), 2);
  EXPECT_EQ(metric("EventPutAttemptCount"), 0);
  EXPECT_EQ(metric("EventPutSuccessCount"), 0);
  EXPECT_EQ(delivered(), (Bodies{"a", "b"}));
  EXPECT_EQ(metric("ChannelSize"), 0);
  EXPECT_EQ(metric("EventTakeSuccessCount"), 2);
}

TEST_F(MemoryChannelSave, keeps_the_order_of_what_was_given_back_or_held) {
  open();
  ASSERT_TRUE(put({"a", "b", "c", "d", "e"}).ok());
  TakeTransaction first = take(2);
  TakeTransaction second = take(1);
  ASSERT_TRUE(first.hold("sink:k1").ok());
  second.give_back();
  EXPECT_EQ(save(), 5U);
  open();
  EXPECT_TRUE(channel_->held("sink:k1").empty()) << "holds are of one run";
  EXPECT_EQ(delivered(), (Bodies{"a", "b", "c", "d", "e"}));
}

TEST_F(MemoryChannelSave, forgets_bookmarks) {
  open();
  const KeyValue entry{"position", "7"};
  const BookmarkDelta delta{"source:r1", {&entry, 1}};
  ASSERT_TRUE(channel_->note({&delta, 1}, Durability::Written).ok());
  const ChannelIdentity before = channel_->identity();
  ASSERT_TRUE(put({"a"}).ok());
  EXPECT_EQ(save(), 1U);
  open();
  EXPECT_TRUE(channel_->owners().empty());
  EXPECT_NE(channel_->identity().uuid, before.uuid);
}

TEST_F(MemoryChannelSave, leaves_out_what_an_open_take_has) {
  open();
  ASSERT_TRUE(put({"a", "b", "c"}).ok());
  TakeTransaction hanging = take(1);
  EXPECT_EQ(save(), 2U);
  EXPECT_EQ(channel_->size(), 1U);
  ASSERT_TRUE(hanging.commit().ok()) << "it may still come back";
  EXPECT_EQ(channel_->size(), 0U);
  open();
  EXPECT_EQ(delivered(), (Bodies{"b", "c"}));
}

TEST_F(MemoryChannelSave, takes_nothing_and_gives_nothing_once_it_has_saved) {
  open();
  ASSERT_TRUE(put({"a"}).ok());
  EXPECT_EQ(save(), 1U);
  EXPECT_EQ(put({"b"}).cause(), Cause::Stopped);
  EXPECT_TRUE(take().empty());
}

TEST_F(MemoryChannelSave, works_on_when_it_is_started_again) {
  open();
  ASSERT_TRUE(put({"a"}).ok());
  EXPECT_EQ(save(), 1U);
  ASSERT_TRUE(channel_->start().ok());
  ASSERT_TRUE(put({"b"}).ok());
  EXPECT_EQ(delivered(), (Bodies{"a", "b"}));
}

TEST_F(MemoryChannelSave, takes_back_more_than_its_capacity_and_waits_until_there_is_room) {
  open(100);
  ASSERT_TRUE(put(Bodies(100, "x")).ok());
  EXPECT_EQ(save(), 100U);
  open(8);
  EXPECT_EQ(channel_->size(), 100U);
  EXPECT_EQ(channel_->limits().capacity, 8U);
  EXPECT_EQ(put({"y"}).cause(), Cause::Full);
  int calls = 0;
  putter_->on_space([&calls] { ++calls; });
  for (int taken = 0; taken < 96; taken += 8) {
    EXPECT_EQ(calls, 0) << taken;
    EXPECT_EQ(put({"y"}).cause(), Cause::Full) << taken;
    ASSERT_TRUE(take(8).commit().ok());
  }
  EXPECT_EQ(channel_->size(), 4U);
  EXPECT_EQ(calls, 1);
  ASSERT_TRUE(put({"y"}).ok());
  EXPECT_EQ(delivered(), (Bodies{"x", "x", "x", "x", "y"}));
}

TEST_F(MemoryChannelSave, saves_nothing_when_the_agent_does_not_want_it) {
  is_saved_on_stop_ = false;
  open();
  EXPECT_FALSE(channel_->survives_stop());
  ASSERT_TRUE(put({"a"}).ok());
  EXPECT_EQ(*channel_->save(Deadline::never()), 0U);
  EXPECT_EQ(channel_->size(), 1U);
  EXPECT_FALSE(services_.files.list("/state").ok()) << "nothing was made";
}

TEST_F(MemoryChannelSave, takes_back_what_an_earlier_agent_wanted_saved) {
  open();
  ASSERT_TRUE(put({"a"}).ok());
  EXPECT_EQ(save(), 1U);
  is_saved_on_stop_ = false;
  open();
  EXPECT_EQ(delivered(), Bodies{"a"});
}

TEST_F(MemoryChannelSave, starts_when_the_mark_is_on_the_disk_and_not_before) {
  open();
  ASSERT_TRUE(put({"a"}).ok());
  EXPECT_EQ(save(), 1U);
  services_.files.inject({.operation = SimFiles::Operation::SyncDirectory});
  MemoryChannel channel(MemoryOptions{}, services_.of("channels.c1", "c1"));
  const Status refused = channel.start();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.kind(), ErrorKind::Retryable);
  EXPECT_EQ(channel.size(), 0U);
  ASSERT_TRUE(channel.start().ok());
  EXPECT_EQ(channel.size(), 1U);
}

}  // namespace
}  // namespace flume
