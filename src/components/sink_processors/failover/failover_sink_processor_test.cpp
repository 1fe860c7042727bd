#include <rapidcheck.h>

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

class FailoverSinkProcessorTest : public testing::Test {
 protected:
  void make(const Keys& keys, const std::vector<std::string>& sinks = {"k1", "k2", "k3"}) {
    processor_ = configured<SinkProcessor>(Kind::SinkProcessor, "failover", keys, services_.of("sinkgroups.g1", "g1"));
    processor_->begin(sinks);
  }
  std::vector<std::size_t> order() {
    std::vector<std::size_t> order;
    processor_->order(services_.clock.steady(), order);
    return order;
  }
  void fails(std::size_t sink) { processor_->failed(sink, services_.clock.steady()); }
  [[nodiscard]] Instant::duration change() const {
    const Instant now = services_.clock.steady();
    return processor_->next_change(now) - now;
  }
  static std::string problem(const Keys& keys) {
    return parse_options(builtin_component(Kind::SinkProcessor, "failover"), keys).status().message();
  }

  TestServices services_;
  std::unique_ptr<SinkProcessor> processor_;
};

TEST_F(FailoverSinkProcessorTest, prefers_the_highest_priority) {
  make({{"priority.k1", "5"}, {"priority.k2", "-7"}, {"priority.k3", "+10"}});
  EXPECT_THAT(order(), ElementsAre(2, 0, 1));
}

TEST_F(FailoverSinkProcessorTest, gives_priorities_to_those_that_have_none_in_the_order_of_a_java_map) {
  make({{"priority.k2", "0"}});
  EXPECT_THAT(order(), ElementsAre(1, 0, 2));
  make({}, {"b", "a"});  // a Java map has a first
  EXPECT_THAT(order(), ElementsAre(1, 0));
}

TEST_F(FailoverSinkProcessorTest, never_uses_the_second_sink_of_a_priority) {
  make({{"priority.k2", "-1"}});  // k1 was given -1 before
  EXPECT_THAT(order(), ElementsAre(0, 2));
  EXPECT_TRUE(services_.log.contains("never used"));
  fails(1);
  processor_->took(1);
  EXPECT_THAT(order(), ElementsAre(0, 2));
}

TEST_F(FailoverSinkProcessorTest, benches_a_failed_sink_twice_as_long_each_time_and_tries_it_first_then) {
  make({{"priority.k1", "3"}, {"priority.k2", "2"}, {"priority.k3", "1"}});
  EXPECT_EQ(processor_->next_change(services_.clock.steady()), Instant::max());
  fails(0);
  EXPECT_THAT(order(), ElementsAre(1, 2));
  for (const auto bench : {2s, 4s, 8s, 16s, 30s, 30s}) {
    EXPECT_EQ(change(), bench);
    services_.clock.advance(bench - 1ms);
    EXPECT_THAT(order(), ElementsAre(1, 2));
    services_.clock.advance(1ms);
    EXPECT_THAT(order(), ElementsAre(0, 1, 2));
    fails(0);
  }
  services_.clock.advance(30s);
  processor_->took(0);
  fails(0);
  EXPECT_EQ(change(), 2s);
}

TEST_F(FailoverSinkProcessorTest, tries_those_from_the_bench_in_the_order_in_which_their_time_ends) {
  make({{"priority.k1", "3"}, {"priority.k2", "2"}, {"priority.k3", "1"}});
  fails(1);
  services_.clock.advance(1s);
  fails(0);
  EXPECT_THAT(order(), ElementsAre(2));
  EXPECT_EQ(change(), 1s);
  fails(2);
  EXPECT_THAT(order(), IsEmpty());
  services_.clock.advance(10s);
  EXPECT_THAT(order(), ElementsAre(1, 0, 2));
  processor_->took(1);
  EXPECT_THAT(order(), ElementsAre(0, 2, 1));
  processor_->took(2);
  processor_->took(0);
  EXPECT_THAT(order(), ElementsAre(0, 1, 2));
}

TEST_F(FailoverSinkProcessorTest, benches_for_maxpenalty_at_most) {
  make({{"maxpenalty", "5000"}});
  fails(0);
  EXPECT_EQ(change(), 2s);
  fails(0);
  fails(0);
  EXPECT_EQ(change(), 5s);
  make({{"maxpenalty", "-1"}});
  fails(0);
  EXPECT_THAT(order(), ElementsAre(0, 1, 2)) << "it is tried again at once, as in Flume";
}

TEST_F(FailoverSinkProcessorTest, keeps_a_batch_in_doubt_for_a_minute_unless_told_otherwise) {
  make({});
  EXPECT_EQ(processor_->in_doubt_timeout(), 60s);
  make({{"inDoubtTimeout", "1500"}});
  EXPECT_EQ(processor_->in_doubt_timeout(), 1500ms);
  make({{"inDoubtTimeout", "never"}});
  EXPECT_EQ(processor_->in_doubt_timeout(), std::chrono::milliseconds::max());
  EXPECT_THAT(problem({{"inDoubtTimeout", "soon"}}), HasSubstr("never"));
}

TEST_F(FailoverSinkProcessorTest, tells_of_priorities_that_are_the_same_or_no_integers) {
  EXPECT_THAT(problem({{"priority.k1", "5"}, {"priority.k2", "5"}}), HasSubstr("priority.k2: 5 is the priority of k1, too"));
  EXPECT_THAT(problem({{"priority.k1", "high"}}), HasSubstr("'high' is no integer"));
  EXPECT_THAT(problem({{"priority.k1", "99999999999"}}), HasSubstr("is no integer"));
}

TEST_F(FailoverSinkProcessorTest, never_benches_a_sink_for_ever_and_never_names_one_twice) {
  rc::check([this] {
    make({{"priority.k2", "7"}});
    for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 9))) {
      if (step < 3) fails(static_cast<std::size_t>(step));
      if (step >= 3 && step < 6) processor_->took(static_cast<std::size_t>(step - 3));
      if (step >= 6) services_.clock.advance(std::chrono::seconds(step - 5));
      std::vector<std::size_t> now = order();
      std::sort(now.begin(), now.end());
      RC_ASSERT(std::adjacent_find(now.begin(), now.end()) == now.end());
    }
    services_.clock.advance(30s);
    RC_ASSERT(order().size() == 3U);
  });
}

}  // namespace
}  // namespace flume
