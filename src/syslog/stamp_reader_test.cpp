#include "syslog/stamp_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "syslog/multiport_stamp.h"
#include "text/civil_time.h"
#include "text/java_date_format.h"

namespace flume::syslog {
namespace {

constexpr std::int64_t kNow = 1710072000000;  // 2024-03-10T12:00:00Z

TimeZone zone(std::string_view name) { return TimeZone::by_name(name).zone; }

std::string text_of(std::string_view pattern, std::int64_t instant, const TimeZone& in) {
  ZoneCursor cursor(in);
  std::string text;
  JavaDateFormat::compile(pattern)->append(instant, cursor, text);
  return text;
}

TEST(StampReader, remembers_a_minute_and_not_more) {
  StampReader reader(zone("Europe/Berlin"));
  EXPECT_EQ(reader.rfc5424("2003-10-11T22:14:15Z"), 1065910455000);
  EXPECT_EQ(reader.rfc5424("2003-10-11T22:14:59.999999Z"), 1065910499999);
  EXPECT_EQ(reader.rfc5424("2003-10-11T22:14:15"), 1065903255000);
  EXPECT_EQ(reader.rfc5424("2003-10-11T22:14:15+00:01"), 1065910395000);
  EXPECT_EQ(reader.rfc5424("2003-10-11T22:15:15"), 1065903315000);
  EXPECT_EQ(reader.rfc5424("2003-10-11T22:14:15"), 1065903255000);
}

TEST(StampReader, sees_a_new_year_come) {
  StampReader reader{TimeZone()};
  const std::int64_t new_year = days_from_civil(2025, 1, 1) * kMillisPerDay;
  EXPECT_EQ(reader.rfc3164("Jan  1 00:00:10", new_year - 60'000), new_year + 10'000);
  EXPECT_EQ(reader.rfc3164("Jan  1 00:00:10", new_year + 20'000), new_year + 10'000);
  EXPECT_EQ(reader.rfc3164("Dec 31 23:59:50", new_year + 20'000), new_year - 10'000);
  EXPECT_EQ(reader.rfc3164("Jan  1 00:00:10", new_year + 340 * kMillisPerDay), (days_from_civil(2026, 1, 1) * kMillisPerDay) + 10'000);
}

TEST(StampReader, forgets_a_stamp_that_was_none) {
  StampReader reader{TimeZone()};
  EXPECT_EQ(reader.rfc3164("Foo  5 17:32:18", kNow), std::nullopt);
  EXPECT_EQ(reader.rfc3164("Feb  5 17:32:18", kNow), 1707154338000);
  EXPECT_EQ(reader.rfc3164("Feb 5 17:32:18", kNow), 1707154338000);
}

RC_GTEST_PROP(StampReader, reads_what_java_writes, ()) {
  const TimeZone in = zone(*rc::gen::element<std::string>("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"));
  StampReader reader(in);
  for (const std::int64_t step : *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 200'000))) {
    const std::int64_t instant = *rc::gen::inRange<std::int64_t>(0, 4102444800000) + step;
    RC_ASSERT(reader.rfc5424(text_of("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", instant, in)) == instant);
    RC_ASSERT(reader.rfc5424(text_of("yyyy-MM-dd'T'HH:mm:ss'Z'", instant, TimeZone())) == instant - instant % 1000);
  }
}

RC_GTEST_PROP(StampReader, finds_the_year_of_what_was_sent_in_the_last_ten_months, ()) {
  StampReader reader{TimeZone()};
  const std::int64_t now = *rc::gen::inRange<std::int64_t>(1000000000000, 4102444800000);
  const std::int64_t sent = (now - *rc::gen::inRange<std::int64_t>(-27 * kMillisPerDay, 300 * kMillisPerDay)) / 1000 * 1000;
  const std::string stamp = text_of("MMM d HH:mm:ss", sent, TimeZone());
  RC_PRE(!stamp.starts_with("Feb 29"));  // does not exist in every year
  RC_ASSERT(reader.rfc3164(stamp, now) == sent);
}

TEST(MultiportStamp, takes_dates_that_exist) {
  StampReader reader{TimeZone()};
  EXPECT_EQ(instant_of_dated_stamp("2024-02-29T23:59:59Z", reader), 1709251199000);
  for (const std::string_view stamp :
       {"2023-02-29T23:59:59Z", "2024-04-31T00:00:00Z", "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.5", "2024-01-01T00:00:00+1:00",
        "2024-01-01T00:00:00+", "2024-01-01T00:00:0", ""})
    EXPECT_EQ(instant_of_dated_stamp(stamp, reader), std::nullopt) << stamp;
  EXPECT_EQ(yearless_stamp_size("Feb 29 23:59:59 host"), 15U);
  EXPECT_EQ(yearless_stamp_size("feb 9 23:59:59"), 14U);
  for (const std::string_view text :
       {"Feb 30 23:59:59", "Feb  0 23:59:59", "Feb 9 24:59:59", "Feb 9 23:59:5", "Feb   9 23:59:59", "", "Feb"})
    EXPECT_EQ(yearless_stamp_size(text), 0U) << text;
}

}  // namespace
}  // namespace flume::syslog
