// JavaDateFormat::parse(). What Java's SimpleDateFormat makes of many texts is in tests/golden/syslog, and compared in src/syslog.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "text/civil_time.h"
#include "text/java_date_format.h"

namespace flume {
namespace {

constexpr std::int64_t kNow = 1710072000000;  // 2024-03-10T12:00:00Z

std::optional<std::int64_t> parse(std::string_view pattern, std::string_view text, std::string_view zone = "UTC", std::int64_t now = kNow) {
  return JavaDateFormat::compile(pattern)->parse(text, now, TimeZone::by_name(zone).zone);
}

TEST(JavaDateReader, reads_in_the_zone_of_the_text_or_else_in_that_given) {
  EXPECT_EQ(parse("yyyy-MM-dd HH:mm:ss", "2003-10-11 22:14:15"), 1065910455000);
  EXPECT_EQ(parse("yyyy-MM-dd HH:mm:ss", "2003-10-11 22:14:15", "Europe/Berlin"), 1065903255000);
  EXPECT_EQ(parse("yyyy-MM-dd HH:mm:ss Z", "2003-10-11 22:14:15 -0700", "Europe/Berlin"), 1065935655000);
  EXPECT_EQ(parse("yyyy-MM-dd HH:mm:ss z", "2003-10-11 22:14:15 pdt", "Europe/Berlin"), 1065935655000);
  EXPECT_EQ(parse("yyyy-MM-dd HH:mm:ss z", "2003-10-11 22:14:15 XYZ"), std::nullopt);
}

TEST(JavaDateReader, takes_the_century_of_two_digits_from_the_clock) {
  EXPECT_EQ(parse("yy", "43"), days_from_civil(2043, 1, 1) * kMillisPerDay);
  EXPECT_EQ(parse("yy", "45"), days_from_civil(1945, 1, 1) * kMillisPerDay);
  EXPECT_EQ(parse("yy-MM-dd", "44-03-11"), days_from_civil(1944, 3, 11) * kMillisPerDay);
  EXPECT_EQ(parse("yy-MM-dd", "44-01-01"), days_from_civil(2044, 1, 1) * kMillisPerDay);
  EXPECT_EQ(parse("yy", "43", "UTC", days_from_civil(1999, 1, 1) * kMillisPerDay), days_from_civil(1943, 1, 1) * kMillisPerDay);
}

TEST(JavaDateReader, counts_as_java_does_before_the_gregorian_calendar) {
  EXPECT_EQ(parse("yyyy-MM-dd", "1500-01-01"), -14830992000000);
  EXPECT_EQ(parse("yyyy-MM-dd", "0000-01-01"), -62167392000000);
  EXPECT_EQ(parse("yyyy-MM-dd", "1582-10-15"), kGregorianCutover * kMillisPerDay);
}

TEST(JavaDateReader, does_not_overflow) {
  EXPECT_TRUE(parse("yyyy MM dd HH mm ss SSS", "9999999 9999999999 9999999999 9999999999 9999999999 9999999999 9999999999"));
  EXPECT_TRUE(parse("yyyy MM dd HH mm ss SSS", "-9999999 -2147483647 -2147483647 -2147483647 -2147483647 -2147483647 -2147483647"));
  EXPECT_EQ(parse("yyyy", "99999999999999999999"), std::nullopt);
  EXPECT_EQ(parse("yyyy", "-99999999999999999999"), std::nullopt);
}

RC_GTEST_PROP(JavaDateReader, reads_what_the_pattern_writes, ()) {
  const std::int64_t instant = *rc::gen::inRange<std::int64_t>(-62135596800000, 253402300800000);  // years 1 to 9999
  const auto pattern =
      *rc::gen::element<std::string>("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "yyyyMMddHHmmssSSSXX", "EEE, d MMM yyyy h:mm:ss.SSS a XXX",
                                     "MMMM d yyyy k:m:s S z", "yyyy D K:mm:ss,SSS a Z");
  const TimeZone zone = TimeZone::by_name("GMT+05:30").zone;
  const auto format = JavaDateFormat::compile(pattern);
  ZoneCursor cursor(zone);
  std::string text;
  format->append(instant, cursor, text);
  RC_ASSERT(format->parse(text, kNow, TimeZone()) == instant);
}

}  // namespace
}  // namespace flume
