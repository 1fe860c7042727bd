#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/golden_interceptors.h"

namespace flume {
namespace {

using testing::HasSubstr;

std::unique_ptr<Interceptor> remover(TestServices& services, const Keys& keys) {
  return configured<Interceptor>(Kind::Interceptor, "org.apache.flume.interceptor.RemoveHeaderInterceptor$Builder", keys,
                                 services.of("sources.r1", "r1"));
}

TEST(RemoveHeaderInterceptor, does_what_flumes_does) {
  TestServices services;
  EXPECT_GE(replay_golden_interceptors("remove_header", services), 25U);
}

TEST(RemoveHeaderInterceptor, does_not_copy_a_batch_that_has_none_of_the_headers) {
  TestServices services;
  EventBatch batch = batch_of({{{{"a", "1"}}, "x"}, {{}, "y"}});
  const void* slab = batch.slices()[0].slab->bytes();
  ASSERT_TRUE(remover(services, {{"withName", "b"}, {"matching", "c+"}})->intercept(batch).ok());
  EXPECT_EQ(batch.slices()[0].slab->bytes(), slab);
}

TEST(RemoveHeaderInterceptor, keeps_the_order_and_the_other_headers) {
  TestServices services;
  EventBatch batch = batch_of({{{{"a", "1"}, {"b", "2"}}, "x"}, {{}, "y"}, {{{"b", "3"}}, ""}});
  ASSERT_TRUE(remover(services, {{"fromList", "b , none"}})->intercept(batch).ok());
  EXPECT_EQ(events_of(batch), (std::vector<TestEvent>{{{{"a", "1"}}, "x"}, {{}, "y"}, {{}, ""}}));
}

TEST(RemoveHeaderInterceptor, keeps_and_counts_a_header_on_which_it_cannot_decide) {
  TestServices services;
  const std::string endless = std::string(5000, 'a') + "b";
  EventBatch batch = batch_of({{{{endless, "1"}, {"aa", "2"}}, "x"}});
  ASSERT_TRUE(remover(services, {{"matching", "(a+)+"}})->intercept(batch).ok());
  EXPECT_EQ(events_of(batch), (std::vector<TestEvent>{{{{endless, "1"}}, "x"}}));
  EXPECT_EQ(services.log.count(LogLevel::Warn, "cannot decide"), 1U);
}

TEST(RemoveHeaderInterceptor, refuses_bad_patterns_with_key_and_column) {
  const auto refusal = [](const Keys& keys) {
    return parse_options(builtin_component(Kind::Interceptor, "remove_header"), keys).status().message();
  };
  EXPECT_THAT(refusal({{"matching", "a)"}}), testing::AllOf(HasSubstr("matching: "), HasSubstr("column 2")));
  EXPECT_THAT(refusal({{"fromList", "a"}, {"fromListSeparator", "(a"}}),
              testing::AllOf(HasSubstr("fromListSeparator: "), HasSubstr("column 1")));
}

}  // namespace
}  // namespace flume
