#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/config_test/config_tests.h"
#include "cli/config_test/document.h"
#include "cli/config_test/read_moment.h"

namespace flume::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

/// All that is wrong, a line each.
std::string problems(const std::string& text, const std::string& name = "t.json") {
  config::Diagnostics diagnostics;
  const auto tests = read_config_tests(name, text, diagnostics);
  EXPECT_EQ(tests.has_value(), diagnostics.count(config::Severity::Error) == 0);
  return diagnostics.to_lines();
}

/// A file that is good but for what a test puts into it.
std::string file_with(const std::string& expect, const std::string& more = "") {
  return "{\n\"configuration\": \"f.conf\", \"clock\": 0,\n\"tests\": {\"t\": {\"source\": \"r1\",\n\"events\": [{\"body\": "
         "\"x\"}],\n\"expect\": " +
         expect + more + "}}}";
}

constexpr const char* kJson = R"j({
  "configuration": ["a.conf", "b.conf"], "agent": "a1",
  "environment": {"A.B": "1"}, "properties": {"user.home": "/h"}, "host": {"name": "web1", "address": "10.0.0.7"},
  "clock": "2026-03-01T00:30:00Z", "zone": "Europe/Berlin",
  "tests": {
    "t": {
      "source": "r1", "batchSize": 2, "clock": "2026-07-01T12:00",
      "events": [{"headers": {"a.b": "c"}, "body": "x"}, {"base64": "AP8="}],
      "expect": {
        "channels": {"c1": [{"headers": {"a.b": "c"}, "with": {"d.e": "f"}, "without": ["g", "h"], "body": "x"}, {"base64": "AP8="}], "c2": []},
        "sinks": {"k1": ["/x", "(refused)"]}, "dropped": 3, "refused": "why"
      }
    }
  }
})j";
constexpr const char* kProperties = R"(configuration.1 = a.conf
configuration.2 = b.conf
agent = a1
environment.A.B = 1
properties.user.home = /h
host.name = web1
host.address = 10.0.0.7
clock = 2026-03-01T00:30:00Z
zone = Europe/Berlin
tests.t.source = r1
tests.t.batchSize = 2
tests.t.clock = 2026-07-01T12:00
tests.t.events.2.base64 = AP8=
tests.t.events.1.headers.a.b = c
tests.t.events.1.body = x
tests.t.expect.channels.c1.1.headers.a.b = c
tests.t.expect.channels.c1.1.with.d.e = f
tests.t.expect.channels.c1.1.without = g h
tests.t.expect.channels.c1.1.body = x
tests.t.expect.channels.c1.2.base64 = AP8=
tests.t.expect.channels.c2 =
tests.t.expect.sinks.k1.1 = /x
tests.t.expect.sinks.k1.2 = (refused)
tests.t.expect.dropped = 3
tests.t.expect.refused = why
)";

