#include "components/sinks/irc/irc_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(IrcLine, has_prefix_command_and_parameters) {
  const IrcLine line = parse_irc_line(":irc.example.net 433 * flume :Nickname is already in use");
  EXPECT_EQ(line.prefix, "irc.example.net");
  EXPECT_EQ(line.command, "433");
  EXPECT_THAT(line.parameters, ElementsAre("*", "flume", "Nickname is already in use"));
}

TEST(IrcLine, needs_no_prefix_and_bears_blanks) {
  const IrcLine line = parse_irc_line("PING  a  b ");
  EXPECT_EQ(line.prefix, "");
  EXPECT_EQ(line.command, "PING");
  EXPECT_THAT(line.parameters, ElementsAre("a", "b"));
  EXPECT_EQ(parse_irc_line("").command, "");
  EXPECT_EQ(parse_irc_line(":who").command, "");
  EXPECT_THAT(parse_irc_line("X :").parameters, ElementsAre(""));
}

TEST(IrcMessages, a_body_is_one_message) { EXPECT_THAT(irc_messages("some text", "", 100), ElementsAre("some text")); }

TEST(IrcMessages, long_ones_are_cut_between_characters) {
  EXPECT_THAT(irc_messages("abcdefg", "", 3), ElementsAre("abc", "def", "g"));
  EXPECT_THAT(irc_messages("aäöü", "", 4), ElementsAre("aä", "öü"));
  EXPECT_THAT(irc_messages("\xF0\x9F\x98\x80\xF0\x9F\x98\x80", "", 5), ElementsAre("\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"));
  EXPECT_THAT(irc_messages("\x80\x80\x80\x80\x80\x80", "", 4), ElementsAre("\x80\x80\x80\x80", "\x80\x80"));
}

TEST(IrcMessages, lines_are_split_only_on_request) {
  EXPECT_THAT(irc_messages("one\r\ntwo\n", "", 100), ElementsAre("one  two"));
  EXPECT_THAT(irc_messages("one\r\n\ntwo\n", "\n", 100), ElementsAre("one", "two"));
  EXPECT_THAT(irc_messages("a,b;c", ",;", 100), ElementsAre("a", "b", "c"));
}

TEST(IrcMessages, a_body_cannot_give_commands) {
  EXPECT_THAT(irc_messages("hello\r\nQUIT\r\nJOIN #x", "", 100), ElementsAre("hello  QUIT  JOIN #x"));
  EXPECT_THAT(irc_messages("a\0b"sv, "", 100), ElementsAre("a b"));
}

TEST(IrcMessages, an_empty_body_is_none) {
  EXPECT_THAT(irc_messages("", "", 100), IsEmpty());
  EXPECT_THAT(irc_messages("\n\n", "\n", 100), IsEmpty());
}

TEST(IrcWord, has_no_blanks_and_no_line_ends) {
  EXPECT_TRUE(is_irc_word("flume"));
  for (const std::string_view bad : {""sv, "a b"sv, ":a"sv, "a\r"sv, "a\n"sv, "a\0b"sv}) EXPECT_FALSE(is_irc_word(bad));
}

}  // namespace
}  // namespace flume
