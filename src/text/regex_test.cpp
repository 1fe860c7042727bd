#include "text/regex.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace flume {
namespace {

using testing::HasSubstr;
using namespace std::string_view_literals;

Regex regex(std::string_view pattern, const RegexOptions& options = {}) {
  auto compiled = Regex::compile(pattern, options);
  if (!compiled) {
    ADD_FAILURE() << compiled.status().message();
    return *Regex::compile("(?!)");
  }
  return *std::move(compiled);
}

bool finds(std::string_view pattern, std::string_view subject, const RegexOptions& options = {}) {
  const auto found = regex(pattern, options).find(subject);
  EXPECT_TRUE(found) << found.status().message();
  return found && *found;
}

std::string refusal(std::string_view pattern) {
  const auto compiled = Regex::compile(pattern);
  if (compiled) return "accepted";
  EXPECT_EQ(compiled.status().kind(), ErrorKind::InvalidConfig);
  return compiled.status().message();
}

/// Replays a table of java.util.regex: each row is either refused by us or gives Java's answer.
void replay(const std::string& path, std::size_t fewest_compared) {
  std::ifstream file(path);
  ASSERT_TRUE(file) << path << " is missing";
  const auto table = nlohmann::json::parse(file);
  std::size_t compared = 0;
  for (const auto& row : table) {
    const std::string pattern = row["pattern"];
    const std::string input = row["input"];
    auto compiled = Regex::compile(pattern);
    if (!compiled) continue;
    ++compared;
    ASSERT_FALSE(row.contains("error")) << "Java refuses " << row;
    Regex::Groups groups;
    const auto found = compiled->find(input, groups);
    ASSERT_TRUE(found) << row << found.status().message();
    EXPECT_EQ(*found, row["find"].get<bool>()) << row;
    if (*found && row.contains("groups")) {
      ASSERT_EQ(groups.size(), row["groups"].size()) << row;
      for (std::size_t i = 0; i < groups.size(); ++i) {
        const auto& expected = row["groups"][i];
        EXPECT_EQ(groups[i].has_value(), !expected.is_null()) << row << " group " << i;
        if (groups[i] && !expected.is_null()) {
          EXPECT_EQ(*groups[i], expected.get<std::string>()) << row << " group " << i;
        }
      }
    }
    if (row.contains("matches")) {
      EXPECT_EQ(finds(pattern, input, {.whole_subject = true}), row["matches"].get<bool>()) << row;
    }
  }
  EXPECT_GE(compared, fewest_compared);
}

TEST(Regex, answers_as_java_does_or_refuses) { replay(FLUME_SOURCE_DIR "/tests/golden/regex/regex.json", 200); }
// Made by tests/parity/java/RandomRegexes.java.
TEST(Regex, answers_as_java_does_on_random_patterns) { replay(FLUME_SOURCE_DIR "/tests/golden/regex/random.json", 1000); }

TEST(Regex, accepts_what_flume_configurations_are_made_of) {
  for (const char* pattern :
       {"ERROR|WARN", "^#", "(\\d):(\\d):(\\d)", "^(?:\\n)?(\\d\\d\\d\\d-\\d\\d-\\d\\d\\s\\d\\d:\\d\\d)", "(?i)error", ".*",
        "^(\\S+) (\\S+) (\\S+) \\[([^\\]]+)\\] \"(.*?)\" (\\d{3}) (\\d+|-)$", "\\bTRACE\\b", "(?<ip>\\d{1,3}(?:\\.\\d{1,3}){3})",
        "^(?!DEBUG).*$", "\\s*,\\s*", "(?:(\\w+)=(\\w+),?)*", "^(\\S+)(?: (\\w+))?$", "[^\\w.-]", "\\p{Alpha}+\\p{Punct}"})
    EXPECT_EQ(refusal(pattern), "accepted") << pattern;
}

TEST(Regex, names_column_and_reason_of_what_it_does_not_translate) {
  const std::pair<const char*, const char*> cases[] = {{"[a[b]]", "column 3"},
                                                       {"x[a-z&&b]", "column 6"},
                                                       {"[^a-z&&[^b]]", "column 6"},
                                                       {"[&&[a]]", "column 2"},
                                                       {"[a&&[b]c]", "column 8"},
                                                       {"[a&&[b&&[c]]]", "column 7"},
                                                       {"(?u)a", "column 3"},
                                                       {"a(?d)b", "column 4"},
                                                       {"\\p{IsLatin}", "column 1"},
                                                       {"(?i)\\p{javaLowerCase}", "column 5"},
                                                       {"\\N{DIGIT ONE}", "column 1"},
                                                       {"ab\\G", "column 3"},
                                                       {"(?<=a{1,3})b", "column 1"},
                                                       {"a**", "column 3"},
                                                       {"*a", "column 1"},
                                                       {"(a", "column 1"},
                                                       {"a)", "column 2"},
                                                       {"[a", "column 1"},
                                                       {"a{2", "column 2"},
                                                       {"a\\", "column 2"},
                                                       {"\xC3\xA9\\q", "column 2"},
                                                       {"(?P<n>a)", "column 3"},
                                                       {"(*UTF)a", "column 2"},
                                                       {"\\2(a)", "column 1"},
                                                       {"(a\\1)", "column 3"},
                                                       {"(?=(a))", "column 4"},
                                                       {"(?:(a)b)+", "column 9"},
                                                       {"^*a", "column 2"},
                                                       {"\\R+", "column 3"},
                                                       {"a{99999}", "column"},
                                                       {"[z-a]", "column 2"},
                                                       {"\\ud83d", "column 1"},
                                                       {"(?<a_b>x)", "column 5"},
                                                       {"\\x{110000}", "column 1"}};
  for (const auto& [pattern, column] : cases) EXPECT_THAT(refusal(pattern), HasSubstr(std::string(column))) << pattern;
  EXPECT_THAT(refusal("\xFF"), HasSubstr("UTF-8"));
  EXPECT_THAT(refusal(std::string(9000, 'a')), HasSubstr("8192"));
  EXPECT_THAT(refusal(std::string(200, '(') + std::string(200, ')')), HasSubstr("deep"));
  EXPECT_THAT(refusal("(?:(?:(?:a{999}){999}){999}){999}"), HasSubstr("column")) << "too large when compiled";
}

TEST(Regex, says_what_to_write_in_place_of_what_it_does_not_translate) {
  const std::pair<const char*, const char*> cases[] = {
      {"[a-z&&bc]", "write it [a-z&&[^bc]]"},           {"[^a-z&&[^bc]]", "write (?!(?=[^bc])[a-z])(?s:.)"},
      {"[a[b]]", "write its members without brackets"}, {"\\p{InCyrillic}", "[\\x{400}-\\x{4ff}]"},
      {"(?i)\\p{javaUpperCase}", "write \\p{L}"},       {"(?i)\\p{Upper}", "write \\p{Alpha}"}};
  for (const auto& [pattern, advice] : cases) EXPECT_THAT(refusal(pattern), HasSubstr(advice)) << pattern;
}

TEST(Regex, intersects_classes) {
  for (const char* pattern : {"[a-z&&[^bc]]+", "[a-z&&[a-w]&&[^bc]]+", "(?<=[a-z&&[^bc]])(?:)", "(?i)[a-z&&[^BC]]+"}) {
    EXPECT_TRUE(finds(pattern, "1a2")) << pattern;
    EXPECT_FALSE(finds(pattern, "1b2c3")) << pattern;
  }
  Regex::Groups groups;
  EXPECT_TRUE(*regex("x([\\w&&[^\\d_]]{2,})\\]").find("x12 xab1] xcd]", groups));
  EXPECT_EQ(groups.at(1), "cd");
}

TEST(Regex, knows_javas_words_for_properties) {
  const std::pair<const char*, std::pair<std::string_view, std::string_view>> cases[] = {
      {"\\p{javaLowerCase}", {"a\xC3\xA9\xC2\xAA", "A1\xC3\x89"}},  // \xC2\xAA: Other_Lowercase, not Ll
      {"\\p{javaUpperCase}", {"A\xC3\x89\xE2\x85\xA0", "a1\xC3\xA9"}},
      {"\\p{IsAlphabetic}", {"aA\xC3\xA9\xE2\x85\xA0", "1 _"}},
      {"\\p{javaLetter}", {"aA\xC3\xA9", "1 \xE2\x85\xA0"}},
      {"\\p{javaDigit}", {"1\xD9\xA1", "a \xC2\xB2"}},
      {"\\p{javaWhitespace}", {" \t\x1C\xE3\x80\x80", "a\xC2\xA0"}},
      {"\\p{javaSpaceChar}", {" \xC2\xA0", "a\t"}},
      {"\\p{IsWhite_Space}", {" \t\xC2\xA0", "a\x1C"}},
      {"\\p{javaISOControl}", {"\t\x7F\xC2\x85", "a "}},
      {"\\p{IsPunctuation}", {".,\xC2\xAB", "a+"}}};
  for (const auto& [property, texts] : cases) {
    EXPECT_TRUE(finds(std::string("^") + property + "+$", texts.first)) << property;
    EXPECT_FALSE(finds(property, texts.second)) << property;
    std::string negated = property;
    negated[1] = 'P';
    EXPECT_TRUE(finds("^[" + negated + "]+$", texts.second)) << negated;
    EXPECT_FALSE(finds(negated, texts.first)) << negated;
  }
}

TEST(Regex, keeps_to_javas_line_ends) {
  EXPECT_FALSE(finds("a.b", "a\rb"));
  EXPECT_FALSE(finds("a.b",
                     "a\xC2\x85"
                     "b"));
  EXPECT_FALSE(finds("a.b",
                     "a\xE2\x80\xA8"
                     "b"));
  EXPECT_TRUE(finds("a.b", "a\vb"));
  EXPECT_TRUE(finds("a$", "a\r\n"));
  EXPECT_TRUE(finds("a$", "a\xE2\x80\xA9"));
  EXPECT_FALSE(finds("a$", "a\n\n"));
  EXPECT_FALSE(finds("(?m)^", ""));
  EXPECT_TRUE(finds("(?s)a.b", "a\nb"));
  EXPECT_TRUE(finds("a.b", "a\nb", {.dot_all = true}));
}

TEST(Regex, ignores_case_in_ascii_only) {
  EXPECT_TRUE(finds("(?i)error", "an ERRor"));
  EXPECT_FALSE(finds("(?i)k", "\xE2\x84\xAA"));  // the Kelvin sign
  EXPECT_FALSE(finds("(?i)\xC3\xA9", "\xC3\x89"));
  EXPECT_TRUE(finds("[a-f]x", "FX", {.case_insensitive = true}));
}

TEST(Regex, reads_malformed_bytes_as_replacement_characters) {
  EXPECT_TRUE(finds("^.*ERROR", "\xFF\xFE ERROR"));
  EXPECT_TRUE(finds("^a.b$",
                    "a\xC3"
                    "b"));
  EXPECT_TRUE(finds("^a\\x{FFFD}b$",
                    "a\x80"
                    "b"));
  Regex::Groups groups;
  Regex pattern = regex("(.)(z)?");
  ASSERT_TRUE(*pattern.find("\xFF", groups));
  EXPECT_EQ(groups[1], "\xEF\xBF\xBD");
  EXPECT_EQ(groups[2], std::nullopt);
}

TEST(Regex, takes_nul_and_empty_subjects) {
  EXPECT_TRUE(finds("a.b", "a\0b"sv));
  EXPECT_TRUE(finds("^$", ""));
  EXPECT_TRUE(finds("^$", std::string_view()));
}

TEST(Regex, gives_up_instead_of_hanging) {
  Regex pattern = regex("(a+)+$");
  const auto found = pattern.find(std::string(60, 'a') + "b");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.status().kind(), ErrorKind::Rejected);
  EXPECT_THAT(found.status().message(), HasSubstr("(a+)+$"));
  EXPECT_TRUE(*pattern.find("aaa")) << "usable afterwards";
}

