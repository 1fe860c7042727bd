#include <gtest/gtest.h>

#include "support/golden_interceptors.h"

namespace flume {
namespace {

TEST(StaticInterceptor, does_what_flumes_does) {
  TestServices services;
  EXPECT_GE(replay_golden_interceptors("static", services), 4U);
}

TEST(StaticInterceptor, adds_a_value_that_never_changes) {
  TestServices services;
  const auto interceptor = configured<Interceptor>(Kind::Interceptor, "org.apache.flume.interceptor.StaticInterceptor$Builder",
                                                   {{"key", "dc"}, {"value", "eu 1"}}, services.of("sources.r1", "r1"));
  HeaderPlan plan;
  ASSERT_TRUE(interceptor->fuse(plan));
  EXPECT_FALSE(plan.has_changing_values());
  EXPECT_TRUE(interceptor->uses_headers());
}

}  // namespace
}  // namespace flume
