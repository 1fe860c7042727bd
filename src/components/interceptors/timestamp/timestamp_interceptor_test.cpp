#include <gtest/gtest.h>

#include "support/golden_interceptors.h"

namespace flume {
namespace {

std::string now(const TestServices& services) { return std::to_string(services.clock.wall().time_since_epoch().count()); }

TEST(TimestampInterceptor, does_what_flumes_does) {
  TestServices services;
  const std::size_t cases = replay_golden_interceptors(
      "timestamp", services, {.expected = [&](const std::string& value) { return value == "<NOW>" ? now(services) : value; }});
  EXPECT_GE(cases, 4U);
}

TEST(TimestampInterceptor, gives_every_batch_the_time_of_its_beginning) {
  TestServices services;
  const auto interceptor = configured<Interceptor>(Kind::Interceptor, "org.apache.flume.interceptor.TimestampInterceptor$Builder",
                                                   {{"headerName", "t"}}, services.of("sources.r1", "r1"));
  HeaderPlan plan;
  ASSERT_TRUE(interceptor->fuse(plan));
  EXPECT_TRUE(plan.has_changing_values());
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool, std::move(plan));
  std::string last;
  for (const auto step : {std::chrono::milliseconds(5), std::chrono::milliseconds(-50)}) {
    services.clock.step_wall(step);
    const std::string begin = now(services);
    ASSERT_TRUE(builder.body("a").ok());
    services.clock.step_wall(std::chrono::milliseconds(1));
    ASSERT_TRUE(builder.body("b").ok());
    const EventBatch batch = builder.take();
    EXPECT_EQ(batch[0].header("t"), begin);
    EXPECT_EQ(batch[1].header("t"), begin);
    EXPECT_NE(begin, last);
    last = begin;
  }
}

TEST(TimestampInterceptor, stamps_finished_events_anew_each_time) {
  TestServices services;
  const auto interceptor = configured<Interceptor>(Kind::Interceptor, "timestamp", {}, services.of("sources.r1", "r1"));
  EventBatch batch = batch_of_bodies({"a", "b"});
  ASSERT_TRUE(interceptor->intercept(batch).ok());
  services.clock.step_wall(std::chrono::milliseconds(7));
  ASSERT_TRUE(interceptor->intercept(batch).ok());
  EXPECT_EQ(events_of(batch), (std::vector<TestEvent>{{{{"timestamp", now(services)}}, "a"}, {{{"timestamp", now(services)}}, "b"}}));
}

}  // namespace
}  // namespace flume
