#include "components/interceptors/json_extract/json_fields.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

namespace flume {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::map<std::string, std::string> fields(const std::vector<std::string>& paths, std::string_view json) {
  auto reader = JsonFields::compile(paths);
  EXPECT_TRUE(reader) << reader.status().message();
  std::map<std::string, std::string> found;
  const Status read = reader->read(json, [&](std::size_t path, std::string_view value) { found[paths[path]] = value; });
  EXPECT_TRUE(read.ok()) << read.message();
  return found;
}

std::string refusal(std::string_view json, const std::vector<std::string>& paths = {"a.b"}) {
  auto reader = JsonFields::compile(paths);
  const Status read = reader->read(json, [](std::size_t, std::string_view) {});
  if (!read.ok()) {
    EXPECT_EQ(read.kind(), ErrorKind::Rejected);
  }
  return read.ok() ? "read" : read.message();
}

TEST(JsonFields, follows_names_and_places) {
  const std::string json = R"({"a": {"b": "text", "c": [10, {"d": true}]}, "e.f": 1.50, "0": "zero", "s/l~a": "x"})";
  EXPECT_THAT(fields({"a.b", "a.c.0", "a.c.1.d", "/e.f", "0", "/s~1l~0a", "a.x", "a.c.2", "a.b.c"}, json),
              ElementsAre(Pair("/e.f", "1.50"), Pair("/s~1l~0a", "x"), Pair("0", "zero"), Pair("a.b", "text"), Pair("a.c.0", "10"),
                          Pair("a.c.1.d", "true")));
  EXPECT_THAT(fields({"1.a"}, R"([0, {"a": "b"}])"), ElementsAre(Pair("1.a", "b")));
}

TEST(JsonFields, gives_objects_and_arrays_as_they_are_written) {
  const std::string json = "{\"a\" : {\"b\": [1,  2] , \"c\":null} , \"d\": [ ] }";
  EXPECT_THAT(fields({"a", "a.b", "a.b.1", "a.c", "d"}, json),
              ElementsAre(Pair("a", "{\"b\": [1,  2] , \"c\":null}"), Pair("a.b", "[1,  2]"), Pair("a.b.1", "2"), Pair("d", "[ ]")));
}

TEST(JsonFields, decodes_text_and_keeps_numbers_as_they_are) {
  EXPECT_THAT(fields({"t"}, R"({"t": "\u00e9\n\"\ud83d\ude00"})"), ElementsAre(Pair("t", "\xC3\xA9\n\"\xF0\x9F\x98\x80")));
  EXPECT_THAT(fields({"n\xC3\xA9"}, R"({"n\u00e9": 1})"), ElementsAre(Pair("n\xC3\xA9", "1")));
  for (const char* number : {"0", "-0", "1e5", "1.0E-3", "123456789012345678901234567890", "-0.10"}) {
    EXPECT_THAT(fields({"n"}, "{\"n\": " + std::string(number) + " }"), ElementsAre(Pair("n", number)));
  }
}

TEST(JsonFields, takes_the_last_of_repeated_names) { EXPECT_THAT(fields({"a"}, R"({"a": 1, "a": 2})"), ElementsAre(Pair("a", "2"))); }

TEST(JsonFields, refuses_what_is_not_json) {
  for (const char* text :
       {"", " ", "text", "{", "{\"a\": {\"b\": tru}}", "{\"a\": {\"b\": 01}}", "{\"a\": {\"b\": -}}", "{\"a\": {\"b\": \"x}}",
        "{\"a\": {\"b\": 1}", "{} {}", "{\"a\" {}}", "{\"a\": {\"b\": \"\\x\"}}", "\"text\"", "17", "null"}) {
    EXPECT_NE(refusal(text), "read") << text;
  }
  EXPECT_NE(refusal("{\"a\": \"\xFF\"}"), "read");
  EXPECT_EQ(refusal("{\"a\": 1}"), "read");
}

TEST(JsonFields, stands_deep_nesting) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  refusal("{\"x\": " + deep + ", \"a\": {\"b\": 1}}");
  refusal(deep, {"0.0.0"});
  refusal("{\"a\": " + deep + "}", {"a"});
}

TEST(JsonFields, refuses_paths_that_lead_nowhere) {
  const auto message = [](const std::string& path) { return JsonFields::compile({path}).status().message(); };
  EXPECT_THAT(message("a..b"), HasSubstr("a name is empty"));
  EXPECT_THAT(message(""), HasSubstr("a name is empty"));
  EXPECT_THAT(message("/a~2"), HasSubstr("~0 stands for a tilde"));
  std::string deep = "a";
  for (std::size_t i = 0; i < JsonFields::kMostSteps; ++i) deep += ".a";
  EXPECT_THAT(message(deep), HasSubstr("more than 32 steps"));
}

/// Random JSON with a few names that repeat over the levels.
nlohmann::json random_value(int depth) {
  const int kind = *rc::gen::inRange(0, depth == 0 ? 4 : 6);
  switch (kind) {
    case 0:
      return *rc::gen::arbitrary<bool>();
    case 1:
      return *rc::gen::arbitrary<int>();
    case 2:
      return *rc::gen::container<std::string>(rc::gen::element('a', '"', '\\', '\n', '{', ']'));
    case 3:
      return nullptr;
    case 4: {
      nlohmann::json array = nlohmann::json::array();
      for (int i = *rc::gen::inRange(0, 3); i > 0; --i) array.push_back(random_value(depth - 1));
      return array;
    }
    default: {
      nlohmann::json object = nlohmann::json::object();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) object[*rc::gen::element<std::string>("a", "b", "0")] = random_value(depth - 1);
      return object;
    }
  }
}

RC_GTEST_PROP(JsonFields, finds_what_another_parser_finds, ()) {
  const nlohmann::json json = nlohmann::json::object({{"a", random_value(3)}, {"b", random_value(2)}});
  const std::vector<std::string> paths{"/a", "/b", "/a/b", "/a/0", "/a/a/b", "/a/0/a", "/b/0/0"};
  auto reader = JsonFields::compile(paths);
  std::map<std::string, std::string> found;
  RC_ASSERT(reader->read(json.dump(2), [&](std::size_t path, std::string_view value) { found[paths[path]] = value; }).ok());
  for (const std::string& path : paths) {
    const nlohmann::json::json_pointer pointer(path);
    const bool is_there = json.contains(pointer) && !json.at(pointer).is_null();
    RC_ASSERT(found.contains(path) == is_there);
    if (!is_there) continue;
    const nlohmann::json& value = json.at(pointer);
    const bool is_same = value.is_string() ? found[path] == value.get<std::string>() : nlohmann::json::parse(found[path]) == value;
    RC_ASSERT(is_same);
  }
}

}  // namespace
}  // namespace flume