TEST(ConfigTests, says_the_same_in_json_and_in_properties) {
  for (const auto& [name, text] : {std::pair("t.json", kJson), std::pair("t.properties", kProperties)}) {
    SCOPED_TRACE(name);
    config::Diagnostics diagnostics;
    const auto tests = read_config_tests(name, text, diagnostics);
    ASSERT_TRUE(tests) << diagnostics.to_lines();
    EXPECT_THAT(tests->configuration, ElementsAre("a.conf", "b.conf"));
    EXPECT_EQ(tests->agent->name, "a1");
    EXPECT_THAT(tests->environment, ElementsAre(Pair("A.B", "1")));
    EXPECT_THAT(tests->properties, ElementsAre(Pair("user.home", "/h")));
    EXPECT_EQ(tests->host.name, "web1");
    EXPECT_EQ(tests->host.address, "10.0.0.7");
    EXPECT_EQ(tests->host.canonical_name, "web1");
    ASSERT_EQ(tests->tests.size(), 1U);
    const ConfigTest& test = tests->tests.front();
    EXPECT_EQ(test.name, "t");
    EXPECT_EQ(test.source.name, "r1");
    EXPECT_EQ(test.source.path, "tests.t.source");
    EXPECT_EQ(test.batch_size, 2U);
    EXPECT_EQ(test.zone, "Europe/Berlin");
    EXPECT_EQ(test.clock.time_since_epoch().count(), 1782900000000);  // 10:00 UTC
    ASSERT_EQ(test.events.size(), 2U);
    EXPECT_THAT(test.events[0].headers, ElementsAre(Pair("a.b", "c")));
    EXPECT_EQ(test.events[0].body, "x");
    EXPECT_EQ(test.events[1].body, std::string("\0\xff", 2));
    ASSERT_TRUE(test.expect.channels);
    ASSERT_EQ(test.expect.channels->size(), 2U);
    const auto& events = test.expect.channels->at("c1");
    ASSERT_EQ(events.size(), 2U);
    EXPECT_THAT(*events[0].headers, ElementsAre(Pair("a.b", "c")));
    EXPECT_THAT(events[0].with, ElementsAre(Pair("d.e", "f")));
    EXPECT_THAT(events[0].without, ElementsAre("g", "h"));
    EXPECT_EQ(events[0].body, "x");
    EXPECT_EQ(events[1].body, std::string("\0\xff", 2));
    EXPECT_EQ(events[1].headers, std::nullopt);
    EXPECT_TRUE(test.expect.channels->at("c2").empty());
    EXPECT_THAT(test.expect.sinks, ElementsAre(Pair("k1", ElementsAre("/x", "(refused)"))));
    EXPECT_EQ(test.expect.dropped, 3U);
    EXPECT_EQ(test.expect.refused, "why");
  }
}

TEST(ConfigTests, names_line_key_and_what_was_probably_meant) {
  EXPECT_EQ(problems(file_with("{\n\"droped\": 1}")), "t.json:6: error: tests.t.expect.droped: unknown key (did you mean dropped?)\n");
  EXPECT_EQ(problems("tests.t.evnts.1.body = x\n", "t.properties"),
            "t.properties: error: configuration: is missing (the configuration file, from the folder of this one)\n"
            "t.properties:1:1: error: tests.t.evnts: unknown key (did you mean events?)\n"
            "t.properties:1:1: error: tests.t.clock: is missing, here and at the top (the moment at which the test plays: "
            "\"2026-03-01T12:00:00Z\")\n"
            "t.properties:1:1: error: tests.t.source: is missing (the source that gets the events)\n"
            "t.properties:1:1: error: tests.t.events: is missing (what the source gets)\n"
            "t.properties:1:1: error: tests.t.expect: is missing: the test could not fail (channels, sinks, dropped or refused)\n");
  EXPECT_THAT(problems(file_with("{\"dropped\": 1}", ",\n\"zone\": \"Europe/Berln\"")),
              AllOf(HasSubstr("t.json:6: error: tests.t.zone: "), HasSubstr("did you mean Europe/Berlin?")));
}

TEST(ConfigTests, refuses_a_test_that_could_not_fail) {
  EXPECT_THAT(problems(file_with("{}")), HasSubstr("tests.t.expect: is empty: the test could not fail"));
  EXPECT_THAT(problems("{\"configuration\": \"f\", \"tests\": {}}"), HasSubstr("tests: has no test"));
  EXPECT_THAT(problems(R"({"configuration": "f", "clock": 0, "tests": {"t": {"source": "r", "events": [], "expect": {"dropped": 0}}}})"),
              HasSubstr("tests.t.events: is empty: nothing would be tested"));
}

TEST(ConfigTests, refuses_values_of_the_wrong_kind) {
  EXPECT_THAT(problems(file_with("{\"dropped\": -1}")), HasSubstr("tests.t.expect.dropped: "));
  EXPECT_THAT(problems(file_with("{\"dropped\": [1]}")), HasSubstr("is a list; expected a number"));
  EXPECT_THAT(problems(file_with("{\"refused\": 7}")), HasSubstr("is a number; expected a text (\"7\")"));
  EXPECT_THAT(problems(file_with("{\"sinks\": {\"k\": \"/x\"}}")), HasSubstr("tests.t.expect.sinks.k: is a text; expected a list"));
  EXPECT_THAT(problems(file_with("{\"channels\": {\"c\": [{\"base64\": \"x\"}]}}")),
              HasSubstr("tests.t.expect.channels.c.1.base64: is no base64"));
  EXPECT_THAT(problems(file_with("{\"channels\": {\"c\": [{\"base64\": \"\", \"body\": \"\"}]}}")), HasSubstr("stands beside a body"));
  EXPECT_THAT(problems("[]"), HasSubstr("is a list; expected an object"));
  EXPECT_THAT(problems("{\"configuration\": []}"), HasSubstr("configuration: names no file"));
}

