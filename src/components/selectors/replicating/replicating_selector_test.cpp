#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/batch_of.h"
#include "support/configured.h"
#include "support/test_services.h"

namespace flume {
namespace {

using testing::HasSubstr;

std::unique_ptr<ChannelSelector> selector(const Keys& keys) {
  TestServices services;
  return configured<ChannelSelector>(Kind::Selector, "org.apache.flume.channel.ReplicatingChannelSelector", keys,
                                     services.of("sources.r1", "r1"));
}

ChannelSet set_of(std::initializer_list<std::size_t> channels) {
  ChannelSet set;
  for (const std::size_t channel : channels) set.add(channel);
  return set;
}

TEST(ReplicatingSelector, sends_every_event_to_every_channel) {
  const auto replicating = selector({});
  ASSERT_TRUE(replicating->bind({"c1", "c2"}).ok());
  EXPECT_EQ(replicating->route_of_all(), (Route{set_of({0, 1}), {}}));
  const EventBatch batch = batch_of_bodies({"a"});
  EXPECT_EQ(replicating->route(batch[0]), (Route{set_of({0, 1}), {}}));
}

TEST(ReplicatingSelector, knows_optional_channels) {
  const auto replicating = selector({{"optional", " c3  c1 "}});
  ASSERT_TRUE(replicating->bind({"c1", "c2", "c3"}).ok());
  EXPECT_EQ(replicating->route_of_all(), (Route{set_of({1}), set_of({0, 2})}));
}

TEST(ReplicatingSelector, refuses_an_optional_channel_that_the_source_has_not) {
  const Status bound = selector({{"optional", "c9"}})->bind({"c1"});
  EXPECT_EQ(bound.kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(bound.message(), HasSubstr("'c9'"));
}

TEST(ReplicatingSelector, is_bound_to_as_many_channels_as_a_source_may_have) {
  const std::vector<std::string> names(ChannelSet::kMaxChannels, "c");
  const auto replicating = selector({});
  ASSERT_TRUE(replicating->bind(names).ok());
  EXPECT_EQ(replicating->route_of_all()->required, ChannelSet::all());
}

}  // namespace
}  // namespace flume
