#include "config/diagnostic.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/shown_value.h"

namespace flume::config {
namespace {

using testing::HasSubstr;
using testing::Not;

Diagnostic sample() {
  return {Severity::Error,
          {location_of_file("flume.conf").file, 12, 5},
          "a1.sinks.k1.hdfs.rolSize",
          "unknown key",
          "did you mean hdfs.rollSize?"};
}

TEST(Diagnostic, is_one_line_with_place_severity_key_reason_and_hint) {
  EXPECT_EQ(to_line(sample()), "flume.conf:12:5: error: a1.sinks.k1.hdfs.rolSize: unknown key (did you mean hdfs.rollSize?)");
}

TEST(Diagnostic, leaves_out_what_is_not_known) {
  EXPECT_EQ(to_line({Severity::Info, {}, "", "nothing to do", ""}), "info: nothing to do");
  EXPECT_EQ(to_line({Severity::Warning, location_of_file("f"), "", "empty", ""}), "f: warning: empty");
  EXPECT_EQ(to_json({Severity::Warning, location_of_file("f"), "", "empty", ""}), R"({"severity":"warning","file":"f","message":"empty"})");
}

TEST(Diagnostic, is_a_json_object) {
  EXPECT_EQ(to_json(sample()), R"({"severity":"error","file":"flume.conf","line":12,"column":5,"key":"a1.sinks.k1.hdfs.rolSize",)"
                               R"("message":"unknown key","hint":"did you mean hdfs.rollSize?"})");
}

TEST(Diagnostic, stays_one_line_and_valid_json_whatever_the_key_holds) {
  const Diagnostic diagnostic{Severity::Error, {}, "a\nb\x1b[2J\xff", "m", ""};
  EXPECT_EQ(to_line(diagnostic), "error: a\\nb\\x1b[2J\xff: m");
  EXPECT_THAT(to_json(diagnostic), HasSubstr("a\\nb\\u001b[2J\xEF\xBF\xBD"));
}

TEST(Diagnostics, are_sorted_by_file_and_place) {
  Diagnostics diagnostics;
  const Location f = location_of_file("z.conf");
  const Location g = location_of_file("a.conf");
  diagnostics.error({f.file, 2, 9}, "", "second");
  diagnostics.error({g.file, 1, 1}, "", "fourth");
  diagnostics.info({f.file, 2, 10}, "", "third");
  diagnostics.warning({f.file, 1, 30}, "", "first");
  diagnostics.sort_by_place();
  EXPECT_EQ(diagnostics.to_lines(),
            "z.conf:1:30: warning: first\nz.conf:2:9: error: second\nz.conf:2:10: info: third\na.conf:1:1: error: fourth\n");
  EXPECT_EQ(diagnostics.count(Severity::Error), 2U);
}

TEST(Diagnostics, show_what_follows_behind_what_it_follows_from) {
  Diagnostics diagnostics;
  const Location f = location_of_file("z.conf");
  diagnostics.note({f.file, 3, 1}, "", "second consequence");
  diagnostics.note({f.file, 1, 1}, "", "third consequence");
  diagnostics.error({f.file, 7, 1}, "", "cause");
  diagnostics.sort_by_place();
  EXPECT_EQ(diagnostics.to_lines(),
            "z.conf:7:1: error: cause\nz.conf:3:1: note: second consequence\nz.conf:1:1: note: third consequence\n");
  EXPECT_EQ(diagnostics.count(Severity::Error), 1U);
}

TEST(Diagnostics, keep_a_bounded_number_and_count_all) {
  Diagnostics diagnostics;
  for (std::size_t i = 0; i < Diagnostics::kMostKept + 7; ++i) diagnostics.warning({}, "", "again");
  EXPECT_EQ(diagnostics.all().size(), Diagnostics::kMostKept);
  EXPECT_EQ(diagnostics.count(Severity::Warning), Diagnostics::kMostKept + 7);
  EXPECT_THAT(diagnostics.to_lines(), testing::EndsWith("... and 7 more\n"));
}

TEST(ShownValue, hides_the_values_of_secret_keys) {
  for (const char* key : {"keystore-password", "a1.sinks.k1.kafka.producer.sasl.jaas.config", "clientSecret", "ACCESS_TOKEN",
                          "credential.provider.path", "trustStorePassPhrase", "api-key"}) {
    EXPECT_EQ(shown_value(key, "hunter2"), "***") << key;
  }
  EXPECT_EQ(shown_value("a1.sources.r1.port", "4141"), "4141");
}

TEST(ShownValue, hides_the_user_part_of_urls) {
  EXPECT_EQ(shown_value("url", "amqp://user:p@ss@host:1/q, http://me@h/p?x=a@b http://plain/"),
            "amqp://***@host:1/q, http://***@h/p?x=a@b http://plain/");
}

TEST(ShownValue, hides_secrets_that_are_parameters) {
  EXPECT_EQ(shown_value("url", "jdbc:x://h/d?user=u&password=hunter2&ssl=true;Token: abc"),
            "jdbc:x://h/d?user=u&password=***&ssl=true;Token: ***");
  EXPECT_THAT(shown_value("command", "run --password='two words'"), Not(HasSubstr("words")));
}

TEST(ShownValue, shortens_long_values_at_a_whole_character) {
  std::string text;
  for (int i = 0; i < 130; ++i) text += "\xC3\xBC";
  EXPECT_EQ(shown_value("k", text), text.substr(0, 240) + "...");
  EXPECT_EQ(shown_value("k", std::string(5000, 'x')), "a value of 5000 bytes");
}

}  // namespace
}  // namespace flume::config
