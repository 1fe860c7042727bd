#include "text/joda_date_pattern.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include "text/civil_time.h"
#include "text/java_date_format.h"

namespace flume {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kThisYear = 2026;

TEST(JodaDatePattern, reads_what_joda_time_reads) {
  std::ifstream file(FLUME_SOURCE_DIR "/tests/golden/joda_dates/joda_dates.json");
  std::size_t cases = 0;
  std::size_t refused = 0;
  for (const auto& row : nlohmann::json::parse(file)) {
    SCOPED_TRACE(row.dump());
    const auto pattern = JodaDatePattern::compile(row.at("pattern").get<std::string>(), kThisYear);
    if (!pattern) {
      ++refused;
      if (!row.contains("error")) {
        EXPECT_THAT(pattern.status().message(), testing::ContainsRegex("no letter '[GC]'"));
      }
      continue;
    }
    EXPECT_FALSE(row.contains("error"));
    ++cases;
    JodaZones zones(TimeZone::by_name(row.at("zone").get<std::string>()).zone);
    const auto instant = pattern->parse(row.at("text").get<std::string>(), zones);
    EXPECT_EQ(instant.ok(), row.contains("result")) << instant.status().message();
    if (instant && row.contains("result")) {
      EXPECT_EQ(std::to_string(*instant), row.at("result"));
    }
  }
  EXPECT_GE(cases, 300U);
  EXPECT_LE(refused, 25U);
}

TEST(JodaDatePattern, names_the_column_of_what_it_does_not_know) {
  const auto message = [](std::string_view pattern) { return JodaDatePattern::compile(pattern, kThisYear).status().message(); };
  EXPECT_THAT(message("yyyy-MM-ddTHH"), HasSubstr("column 11: there is no letter 'T'"));
  EXPECT_THAT(message("HH zzzz"), HasSubstr("column 4"));
  EXPECT_THAT(message(""), HasSubstr("empty"));
  EXPECT_THAT(message("'"), HasSubstr("says nothing"));
  EXPECT_THAT(message(std::string(300, 'y')), HasSubstr("256"));
}

TEST(JodaDatePattern, says_where_a_text_departs) {
  const auto pattern = JodaDatePattern::compile("yyyy-MM-dd", kThisYear);
  JodaZones zones{TimeZone()};
  EXPECT_THAT(pattern->parse("2012-1x-01", zones).status().message(), HasSubstr("character 7"));
  EXPECT_THAT(pattern->parse("2012-10-011", zones).status().message(), HasSubstr("character 11"));
  EXPECT_THAT(pattern->parse("2012-02-30", zones).status().message(), HasSubstr("day of month 30 is not between 1 and 29"));
  EXPECT_LT(pattern->parse(std::string(100'000, '1'), zones).status().message().size(), 200U);
}

TEST(JodaDatePattern, takes_two_digits_for_the_years_around_this_one) {
  JodaZones zones{TimeZone()};
  const auto year = [&](std::int64_t this_year, std::string_view text) {
    return civil_from_days(floor_divide(*JodaDatePattern::compile("yy", this_year)->parse(text, zones), kMillisPerDay)).year;
  };
  EXPECT_EQ(year(2026, "45"), 2045);
  EXPECT_EQ(year(2026, "46"), 1946);
  EXPECT_EQ(year(2050, "69"), 2069);
  EXPECT_EQ(year(2050, "70"), 1970);
}

RC_GTEST_PROP(JodaDatePattern, reads_back_what_java_writes, ()) {
  constexpr std::int64_t kYears = 200;
  const std::int64_t instant = *rc::gen::inRange<std::int64_t>(-kYears * 365 * kMillisPerDay, kYears * 365 * kMillisPerDay);
  const auto zone_name = *rc::gen::element<std::string>("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata");
  const auto pattern = *rc::gen::element<std::string>("yyyy-MM-dd'T'HH:mm:ss.SSS", "EEE, d MMM yyyy hh:mm:ss,SSS a", "yyyyMMddkkmmssSSS",
                                                      "yyyy DDD K:m:s.SSS a");
  const TimeZone zone = TimeZone::by_name(zone_name).zone;
  ZoneCursor cursor(zone);
  std::string text;
  JavaDateFormat::compile(pattern)->append(instant, cursor, text);
  JodaZones zones(zone);
  const auto read = JodaDatePattern::compile(pattern, kThisYear)->parse(text, zones);
  RC_ASSERT(read.ok());
  // Of an hour that comes twice, the first one is meant; mean time of old is written in whole milliseconds, too.
  std::string again;
  JavaDateFormat::compile(pattern)->append(*read, cursor, again);
  RC_ASSERT(again == text);
  RC_ASSERT(*read <= instant);
}

}  // namespace
}  // namespace flume
