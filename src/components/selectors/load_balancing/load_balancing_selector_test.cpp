#include <algorithm>
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flume/balancing_selector.h"
#include "support/configured.h"
#include "support/test_services.h"

namespace flume {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kClass = "org.apache.flume.channel.LoadBalancingChannelSelector";

class LoadBalancingSelectorTest : public testing::Test {
 protected:
  /// For three channels.
  BalancingSelector& make(const Keys& keys) {
    selector_ = configured<ChannelSelector>(Kind::Selector, kClass, keys, services_.of("sources.r1", "r1"));
    EXPECT_TRUE(selector_->bind({"c1", "c2", "c3"}).ok());
    return dynamic_cast<BalancingSelector&>(*selector_);
  }

  TestServices services_;
  std::unique_ptr<ChannelSelector> selector_;
};

TEST_F(LoadBalancingSelectorTest, takes_channels_in_turn) {
  BalancingSelector& selector = make({});
  std::vector<std::size_t> chosen;
  for (int i = 0; i < 4; ++i) chosen.push_back(selector.next(ChannelSet::all()));
  EXPECT_THAT(chosen, ElementsAre(0, 1, 2, 0));
}

TEST_F(LoadBalancingSelectorTest, takes_only_channels_that_are_offered) {
  for (const char* policy : {"round_robin", "RANDOM"}) {
    BalancingSelector& selector = make({{"policy", policy}});
    ChannelSet last;
    last.add(2);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(selector.next(last), 2U);
  }
}

TEST_F(LoadBalancingSelectorTest, takes_every_channel_at_random) {
  BalancingSelector& selector = make({{"policy", "random"}});
  std::array<int, 3> counts{};
  for (int i = 0; i < 3000; ++i) ++counts[selector.next(ChannelSet::first(3))];
  EXPECT_GT(*std::min_element(counts.begin(), counts.end()), 500);  // missed once in 10^70 runs
}

TEST_F(LoadBalancingSelectorTest, refuses_another_policy) {
  const auto parsed = parse_options(builtin_component(Kind::Selector, kClass), {{"policy", "com.example.Mine"}});
  EXPECT_THAT(parsed.status().message(), HasSubstr("ROUND_ROBIN"));
}

}  // namespace
}  // namespace flume
