#include "syslog/parser_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::syslog {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Status parse(auto& options, std::span<const OptionInfo> rows, std::string_view key, std::string_view value) {
  for (const OptionInfo& row : rows) {
    if (row.key != key && !(row.is_family() && key.starts_with(row.family_prefix()))) continue;
    OptionInput input{.text = value, .suffix = row.is_family() ? key.substr(row.family_prefix().size()) : key.substr(0, 0), .warning = {}};
    return row.parse(row, &options, input);
  }
  return invalid_config("no such key");
}

MessageOptions keeping(std::string_view text) {
  MessageOptions options;
  parse(options, kMessageOptions.rows, "keepFields", text).ignore();  // judged by the tests that look at the status
  return options;
}

TEST(ParserOptions, reads_keep_fields) {
  EXPECT_EQ(keeping("none").keep_fields, KeepFields{});
  EXPECT_EQ(keeping("FALSE").keep_fields, KeepFields{});
  EXPECT_TRUE(keeping("All").keep_fields.whole_message);
  EXPECT_TRUE(keeping("true").keep_fields.whole_message);
  EXPECT_EQ(keeping("Priority, hostname").keep_fields, (KeepFields{.priority = true, .host = true}));
  EXPECT_EQ(keeping("version timestamp").keep_fields, (KeepFields{.version = true, .timestamp = true}));
}

TEST(ParserOptions, names_the_word_of_keep_fields_that_it_does_not_know_and_takes_the_others) {
  MessageOptions options;
  const Status parsed = parse(options, kMessageOptions.rows, "keepFields", "priority hostnam");
  ASSERT_FALSE(parsed.ok());
  EXPECT_THAT(parsed.message(), AllOf(HasSubstr("'hostnam'"), HasSubstr("did you mean hostname?"), HasSubstr("timestamp")));
  EXPECT_EQ(options.keep_fields, KeepFields{.priority = true});
}

TEST(ParserOptions, prints_what_it_read) {
  const auto printed = [](std::string_view text) {
    const MessageOptions options = keeping(text);
    return kMessageOptions.rows[0].print(&options);
  };
  EXPECT_EQ(printed("none"), "none");
  EXPECT_EQ(printed("true"), "all");
  EXPECT_EQ(printed("hostname priority"), "priority hostname");
}

TEST(ParserOptions, reads_the_headers_of_rfc_5424) {
  MessageOptions options;
  EXPECT_TRUE(parse(options, kMessageOptions.rows, "rfc5424Headers", "all").ok());
  EXPECT_EQ(options.rfc5424_headers, (Rfc5424Headers{true, true, true, true}));
  EXPECT_TRUE(parse(options, kMessageOptions.rows, "rfc5424Headers", "structured-data,msgid").ok());
  EXPECT_EQ(options.rfc5424_headers, (Rfc5424Headers{.msgid = true, .structured_data = true}));
  EXPECT_EQ(kMessageOptions.rows[1].print(&options), "msgid structured-data");
  EXPECT_TRUE(parse(options, kMessageOptions.rows, "rfc5424Headers", "none").ok());
  EXPECT_FALSE(options.rfc5424_headers.any());
  EXPECT_THAT(parse(options, kMessageOptions.rows, "rfc5424Headers", "appname").message(), HasSubstr("did you mean app-name?"));
}

TEST(ParserOptions, checks_what_format_keys_say) {
  EXPECT_THAT(check(FormatOptions{}), IsEmpty());
  EXPECT_THAT(check(FormatOptions{.search = "("}), IsEmpty()) << "without format.regex the others are not looked at";
  const auto problem = [](const FormatOptions& options) { return check(options).at(0).message; };
  EXPECT_THAT(problem({.regex = "(<"}), HasSubstr("format.regex: "));
  EXPECT_THAT(problem({.regex = "x", .search = "y"}), HasSubstr("format.search: needs format.replace"));
  EXPECT_THAT(problem({.regex = "x", .search = "(", .replace = ""}), HasSubstr("format.search: "));
  EXPECT_THAT(problem({.regex = "x", .search = "y", .replace = "$1"}), HasSubstr("format.replace: "));
  EXPECT_THAT(problem({.regex = "x", .date_format = "yyyy-MM-ddTHH"}), AllOf(HasSubstr("format.dateFormat: "), HasSubstr("column 11")));
}

TEST(ParserOptions, finds_the_charset_of_a_port) {
  CharsetOptions options;
  ASSERT_TRUE(parse(options, kCharsetOptions.rows, "charset.default", "ISO-8859-1").ok());
  ASSERT_TRUE(parse(options, kCharsetOptions.rows, "charset.port.5140", "Shift_JIS").ok());
  EXPECT_THAT(check(options), IsEmpty());
  EXPECT_EQ(options.of_port(5140), "Shift_JIS");
  EXPECT_EQ(options.of_port(5141), "ISO-8859-1");
}

TEST(ParserOptions, checks_charsets_and_ports) {
  const CharsetOptions options{.usual = "UTF-9", .by_port = {{"70000", "UTF-8"}, {"5140", "latin-x"}, {"5141", "UTF-16"}}};
  const OptionProblems problems = check(options);
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_THAT(problems[0].keys, ElementsAre("charset.default"));
  EXPECT_THAT(problems[1].message, HasSubstr("charset.port.5140: "));
  EXPECT_THAT(problems[2].message, AllOf(HasSubstr("charset.port.70000: "), HasSubstr("is no port")));
}

}  // namespace
}  // namespace flume::syslog
