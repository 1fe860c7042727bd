#include "components/sinks/http/request_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/batch_of.h"

namespace flume {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

struct Written {
  std::string text;
  std::uint32_t events = 0;
  std::uint32_t empty_events = 0;
  std::vector<std::pair<std::uint32_t, std::string>> refused{};
};

Written written(HttpBatch batch, const std::vector<TestEvent>& events, HttpBinary binary = HttpBinary::Reject) {
  RequestBody body(batch, binary);
  Written result;
  for (int i = 0; i < 2; ++i) {  // the second time as the first
    result.refused.clear();
    body.write(batch_of(events), [&](std::uint32_t index, std::string why) { result.refused.emplace_back(index, std::move(why)); });
  }
  result.text = body.text();
  result.events = body.events();
  result.empty_events = body.empty_events();
  return result;
}

TEST(RequestBody, of_one_event_is_its_body_as_it_is) {
  const std::string bytes("a\0\xff\n", 4);
  EXPECT_EQ(written(HttpBatch::One, {{{{"k", "v"}}, bytes}}).text, bytes);
  const Written nothing = written(HttpBatch::One, {{{{"k", "v"}}, ""}});
  EXPECT_EQ(nothing.events, 0U);
  EXPECT_EQ(nothing.empty_events, 1U);
}

TEST(RequestBody, lines_end_once_and_none_is_empty) {
  const Written lines = written(HttpBatch::Lines, {{{}, "one"}, {{}, "two\n"}, {{}, ""}, {{}, "\n"}, {{}, "three\r\n"}});
  EXPECT_EQ(lines.text, "one\ntwo\nthree\r\n");
  EXPECT_EQ(lines.events, 3U);
  EXPECT_EQ(lines.empty_events, 2U);
  EXPECT_THAT(lines.refused, IsEmpty());
}

TEST(RequestBody, a_body_that_would_be_two_lines_is_refused) {
  const Written lines = written(HttpBatch::Lines, {{{}, "one"}, {{}, "two\nthree"}, {{}, "four"}});
  EXPECT_EQ(lines.text, "one\nfour\n");
  EXPECT_EQ(lines.events, 2U);
  EXPECT_THAT(lines.refused, ElementsAre(Pair(1U, HasSubstr("two lines"))));
}

TEST(RequestBody, ndjson_has_an_object_on_each_line) {
  const Written lines = written(HttpBatch::Ndjson, {{{{"k", "v"}}, "one\ntwo"}, {{}, ""}});
  EXPECT_EQ(lines.text, "{\"headers\":{\"k\":\"v\"},\"body\":\"one\\ntwo\"}\n{\"headers\":{},\"body\":\"\"}\n");
  EXPECT_EQ(lines.events, 2U);
}

TEST(RequestBody, a_json_array_is_one_whatever_is_refused) {
  for (const std::vector<std::string>& bodies :
       {std::vector<std::string>{"a", "b", "c"}, {"\xff", "b", "c"}, {"a", "\xff", "c"}, {"a", "b", "\xff"}}) {
    std::vector<TestEvent> events;
    for (const std::string& body : bodies) events.push_back({{{"h", "x"}}, body});
    const Written array = written(HttpBatch::JsonArray, events);
    const auto json = nlohmann::json::parse(array.text);
    EXPECT_EQ(json.size(), array.events);
    EXPECT_EQ(array.events + array.refused.size(), 3U);
    for (const auto& [index, why] : array.refused) {
      EXPECT_EQ(bodies[index], "\xff");
      EXPECT_THAT(why, HasSubstr("not UTF-8"));
    }
  }
}

TEST(RequestBody, bytes_can_go_as_base64) {
  const Written array = written(HttpBatch::JsonArray, {{{}, "\xff\xfe"}, {{}, "text"}}, HttpBinary::Base64);
  const auto json = nlohmann::json::parse(array.text);
  EXPECT_EQ(json[0]["bodyBase64"], "//4=");
  EXPECT_FALSE(json[0].contains("body"));
  EXPECT_EQ(json[1]["body"], "text");
  EXPECT_THAT(array.refused, IsEmpty());
}

}  // namespace
}  // namespace flume
