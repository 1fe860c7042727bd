#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "flume/batch_builder.h"
#include "support/base64.h"
#include "support/component_options.h"
#include "support/test_services.h"

namespace flume {
namespace {

using Keys = std::map<std::string, std::string>;

std::string written(const Keys& keys, const std::vector<std::pair<Keys, std::string>>& events) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  for (const auto& [headers, body] : events) {
    for (const auto& [key, value] : headers) builder.header(key, value);
    EXPECT_TRUE(builder.body(body).ok());
  }
  const EventBatch batch = builder.take();
  TestServices services;
  const ParsedComponent parsed = parse_component(Kind::Serializer, "json", keys);
  EXPECT_TRUE(parsed.problem.ok()) << parsed.problem.message();
  const auto serializer = parsed.make<EventSerializer>(services.of("sinks.k1", "k1"));
  EXPECT_TRUE(serializer->ends_in_newline());
  const std::vector<EventView> views(batch.begin(), batch.end());
  std::string out;
  std::size_t count = 0;
  serializer->begin(out);
  EXPECT_TRUE(serializer->write(views, out, count).ok());
  EXPECT_EQ(count, views.size());
  serializer->end(out);
  return out;
}

TEST(JsonSerializer, writes_an_object_and_a_newline_for_each_event) {
  EXPECT_EQ(written({}, {{{{"host", "web01"}}, "GET /"}, {{}, ""}}),
            "{\"headers\":{\"host\":\"web01\"},\"body\":\"GET /\"}\n{\"headers\":{},\"body\":\"\"}\n");
  EXPECT_EQ(written({{"includeHeaders", "false"}}, {{{{"host", "web01"}}, "x"}}), "{\"body\":\"x\"}\n");
}

TEST(JsonSerializer, writes_every_character_so_that_a_json_reader_gives_it_back) {
  std::string body;
  for (int c = 0; c < 128; ++c) body.push_back(static_cast<char>(c));
  body += "grün € 😀";
  const std::string line = written({}, {{{{body, body}}, body}});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto event = nlohmann::json::parse(line);
  EXPECT_EQ(event["body"], body);
  EXPECT_EQ(event["headers"][body], body);
}

TEST(JsonSerializer, keeps_the_bytes_of_a_body_that_is_not_utf8) {
  for (std::size_t length = 1; length <= 6; ++length) {
    const std::string body = std::string("\xff\xfe\0a\x80\xc3", 6).substr(0, length);
    const auto event = nlohmann::json::parse(written({}, {{{}, body}}));
    EXPECT_FALSE(event.contains("body"));
    EXPECT_EQ(from_base64(event["bodyBase64"].get<std::string>()), body) << length;
  }
  EXPECT_EQ(written({{"body", "base64"}}, {{{}, "any"}}), "{\"headers\":{},\"bodyBase64\":\"YW55\"}\n");
}

TEST(JsonSerializer, repairs_a_header_that_is_not_utf8) {
  EXPECT_EQ(written({}, {{{{"k", "a\xff"}}, ""}}), "{\"headers\":{\"k\":\"a\xef\xbf\xbd\"},\"body\":\"\"}\n");
}

}  // namespace
}  // namespace flume
