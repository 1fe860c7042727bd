#include "components/sources/exec/line_charset.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using testing::ElementsAre;
using namespace std::string_view_literals;

std::vector<std::string> bodies_of(std::string_view charset, std::string_view bytes, std::size_t step = 1000, std::size_t longest = 1000) {
  auto lines = LineCharset::open(charset, 64, longest);
  EXPECT_TRUE(lines.ok()) << lines.status().message();
  std::vector<std::string> bodies;
  if (!lines.ok()) return bodies;
  while (!bytes.empty()) {
    const std::span<char> room = lines->room();
    const std::size_t part = std::min({room.size(), bytes.size(), step});
    std::copy_n(bytes.data(), part, room.data());
    lines->filled(part);
    bytes.remove_prefix(part);
    while (const auto body = lines->next()) bodies.emplace_back(body->bytes);
  }
  while (const auto body = lines->rest()) bodies.emplace_back(body->bytes);
  return bodies;
}

TEST(LineCharset, passes_utf8_and_nul_bytes_as_they_are) {
  EXPECT_THAT(bodies_of("UTF-8", "gr\u00FCn \u20AC\0\n\uFEFFx"sv), ElementsAre(std::string("gr\u00FCn \u20AC\0", 10), "\uFEFFx"));
}

TEST(LineCharset, replaces_what_is_malformed_as_java_does) {
  for (const std::size_t step : {1U, 2U, 1000U}) {
    EXPECT_THAT(bodies_of("UTF-8", "\xFF\nok\xC3\n\xE2\x82x\n\xF0\x9F\x98\n\xC0\x80\n\xED\xA0\x80\n\xE2\x82", step),
                ElementsAre("\uFFFD", "ok\uFFFD", "\uFFFDx", "\uFFFD", "\uFFFD\uFFFD", "\uFFFD", "\uFFFD"));
  }
}

TEST(LineCharset, keeps_lines_in_their_charset) {
  EXPECT_THAT(bodies_of("ISO-8859-1", "\xFF\xE2\x82\r\n\xED"), ElementsAre("\xFF\xE2\x82", "\xED"));
  EXPECT_THAT(bodies_of("US-ASCII", "gr\u00FCn\n"), ElementsAre("gr??n"));
}

TEST(LineCharset, finds_line_ends_in_the_text_and_not_in_the_bytes) {
  for (const std::size_t step : {1U, 3U, 1000U}) {
    const std::string_view bytes = "\0a\x0A\x0D\0\n\0b\x20\xAC\0\r\0c"sv;  // a GURMUKHI letter 0A0D
    EXPECT_THAT(bodies_of("UTF-16BE", bytes, step),
                ElementsAre(std::string("\0a\x0A\x0D", 4), std::string("\0b\x20\xAC", 4), std::string("\0c", 2)));
  }
}

TEST(LineCharset, replaces_a_character_that_the_end_of_the_stream_cuts_off) {
  EXPECT_THAT(bodies_of("UTF-16BE", std::string_view("\0a\0", 3)), ElementsAre(std::string("\0a\xFF\xFD", 4)));
}

TEST(LineCharset, cuts_long_lines_between_characters) {
  EXPECT_THAT(bodies_of("UTF-8", "aa\u20AC\u20ACb\n", 1000, 4), ElementsAre("aa", "\u20AC",
                                                                            "\u20AC"
                                                                            "b"));
  EXPECT_THAT(bodies_of("UTF-16BE", std::string_view("\0a\0b\0c\0\n", 8), 1000, 2),
              ElementsAre(std::string("\0a\0b", 4), std::string("\0c", 2)));
}

TEST(LineCharset, refuses_a_charset_that_java_does_not_know) {
  const auto lines = LineCharset::open("UTF8-X", 64, 64);
  ASSERT_FALSE(lines.ok());
  EXPECT_EQ(lines.status().kind(), ErrorKind::InvalidConfig);
}

}  // namespace
}  // namespace flume
