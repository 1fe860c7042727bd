#include <gtest/gtest.h>

#include "support/batch_of.h"
#include "support/configured.h"
#include "support/sink_calls.h"
#include "support/test_services.h"

namespace flume {
namespace {

TEST(NullSink, takes_everything_and_logs_how_far_it_is) {
  TestServices services;
  const auto sink = configured<Sink>(Kind::Sink, "org.apache.flume.sink.NullSink", {{"batchSize", "7"}, {"logEveryNEvents", "4"}},
                                     services.of("sinks.k1", "k1"));
  EXPECT_EQ(sink->limits().events, 7U);
  EXPECT_TRUE(delivered(*sink, batch_of_bodies({"1", "2", "3"})));
  EXPECT_EQ(services.log.lines().size(), 0U);
  EXPECT_TRUE(delivered(*sink, batch_of_bodies({"4"})));
  EXPECT_EQ(services.log.count(LogLevel::Info, "events=4"), 1U);
  EXPECT_TRUE(delivered(*sink, batch_of_bodies({"5", "6", "7", "8", "9", "10", "11", "12", "13"})));
  EXPECT_EQ(services.log.count(LogLevel::Info, "events=13"), 1U);
  EXPECT_TRUE(delivered(*sink, EventBatch()));
  EXPECT_EQ(services.log.lines().size(), 2U);
}

TEST(NullSink, refuses_sizes_that_make_no_sense) {
  const ComponentInfo& info = builtin_component(Kind::Sink, "null");
  EXPECT_FALSE(parse_options(info, {{"batchSize", "0"}}).ok());
  EXPECT_FALSE(parse_options(info, {{"logEveryNEvents", "0"}}).ok());
}

}  // namespace
}  // namespace flume
