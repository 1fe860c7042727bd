#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/golden_interceptors.h"
#include "text/utf8.h"

namespace flume {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::unique_ptr<Interceptor> replacer(TestServices& services, const Keys& keys) {
  return configured<Interceptor>(Kind::Interceptor, "org.apache.flume.interceptor.SearchAndReplaceInterceptor$Builder", keys,
                                 services.of("sources.r1", "r1"));
}

std::string replaced(const Keys& keys, const std::string& body) {
  TestServices services;
  EventBatch batch = batch_of_bodies({body});
  EXPECT_TRUE(replacer(services, keys)->intercept(batch).ok());
  return batch.empty() ? "nothing" : std::string(batch[0].body());
}

TEST(SearchReplaceInterceptor, does_what_flumes_does) {
  TestServices services;
  const auto as_text = [](std::vector<TestEvent>& events) {  // the table holds bodies as text
    for (TestEvent& event : events) {
      const std::string body = std::exchange(event.body, "");
      append_valid_utf8(body, Utf8End::Replace, event.body);
    }
  };
  // Flume fails at the first match; here the replacement is refused.
  EXPECT_GE(replay_golden_interceptors("search_replace", services, {.mask = as_text}), 40U);
}

TEST(SearchReplaceInterceptor, leaves_the_bytes_of_a_body_without_a_match) {
  EXPECT_EQ(replaced({{"searchPattern", "x"}}, "a\xFF\xFE"), "a\xFF\xFE");
  EXPECT_EQ(replaced({{"searchPattern", "x"}, {"charset", "US-ASCII"}}, "gr\xC3\xBCn"), "gr\xC3\xBCn");
}

TEST(SearchReplaceInterceptor, reads_and_writes_other_charsets) {
  EXPECT_EQ(replaced({{"searchPattern", "\xC3\xBC"}, {"replaceString", "\xC3\xB6"}, {"charset", "ISO-8859-1"}}, "gr\xFCn"), "gr\xF6n");
  EXPECT_EQ(replaced({{"searchPattern", "b"}, {"replaceString", "\xE2\x82\xAC"}, {"charset", "ISO-8859-1"}}, "abc"), "a?c");
}

TEST(SearchReplaceInterceptor, keeps_and_counts_or_drops_what_it_cannot_decide) {
  const std::string endless = std::string(5000, 'a') + "b";
  for (const auto& [policy, left] : {std::pair<std::string, std::size_t>{"keep", 3}, {"drop", 1}}) {
    TestServices services;
    const auto interceptor = replacer(services, {{"searchPattern", "(a+)+$"}, {"replaceString", "-"}, {"onUndecided", policy}});
    EventBatch batch = batch_of_bodies({endless, "xaa", endless});
    ASSERT_TRUE(interceptor->intercept(batch).ok());
    ASSERT_EQ(batch.size(), left);
    EXPECT_EQ(batch[left == 3 ? 1 : 0].body(), "x-");
    EXPECT_EQ(services.log.count(LogLevel::Warn, "gives up"), 1U);
    const MetricsSnapshot metrics = services.metrics.snapshot();
    EXPECT_EQ(std::get<std::int64_t>(metrics.at(0).metrics.at(0).value), 2);
  }
}

TEST(SearchReplaceInterceptor, refuses_what_cannot_work_with_key_and_column) {
  const auto refusal = [](const Keys& keys) {
    return parse_options(builtin_component(Kind::Interceptor, "search_replace"), keys).status().message();
  };
  EXPECT_THAT(refusal({{"searchPattern", "a(b"}}), AllOf(HasSubstr("searchPattern: "), HasSubstr("column 2")));
  EXPECT_THAT(refusal({{"searchPattern", "a"}, {"replaceString", "x$7"}}), AllOf(HasSubstr("replaceString: "), HasSubstr("column 2")));
  EXPECT_THAT(refusal({{"searchPattern", "a"}, {"charset", "UTF-9"}}), AllOf(HasSubstr("charset: "), HasSubstr("UTF-8")));
}

RC_GTEST_PROP(SearchReplaceInterceptor, changes_each_event_for_itself, (const std::vector<std::string>& bodies)) {
  TestServices services;
  const Keys keys{{"searchPattern", "[a-m]+|$"}, {"replaceString", "<$0>"}};
  std::vector<TestEvent> events;
  for (const std::string& body : bodies) events.push_back({{{"size", std::to_string(body.size())}}, body});
  EventBatch together = batch_of(events);
  RC_ASSERT(replacer(services, keys)->intercept(together).ok());
  std::vector<TestEvent> one_by_one;
  for (const TestEvent& event : events) {
    EventBatch alone = batch_of({event});
    RC_ASSERT(replacer(services, keys)->intercept(alone).ok());
    one_by_one.push_back(events_of(alone).at(0));
  }
  RC_ASSERT(events_of(together) == one_by_one);
}

}  // namespace
}  // namespace flume
