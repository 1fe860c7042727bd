// Both text serializers against files that Apache Flume wrote from the same events.
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "flume/batch_builder.h"
#include "support/component_options.h"
#include "support/test_services.h"

namespace flume {
namespace {

std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/tests/golden/hdfs_sink/" + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string written(const std::string& type, const std::string& append_newline) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  for (const auto& event : nlohmann::ordered_json::parse(golden("events.json"))) {
    for (const auto& [key, value] : event["headers"].items()) builder.header(key, value.get<std::string>());
    EXPECT_TRUE(builder.body(event["body"].get<std::string>()).ok());
  }
  const EventBatch batch = builder.take();
  TestServices services;
  const ParsedComponent parsed = parse_component(Kind::Serializer, type, {{"appendNewline", append_newline}});
  EXPECT_TRUE(parsed.problem.ok()) << parsed.problem.message();
  const auto serializer = parsed.make<EventSerializer>(services.of("sinks.k1", "k1"));
  EXPECT_EQ(serializer->ends_in_newline(), append_newline == "true");
  const std::vector<EventView> events(batch.begin(), batch.end());
  std::string out;
  std::size_t count = 0;
  serializer->begin(out);
  EXPECT_TRUE(serializer->write(events, out, count).ok());
  EXPECT_EQ(count, events.size());
  serializer->flush(out);
  serializer->end(out);
  return out;
}

TEST(TextSerializer, writes_what_flume_writes) {
  EXPECT_EQ(written("text", "true"), golden("text.txt"));
  EXPECT_EQ(written("org.apache.flume.serialization.BodyTextEventSerializer$Builder", "false"), golden("text_no_newline.txt"));
}

TEST(HeaderAndTextSerializer, writes_what_flume_writes) {
  EXPECT_EQ(written("HEADER_AND_TEXT", "true"), golden("header_and_text.txt"));
  EXPECT_EQ(written("org.apache.flume.serialization.HeaderAndBodyTextEventSerializer$Builder", "false"),
            golden("header_and_text_no_newline.txt"));
}

}  // namespace
}  // namespace flume