TEST(ConfigTests, says_where_the_text_is_no_json) {
  EXPECT_THAT(problems("{\n\"a\": 1,\n}"),
              AllOf(HasSubstr("t.json:3: error: is no JSON here: syntax error"), testing::Not(HasSubstr("[json."))));
  EXPECT_EQ(problems("{\"a\": 1,\n\n\"a\": 2}"), "t.json:3: error: a: stands there twice (the first one is in line 1)\n");
  EXPECT_THAT(problems(std::string(1000, '[')), HasSubstr("is nested more than 16 deep"));
  EXPECT_THAT(problems("{\"a\": \"\xff\"}"), HasSubstr("is no JSON here"));
}

TEST(ConfigTests, takes_no_memory_without_end) {
  std::string many = "[";
  for (std::size_t i = 0; i < kMostDocumentNodes; ++i) many += "1,";
  EXPECT_THAT(problems(many + "1]"), HasSubstr("holds more than 200000 values"));
  std::string wide = "{";
  std::string keys;
  for (std::size_t i = 0; i <= kMostDocumentMembers; ++i) {
    wide += "\"k" + std::to_string(i) + "\": 1,";
    keys += "environment.k" + std::to_string(i) + " = 1\n";
  }
  EXPECT_THAT(problems(wide + "\"z\": 1}"), HasSubstr("has more than 10000 members"));
  EXPECT_THAT(problems(keys, "t.properties"), HasSubstr("environment.k10000: is one value too many"));
}

TEST(ConfigTests, tells_what_a_properties_file_gets_wrong) {
  EXPECT_THAT(problems("tests.t = x\ntests.t.source = r\n", "t.properties"),
              HasSubstr("2:1: error: tests.t.source: cannot stand beside a value of tests.t"));
  EXPECT_THAT(problems("tests.t.source = r\ntests.t = x\n", "t.properties"),
              HasSubstr("2:1: error: tests.t: has a value, and keys below it, too"));
  EXPECT_THAT(problems("tests.t.events.2.body = r\n", "t.properties"), HasSubstr("tests.t.events.2: stands where number 1 is expected"));
  EXPECT_THAT(problems("tests.t.events.x.body = r\n", "t.properties"), HasSubstr("tests.t.events.x: expected a number from 1"));
  EXPECT_THAT(problems("tests..source = r\n", "t.properties"), HasSubstr("has nothing between two dots"));
}

TEST(ReadMoment, reads_what_people_write) {
  const TimeZone berlin = TimeZone::by_name("Europe/Berlin").zone;
  const auto read = [&](std::string_view text) {
    const auto moment = read_moment(text, berlin);
    return moment ? moment->time_since_epoch().count() : -1;
  };
  EXPECT_EQ(read("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(read("2026-03-01T00:30Z"), 1772325000000);
  EXPECT_EQ(read("2026-03-01T00:30:01.234Z"), 1772325001234);
  EXPECT_EQ(read("2026-03-01T01:30:00+01:00"), 1772325000000);
  EXPECT_EQ(read("2026-02-28T19:00:00-05:30"), 1772325000000);
  EXPECT_EQ(read("2026-03-01T01:30:00"), 1772325000000) << "in the zone";
  EXPECT_EQ(read("1772325000000"), 1772325000000);
  for (const char* text : {"", "now", "2026-02-30T00:00Z", "2026-13-01T00:00Z", "2026-03-01", "2026-03-01T24:00Z", "2026-03-01T00:30Zx",
                           "-1", "253402300800000", "2026-03-01T00:30:00+1:00", "1969-12-31T00:00Z"})
    EXPECT_EQ(read(text), -1) << text;
}

}  // namespace
}  // namespace flume::cli