TEST(Regex, stands_subjects_that_need_much_stack) {
  const std::string subject = std::string(300'000, 'a') + "c";
  Regex pattern = regex("^(?:(a)|b|cd)*c$");
  const auto found = pattern.find(subject);
  if (found)
    EXPECT_TRUE(*found);
  else
    EXPECT_EQ(found.status().kind(), ErrorKind::Rejected);
}

TEST(Regex, finds_groups_by_number_and_name) {
  Regex pattern = regex("(?<year>\\d{4})-(\\d\\d)(?<day>-\\d\\d)?");
  EXPECT_EQ(pattern.group_count(), 3U);
  EXPECT_EQ(pattern.group_number("day"), 3U);
  EXPECT_EQ(pattern.group_number("month"), std::nullopt);
  EXPECT_EQ(pattern.group_number(""), std::nullopt);
  Regex::Groups groups;
  ASSERT_TRUE(*pattern.find("on 2024-05!", groups));
  EXPECT_THAT(groups, testing::ElementsAre("2024-05", "2024", "05", std::nullopt));
  EXPECT_FALSE(*pattern.find("never", groups));
  EXPECT_TRUE(groups.empty());
}

TEST(Regex, copies_match_on_their_own) {
  Regex first = regex("a(.)");
  Regex second = first;
  Regex::Groups of_first;
  Regex::Groups of_second;
  ASSERT_TRUE(*first.find("ab", of_first));
  ASSERT_TRUE(*second.find("ac", of_second));
  EXPECT_EQ(of_first[1], "b");
  EXPECT_EQ(of_second[1], "c");
  first = second;
  EXPECT_TRUE(*first.find("ad"));
}

}  // namespace
}  // namespace flume
