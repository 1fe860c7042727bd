#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/golden_interceptors.h"

namespace flume {
namespace {

using testing::StartsWith;

TEST(RegexFilterInterceptor, does_what_flumes_does) {
  TestServices services;
  EXPECT_GE(replay_golden_interceptors("regex_filter", services), 40U);
}

TEST(RegexFilterInterceptor, keeps_the_events_in_order) {
  TestServices services;
  const auto interceptor = configured<Interceptor>(Kind::Interceptor, "org.apache.flume.interceptor.RegexFilteringInterceptor$Builder",
                                                   {{"regex", "^[ace]"}}, services.of("sources.r1", "r1"));
  EventBatch batch = batch_of_bodies({"a", "b", "c", "d", "e1", "e2"});
  ASSERT_TRUE(interceptor->intercept(batch).ok());
  EXPECT_EQ(events_of(batch), events_of(batch_of_bodies({"a", "c", "e1", "e2"})));
  EXPECT_FALSE(interceptor->uses_headers());
}

TEST(RegexFilterInterceptor, keeps_and_tells_what_it_cannot_decide) {
  TestServices services;
  for (const char* excludes : {"false", "true"}) {
    services.log.clear();
    const auto interceptor = configured<Interceptor>(Kind::Interceptor, "regex_filter", {{"regex", "(a+)+$"}, {"excludeEvents", excludes}},
                                                     services.of("sources.r1", "r1"));
    const std::string endless = std::string(5000, 'a') + "b";
    EventBatch batch = batch_of_bodies({endless, endless});
    ASSERT_TRUE(interceptor->intercept(batch).ok());
    EXPECT_EQ(batch.size(), 2U);
    EXPECT_EQ(services.log.count(LogLevel::Warn, "cannot decide"), 1U);
    const MetricsSnapshot metrics = services.metrics.snapshot();
    ASSERT_EQ(metrics.size(), 1U);
    EXPECT_FALSE(metrics[0].in_flume_json);
    EXPECT_EQ(std::get<std::int64_t>(metrics[0].metrics[0].value), 2);
  }
}

TEST(RegexFilterInterceptor, drops_what_it_cannot_decide_when_it_is_told_to) {
  TestServices services;
  const auto interceptor = configured<Interceptor>(Kind::Interceptor, "regex_filter", {{"regex", "(a+)+$"}, {"onUndecided", "drop"}},
                                                   services.of("sources.r1", "r1"));
  EventBatch batch = batch_of_bodies({std::string(5000, 'a') + "b", "aa"});
  ASSERT_TRUE(interceptor->intercept(batch).ok());
  EXPECT_EQ(events_of(batch), events_of(batch_of_bodies({"aa"})));
}

TEST(RegexFilterInterceptor, refuses_a_bad_pattern_before_anything_runs) {
  const auto options = parse_options(builtin_component(Kind::Interceptor, "regex_filter"), {{"regex", "a(b"}});
  ASSERT_FALSE(options.ok());
  EXPECT_EQ(options.status().kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(options.status().message(), StartsWith("regex: "));
}

}  // namespace
}  // namespace flume
