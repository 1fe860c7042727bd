// Wrong values on which Apache Flume warns (or says nothing) and runs: an error tells what is used, and nothing is left out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/agent_plan.h"
#include "config/agent_tree.h"
#include "config/flume_types.h"
#include "config/properties.h"
#include "flume/registry.h"
#include "io/posix_files.h"

namespace flume::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Planned {
  AgentPlan plan;
  std::vector<std::string> lines;

  [[nodiscard]] std::string shown(std::string_view key) const {
    for (const PlannedComponent* component : {static_cast<const PlannedComponent*>(&plan.sources.at(0)), &plan.channels.at(0),
                                              static_cast<const PlannedComponent*>(&plan.sinks.at(0))}) {
      for (const PlannedValue& value : component->values) {
        if (value.key == key) return value.note.empty() ? value.shown : value.shown + " (" + value.note + ')';
      }
    }
    return "no such key";
  }
};

class ValuesFlumeRunsOn : public testing::Test {
 protected:
  ValuesFlumeRunsOn() { add_builtin_components(registry_); }

  /// `keys` stand behind an agent whose source, channel and sink have these types.
  Planned plan(const std::string& keys, const std::string& source = "exec", const std::string& sink = "logger") {
    const std::string text = "a1.sources = r\na1.channels = c\na1.sinks = k\na1.sources.r.type = " + source +
                             "\na1.sources.r.channels = c\na1.channels.c.type = memory\na1.sinks.k.type = " + sink +
                             "\na1.sinks.k.channel = c\n" + (source == "exec" ? "a1.sources.r.command = true\n" : "\n") +
                             (sink == "hdfs"        ? "a1.sinks.k.hdfs.path = /x\n"
                              : sink == "file_roll" ? "a1.sinks.k.sink.directory = /x\n"
                                                    : "\n") +
                             keys;
    Diagnostics diagnostics;
    PropertySet properties;
    properties.merge(parse_properties(location_of_file("f"), text, diagnostics).entries, diagnostics);
    const AgentTrees trees = build_agent_trees(properties, {}, diagnostics);
    Planned planned{plan_agent(trees.begin()->second, registry_, FlumeTypes(), {files_, ""}, diagnostics), {}};
    diagnostics.sort_by_place();
    for (const Diagnostic& each : diagnostics.all()) planned.lines.push_back(to_line(each));
    EXPECT_THAT(planned.plan.left_out, IsEmpty()) << keys;
    EXPECT_EQ(planned.plan.sources.size() + planned.plan.channels.size() + planned.plan.sinks.size(), 3U) << keys;
    return planned;
  }

  ComponentRegistry registry_;
  PosixFiles files_;
};

TEST_F(ValuesFlumeRunsOn, are_numbers_of_the_memory_channel_that_are_none) {
  const Planned planned = plan(
      "a1.channels.c.capacity = 10k\n"
      "a1.channels.c.transactionCapacity = 0\n"
      "a1.channels.c.keep-alive = three\n"
      "a1.channels.c.byteCapacity = 1GB\n"
      "a1.channels.c.byteCapacityBufferPercentage = 20%\n");
  EXPECT_THAT(planned.lines,
              ElementsAre("f:11:26: error: a1.channels.c.capacity: not a whole number: '10k'; the default is used: 100",
                          "f:12:37: error: a1.channels.c.transactionCapacity: out of range: '0', allowed is at least 1; the default is "
                          "used: 100",
                          "f:13:28: error: a1.channels.c.keep-alive: not a whole number: 'three'; the default is used: 3",
                          "f:14:30: error: a1.channels.c.byteCapacity: not a whole number: '1GB'; the default is used: 80% of -Xmx, or "
                          "of a quarter of the machine's memory",
                          "f:15:46: error: a1.channels.c.byteCapacityBufferPercentage: not a whole number: '20%'; the default is used: "
                          "20"));
  EXPECT_EQ(planned.shown("capacity"), "100 (not as it was written)");
  EXPECT_EQ(planned.shown("byteCapacity"), " (not as it was written)");
}

