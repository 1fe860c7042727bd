#include "text/java_replacement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace flume {
namespace {

using testing::HasSubstr;

std::string replaced(std::string_view pattern, std::string_view replacement, std::string_view subject) {
  auto regex = Regex::compile(pattern);
  EXPECT_TRUE(regex) << regex.status().message();
  const auto compiled = JavaReplacement::compile(replacement, *regex);
  if (!compiled) return compiled.status().message();
  std::string out;
  const auto is_changed = replace_all(*regex, *compiled, subject, out);
  EXPECT_TRUE(is_changed) << is_changed.status().message();
  return *is_changed ? out : "no match";
}

TEST(JavaReplacement, puts_groups_into_the_text) {
  EXPECT_EQ(replaced("(a)(b)?", "<$2$1>", "abaa"), "<ba><a><a>");
  EXPECT_EQ(replaced("(?<user>\\w+)@(\\w+)", "${user} at $2", "me@here, you@there"), "me at here, you at there");
  EXPECT_EQ(replaced("(a)", "$11$0", "ba"), "ba1a");
  EXPECT_EQ(replaced("a", "\\$\\\\1", "a"), "$\\1");
  EXPECT_EQ(replaced("a", "", "banana"), "bnn");
  EXPECT_EQ(replaced("x", "y", "banana"), "no match");
}

TEST(JavaReplacement, goes_on_at_the_next_character_behind_an_empty_match) {
  EXPECT_EQ(replaced("x*", "-", "a\xC3\xA9xb"), "-a-\xC3\xA9--b-");
  EXPECT_EQ(replaced("", "-", ""), "-");
  EXPECT_EQ(replaced("$", "!", "a\n"), "a!\n!");
  EXPECT_EQ(replaced("$", "!", "a\r\n"), "a!\r\n!");
}

TEST(JavaReplacement, names_the_column_of_what_java_would_fail_at) {
  EXPECT_THAT(replaced("a", "x$1", "a"), HasSubstr("column 2: the pattern has no group 1: it has 0"));
  EXPECT_THAT(replaced("a", "\xC3\xA9$", "a"), HasSubstr("column 2: a group's number"));
  EXPECT_THAT(replaced("a", "$x", "a"), HasSubstr("column 1: a group's number"));
  EXPECT_THAT(replaced("a", "ab\\", "a"), HasSubstr("column 3: a character must follow"));
  EXPECT_THAT(replaced("(?<n>a)", "${n", "a"), HasSubstr("} must follow"));
  EXPECT_THAT(replaced("(?<n>a)", "${m}", "a"), HasSubstr("no group named 'm'"));
  EXPECT_THAT(replaced("(a)", "${1}", "a"), HasSubstr("a letter first"));
}

TEST(JavaReplacement, leaves_the_output_as_it_was_when_the_pattern_gives_up) {
  auto regex = Regex::compile("x|(a+)+$");
  const auto replacement = JavaReplacement::compile("y", *regex);
  std::string out = "kept";
  const auto is_changed = replace_all(*regex, *replacement, "x" + std::string(5000, 'a') + "b", out);
  ASSERT_FALSE(is_changed);
  EXPECT_EQ(is_changed.status().kind(), ErrorKind::Rejected);
  EXPECT_EQ(out, "kept");
}

TEST(JavaReplacement, replaces_malformed_bytes_as_java_reads_them) { EXPECT_EQ(replaced("a", "b", "a\xFFz"), "b\xEF\xBF\xBDz"); }

RC_GTEST_PROP(JavaReplacement, the_whole_match_in_its_own_place_changes_nothing, ()) {
  const auto pattern = *rc::gen::element<std::string>("a", "[ab]+", "b*", "^", "$", "(?m)^.", "\\b", "(?<=a)b", "\xC3\xA9?");
  const auto subject = *rc::gen::container<std::string>(rc::gen::element('a', 'b', ' ', '\n'));
  auto regex = Regex::compile(pattern);
  const auto replacement = JavaReplacement::compile("$0", *regex);
  std::string out;
  const auto is_changed = replace_all(*regex, *replacement, subject, out);
  RC_ASSERT(is_changed.ok());
  RC_ASSERT(!*is_changed || out == subject);
}

}  // namespace
}  // namespace flume
