#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/batch_of.h"
#include "support/configured.h"
#include "support/test_services.h"

namespace flume {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::vector<TestEvent> extracted(TestServices& services, const Keys& keys, const std::vector<TestEvent>& events) {
  EventBatch batch = batch_of(events);
  EXPECT_TRUE(configured<Interceptor>(Kind::Interceptor, "json_extract", keys, services.of("sources.r1", "r1"))->intercept(batch).ok());
  return events_of(batch);
}

TEST(JsonExtractInterceptor, adds_what_it_finds_and_leaves_the_rest) {
  TestServices services;
  const std::string body = R"({"a": {"b": "x"}, "n": null, "t": true})";
  const Keys keys{{"headers.one", "a.b"}, {"headers.two", "n"}, {"headers.three", "t"}, {"headers.with.dots", "a"}};
  EXPECT_EQ(extracted(services, keys, {{{{"one", "old"}, {"two", "old"}}, body}}),
            (std::vector<TestEvent>{{{{"one", "x"}, {"two", "old"}, {"three", "true"}, {"with.dots", R"({"b": "x"})"}}, body}}));
  Keys keeping = keys;
  keeping.emplace_back("preserveExisting", "true");
  EXPECT_EQ(extracted(services, keeping, {{{{"one", "old"}}, body}}).at(0).headers.at("one"), "old");
}

TEST(JsonExtractInterceptor, does_not_carry_a_value_to_the_next_event) {
  TestServices services;
  EXPECT_EQ(extracted(services, {{"headers.h", "a"}}, {{{}, R"({"a": 1})"}, {{}, "{}"}, {{}, R"({"a": 2} x)"}}),
            (std::vector<TestEvent>{{{{"h", "1"}}, R"({"a": 1})"}, {{}, "{}"}, {{}, R"({"a": 2} x)"}}));
}

TEST(JsonExtractInterceptor, keeps_and_counts_or_drops_what_is_not_json) {
  for (const auto& [policy, left] : {std::pair<std::string, std::size_t>{"keep", 3}, {"drop", 1}}) {
    TestServices services;
    const Keys keys{{"headers.h", "a"}, {"maxBodyBytes", "20"}, {"onBadJson", policy}};
    const auto interceptor = configured<Interceptor>(Kind::Interceptor, "json_extract", keys, services.of("sources.r1", "r1"));
    EventBatch batch = batch_of_bodies({"no", R"({"a": 1})", R"({"a": "much too long"})"});
    ASSERT_TRUE(interceptor->intercept(batch).ok());
    EXPECT_EQ(batch.size(), left);
    EXPECT_EQ(services.log.count(LogLevel::Warn, "cannot read a body"), 1U);
    EXPECT_EQ(std::get<std::int64_t>(services.metrics.snapshot().at(0).metrics.at(0).value), 2);
  }
}

TEST(JsonExtractInterceptor, adds_no_header_that_is_too_long) {
  TestServices services;
  const std::vector<TestEvent> events{{{}, R"({"a": "12345", "b": "1234"})"}};
  const Keys keys{{"headers.a", "a"}, {"headers.b", "b"}, {"maxValueBytes", "4"}};
  EXPECT_EQ(extracted(services, keys, events), (std::vector<TestEvent>{{{{"b", "1234"}}, events[0].body}}));
  EXPECT_EQ(services.log.count(LogLevel::Warn, "maxValueBytes"), 1U);
}

TEST(JsonExtractInterceptor, refuses_bad_paths_with_their_header) {
  const auto refusal = [](const Keys& keys) {
    return parse_options(builtin_component(Kind::Interceptor, "json_extract"), keys).status().message();
  };
  EXPECT_THAT(refusal({}), HasSubstr("at least one header"));
  EXPECT_THAT(refusal({{"headers.h", "a..b"}, {"headers.i", "/~"}}), AllOf(HasSubstr("headers.h: "), HasSubstr("headers.i: ")));
}

}  // namespace
}  // namespace flume
