#include "components/sources/exec/line_splitter.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace flume {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kLong = 1 << 20;

void take_lines(LineSplitter& splitter, std::vector<std::string>& lines) {
  while (const auto line = splitter.next()) lines.emplace_back(line->text);
}

void feed(LineSplitter& splitter, std::string_view bytes, std::vector<std::string>& lines) {
  while (!bytes.empty()) {
    const std::span<char> room = splitter.room();
    const std::size_t part = std::min(room.size(), bytes.size());
    std::copy_n(bytes.data(), part, room.data());
    splitter.filled(part);
    bytes.remove_prefix(part);
    take_lines(splitter, lines);
  }
}

/// The lines of a stream that arrives in these parts.
std::vector<std::string> lines_of(const std::vector<std::string>& parts, std::size_t block = 16, std::size_t longest = kLong) {
  LineSplitter splitter(block, longest);
  std::vector<std::string> lines;
  for (const std::string& part : parts) feed(splitter, part, lines);
  if (const auto rest = splitter.rest()) lines.emplace_back(rest->text);
  return lines;
}

/// What BufferedReader.readLine gives, written down without any cleverness.
std::vector<std::string> plain_lines(std::string_view text) {
  std::vector<std::string> lines;
  std::string line;
  bool has_line = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && text[i] != '\r') {
      line += text[i];
      has_line = true;
      continue;
    }
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    lines.push_back(std::exchange(line, {}));
    has_line = false;
  }
  if (has_line) lines.push_back(line);
  return lines;
}

TEST(LineSplitter, ends_lines_as_java_does) {
  EXPECT_THAT(lines_of({"a\nb\r\nc\rd"}), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(lines_of({"\n\r\n\r"}), ElementsAre("", "", ""));
  EXPECT_THAT(lines_of({"\r\r\n\n"}), ElementsAre("", "", ""));
  EXPECT_THAT(lines_of({}), IsEmpty());
  EXPECT_THAT(lines_of({std::string("a\0b\n\0", 5)}), ElementsAre(std::string("a\0b", 3), std::string("\0", 1)));
}

TEST(LineSplitter, takes_a_line_end_that_arrives_in_two_parts_for_one) {
  EXPECT_THAT(lines_of({"a\r", "\nb\n"}), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of({"a\r", "b\n"}), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of({"a\r", "\n"}), ElementsAre("a"));
}

TEST(LineSplitter, gives_a_line_that_ends_in_a_carriage_return_without_waiting) {
  LineSplitter splitter(16, kLong);
  std::vector<std::string> lines;
  feed(splitter, "a\r", lines);
  EXPECT_THAT(lines, ElementsAre("a"));
}

TEST(LineSplitter, keeps_a_line_until_its_end_has_come) {
  EXPECT_THAT(lines_of({"ab", "cd", std::string(100, 'x'), "\n"}), ElementsAre("abcd" + std::string(100, 'x')));
}

TEST(LineSplitter, gives_a_long_line_in_pieces) {
  EXPECT_THAT(lines_of({"abcdefgh\nxy"}, 4, 3), ElementsAre("abc", "def", "gh", "xy"));
  EXPECT_THAT(lines_of({"abcdef\n"}, 4, 3), ElementsAre("abc", "def"));
  EXPECT_THAT(lines_of({"abcdef"}, 4, 3), ElementsAre("abc", "def"));
  EXPECT_THAT(lines_of({"abc\r\nabc\n"}, 4, 3), ElementsAre("abc", "abc"));
}

TEST(LineSplitter, tells_pieces_from_lines) {
  LineSplitter splitter(16, 3);
  const std::span<char> room = splitter.room();
  std::copy_n("abcd\n", 5, room.data());
  splitter.filled(5);
  EXPECT_TRUE(splitter.next()->is_cut);
  EXPECT_FALSE(splitter.next()->is_cut);
}

TEST(LineSplitter, cuts_no_character_in_two) {
  EXPECT_THAT(lines_of({"ab\u00FC\u00FC\n"}, 16, 3), ElementsAre("ab", "\u00FC", "\u00FC"));
  EXPECT_THAT(lines_of({"\U0001F600x\n"}, 16, 3), ElementsAre("\xF0\x9F\x98", "\x80x"));  // nothing else is left to it
  EXPECT_THAT(lines_of({"\x80\x80\x80\x80\x80\x80\x80\n"}, 16, 4), ElementsAre("\x80\x80\x80\x80", "\x80\x80\x80"));
}

TEST(LineSplitter, holds_no_more_memory_than_the_longest_line_allows) {
  LineSplitter splitter(1024, 64 * 1024);
  std::size_t most = 0;
  std::size_t bytes = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::span<char> room = splitter.room();
    std::fill(room.begin(), room.end(), 'x');
    splitter.filled(room.size());
    while (const auto line = splitter.next()) bytes += line->text.size();
    most = std::max(most, splitter.capacity());
  }
  EXPECT_LE(most, 4U * 64 * 1024);
  EXPECT_GT(bytes, 1024U * 1024);
  std::vector<std::string> lines;
  feed(splitter, "\nshort\n", lines);
  feed(splitter, "short\n", lines);
  EXPECT_LE(splitter.capacity(), 2U * 1024);  // and gives it back
}

TEST(LineSplitter, begins_anew_after_the_end_of_a_stream) {
  LineSplitter splitter(16, kLong);
  std::vector<std::string> lines;
  feed(splitter, "a\r", lines);
  EXPECT_FALSE(splitter.rest());
  feed(splitter, "\nb\n", lines);
  EXPECT_THAT(lines, ElementsAre("a", "", "b"));
}

TEST(FindLineEnd, finds_the_first_one_wherever_it_is) {
  for (std::size_t size = 0; size < 200; ++size) {
    for (std::size_t at = 0; at <= size; ++at) {
      std::string text(size, static_cast<char>(0x8D));
      if (at < size) text[at] = at % 2 == 0 ? '\n' : '\r';
      if (at + 3 < size) text[at + 3] = '\n';
      ASSERT_EQ(find_line_end(text.data(), text.data() + size) - text.data(), static_cast<std::ptrdiff_t>(at)) << size;
    }
  }
}

RC_GTEST_PROP(LineSplitter, gives_the_same_lines_however_the_stream_arrives, ()) {
  const auto letters = rc::gen::elementOf(std::string("\n\n\r\rabc\0"));
  const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::container<std::string>(letters));
  const auto block = *rc::gen::inRange<std::size_t>(1, 40);
  std::string text;
  for (const std::string& part : parts) text += part;
  RC_ASSERT(lines_of(parts, block) == plain_lines(text));
}

RC_GTEST_PROP(LineSplitter, loses_no_byte_of_long_lines, ()) {
  const auto parts =
      *rc::gen::container<std::vector<std::string>>(rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\xC3\xA9\x80"))));
  const auto longest = *rc::gen::inRange<std::size_t>(1, 10);
  std::string text;
  for (const std::string& part : parts) text += part;
  std::string joined;
  for (const std::string& piece : lines_of(parts, 8, longest)) {
    RC_ASSERT(!piece.empty());
    RC_ASSERT(piece.size() <= longest);
    joined += piece;
  }
  RC_ASSERT(joined == text);
}

}  // namespace
}  // namespace flume
