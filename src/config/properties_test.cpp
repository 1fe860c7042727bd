#include "config/properties.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace flume::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

struct Parsed {
  std::vector<std::pair<std::string, std::string>> entries;
  std::vector<std::string> places;  // "1:1 1:3": of key and value
  std::vector<std::string> problems;
  bool well_formed = true;
};

std::string place(const Location& at) { return std::to_string(at.line) + ":" + std::to_string(at.column); }

Parsed parse(std::string_view text) {
  Diagnostics diagnostics;
  const ParsedProperties parsed = parse_properties(location_of_file("f"), text, diagnostics);
  Parsed result;
  result.well_formed = parsed.well_formed;
  for (const Property& entry : parsed.entries) {
    result.entries.emplace_back(entry.key, entry.value);
    result.places.push_back(place(entry.key_at) + " " + place(entry.value_at));
  }
  for (const Diagnostic& diagnostic : diagnostics.all()) result.problems.push_back(to_line(diagnostic));
  return result;
}

TEST(Properties, ends_a_key_at_the_first_separator) {
  EXPECT_THAT(
      parse("a=1\nb:2\nc 3\nd\t=\t4\ne =: 5\nf=g=h\ni").entries,
      ElementsAre(Pair("a", "1"), Pair("b", "2"), Pair("c", "3"), Pair("d", "4"), Pair("e", ": 5"), Pair("f", "g=h"), Pair("i", "")));
}

TEST(Properties, keeps_escaped_separators_in_keys) { EXPECT_THAT(parse("a\\=b\\:c\\ d=1").entries, ElementsAre(Pair("a=b:c d", "1"))); }

TEST(Properties, takes_comments_at_the_start_of_a_line_only) {
  EXPECT_THAT(parse("# x\n  ! y\n\n \t\na=1 # no comment").entries, ElementsAre(Pair("a", "1 # no comment")));
}

TEST(Properties, ends_no_comment_by_a_backslash) { EXPECT_THAT(parse("# x \\\na=1").entries, ElementsAre(Pair("a", "1"))); }

TEST(Properties, joins_a_line_that_ends_in_an_odd_backslash) {
  EXPECT_THAT(parse("a=b\\\n   c\\\\\\\nd\ne=f\\\\\ng=h").entries, ElementsAre(Pair("a", "bc\\d"), Pair("e", "f\\"), Pair("g", "h")));
}

TEST(Properties, joins_over_every_kind_of_line_end) {
  EXPECT_THAT(parse("a=1\\\r\n2\r\nb=1\\\r2\rc=1\\\n2").entries, ElementsAre(Pair("a", "12"), Pair("b", "12"), Pair("c", "12")));
}

TEST(Properties, ends_a_joined_line_at_an_empty_one) {
  EXPECT_THAT(parse("a=b\\\n\nc=d\\\n   \ne=f").entries, ElementsAre(Pair("a", "b"), Pair("c", "d"), Pair("e", "f")));
}

TEST(Properties, drops_a_backslash_at_the_end_of_the_file) {
  EXPECT_THAT(parse("a=b\\").entries, ElementsAre(Pair("a", "b")));
  EXPECT_THAT(parse("a=1\n\\\n").entries, ElementsAre(Pair("a", "1"), Pair("", "")));
}

TEST(Properties, reads_escapes) {
  EXPECT_THAT(parse("a=\\t\\n\\r\\f\\\\\\d\\\"\\u0041\\u00e9\\u20AC").entries,
              ElementsAre(Pair("a", "\t\n\r\f\\d\"A\xC3\xA9\xE2\x82\xAC")));
}

TEST(Properties, joins_two_escapes_of_a_surrogate_pair) {
  EXPECT_THAT(parse("a=\\ud83d\\uDE00").entries, ElementsAre(Pair("a", "\xF0\x9F\x98\x80")));
}

TEST(Properties, replaces_half_a_surrogate_pair_and_warns) {
  const Parsed parsed = parse("a=x\\ud83dy\\ude00");
  EXPECT_THAT(parsed.entries, ElementsAre(Pair("a", "x\xEF\xBF\xBDy\xEF\xBF\xBD")));
  EXPECT_THAT(parsed.problems, ElementsAre(HasSubstr("f:1:4: warning: a: ")));
  EXPECT_TRUE(parsed.well_formed);
}

TEST(Properties, refuses_a_bad_unicode_escape_at_its_place_and_reads_on) {
  const Parsed parsed = parse("a=1\nb = x\\\n  \\u12g4\nc=\\u\nd=4");
  EXPECT_FALSE(parsed.well_formed);
  EXPECT_THAT(parsed.problems, ElementsAre(HasSubstr("f:3:3: error: b: \\u is not followed"), HasSubstr("f:4:3: error: c: ")));
  EXPECT_EQ(parsed.entries.back(), std::pair(std::string("d"), std::string("4")));
}

