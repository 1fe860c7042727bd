#include "text/java_date_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kTuesday = 1700000000123;  // 2023-11-14 22:13:20.123 UTC

std::string show(std::string_view pattern, std::int64_t instant = kTuesday, std::string_view zone = "UTC") {
  const auto format = JavaDateFormat::compile(pattern);
  if (!format) return format.status().message();
  ZoneCursor cursor(TimeZone::by_name(zone).zone);
  std::string text;
  format->append(instant, cursor, text);
  return text;
}

TEST(JavaDateFormat, knows_each_letter) {
  EXPECT_EQ(show("yyyyMMddHHmmss"), "20231114221320");
  EXPECT_EQ(show("y yy yyy yyyyy"), "2023 23 2023 02023");
  EXPECT_EQ(show("M MM MMM MMMM"), "11 11 Nov November");
  EXPECT_EQ(show("d dd ddd D DDDD"), "14 14 014 318 0318");
  EXPECT_EQ(show("E EEE EEEE"), "Tue Tue Tuesday");
  EXPECT_EQ(show("H k K h a"), "22 22 10 10 PM");
  EXPECT_EQ(show("S SSS SSSS"), "123 123 0123");
  EXPECT_EQ(show("m s"), "13 20");
}

TEST(JavaDateFormat, counts_midnight_and_noon_as_java_does) {
  EXPECT_EQ(show("H k K h a", 0), "0 24 0 12 AM");
  EXPECT_EQ(show("H k K h a", 12LL * 3600 * 1000), "12 12 0 12 PM");
}

TEST(JavaDateFormat, writes_offsets_and_zone_names) {
  EXPECT_EQ(show("Z|ZZZ|X|XX|XXX|z", kTuesday, "America/New_York"), "-0500|-0500|-05|-0500|-05:00|EST");
  EXPECT_EQ(show("Z X XXX z", kTuesday, "UTC"), "+0000 Z Z UTC");
  EXPECT_EQ(show("Z XXX z", kTuesday, "GMT+5:30"), "+0530 +05:30 GMT+05:30");
}

TEST(JavaDateFormat, takes_quoted_text_and_punctuation_as_they_are) {
  EXPECT_EQ(show("yyyy-MM-dd'T'HH:mm"), "2023-11-14T22:13");
  EXPECT_EQ(show("h 'o''clock' ''a''"), "10 o'clock 'PM'");
  EXPECT_EQ(show("\xC3\xA9 yy"), "\xC3\xA9 23");
}

TEST(JavaDateFormat, shows_times_before_1970) { EXPECT_EQ(show("yyyy-MM-dd HH:mm:ss.SSS", -1), "1969-12-31 23:59:59.999"); }

TEST(JavaDateFormat, shows_julian_dates_before_the_gregorian_calendar) {
  const auto* pattern = "yyyy-MM-dd D E";
  EXPECT_EQ(show(pattern, -12219292800000), "1582-10-15 278 Fri");
  EXPECT_EQ(show(pattern, -12219292800001), "1582-10-04 277 Thu");
  EXPECT_EQ(show(pattern, -27111456000000), "1110-11-09 313 Wed");
  EXPECT_EQ(show(pattern, -61000000000000), "0036-12-28 363 Fri");
  EXPECT_EQ(show(pattern, -62135596800001), "0001-01-02 2 Sun");
  EXPECT_EQ(show(pattern, -70000000000000), "0250-10-19 292 Fri");  // BC
}

TEST(JavaDateFormat, survives_the_ends_of_the_range) {
  EXPECT_EQ(show("yyyy", INT64_MAX), "292278994");
  EXPECT_FALSE(show("yyyy-MM-dd HH:mm:ss Z", INT64_MIN, "Europe/Berlin").empty());
  EXPECT_FALSE(show("yyyy-MM-dd HH:mm:ss Z", INT64_MAX, "Europe/Berlin").empty());
}

TEST(JavaDateFormat, names_the_column_of_what_it_refuses) {
  EXPECT_THAT(show("yyyy-bb"), HasSubstr("'b' in column 6"));
  EXPECT_THAT(show("yyyy 'at"), HasSubstr("quote in column 6"));
  EXPECT_THAT(show("XXXX"), HasSubstr("column 1"));
  EXPECT_THAT(show("HH zzzz"), HasSubstr("column 4"));
  EXPECT_THAT(show(std::string(5000, 'y')), HasSubstr("4096"));
}

}  // namespace
}  // namespace flume
