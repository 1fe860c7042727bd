#include <rapidcheck.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/deserialized.h"

namespace flume {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LineDeserializerTest : public testing::Test {
 protected:
  std::vector<std::string> lines(std::string_view content, const Keys& keys = {}) {
    const Deserialized read = deserialize("LINE", keys, content, services_);
    EXPECT_TRUE(read.end.ok()) << read.end.message();
    std::vector<std::string> bodies;
    for (const TestEvent& event : read.events) bodies.push_back(event.body);
    return bodies;
  }

  TestServices services_;
};

TEST_F(LineDeserializerTest, does_what_flume_does) {
  const auto ours = [](std::string_view content, const Keys&) -> std::vector<TestEvent> {
    // No empty event behind a line that just fits; no character in two halves.
    if (content == "0123456789\nnext\n") return {{{}, "0123456789"}, {{}, "next"}};
    if (content == "01234567890123456789\nnext\n") return {{{}, "0123456789"}, {{}, "0123456789"}, {{}, "next"}};
    if (content == "a\U0001f600\U0001f600b\n") return {{{}, "a\U0001f600"}, {{}, "\U0001f600b"}};
    if (content == "a\U0001f600b\n") return {{{}, "a"}, {{}, "\U0001f600"}, {{}, "b"}};
    return {};
  };
  EXPECT_EQ(replay_golden_deserializers("LINE", services_, ours), 20U);
}

TEST_F(LineDeserializerTest, takes_a_character_whole_even_where_less_than_it_would_fit) {
  EXPECT_THAT(lines("\U0001f600\U0001f600\n", {{"maxLineLength", "1"}}), ElementsAre("\U0001f600", "\U0001f600"));
}

TEST_F(LineDeserializerTest, reads_lines_longer_than_the_window_of_the_file) {
  const std::string longest(1'000'000, 'x');
  EXPECT_THAT(lines(longest + "\nnext\n", {{"maxLineLength", "2000000"}}), ElementsAre(longest, "next"));
  EXPECT_THAT(lines(longest + "yz\nnext", {{"maxLineLength", "1000000"}}), ElementsAre(longest, "yz", "next"));
  EXPECT_TRUE(services_.log.contains("longer than maxLineLength"));
}

TEST_F(LineDeserializerTest, passes_on_bytes_that_are_no_text) {
  EXPECT_THAT(lines("a\xff\xfe\n\xc3\nz"), ElementsAre("a\xff\xfe", "\xc3", "z"));
  EXPECT_THAT(lines("a\xff\n", {{"outputCharset", "US-ASCII"}}), ElementsAre("a?"));
}

TEST_F(LineDeserializerTest, goes_on_behind_any_event_of_any_text) {
  rc::check([this] {
    std::string text;
    for (const int choice : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8)))
      text += std::vector<std::string>{"\n", "a", "\r", "\u00e4", "\U0001f600", "\xff", "bc", "\n\n"}[static_cast<std::size_t>(choice)];
    const Keys keys{{"maxLineLength", std::to_string(*rc::gen::inRange(1, 6))}};
    const Deserialized all = deserialize("LINE", keys, text, services_);
    std::string joined;
    for (const TestEvent& event : all.events) joined += event.body;
    std::string wanted = text;
    std::erase(wanted, '\n');
    RC_ASSERT(joined == wanted);  // no byte is lost, none comes twice
    expect_to_go_on_anywhere("LINE", keys, text, services_);
  });
}

TEST_F(LineDeserializerTest, stops_before_what_the_disk_does_not_give_and_tries_again) {
  services_.files.add_file("/in/file", "one\ntwo\n");
  const auto input = FileInput::open(services_.files, "/in/file");
  const auto deserializer = configured<EventDeserializer>(Kind::Deserializer, "line", {}, services_.of("sources.r1", "r1"));
  ASSERT_TRUE(deserializer->open(**input, {}).ok());
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  services_.files.inject({.operation = SimFiles::Operation::Read, .path = "/in/file", .times = 1});
  EXPECT_EQ(deserializer->read(builder, 10).cause(), Cause::Io);
  EXPECT_EQ(*deserializer->read(builder, 10), 2U);
}

TEST_F(LineDeserializerTest, refuses_a_charset_that_does_not_exist_and_lengths_below_one) {
  const auto problem = [](const Keys& keys) { return parse_options(builtin_component(Kind::Deserializer, "LINE"), keys).status(); };
  EXPECT_THAT(problem({{"outputCharset", "UTF-9"}}).message(), HasSubstr("UTF-9"));
  EXPECT_THAT(problem({{"maxLineLength", "0"}}).message(), HasSubstr("maxLineLength"));
}

}  // namespace
}  // namespace flume
