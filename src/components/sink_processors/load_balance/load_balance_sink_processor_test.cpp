#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/configured.h"
#include "support/test_services.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class LoadBalanceSinkProcessorTest : public testing::Test {
 protected:
  void make(const Keys& keys) {
    processor_ = configured<SinkProcessor>(Kind::SinkProcessor, "load_balance", keys, services_.of("sinkgroups.g1", "g1"));
    processor_->begin({"k1", "k2", "k3"});
  }
  std::vector<std::size_t> order() {
    std::vector<std::size_t> order;
    processor_->order(services_.clock.steady(), order);
    return order;
  }
  /// The sink that gets the next batch, and takes it.
  std::size_t next() {
    const std::size_t sink = order().front();
    processor_->took(sink);
    return sink;
  }
  void fails(std::size_t sink) { processor_->failed(sink, services_.clock.steady()); }

  TestServices services_;
  std::unique_ptr<SinkProcessor> processor_;
};

TEST_F(LoadBalanceSinkProcessorTest, gives_each_batch_to_the_next_sink) {
  make({});
  EXPECT_THAT(order(), ElementsAre(0, 1, 2));
  EXPECT_THAT(order(), ElementsAre(0, 1, 2)) << "nothing was taken: it is still its turn";
  processor_->took(0);
  EXPECT_THAT(order(), ElementsAre(1, 2, 0));
  processor_->took(1);
  EXPECT_EQ(next(), 2U);
  EXPECT_EQ(next(), 0U);
}

TEST_F(LoadBalanceSinkProcessorTest, moves_by_one_for_a_batch_that_several_sinks_were_tried_with) {
  make({});
  order();
  fails(0);
  fails(1);
  processor_->took(2);
  EXPECT_THAT(order(), ElementsAre(1, 2, 0)) << "without backoff nobody is benched";
}

TEST_F(LoadBalanceSinkProcessorTest, benches_a_failed_sink_when_it_is_told_to) {
  make({{"backoff", "true"}});
  order();
  fails(0);
  processor_->took(1);
  EXPECT_THAT(order(), ElementsAre(2, 1));
  const Instant now = services_.clock.steady();
  EXPECT_EQ(processor_->next_change(now) - now, 2s);
  services_.clock.advance(2s);
  EXPECT_THAT(order(), UnorderedElementsAre(0, 1, 2));
  EXPECT_EQ(processor_->next_change(services_.clock.steady()), Instant::max());
  fails(0);
  services_.clock.advance(3s);
  EXPECT_THAT(order(), UnorderedElementsAre(1, 2)) << "4 s the second time";
}

TEST_F(LoadBalanceSinkProcessorTest, forgets_failures_an_hour_after_the_bench) {
  make({{"backoff", "true"}});
  fails(0);
  fails(0);
  services_.clock.advance(4s + 1h - 1ms);
  fails(0);
  EXPECT_EQ(processor_->next_change(services_.clock.steady()) - services_.clock.steady(), 8s);
  services_.clock.advance(8s + 1h);
  fails(0);
  EXPECT_EQ(processor_->next_change(services_.clock.steady()) - services_.clock.steady(), 2s);
}

TEST_F(LoadBalanceSinkProcessorTest, benches_for_maxTimeOut_at_most) {
  make({{"backoff", "true"}, {"selector.maxTimeOut", "3000"}});
  for (int i = 0; i < 40; ++i) fails(0);
  EXPECT_EQ(processor_->next_change(services_.clock.steady()) - services_.clock.steady(), 3s);
  make({{"backoff", "true"}, {"selector.maxTimeOut", "0"}});
  for (int i = 0; i < 40; ++i) fails(0);
  EXPECT_EQ(processor_->next_change(services_.clock.steady()) - services_.clock.steady(), 30s);
  fails(1);
  fails(2);
  EXPECT_THAT(order(), IsEmpty());
}

TEST_F(LoadBalanceSinkProcessorTest, takes_any_sink_when_it_is_told_to) {
  for (const char* word : {"RANDOM", "org.apache.flume.sink.LoadBalancingSinkProcessor$RandomOrderSinkSelector"}) {
    make({{"selector", word}});
    std::set<std::vector<std::size_t>> seen;
    for (int i = 0; i < 300; ++i) {
      const auto now = order();
      EXPECT_THAT(now, UnorderedElementsAre(0, 1, 2));
      seen.insert(now);
    }
    EXPECT_EQ(seen.size(), 6U) << "every order comes";
  }
}

TEST_F(LoadBalanceSinkProcessorTest, keeps_a_batch_in_doubt_for_ten_minutes_unless_told_otherwise) {
  make({});
  EXPECT_EQ(processor_->in_doubt_timeout(), 10min);
  make({{"inDoubtTimeout", "never"}});
  EXPECT_EQ(processor_->in_doubt_timeout(), std::chrono::milliseconds::max());
}

TEST_F(LoadBalanceSinkProcessorTest, refuses_selectors_that_it_does_not_know) {
  const auto refused = parse_options(builtin_component(Kind::SinkProcessor, "load_balance"), {{"selector", "com.example.Mine"}});
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.status().message(), HasSubstr("round_robin"));
}

}  // namespace
}  // namespace flume