TEST(Properties, knows_the_place_of_key_and_value_in_characters) {
  EXPECT_THAT(parse("  a = 1\n\r\n\xC3\xBC\xC3\xBC=2\nk\\\n  ey \\\n  = \\\n   v\nempty=").places,
              ElementsAre("1:3 1:7", "3:1 3:4", "4:1 7:4", "8:1 8:7"));
}

TEST(Properties, counts_the_lines_of_comments_and_of_every_line_end) {
  EXPECT_THAT(parse("#\r!\r\n\n\n a=1").places, ElementsAre("5:2 5:4"));
}

TEST(PropertySet, lets_the_last_of_a_file_win_and_warns_at_each_earlier_one) {
  Diagnostics diagnostics;
  PropertySet set;
  set.merge(parse_properties(location_of_file("f"), "a=1\nb=2\na=3\na=4", diagnostics).entries, diagnostics);
  ASSERT_NE(set.find("a"), nullptr);
  EXPECT_EQ(set.find("a")->value, "4");
  EXPECT_EQ(set.find("a")->key_at.line, 4U);
  EXPECT_EQ(set.entries().size(), 2U);
  EXPECT_EQ(set.replaced().size(), 2U);
  ASSERT_EQ(diagnostics.all().size(), 2U);
  EXPECT_THAT(to_line(diagnostics.all()[0]), HasSubstr("f:1:1: warning: a: ignored: set again at f:3:1"));
  EXPECT_THAT(to_line(diagnostics.all()[1]), HasSubstr("f:3:1: warning: a: ignored: set again at f:4:1"));
}

TEST(PropertySet, lets_a_later_file_win_without_a_word) {
  Diagnostics diagnostics;
  PropertySet set;
  set.merge(parse_properties(location_of_file("f"), "a=1\nb=2", diagnostics).entries, diagnostics);
  set.merge(parse_properties(location_of_file("g"), "b=3\nc=4", diagnostics).entries, diagnostics);
  EXPECT_EQ(set.find("b")->value, "3");
  EXPECT_EQ(set.find("b")->key_at.file_name(), "g");
  EXPECT_EQ(set.find("d"), nullptr);
  EXPECT_TRUE(diagnostics.all().empty());
}

// Writes text as a properties file may hold it: every character plain where it may be, or escaped.
std::string written(const std::string& text, bool is_key) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool leading_blank = c == ' ' && (is_key || i == 0);
    const auto unicode = [&out, c] {
      constexpr std::string_view kHex = "0123456789aBcDeF";
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    };
    if (*rc::gen::weightedElement<bool>({{1, true}, {9, false}})) out += "\\\n  \t";
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\f') {
      out += "\\f";
    } else if (leading_blank || c == '\\' || ((c == '#' || c == '!' || c == '=' || c == ':') && (is_key || i == 0))) {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || *rc::gen::weightedElement<bool>({{1, true}, {9, false}})) {
      unicode();
    } else if (c == ' ' && out.ends_with('\t')) {
      out += "\\ ";  // after a joined line blanks would be dropped
    } else {
      out += c;
    }
  }
  return out;
}

rc::Gen<std::string> ascii_text() { return rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127)); }

RC_GTEST_PROP(Properties, reads_back_what_was_written, ()) {
  const auto entries = *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(rc::gen::pair(ascii_text(), ascii_text()));
  const std::string separator = *rc::gen::element<std::string>("=", ":", " = ", "\t", " :\f", "\\\n =");
  const std::string line_end = *rc::gen::element<std::string>("\n", "\r", "\r\n", "\n\n# comment \\\n");
  std::string text;
  for (const auto& [key, value] : entries) text += written(key, true) + (key.empty() ? "=" : separator) + written(value, false) + line_end;
  const Parsed parsed = parse(text);
  RC_ASSERT(parsed.entries == entries);
  RC_ASSERT(parsed.problems.empty());
}

RC_GTEST_PROP(Properties, places_every_value_inside_the_text, (const std::string& text)) {
  std::uint32_t lines = 1;
  for (const char c : text) lines += c == '\n' || c == '\r' ? 1U : 0U;
  Diagnostics diagnostics;
  for (const Property& entry : parse_properties(location_of_file("f"), text, diagnostics).entries) {
    RC_ASSERT(entry.key_at.line >= 1U);
    RC_ASSERT(entry.key_at.column >= 1U);
    RC_ASSERT(entry.value_at.line >= entry.key_at.line);
    RC_ASSERT(entry.value_at.line <= lines);
  }
}

}  // namespace
}  // namespace flume::config