TEST_F(ValuesFlumeRunsOn, are_shares_of_the_byte_capacity_that_are_none) {
  EXPECT_THAT(plan("a1.channels.c.byteCapacityBufferPercentage = 150\n").lines,
              ElementsAre("f:11:46: error: a1.channels.c.byteCapacityBufferPercentage: 150: leaves nothing of byteCapacity; as in Flume "
                          "bodies have no limit"));
  EXPECT_THAT(plan("a1.channels.c.byteCapacityBufferPercentage = -1\n").lines,
              ElementsAre("f:11:46: error: a1.channels.c.byteCapacityBufferPercentage: -1: less than 0; as in Flume bodies may have more "
                          "than byteCapacity"));
}

TEST_F(ValuesFlumeRunsOn, are_sizes_of_the_loggers_dump) {
  const Planned planned = plan("a1.sinks.k.maxBytesToLog = 1k\n");
  EXPECT_THAT(planned.lines, ElementsAre("f:11:28: error: a1.sinks.k.maxBytesToLog: not a whole number: '1k'; the default is used: 16"));
  EXPECT_EQ(planned.shown("maxBytesToLog"), "16 (not as it was written)");
}

TEST_F(ValuesFlumeRunsOn, are_units_of_rounding_that_are_not_looked_at_without_rounding) {
  EXPECT_THAT(plan("a1.sinks.k.hdfs.round = true\na1.sinks.k.hdfs.roundUnit = day\n", "exec", "hdfs").lines,
              ElementsAre("f:12:29: error: a1.sinks.k.hdfs.roundUnit: 'day' is not one of: second, minute, hour; times are not "
                          "rounded"));
  EXPECT_THAT(plan("a1.sinks.k.hdfs.roundUnit = day\na1.sinks.k.hdfs.roundValue = ten\n", "exec", "hdfs").lines,
              ElementsAre("f:11:29: info: a1.sinks.k.hdfs.roundUnit: 'day' is not one of: second, minute, hour; not looked at, as "
                          "a1.sinks.k.hdfs.round is not true",
                          "f:12:30: info: a1.sinks.k.hdfs.roundValue: not a whole number: 'ten'; not looked at, as a1.sinks.k.hdfs.round "
                          "is not true"));
}

TEST_F(ValuesFlumeRunsOn, are_tries_and_intervals_below_zero_of_sinks) {
  EXPECT_THAT(plan("a1.sinks.k.hdfs.closeTries = -1\n", "exec", "hdfs").lines,
              ElementsAre("f:11:30: error: a1.sinks.k.hdfs.closeTries: -1: less than 0; as in Flume there is no end to the tries"));
  EXPECT_THAT(plan("a1.sinks.k.sink.rollInterval = -1\n", "exec", "file_roll").lines, IsEmpty());
}

TEST_F(ValuesFlumeRunsOn, are_batches_and_pauses_of_the_exec_source) {
  EXPECT_THAT(plan("a1.sources.r.batchSize = 0\n").lines,
              ElementsAre("f:11:26: error: a1.sources.r.batchSize: 0: less than 1; as in Flume every line is a batch"));
  EXPECT_THAT(plan("a1.sources.r.restartThrottle = -5\n").lines, IsEmpty());
  EXPECT_THAT(plan("a1.sources.r.restart = true\na1.sources.r.restartThrottle = -5\n").lines,
              ElementsAre("f:12:32: error: a1.sources.r.restartThrottle: -5: less than 0; as in Flume the command runs only once"));
}

TEST_F(ValuesFlumeRunsOn, are_limits_below_zero_of_generators) {
  EXPECT_THAT(plan("a1.sources.r.totalEvents = -1\n", "seq").lines,
              ElementsAre("f:11:28: error: a1.sources.r.totalEvents: -1: less than 0; as in Flume no event is given"));
  EXPECT_THAT(plan("a1.sources.r.maxBackoffSleep = -1\n", "stress").lines,
              ElementsAre("f:11:32: error: a1.sources.r.maxBackoffSleep: out of range: '-1', allowed is at least 0; the default is used: "
                          "5000"));
}

}  // namespace
}  // namespace flume::config
