#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "components/sinks/logger/event_dump.h"
#include "support/base64.h"
#include "support/batch_of.h"
#include "support/configured.h"
#include "support/sink_calls.h"
#include "support/test_services.h"

namespace flume {
namespace {

EventBatch batch_of_json(const nlohmann::ordered_json& headers, const std::string& body) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  for (const auto& [key, value] : headers.items()) builder.header(key, value.get<std::string>());
  EXPECT_TRUE(builder.body(body).ok());
  return builder.take();
}

TEST(DumpEvent, prints_events_as_flume_does) {
  std::ifstream file(FLUME_SOURCE_DIR "/tests/golden/logger_sink/dump.json");
  std::size_t cases = 0;
  for (const auto& each : nlohmann::ordered_json::parse(file)) {
    if (each.contains("error")) continue;  // Java fails on it
    ++cases;
    const EventBatch batch = batch_of_json(each.at("headers"), from_base64(each.at("body").get<std::string>()));
    EXPECT_EQ(dump_event(batch[0], each.at("maxBytes").get<std::size_t>()), each.at("result").get<std::string>());
  }
  EXPECT_GT(cases, 50U);
}

TEST(DumpEvent, shows_no_body_when_asked_for_none) { EXPECT_EQ(dump_event(batch_of_bodies({"secret"})[0], 0), "{ headers:{} body: }"); }

class LoggerSinkTest : public testing::Test {
 protected:
  std::unique_ptr<Sink> sink(const Keys& keys) {
    return configured<Sink>(Kind::Sink, "org.apache.flume.sink.LoggerSink", keys, services_.of("sinks.k1", "k1"));
  }
  TestServices services_;
};

TEST_F(LoggerSinkTest, writes_the_lines_that_flume_writes) {
  std::ifstream events(FLUME_SOURCE_DIR "/tests/golden/logger_sink/events.json");
  std::ifstream lines(FLUME_SOURCE_DIR "/tests/golden/logger_sink/lines.json");
  const auto logger = sink({});
  for (const auto& event : nlohmann::ordered_json::parse(events)) {
    EXPECT_TRUE(delivered(*logger, batch_of_json(event.at("headers"), event.at("body").get<std::string>())));
  }
  std::vector<std::string> written;
  for (const CapturedLog::Line& line : services_.log.lines()) {
    EXPECT_EQ(line.level, LogLevel::Info);
    EXPECT_EQ(line.component, "sinks.k1");
    written.push_back(line.text);
  }
  std::vector<std::string> expected;
  for (const auto& line : nlohmann::json::parse(lines)) expected.push_back(line.at("line"));
  EXPECT_THAT(written, testing::UnorderedElementsAreArray(expected));
}

TEST_F(LoggerSinkTest, shows_as_many_bytes_as_configured) {
  ASSERT_TRUE(delivered(*sink({{"maxBytesToLog", "3"}}), batch_of_bodies({"abcdef"})));
  EXPECT_TRUE(services_.log.contains("body: 61 62 63 "));
  EXPECT_FALSE(services_.log.contains("64"));
}

TEST_F(LoggerSinkTest, shows_data_even_where_raw_data_is_kept_out_of_the_log) {
  Services services = services_.of("sinks.k1", "k1");
  services.logs_raw_data = false;
  ASSERT_TRUE(delivered(*configured<Sink>(Kind::Sink, "logger", {}, services), batch_of_bodies({"a", "b"})));
  EXPECT_EQ(services_.log.count(LogLevel::Info, "Event: "), 2U);
}

}  // namespace
}  // namespace flume
