#include "text/time_zone.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "text/civil_time.h"
#include "text/java_date_format.h"
#include "text/path_escapes.h"

namespace flume {
namespace {

using testing::HasSubstr;

std::int64_t offset_at(std::string_view zone, std::int64_t instant) { return TimeZone::by_name(zone).zone.period_at(instant).offset; }

TEST(TimeZone, knows_the_custom_ids_of_java) {
  EXPECT_EQ(offset_at("GMT+2", 0), 2 * kMillisPerHour);
  EXPECT_EQ(offset_at("GMT+02:30", 0), 150 * kMillisPerMinute);
  EXPECT_EQ(offset_at("GMT-0930", 0), -570 * kMillisPerMinute);
  EXPECT_EQ(offset_at("GMT+930", 0), 570 * kMillisPerMinute);
  EXPECT_EQ(TimeZone::by_name("GMT+2").zone.name(), "GMT+02:00");
}

TEST(TimeZone, names_the_zone_that_was_probably_meant) {
  const auto hint = [](std::string_view name) { return TimeZone::by_name(name).problem.message(); };
  for (const char* name : {"europe/berlin", "Europe/Berln", "Europe/Berlinn", "Europe/Ebrlin", "Berlin"})
    EXPECT_THAT(hint(name), testing::EndsWith("did you mean Europe/Berlin?")) << name;
  EXPECT_THAT(hint("new york"), testing::EndsWith("did you mean America/New_York?"));
  EXPECT_THAT(hint("UTC+2"), testing::EndsWith("did you mean GMT+02:00?"));
  for (const char* name : {"Mars/Olympus", "XYZ", "", "UTC+99"}) EXPECT_THAT(hint(name), testing::EndsWith("or GMT+02:00")) << name;
}

TEST(TimeZone, takes_an_unknown_name_as_gmt_and_says_so) {
  for (const char* name : {"Foo/Bar", "europe/berlin", "GMT+24", "GMT+5:60", "GMT+2:5", "UTC+2", "GMT+", "", "posix/Europe/Berlin"}) {
    const ZoneByName found = TimeZone::by_name(name);
    ASSERT_FALSE(found.problem.ok()) << name;
    EXPECT_EQ(found.problem.kind(), ErrorKind::InvalidConfig);
    EXPECT_THAT(found.problem.message(), HasSubstr(std::string("'") + name + "'"));
    EXPECT_EQ(found.zone.name(), "GMT");
    EXPECT_EQ(found.zone.period_at(0).offset, 0);
  }
  for (const char* name : {"UTC", "GMT", "Z", "EST", "PST", "CET", "Europe/Berlin", "US/Pacific"})
    EXPECT_TRUE(TimeZone::by_name(name).problem.ok()) << name;
}

TEST(TimeZone, gives_the_short_ids_javas_meaning) {
  const std::int64_t july = 1720000000000;
  EXPECT_EQ(offset_at("EST", july), -5 * kMillisPerHour);  // no daylight saving time
  EXPECT_EQ(offset_at("PST", july), -7 * kMillisPerHour);
  EXPECT_EQ(offset_at("BST", july), 6 * kMillisPerHour);  // Bangladesh, not Britain
}

TEST(TimeZone, follows_the_last_rules_beyond_the_zone_data) {
  constexpr std::int64_t july_2042 = days_from_civil(2042, 7, 1) * kMillisPerDay;
  constexpr std::int64_t january_2042 = days_from_civil(2042, 1, 1) * kMillisPerDay;
  EXPECT_EQ(offset_at("Europe/Berlin", july_2042), 2 * kMillisPerHour);
  EXPECT_EQ(offset_at("Europe/Berlin", january_2042), kMillisPerHour);
}

TEST(TimeZone, takes_the_systems_zone_from_the_setting_when_there_is_one) {
  EXPECT_EQ(TimeZone::system(":Asia/Kolkata").zone.name(), "Asia/Kolkata");
  EXPECT_FALSE(TimeZone::system("No/Where").problem.ok());
  EXPECT_FALSE(TimeZone::system("").zone.name().empty());
}

// Table: zone, instant, SimpleDateFormat's text, the instant rounded down by java.util.Calendar to 7 seconds, 10
// minutes and 6 hours. Made by tests/parity/java/TimeZones.java; instants lie around changes of the offset.
TEST(TimeZone, formats_and_rounds_as_java_does) {
  std::ifstream table(FLUME_SOURCE_DIR "/tests/golden/time_zones/time_zones.tsv");
  ASSERT_TRUE(table) << "tests/golden/time_zones/time_zones.tsv is missing";
  const auto format = JavaDateFormat::compile("yyyy-MM-dd'T'HH:mm:ss.SSS Z XXX D EEE a h k K");
  ASSERT_TRUE(format) << format.status().message();
  constexpr PathRounding kRoundings[] = {{PathRounding::Unit::Second, 7}, {PathRounding::Unit::Minute, 10}, {PathRounding::Unit::Hour, 6}};
  int rows = 0;
  for (std::string line; std::getline(table, line); ++rows) {
    std::istringstream columns(line);
    std::string name;
    std::string instant;
    std::string text;
    std::getline(columns, name, '\t');
    std::getline(columns, instant, '\t');
    std::getline(columns, text, '\t');
    const TimeZone zone = TimeZone::by_name(name).zone;
    ZoneCursor cursor(zone);
    std::string formatted;
    format->append(std::stoll(instant), cursor, formatted);
    EXPECT_EQ(formatted, text) << line;
    for (const PathRounding& rounding : kRoundings) {
      std::string expected;
      std::getline(columns, expected, '\t');
      if (std::stoll(instant) <= 0) continue;  // Flume rounds no such time
      auto path = PathTemplate::compile("%s", {zone, rounding, false});
      ASSERT_TRUE(path);
      const auto headers = [&](std::string_view) -> std::optional<std::string_view> { return instant; };
      const auto rounded = path->expand(headers, WallTime());
      ASSERT_TRUE(rounded) << rounded.status().message();
      EXPECT_EQ(std::string(*rounded) + "000", expected) << line;
    }
  }
  EXPECT_GT(rows, 100);
}

RC_GTEST_PROP(TimeZone, finds_the_instant_of_every_local_time_it_showed, ()) {
  const auto* name =
      *rc::gen::element("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "GMT-03:30");
  const TimeZone zone = TimeZone::by_name(name).zone;
  const std::int64_t instant = *rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000);
  const std::int64_t local = instant + zone.period_at(instant).offset;
  const std::int64_t found = zone.instant_of(local);
  // Of two instants with one local time it is the later.
  RC_ASSERT(found >= instant);
  RC_ASSERT(found + zone.period_at(found).offset == local);
}

RC_GTEST_PROP(CivilTime, days_and_dates_are_inverse, (std::int32_t days)) {
  const CivilDate date = civil_from_days(days);
  RC_ASSERT(days_from_civil(date.year, date.month, date.day) == days);
  RC_ASSERT(date.day_of_year >= 1 && date.day_of_year <= (is_leap_year(date.year) ? 366U : 365U));
}

}  // namespace
}  // namespace flume
