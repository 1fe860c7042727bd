#include "metrics/prometheus_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PrometheusText, counts_are_counters_and_levels_are_gauges) {
  SourceCounters source("r1");
  source.event_received.set(5);
  source.open_connections.set(2);
  const std::string text = prometheus_text({source.snapshot()});
  EXPECT_THAT(text, HasSubstr("# TYPE Flume_EventReceivedCount_total counter\nFlume_EventReceivedCount_total{component=\"r1\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE Flume_OpenConnectionCount gauge\nFlume_OpenConnectionCount{component=\"r1\"} 2\n"));
}

TEST(PrometheusText, channels_show_size_and_capacity_but_no_percentage_and_no_times) {
  const ChannelCounters channel("c1", [] { return 5; }, [] { return 100; });
  const std::string text = prometheus_text({channel.snapshot()});
  EXPECT_THAT(text, HasSubstr("Flume_ChannelSize{component=\"c1\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("Flume_ChannelCapacity{component=\"c1\"} 100\n"));
  EXPECT_THAT(text, Not(HasSubstr("Percentage")));
  EXPECT_THAT(text, Not(HasSubstr("Time")));
}

TEST(PrometheusText, the_lines_of_a_family_stand_together) {
  SinkCounters first("k1");
  SinkCounters second("k2");
  second.batch_empty.set(3);
  EXPECT_THAT(prometheus_text({first.snapshot(), second.snapshot()}),
              HasSubstr("# TYPE Flume_BatchEmptyCount_total counter\nFlume_BatchEmptyCount_total{component=\"k1\"} 0\n"
                        "Flume_BatchEmptyCount_total{component=\"k2\"} 3\n# TYPE"));
}

TEST(PrometheusText, shows_the_ledger_and_groups_hidden_from_flumes_page) {
  LedgerCounters ledger("r1");
  ledger.dropped_by_rule.set(4);
  SourceCounters netcat("r2");
  netcat.hide_from_flume_json();
  const std::string text = prometheus_text({ledger.snapshot(), netcat.snapshot()});
  EXPECT_THAT(text, HasSubstr("flume_ledger_dropped_by_rule_total{component=\"r1\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("Flume_EventReceivedCount_total{component=\"r2\"} 0\n"));
}

TEST(PrometheusText, escapes_labels) {
  const LedgerCounters ledger("a\"b\\c\nd");
  EXPECT_THAT(prometheus_text({ledger.snapshot()}), HasSubstr("{component=\"a\\\"b\\\\c\\nd\"} 0\n"));
}

TEST(PrometheusText, the_same_line_of_two_groups_is_one_line) {
  SinkCounters before("k1");
  before.batch_empty.set(1);
  SinkCounters after("k1");
  after.batch_empty.set(2);
  const std::string text = prometheus_text({before.snapshot(), after.snapshot()});
  EXPECT_THAT(text, HasSubstr("Flume_BatchEmptyCount_total{component=\"k1\"} 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("Flume_BatchEmptyCount_total{component=\"k1\"} 1\n")));
}

}  // namespace
}  // namespace flume
