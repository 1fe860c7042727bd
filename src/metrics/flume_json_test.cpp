#include "metrics/flume_json.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(FlumeJson, prints_a_channel_exactly_as_flume_does) {
  ChannelCounters counters("c1", [] { return 5; }, [] { return 100; });
  counters.start(WallTime(1782000000000ms));
  counters.event_put_attempt.add(12);
  EXPECT_EQ(flume_json({counters.snapshot()}),
            R"({"CHANNEL.c1":{"Type":"CHANNEL","StartTime":"1782000000000","StopTime":"0","ChannelSize":"5","ChannelCapacity":"100",)"
            R"("ChannelFillPercentage":"5.0","EventPutAttemptCount":"12","EventPutSuccessCount":"0","EventTakeAttemptCount":"0",)"
            R"("EventTakeSuccessCount":"0"}})");
}

TEST(FlumeJson, prints_a_flag_as_java_prints_a_boolean) {
  GroupSnapshot group;
  group.kind = CounterKind::Channel;
  group.component = "c1";
  group.metrics = {{"Open", MetricForm::Flag, std::int64_t{1}},
                   {"Shut", MetricForm::Flag, std::int64_t{0}},
                   {"Closed", MetricForm::Level, std::int64_t{1}}};
  EXPECT_EQ(flume_json({group}),
            R"({"CHANNEL.c1":{"Type":"CHANNEL","StartTime":"0","StopTime":"0","Open":"true","Shut":"false","Closed":"1"}})");
}

TEST(FlumeJson, nothing_is_an_empty_object) { EXPECT_EQ(flume_json({}), "{}"); }

TEST(FlumeJson, a_channel_without_capacity_shows_javas_largest_double) {
  const ChannelCounters counters("c1", [] { return 0; }, [] { return 0; });
  EXPECT_THAT(flume_json({counters.snapshot()}), HasSubstr(R"("ChannelFillPercentage":"1.7976931348623157E308")"));
}

TEST(FlumeJson, leaves_out_the_ledger_and_hidden_groups) {
  const LedgerCounters ledger("r1");
  SourceCounters netcat("r2");
  netcat.hide_from_flume_json();
  const SinkCounters sink("k1");
  const std::string json = flume_json({ledger.snapshot(), netcat.snapshot(), sink.snapshot()});
  EXPECT_TRUE(json.starts_with(R"({"SINK.k1":)")) << json;
  EXPECT_EQ(json.find("r1"), std::string::npos);
  EXPECT_EQ(json.find("r2"), std::string::npos);
}

TEST(FlumeJson, of_two_groups_of_a_name_the_later_one_is_shown) {
  SinkCounters before("k1");
  before.batch_empty.set(1);
  SinkCounters after("k1");
  after.batch_empty.set(2);
  const std::string json = flume_json({before.snapshot(), after.snapshot()});
  EXPECT_THAT(json, HasSubstr(R"("BatchEmptyCount":"2")"));
  EXPECT_EQ(json.find(R"("BatchEmptyCount":"1")"), std::string::npos);
}

TEST(FlumeJson, escapes_names_as_gson_does) {
  const SinkCounters sink("a\"b\\c<d>\n\x01'\xC3\xA9");
  EXPECT_THAT(flume_json({sink.snapshot()}), HasSubstr("\"SINK.a\\\"b\\\\c\\u003cd\\u003e\\n\\u0001\\u0027\xC3\xA9\":"));
}

TEST(JavaDouble, prints_as_java_does) {
  const std::vector<std::pair<double, std::string>> cases{
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {5.0, "5.0"},
      {100.0, "100.0"},
      {0.1, "0.1"},
      {-12.5, "-12.5"},
      {7.000000000000001, "7.000000000000001"},
      {0.001, "0.001"},
      {0.00099, "9.9E-4"},
      {1e-4, "1.0E-4"},
      {1234567.0, "1234567.0"},
      {9999999.0, "9999999.0"},
      {1e7, "1.0E7"},
      {12345678.9, "1.23456789E7"},
      {1.0 / 3, "0.3333333333333333"},
      {std::numeric_limits<double>::max(), "1.7976931348623157E308"},
      {std::numeric_limits<double>::denorm_min(), "4.9E-324"},
      {std::numeric_limits<double>::infinity(), "Infinity"},
      {-std::numeric_limits<double>::infinity(), "-Infinity"},
      {std::nan(""), "NaN"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(java_double(value), text);
}

}  // namespace
}  // namespace flume
