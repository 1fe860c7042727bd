// What is the memory channel's own; the contract of every channel is in tests/conformance.
#include "components/channels/memory/memory_channel.h"

#include <thread>

#include <gtest/gtest.h>

#include "flume/batch_builder.h"
#include "flume/registry.h"
#include "support/test_services.h"

namespace flume {
namespace {

class Memory : public testing::Test {
 protected:
  void open(const MemoryOptions& options) {
    channel_.emplace(options, services_.of("channels.c1", "c1"));
    ASSERT_TRUE(channel_->start().ok());
    putter_ = *channel_->putter("r1");
    taker_ = *channel_->taker("k1");
  }
  Status put(std::size_t body_bytes, int events = 1) {
    for (int i = 0; i < events; ++i) EXPECT_TRUE(builder_.body(std::string(body_bytes, 'x')).ok());
    EventBatch batch = builder_.take();
    return putter_->put(batch, {}, Deadline::immediate(), {});
  }
  TakeTransaction take(std::uint32_t most = 100) { return *taker_->take({.events = most}, Deadline::immediate(), {}); }
  std::int64_t metric(std::string_view name) {
    for (const GroupSnapshot& group : services_.metrics.snapshot()) {
      EXPECT_EQ(group.component, "c1");
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
  std::optional<MemoryChannel> channel_;
  std::unique_ptr<Putter> putter_;
  std::unique_ptr<Taker> taker_;
};

TEST_F(Memory, is_found_by_alias_and_by_class) {
  ComponentRegistry registry;
  add_builtin_components(registry);
  const auto by_alias = registry.find(Kind::Channel, "Memory");
  const auto by_class = registry.find(Kind::Channel, "org.apache.flume.channel.MemoryChannel");
  ASSERT_TRUE(by_alias.ok() && by_class.ok());
  EXPECT_EQ(*by_alias, *by_class);
  EXPECT_NE((*by_alias)->check, nullptr);
}

TEST_F(Memory, refuses_transactions_above_its_capacity) {
  MemoryOptions options;
  options.capacity = 50;
  options.transaction_capacity = 51;
  const OptionProblems problems = check(options);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_FALSE(problems[0].runs);
  EXPECT_NE(problems[0].message.find("transactionCapacity is 51, but capacity only 50"), std::string::npos) << problems[0].message;
  options.capacity = 51;
  EXPECT_TRUE(check(options).empty());
}

TEST_F(Memory, has_no_limit_for_bodies_when_all_of_it_is_left_for_headers) {
  MemoryOptions options;
  options.byte_capacity = Bytes{100'000};
  EXPECT_EQ(options.body_slots(0), 800U);
  options.byte_capacity_buffer_percentage = 150;
  EXPECT_EQ(options.body_slots(0), UINT64_MAX);
  const OptionProblems problems = check(options);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].runs);
}

TEST_F(Memory, takes_the_default_for_a_number_that_is_not_positive_and_says_so) {
  MemoryOptions options;
  options.capacity = 0;
  options.transaction_capacity = -1;
  EXPECT_TRUE(check(options).empty());
  open(options);
  EXPECT_EQ(channel_->limits().capacity, 100U);
  EXPECT_EQ(channel_->limits().transaction_capacity, 100U);
  EXPECT_EQ(services_.log.count(LogLevel::Warn), 2U);
}

TEST_F(Memory, counts_bodies_in_slots_of_a_hundred_bytes) {
  MemoryOptions options;
  options.byte_capacity = Bytes{1250};  // less 20 %: 10 slots
  open(options);
  EXPECT_EQ(options.body_slots(0), 10U);
  ASSERT_TRUE(put(0, 4).ok());
  ASSERT_TRUE(put(101, 3).ok());
  EXPECT_EQ(put(1).cause(), Cause::Full);
  TakeTransaction first = take(1);
  EXPECT_EQ(put(1).cause(), Cause::Full) << "room is given back at commit";
  ASSERT_TRUE(first.commit().ok());
  ASSERT_TRUE(put(100).ok());
  EXPECT_EQ(put(1).cause(), Cause::Full);
  EXPECT_EQ(put(1001).cause(), Cause::TooLarge) << "would never fit";
}

TEST_F(Memory, has_no_byte_limit_below_one_slot) {
  MemoryOptions options;
  options.byte_capacity = Bytes{124};
  EXPECT_EQ(options.body_slots(0), UINT64_MAX);
  options.byte_capacity.reset();
  EXPECT_EQ(options.body_slots(1'000'000), 8000U);
  options.byte_capacity_buffer_percentage = 100;
  EXPECT_EQ(options.body_slots(1'000'000), UINT64_MAX);
}

TEST_F(Memory, counts_as_flume_does) {
  open({});
  ASSERT_TRUE(put(10, 30).ok());
  EXPECT_EQ(metric("EventPutAttemptCount"), 30);
  EXPECT_EQ(metric("EventPutSuccessCount"), 30);
  EXPECT_EQ(metric("ChannelSize"), 30);
  EXPECT_EQ(metric("ChannelCapacity"), 100);
  ASSERT_TRUE(put(10, 70).ok());
  EXPECT_EQ(put(10, 5).cause(), Cause::Full);
  EXPECT_EQ(metric("EventPutAttemptCount"), 105);
  EXPECT_EQ(metric("EventPutSuccessCount"), 100);
  take(10).give_back();
  EXPECT_EQ(metric("EventTakeAttemptCount"), 10);
  EXPECT_EQ(metric("EventTakeSuccessCount"), 0);
  TakeTransaction taken = take(10);
  const Ranges part({taken.ids().lowest(), taken.ids().lowest() + 4});
  ASSERT_TRUE(taken.commit({}, Durability::Written, &part).ok());
  EXPECT_EQ(metric("EventTakeSuccessCount"), 4);
  EXPECT_EQ(metric("ChannelSize"), 96);
}

TEST_F(Memory, calls_producers_when_a_quarter_is_free) {
  open({});
  ASSERT_TRUE(put(1, 100).ok());
  EXPECT_EQ(put(1).cause(), Cause::Full);
  int calls = 0;
  putter_->on_space([&calls] { ++calls; });
  ASSERT_TRUE(take(24).commit().ok());
  EXPECT_EQ(calls, 0);
  ASSERT_TRUE(take(1).commit().ok());
  EXPECT_EQ(calls, 1);
}

TEST_F(Memory, calls_a_producer_only_when_what_it_was_refused_fits) {
  open({});
  ASSERT_TRUE(put(1, 100).ok());
  EXPECT_EQ(put(1, 60).cause(), Cause::Full);
  int calls = 0;
  putter_->on_space([&calls] { ++calls; });
  ASSERT_TRUE(take(59).commit().ok());
  EXPECT_EQ(calls, 0);
  ASSERT_TRUE(take(1).commit().ok());
  EXPECT_EQ(calls, 1);
}

TEST_F(Memory, does_not_wait_when_keep_alive_is_zero) {
  MemoryOptions options;
  options.keep_alive = std::chrono::seconds(0);
  open(options);
  ASSERT_TRUE(put(1, 100).ok());
  ASSERT_TRUE(builder_.body("x").ok());
  EventBatch batch = builder_.take();
  EXPECT_EQ(putter_->put(batch, {}, Deadline::never(), {}).cause(), Cause::Full);
}

TEST_F(Memory, gives_small_puts_of_one_builder_as_one_slice) {
  open({});
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(put(10).ok());
  TakeTransaction taken = take(20);
  EXPECT_EQ(taken.events().slices().size(), 1U);
  taken.give_back();
  EXPECT_EQ(take(50).events().slices().size(), 1U) << "what comes back is fused again";
}

TEST_F(Memory, lets_go_of_slabs_with_their_events) {
  open({});
  ASSERT_TRUE(put(1000, 100).ok());
  {
    const BatchBuilder closed = std::move(builder_);
  }
  EXPECT_EQ(pool_->slabs_out(), 1U);
  ASSERT_TRUE(take(100).commit().ok());
  EXPECT_EQ(pool_->slabs_out(), 0U);
}

}  // namespace
}  // namespace flume
