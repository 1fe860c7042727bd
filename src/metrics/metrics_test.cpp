#include "flume/metrics.h"

#include <limits>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

std::vector<std::string_view> names(const GroupSnapshot& group) {
  std::vector<std::string_view> names;
  for (const MetricSnapshot& metric : group.metrics) names.push_back(metric.name);
  return names;
}

TEST(CounterGroup, sources_have_exactly_the_attributes_of_flume) {
  EXPECT_THAT(
      names(SourceCounters("r1").snapshot()),
      ElementsAre("EventReceivedCount", "EventAcceptedCount", "AppendReceivedCount", "AppendAcceptedCount", "AppendBatchReceivedCount",
                  "AppendBatchAcceptedCount", "OpenConnectionCount", "EventReadFail", "ChannelWriteFail", "GenericProcessingFail"));
}

TEST(CounterGroup, sinks_have_exactly_the_attributes_of_flume) {
  EXPECT_THAT(
      names(SinkCounters("k1").snapshot()),
      ElementsAre("ConnectionCreatedCount", "ConnectionClosedCount", "ConnectionFailedCount", "BatchEmptyCount", "BatchUnderflowCount",
                  "BatchCompleteCount", "EventDrainAttemptCount", "EventDrainSuccessCount", "EventWriteFail", "ChannelReadFail"));
}

TEST(CounterGroup, channels_have_exactly_the_attributes_of_flume) {
  const ChannelCounters counters("c1", [] { return 5; }, [] { return 100; });
  const GroupSnapshot group = counters.snapshot();
  EXPECT_THAT(names(group), ElementsAre("ChannelSize", "ChannelCapacity", "ChannelFillPercentage", "EventPutAttemptCount",
                                        "EventPutSuccessCount", "EventTakeAttemptCount", "EventTakeSuccessCount"));
  EXPECT_EQ(group.metrics[0].value, MetricValue(std::int64_t{5}));
  EXPECT_EQ(group.metrics[2].value, MetricValue(5.0));
}

TEST(CounterGroup, a_channel_without_capacity_is_infinitely_full_as_in_flume) {
  const ChannelCounters counters("c1", [] { return 5; }, [] { return 0; });
  EXPECT_EQ(counters.snapshot().metrics[2].value, MetricValue(std::numeric_limits<double>::max()));
}

TEST(CounterGroup, a_derived_group_adds_its_own_behind) {
  struct FileSourceCounters : SourceCounters {
    using SourceCounters::SourceCounters;
    Counter retries{*this, "RetryCount"};
  };
  FileSourceCounters counters("r1");
  counters.retries.add(3);
  EXPECT_EQ(counters.snapshot().metrics.back().name, "RetryCount");
  EXPECT_EQ(counters.snapshot().metrics.back().value, MetricValue(std::int64_t{3}));
}

TEST(CounterGroup, a_start_resets_counters_and_the_stop_time) {
  SourceCounters counters("r1");
  counters.start(WallTime(1000ms));
  counters.event_received.add(7);
  counters.stop(WallTime(2000ms));
  EXPECT_EQ(counters.snapshot().start_time, 1000);
  EXPECT_EQ(counters.snapshot().stop_time, 2000);
  counters.start(WallTime(3000ms));
  EXPECT_EQ(counters.event_received.get(), 0);
  EXPECT_EQ(counters.snapshot().start_time, 3000);
  EXPECT_EQ(counters.snapshot().stop_time, 0);
}

TEST(CounterGroup, a_ledger_goes_on_over_a_restart) {
  LedgerCounters ledger("r1");
  ledger.received.add(7);
  ledger.start(WallTime(1000ms));
  EXPECT_EQ(ledger.received.get(), 7);
  EXPECT_FALSE(ledger.snapshot().in_flume_json);
}

TEST(MetricsRegistry, shows_groups_in_the_order_in_which_they_joined_until_they_leave) {
  MetricsRegistry registry;
  const SourceCounters source("r1");
  const SinkCounters sink("k1");
  auto source_membership = registry.join(source);
  {
    const auto sink_membership = registry.join(sink);
    ASSERT_EQ(registry.snapshot().size(), 2U);
    EXPECT_EQ(registry.snapshot()[1].component, "k1");
  }
  ASSERT_EQ(registry.snapshot().size(), 1U);
  auto moved = std::move(source_membership);
  EXPECT_EQ(registry.snapshot().size(), 1U);
  moved.leave();
  moved.leave();
  EXPECT_TRUE(registry.snapshot().empty());
}

TEST(MetricsRegistry, counts_joins_and_looks_of_several_threads) {
  MetricsRegistry registry;
  SourceCounters shared("shared");
  const auto membership = registry.join(shared);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) {
          const SinkCounters own("k");
          const auto own_membership = registry.join(own);
          shared.event_received.increment();
          EXPECT_GE(registry.snapshot().size(), 2U);
        }
      });
    }
  }
  EXPECT_EQ(shared.event_received.get(), 400);
  EXPECT_EQ(registry.snapshot().size(), 1U);
}

}  // namespace
}  // namespace flume
