#include <set>

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

std::unique_ptr<Interceptor> sampler(TestServices& services, const Keys& keys) {
  return configured<Interceptor>(Kind::Interceptor, "sample", keys, services.of("sources.r1", "r1"));
}

TEST(SampleInterceptor, counts_off_over_batches_and_counts_what_it_drops) {
  TestServices services;
  const auto interceptor = sampler(services, {{"oneIn", "4"}});
  std::vector<std::string> left;
  for (int i = 0; i < 12; i += 3) {
    EventBatch batch = batch_of_bodies({std::to_string(i), std::to_string(i + 1), std::to_string(i + 2)});
    ASSERT_TRUE(interceptor->intercept(batch).ok());
    for (const TestEvent& event : events_of(batch)) left.push_back(event.body);
  }
  EXPECT_EQ(left, (std::vector<std::string>{"0", "4", "8"}));
  EXPECT_EQ(std::get<std::int64_t>(services.metrics.snapshot().at(0).metrics.at(0).value), 9);
}

TEST(SampleInterceptor, decides_by_a_header_in_the_same_way_everywhere) {
  std::vector<TestEvent> events;
  for (int i = 0; i < 1000; ++i) events.push_back({{{"session", std::to_string(i % 100)}}, std::to_string(i)});
  std::set<std::string> sessions;
  std::size_t left = 0;
  for (int agent = 0; agent < 2; ++agent) {
    TestServices services;
    EventBatch batch = batch_of(events);
    ASSERT_TRUE(sampler(services, {{"oneIn", "5"}, {"byHeader", "session"}})->intercept(batch).ok());
    for (const TestEvent& event : events_of(batch)) sessions.insert(event.headers.at("session"));
    left += batch.size();
  }
  EXPECT_EQ(left, 2 * 10 * sessions.size()) << "a session passes whole, and on both";
  EXPECT_GT(sessions.size(), 10U);
  EXPECT_LT(sessions.size(), 35U);
}

TEST(SampleInterceptor, keeps_its_choice_from_version_to_version) {
  TestServices services;
  EventBatch batch =
      batch_of({{{{"id", "a"}}, "a"}, {{{"id", "b"}}, "b"}, {{{"id", "c"}}, "c"}, {{{"id", "d"}}, "d"}, {{{"id", ""}}, "none"}});
  ASSERT_TRUE(sampler(services, {{"oneIn", "2"}, {"byHeader", "id"}})->intercept(batch).ok());
  std::string left;
  for (const TestEvent& event : events_of(batch)) left += event.body;
  EXPECT_EQ(left, "ac");
}

TEST(SampleInterceptor, lets_pass_what_always_passes_or_cannot_be_decided) {
  TestServices services;
  EventBatch batch = batch_of_bodies({"x", "aaa", std::string(5000, 'a') + "b", "y"});
  ASSERT_TRUE(sampler(services, {{"oneIn", "1000"}, {"always", "(a+)+$"}})->intercept(batch).ok());
  EXPECT_EQ(batch.size(), 3U);
  EXPECT_EQ(services.log.count(LogLevel::Warn, "cannot decide"), 1U);
}

TEST(SampleInterceptor, refuses_bad_values) {
  const auto refusal = [](const Keys& keys) {
    return parse_options(builtin_component(Kind::Interceptor, "sample"), keys).status().message();
  };
  EXPECT_THAT(refusal({{"oneIn", "0"}}), HasSubstr("oneIn"));
  EXPECT_THAT(refusal({{"oneIn", "2"}, {"always", "a("}}), AllOf(HasSubstr("always: "), HasSubstr("column 2")));
}

RC_GTEST_PROP(SampleInterceptor, lets_exactly_one_of_so_many_pass, ()) {
  const auto one_in = *rc::gen::inRange(1, 20);
  const auto sizes = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 30));
  TestServices services;
  const auto interceptor = sampler(services, {{"oneIn", std::to_string(one_in)}});
  std::size_t total = 0;
  std::size_t passed = 0;
  for (const std::size_t size : sizes) {
    EventBatch batch = batch_of_bodies(std::vector<std::string>(size, "x"));
    RC_ASSERT(interceptor->intercept(batch).ok());
    total += size;
    passed += batch.size();
  }
  RC_ASSERT(passed == (total + static_cast<std::size_t>(one_in) - 1) / static_cast<std::size_t>(one_in));
}

}  // namespace
}  // namespace flume
