#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/sources/stress/rate_limiter.h"
#include "support/collecting_channel.h"
#include "support/configured.h"
#include "support/fake_writer.h"
#include "support/test_services.h"

namespace flume {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

class StressSourceTest : public testing::Test {
 protected:
  StressSourceTest() { services_.clock.set_auto_advance(true); }

  std::unique_ptr<PolledSource> start(const Keys& keys, ChannelWriter& writer) {
    auto source = configured<PolledSource>(Kind::Source, "org.apache.flume.source.StressSource", keys, services_.of("sources.r1", "r1"));
    EXPECT_TRUE(source->start(writer, context_).ok());
    return source;
  }
  PollOutcome poll(PolledSource& source, ChannelWriter& writer) {
    const auto outcome = source.poll(writer, context_);
    EXPECT_TRUE(outcome.ok()) << outcome.status().message();
    return outcome ? *outcome : PollOutcome::Backoff;
  }
  void drain(PolledSource& source, ChannelWriter& writer) {
    for (int polls = 0; polls < 10'000 && poll(source, writer) == PollOutcome::Ready; ++polls) {
    }
  }

  TestServices services_;
  SourceCounters counters_{"r1"};
  FakeSourceContext context_{counters_};
  CollectingChannel channel_;
  FakeWriter writer_{{&channel_}};
};

TEST_F(StressSourceTest, gives_one_event_of_500_bytes_per_poll) {
  const auto stress = start({}, writer_);
  EXPECT_EQ(poll(*stress, writer_), PollOutcome::Ready);
  EXPECT_THAT(channel_.bodies(), ElementsAre(std::string(500, '\x7F')));
}

TEST_F(StressSourceTest, stops_at_the_total_even_within_a_batch) {
  const auto stress = start({{"size", "3"}, {"batchSize", "4"}, {"maxTotalEvents", "10"}}, writer_);
  drain(*stress, writer_);
  EXPECT_THAT(channel_.batch_sizes(), ElementsAre(4, 4, 2));
  EXPECT_THAT(channel_.bodies(), Each("\x7F\x7F\x7F"));
  drain(*stress, writer_);
  EXPECT_THAT(context_.endings(), SizeIs(1));
}

TEST_F(StressSourceTest, counts_what_no_channel_took_as_tried) {
  channel_.set_judge([calls = 0](const EventBatch&) mutable { return calls++ % 2 == 0 ? retryable("full", Cause::Full) : Status(); });
  const auto stress = start({{"maxTotalEvents", "4"}}, writer_);
  for (int i = 0; i < 10; ++i) poll(*stress, writer_);
  EXPECT_THAT(channel_.bodies(), SizeIs(2));
}

TEST_F(StressSourceTest, goes_on_until_enough_were_stored) {
  channel_.set_judge([calls = 0](const EventBatch&) mutable { return calls++ % 2 == 0 ? retryable("full", Cause::Full) : Status(); });
  const auto stress = start({{"maxSuccessfulEvents", "5"}, {"batchSize", "2"}}, writer_);
  for (int i = 0; i < 20; ++i) poll(*stress, writer_);
  EXPECT_THAT(channel_.batch_sizes(), ElementsAre(2, 2, 1));
}

TEST_F(StressSourceTest, tells_the_runner_of_other_failures) {
  channel_.set_judge([](const EventBatch&) { return retryable("disk is away"); });
  const auto stress = start({}, writer_);
  EXPECT_FALSE(stress->poll(writer_, context_).ok());
}

TEST_F(StressSourceTest, builds_batches_that_are_larger_than_a_slab) {
  const auto stress = start({{"size", "1000"}, {"batchSize", "777"}, {"maxTotalEvents", "2000"}}, writer_);
  drain(*stress, writer_);
  EXPECT_THAT(channel_.batch_sizes(), ElementsAre(777, 777, 446));
  EXPECT_THAT(channel_.bodies(), Each(std::string(1000, '\x7F')));
}

TEST_F(StressSourceTest, gives_events_that_are_larger_than_a_slab_and_empty_ones) {
  for (const std::size_t size : {1'000'000U, 0U}) {
    CollectingChannel channel;
    FakeWriter writer({&channel});
    const auto stress = start({{"size", std::to_string(size)}, {"batchSize", "3"}, {"maxTotalEvents", "4"}}, writer);
    drain(*stress, writer);
    EXPECT_THAT(channel.batch_sizes(), ElementsAre(3, 1));
    EXPECT_THAT(channel.bodies(), Each(std::string(size, '\x7F')));
  }
}

TEST_F(StressSourceTest, gives_every_batch_its_own_changing_headers) {
  int asked = 0;
  HeaderPlan plan;
  plan.add("n", [&asked] { return std::to_string(asked++); }, false);
  FakeWriter writer({&channel_}, {.plan = plan});
  const auto stress = start({{"size", "2"}, {"batchSize", "2"}, {"maxTotalEvents", "5"}}, writer);
  drain(*stress, writer);
  const auto headers = channel_.headers("n");
  ASSERT_THAT(headers, SizeIs(5));
  EXPECT_EQ(headers[0], headers[1]);
  EXPECT_NE(headers[1], headers[2]);
  EXPECT_NE(headers[3], headers[4]);
}

TEST_F(StressSourceTest, carries_fixed_headers_in_its_prepared_events) {
  HeaderPlan plan;
  plan.add("k", std::string("v"), false);
  FakeWriter writer({&channel_}, {.plan = plan});
  const auto stress = start({{"batchSize", "600"}, {"maxTotalEvents", "600"}}, writer);
  drain(*stress, writer);
  EXPECT_THAT(channel_.headers("k"), SizeIs(600));
  EXPECT_THAT(channel_.headers("k"), Each("v"));
}

TEST_F(StressSourceTest, keeps_to_the_rate_by_the_agents_clock) {
  const auto stress = start({{"maxEventsPerSecond", "100"}, {"batchSize", "10"}, {"maxTotalEvents", "1010"}}, writer_);
  const Instant before = services_.clock.steady();
  drain(*stress, writer_);
  EXPECT_EQ(services_.clock.steady() - before, std::chrono::seconds(10));
}

TEST_F(StressSourceTest, stops_in_the_middle_of_a_pause) {
  const auto stress = start({{"maxEventsPerSecond", "1"}}, writer_);
  EXPECT_EQ(poll(*stress, writer_), PollOutcome::Ready);
  services_.clock.set_auto_advance(false);
  context_.request_stop();
  EXPECT_EQ(poll(*stress, writer_), PollOutcome::Backoff);
  EXPECT_THAT(channel_.bodies(), SizeIs(1));
}

TEST(RateLimiter, saves_what_was_not_used_for_one_second_only) {
  RateLimiter limiter(10);
  const Instant start{};
  EXPECT_EQ(limiter.acquire(5, start), Instant::duration::zero());
  EXPECT_EQ(limiter.acquire(1, start), std::chrono::milliseconds(500));
  const Instant later = start + std::chrono::hours(1);
  EXPECT_EQ(limiter.acquire(10, later), Instant::duration::zero());
  EXPECT_EQ(limiter.acquire(1, later), Instant::duration::zero());
  EXPECT_EQ(limiter.acquire(1, later), std::chrono::milliseconds(100));
}

TEST(RateLimiter, loses_nothing_to_rounding) {
  RateLimiter limiter(300'000'000);
  Instant now{};
  for (int second = 0; second < 10; ++second) now += limiter.acquire(300'000'000, now);
  EXPECT_EQ(now - Instant{}, std::chrono::seconds(9));
}

}  // namespace
}  // namespace flume
