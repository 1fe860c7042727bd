#include "text/path_escapes.h"

#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include "text/utf8.h"

namespace flume {
namespace {

using testing::HasSubstr;
using Headers = std::map<std::string, std::string, std::less<>>;

const Headers kTuesday{{"timestamp", "1700000000123"}, {"host", "web01"}};  // 2023-11-14 22:13:20.123 UTC

Result<std::string> expand(PathTemplate& path, const Headers& headers, WallTime now = WallTime()) {
  const auto lookup = [&headers](std::string_view name) -> std::optional<std::string_view> {
    const auto found = headers.find(name);
    if (found == headers.end()) return std::nullopt;
    return found->second;
  };
  const auto result = path.expand(lookup, now);
  if (!result) return result.status();
  return std::string(*result);
}

Result<std::string> expand(std::string_view pattern, const Headers& headers, PathTime time = {}, WallTime now = WallTime()) {
  auto path = PathTemplate::compile(pattern, std::move(time));
  if (!path) return path.status();
  if (path->needs_local_host()) path->set_local_host({"<HOST>", "<IP>", "<FQDN>"});
  return expand(*path, headers, now);
}

std::string text(const Result<std::string>& result) { return result ? *result : "error: " + result.status().message(); }

// What Flume's BucketPath gave (tests/golden/escapes). Deliberate differences: a value with `..` is refused, and so
// is a time in other than ASCII digits (these rows are left out). Round values below 1 never reach BucketPath: its callers refuse them.
TEST(PathTemplate, expands_as_flume_does) {
  std::ifstream file(FLUME_SOURCE_DIR "/tests/golden/escapes/escapes.json");
  ASSERT_TRUE(file) << "tests/golden/escapes/escapes.json is missing";
  const auto table = nlohmann::json::parse(file);
  ASSERT_GT(table.size(), 100U);
  for (const auto& row : table) {
    if (row["value"].get<int>() < 1) continue;
    PathTime time;
    // Null: the zone of the machine that made the table, UTC.
    time.zone = TimeZone::by_name(row["timeZone"].is_null() ? "UTC" : row["timeZone"].get<std::string>()).zone;
    if (row["round"].get<bool>()) {
      const std::string unit = row["unit"];
      time.rounding = PathRounding{unit == "hour"     ? PathRounding::Unit::Hour
                                   : unit == "minute" ? PathRounding::Unit::Minute
                                                      : PathRounding::Unit::Second,
                                   row["value"].get<std::uint32_t>()};
    }
    const auto headers = row["headers"].get<Headers>();
    const auto timestamp = headers.find("timestamp");
    if (timestamp != headers.end() && ascii_prefix(timestamp->second) != timestamp->second.size()) continue;
    const bool climbs = row.contains("result") && row["result"].get<std::string>().starts_with("../");
    const auto result = expand(row["pattern"].get<std::string>(), headers, time);
    const bool is_expected = row.contains("error") || climbs ? !result.ok() : text(result) == row["result"].get<std::string>();
    EXPECT_TRUE(is_expected) << row << " gave " << text(result);
  }
}

TEST(PathTemplate, says_what_to_do_about_a_missing_or_bad_timestamp) {
  const auto missing = expand("/a/%Y/%m", {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.status().kind(), ErrorKind::Rejected);
  EXPECT_THAT(missing.status().message(), HasSubstr("'/a/%Y/%m'"));
  EXPECT_THAT(missing.status().message(), HasSubstr("'timestamp'"));
  EXPECT_THAT(missing.status().message(), HasSubstr("hdfs.useLocalTimeStamp"));
  for (const char* value : {"", "abc", "1.5", " 1", "+-1", "9223372036854775808", "0x10"})
    EXPECT_FALSE(expand("%Y", {{"timestamp", value}})) << value;
  EXPECT_EQ(text(expand("%s", {{"timestamp", "+5000"}})), "5");
}

TEST(PathTemplate, needs_no_timestamp_without_time_letters) {
  EXPECT_EQ(text(expand("/flume/%{host}/x", {{"host", "h"}})), "/flume/h/x");
  EXPECT_EQ(text(expand("/flume/events", {})), "/flume/events");
}

TEST(PathTemplate, takes_the_local_time_when_told_to) {
  const WallTime now{std::chrono::milliseconds(1700000000123)};
  EXPECT_EQ(text(expand("%Y%m%d %t", {{"timestamp", "junk"}}, {.zone = {}, .rounding = {}, .use_local_time = true}, now)),
            "20231114 1700000000123");
}

TEST(PathTemplate, counts_generations_by_text) {
  auto path = PathTemplate::compile("/d/%{host}/%H%M", {TimeZone(), PathRounding{PathRounding::Unit::Minute, 10}, false});
  ASSERT_TRUE(path);
  EXPECT_EQ(text(expand(*path, kTuesday)), "/d/web01/2210");
  const auto first = path->generation();
  EXPECT_EQ(text(expand(*path, {{"timestamp", "1700000399999"}, {"host", "web01"}})), "/d/web01/2210");
  EXPECT_EQ(path->generation(), first);
  EXPECT_EQ(text(expand(*path, {{"timestamp", "1700000400000"}, {"host", "web01"}})), "/d/web01/2220");
  EXPECT_NE(path->generation(), first);
  const auto second = path->generation();
  EXPECT_EQ(text(expand(*path, {{"timestamp", "1700000400000"}, {"host", "web02"}})), "/d/web02/2220");
  EXPECT_NE(path->generation(), second);
}

TEST(PathTemplate, refuses_a_header_that_climbs_or_hides) {
  for (const std::string& value :
       {std::string("../../etc"), std::string(".."), std::string("a/../.."), std::string("a/.."), std::string("x\0y", 3)}) {
    const auto result = expand("/flume/%{host}/events", {{"host", value}});
    ASSERT_FALSE(result) << value;
    EXPECT_EQ(result.status().kind(), ErrorKind::Rejected);
    EXPECT_THAT(result.status().message(), HasSubstr("'/flume/%{host}/events'"));
  }
  EXPECT_FALSE(expand("/flume/%{a}%{b}/x", {{"a", "."}, {"b", "."}})) << "joined from two values";
  EXPECT_FALSE(expand("/flume/.%{a}/x", {{"a", "."}})) << "joined with the pattern";
  EXPECT_FALSE(expand("%{a}/x", {{"a", "/etc"}})) << "absolute, where the pattern names no folder";
  EXPECT_FALSE(expand("%{a}/x", {{"a", "hdfs://elsewhere"}}));
  EXPECT_EQ(text(expand("/flume/%{host}/x", {{"host", "a/b..c/..d"}})), "/flume/a/b..c/..d/x");
}

TEST(PathTemplate, goes_on_after_a_rejected_event) {
  auto path = PathTemplate::compile("/d/%{host}", {});
  ASSERT_TRUE(path);
  EXPECT_EQ(text(expand(*path, kTuesday)), "/d/web01");
  EXPECT_FALSE(expand(*path, {{"host", ".."}}));
  EXPECT_EQ(text(expand(*path, kTuesday)), "/d/web01");
}

TEST(PathTemplate, ends_its_literal_prefix_at_the_first_escape) {
  EXPECT_EQ(PathTemplate::compile("/a/b%{x}/c", {})->literal_prefix(), "/a/b");
  EXPECT_EQ(PathTemplate::compile("/a/100%/b", {})->literal_prefix(), "/a/100%/b");
  EXPECT_EQ(PathTemplate::compile("%Y", {})->literal_prefix(), "");
}

TEST(PathTemplate, refuses_what_cannot_work_before_the_start) {
  EXPECT_THAT(PathTemplate::compile("/a/%[nope]", {}).status().message(), HasSubstr("column 4"));
  EXPECT_FALSE(PathTemplate::compile("/a/%{x}/../b", {}));
  EXPECT_TRUE(PathTemplate::compile("/a/%Y/../b", {}));
  EXPECT_FALSE(PathTemplate::compile("%Y", {TimeZone(), PathRounding{PathRounding::Unit::Minute, 61}, false}));
  EXPECT_FALSE(PathTemplate::compile("%Y", {TimeZone(), PathRounding{PathRounding::Unit::Hour, 25}, false}));
  EXPECT_FALSE(PathTemplate::compile("%Y", {TimeZone(), PathRounding{PathRounding::Unit::Second, 0}, false}));
  EXPECT_FALSE(PathTemplate::compile(std::string(70000, 'a'), {}));
}

TEST(PathTemplate, does_not_guess_the_local_host) {
  auto path = PathTemplate::compile("/a/%[FQDN]/%[ip]", {});
  ASSERT_TRUE(path);
  ASSERT_TRUE(path->needs_local_host());
  EXPECT_FALSE(expand(*path, kTuesday));
  path->set_local_host({"web", "10.0.0.1", "web.example.org"});
  EXPECT_EQ(text(expand(*path, kTuesday)), "/a/web.example.org/10.0.0.1");
}

// The remembered stretch of time never gives another text than a fresh template.
RC_GTEST_PROP(PathTemplate, remembers_without_a_difference, ()) {
  const auto* zone = *rc::gen::element("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns");
  const auto* pattern = *rc::gen::element("%Y/%m/%d", "%H", "%H%M", "%c", "%s", "%z%j%p", "%y%I%t");
  PathTime time;
  time.zone = TimeZone::by_name(zone).zone;
  if (*rc::gen::arbitrary<bool>()) {
    const auto unit = *rc::gen::element(PathRounding::Unit::Second, PathRounding::Unit::Minute, PathRounding::Unit::Hour);
    time.rounding = PathRounding{unit, *rc::gen::inRange<std::uint32_t>(1, 25)};
  }
  auto path = PathTemplate::compile(pattern, time);
  std::int64_t instant = *rc::gen::inRange<std::int64_t>(1, 2'500'000'000'000);
  for (int step = 0; step < 20; ++step) {
    instant += *rc::gen::element<std::int64_t>(1, 999, 60'000, 599'999, 3'599'000, 40'000'000);
    const Headers headers{{"timestamp", std::to_string(instant)}};
    RC_ASSERT(text(expand(*path, headers)) == text(expand(pattern, headers, time)));
  }
}

TEST(PathTemplate, shows_where_escapes_stand) {
  const auto shape = [](std::string_view pattern) { return PathTemplate::compile(pattern, {})->with_wildcards('*'); };
  EXPECT_EQ(shape("/flume/%Y-%m-%d/%{host}/x"), "/flume/*-*-*/*/x");
  EXPECT_EQ(shape("%[localhost]%t%%50"), "**%50");
  EXPECT_EQ(shape("/a/%D/b"), "/a/*/*/*/b");
  EXPECT_EQ(shape("plain"), "plain");
}

}  // namespace
}  // namespace flume
