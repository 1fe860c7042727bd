#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/batch_of.h"
#include "support/configured.h"
#include "support/test_services.h"

namespace flume {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// What is left, and how many events were masked.
struct Masked {
  std::vector<TestEvent> events;
  std::int64_t count = 0;
};

Masked masked(TestServices& services, const Keys& keys, const std::vector<TestEvent>& events) {
  EventBatch batch = batch_of(events);
  const auto interceptor = configured<Interceptor>(Kind::Interceptor, "mask", keys, services.of("sources.r1", "r1"));
  EXPECT_TRUE(interceptor->intercept(batch).ok());
  return {events_of(batch), std::get<std::int64_t>(services.metrics.snapshot().at(0).metrics.at(0).value)};
}

std::string masked_body(const Keys& keys, const std::string& body) {
  TestServices services;
  return masked(services, keys, {{{}, body}}).events.at(0).body;
}

TEST(MaskInterceptor, masks_every_match_or_its_groups) {
  EXPECT_EQ(masked_body({{"pattern", "\\d+"}}, "a 12 b 3"), "a *** b ***");
  EXPECT_EQ(masked_body({{"pattern", "user=(\\w+) from=(\\w+)"}}, "user=ann from=here, user=bob from=there"),
            "user=*** from=***, user=*** from=***");
  EXPECT_EQ(masked_body({{"pattern", "((a)b)(c)?"}}, "abc ab"), "****** ***") << "a group inside another one is not masked twice";
  EXPECT_EQ(masked_body({{"pattern", "\\d+"}, {"with", "#"}, {"keepLast", "2"}}, "12345 6"), "#45 #");
  EXPECT_EQ(masked_body({{"pattern", "[\\w\xC3\xA9]+@"}, {"keepLast", "2"}}, "ren\xC3\xA9@x"), "***\xC3\xA9@x");
  EXPECT_EQ(masked_body({{"pattern", "x*"}}, "ab"), "ab") << "an empty match hides nothing";
  EXPECT_EQ(masked_body({{"pattern", "x"}}, "a\xFF"), "a\xFF");
}

TEST(MaskInterceptor, never_shows_more_than_it_hides) {
  const auto left = [](const std::string& secret) { return masked_body({{"pattern", "=(.+)"}, {"keepLast", "4"}}, "pin=" + secret); };
  for (const char* secret : {"1", "123", "1234", "12345", "1234567", "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"}) {
    EXPECT_EQ(left(secret), "pin=***") << secret;
  }
  EXPECT_EQ(left("12345678"), "pin=***5678");
  EXPECT_EQ(masked_body({{"pattern", "\\d+"}, {"keepLast", "9223372036854775807"}}, "a 12 b"), "a *** b");
}

TEST(MaskInterceptor, looks_into_headers) {
  TestServices services;
  const Keys keys{{"pattern", "\\d{4,}"}, {"headers", "card query"}, {"body", "false"}};
  const Masked left = masked(services, keys, {{{{"card", "12345"}, {"other", "12345"}}, "12345"}, {{{"query", "no"}}, "12345"}});
  EXPECT_EQ(left.events, (std::vector<TestEvent>{{{{"card", "***"}, {"other", "12345"}}, "12345"}, {{{"query", "no"}}, "12345"}}));
  EXPECT_EQ(left.count, 1);
}

TEST(MaskInterceptor, hides_keeps_or_drops_what_it_cannot_search) {
  const std::string endless = std::string(5000, 'a') + "b";
  const std::vector<std::pair<std::string, std::vector<TestEvent>>> cases{
      {"hide", {{{{"h", "***"}}, "***"}}}, {"keep", {{{{"h", endless}}, endless}}}, {"drop", {}}};
  for (const auto& [policy, left] : cases) {
    TestServices services;
    EXPECT_EQ(masked(services, {{"pattern", "(a+)+$"}, {"headers", "h"}, {"onUndecided", policy}}, {{{{"h", endless}}, endless}}).events,
              left);
    EXPECT_EQ(services.log.count(LogLevel::Warn, "gives up"), 1U);
  }
}

TEST(MaskInterceptor, refuses_bad_patterns_and_to_do_nothing) {
  const auto refusal = [](const Keys& keys) {
    return parse_options(builtin_component(Kind::Interceptor, "mask"), keys).status().message();
  };
  EXPECT_THAT(refusal({{"pattern", "a("}}), AllOf(HasSubstr("pattern: "), HasSubstr("column 2")));
  EXPECT_THAT(refusal({{"pattern", "a"}, {"body", "false"}}), HasSubstr("nothing is looked into"));
}

RC_GTEST_PROP(MaskInterceptor, leaves_nothing_that_the_pattern_finds, ()) {
  const auto body = *rc::gen::container<std::string>(rc::gen::element('1', '2', 'a', ' ', '\n', '*'));
  const std::string left = masked_body({{"pattern", "[0-9]+"}}, body);
  RC_ASSERT(left.find_first_of("0123456789") == std::string::npos);
  RC_ASSERT(masked_body({{"pattern", "[0-9]+"}}, left) == left);
}

}  // namespace
}  // namespace flume
