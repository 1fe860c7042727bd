#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/batch_of.h"
#include "support/configured.h"
#include "support/test_services.h"

namespace flume {
namespace {

using testing::HasSubstr;

constexpr std::string_view kClass = "org.apache.flume.channel.MultiplexingChannelSelector";

ChannelSet set_of(std::initializer_list<std::size_t> channels) {
  ChannelSet set;
  for (const std::size_t channel : channels) set.add(channel);
  return set;
}

class MultiplexingSelectorTest : public testing::Test {
 protected:
  std::unique_ptr<ChannelSelector> unbound(const Keys& keys) {
    return configured<ChannelSelector>(Kind::Selector, kClass, keys, services_.of("sources.r1", "r1"));
  }
  /// For the channels c1 to c3.
  void make(const Keys& keys) {
    selector_ = unbound(keys);
    const Status bound = selector_->bind({"c1", "c2", "c3"});
    ASSERT_TRUE(bound.ok()) << bound.message();
  }
  Route route(const std::string& header, const std::string& value) {
    const EventBatch batch = batch_of({{{{header, value}}, "body"}});
    return selector_->route(batch[0]);
  }

  TestServices services_;
  std::unique_ptr<ChannelSelector> selector_;
};

TEST_F(MultiplexingSelectorTest, sends_each_event_where_its_header_says) {
  make({{"header", "type"}, {"mapping.a", "c1"}, {"mapping.b", "c2 c3"}, {"default", "c3"}});
  EXPECT_EQ(route("type", "a"), (Route{set_of({0}), {}}));
  EXPECT_EQ(route("type", "b"), (Route{set_of({1, 2}), {}}));
  EXPECT_EQ(selector_->route_of_all(), std::nullopt);
}

TEST_F(MultiplexingSelectorTest, sends_what_has_no_mapping_to_the_default_channels) {
  make({{"header", "type"}, {"mapping.a", "c1"}, {"default", "c3 c2"}});
  const Route otherwise{set_of({1, 2}), {}};
  EXPECT_EQ(route("type", "other"), otherwise);
  EXPECT_EQ(route("type", ""), otherwise);
  EXPECT_EQ(route("other", "a"), otherwise);
}

TEST_F(MultiplexingSelectorTest, drops_what_has_neither_mapping_nor_default) {
  make({{"header", "type"}, {"mapping.a", "c1"}});
  EXPECT_EQ(route("type", "other"), Route());
}

TEST_F(MultiplexingSelectorTest, takes_a_value_to_the_letter) {
  make({{"mapping.a", "c1"}, {"mapping.A b.c", "c2"}});
  const std::string header = "flume.selector.header";
  EXPECT_EQ(route(header, "A b.c"), (Route{set_of({1}), {}}));
  EXPECT_EQ(route(header, "A"), Route());
  EXPECT_EQ(route(header, " a"), Route());
}

TEST_F(MultiplexingSelectorTest, takes_a_blank_value_for_none) {
  make({{"optional.\t ", "c1"}, {"default", "c2"}});
  EXPECT_EQ(route("flume.selector.header", "\t "), (Route{set_of({1}), {}}));
}

TEST_F(MultiplexingSelectorTest, adds_optional_channels_to_those_of_the_mapping_or_else_to_the_default_ones) {
  make({{"mapping.a", "c1"}, {"optional.a", "c1 c2"}, {"optional.x", "c2 c3"}, {"default", "c3"}});
  const std::string header = "flume.selector.header";
  EXPECT_EQ(route(header, "a"), (Route{set_of({0}), set_of({1})})) << "what is required is not optional";
  EXPECT_EQ(route(header, "x"), (Route{set_of({2}), set_of({1})}));
  EXPECT_EQ(route(header, "y"), (Route{set_of({2}), {}}));
}

TEST_F(MultiplexingSelectorTest, looks_at_no_event_when_all_go_the_same_way) {
  make({{"default", "c1 c2"}});
  EXPECT_EQ(selector_->route_of_all(), (Route{set_of({0, 1}), {}}));
}

TEST_F(MultiplexingSelectorTest, refuses_channels_that_the_source_has_not) {
  for (const char* key : {"default", "mapping.a", "optional.a"}) {
    const Status bound = unbound({{key, "c1 c9"}})->bind({"c1"});
    EXPECT_EQ(bound.kind(), ErrorKind::InvalidConfig);
    EXPECT_THAT(bound.message(), HasSubstr(std::string(key) + ": 'c9'"));
  }
}

TEST_F(MultiplexingSelectorTest, refuses_a_mapping_to_nothing) {
  const auto parsed = parse_options(builtin_component(Kind::Selector, kClass), {{"mapping.a", " "}});
  EXPECT_EQ(parsed.status().kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(parsed.status().message(), HasSubstr("mapping.a: names no channel"));
}

}  // namespace
}  // namespace flume
