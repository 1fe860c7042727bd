#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/batch_of.h"
#include "support/configured.h"
#include "support/test_services.h"

namespace flume {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Interceptor> limiter(TestServices& services, const Keys& keys) {
  return configured<Interceptor>(Kind::Interceptor, "rate_limit", keys, services.of("sources.r1", "r1"));
}

std::vector<std::string> numbered(std::size_t count) {
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < count; ++i) bodies.push_back(std::to_string(i));
  return bodies;
}

std::uint32_t passed(Interceptor& interceptor, std::size_t count) {
  EventBatch batch = batch_of_bodies(numbered(count));
  EXPECT_TRUE(interceptor.intercept(batch).ok());
  return batch.size();
}

std::int64_t dropped(const TestServices& services) {
  std::int64_t sum = 0;
  for (const GroupSnapshot& group : services.metrics.snapshot()) sum += std::get<std::int64_t>(group.metrics.at(0).value);
  return sum;
}

TEST(RateLimitInterceptor, lets_the_first_ones_pass_and_counts_the_others) {
  TestServices services;
  const auto interceptor = limiter(services, {{"eventsPerSecond", "10"}, {"burst", "3"}});
  EventBatch batch = batch_of_bodies(numbered(5));
  ASSERT_TRUE(interceptor->intercept(batch).ok());
  EXPECT_EQ(events_of(batch), events_of(batch_of_bodies({"0", "1", "2"})));
  EXPECT_EQ(dropped(services), 2);
  services.clock.advance(99ms);
  EXPECT_EQ(passed(*interceptor, 1), 0U);
  services.clock.advance(1ms);
  EXPECT_EQ(passed(*interceptor, 2), 1U);
  services.clock.advance(24h);
  EXPECT_EQ(passed(*interceptor, 5), 3U) << "no more than the burst after a long pause";
}

TEST(RateLimitInterceptor, tells_of_drops_once_a_minute) {
  TestServices services;
  const auto interceptor = limiter(services, {{"eventsPerSecond", "1"}});
  for (int i = 0; i < 5; ++i) passed(*interceptor, 10);
  EXPECT_EQ(services.log.count(LogLevel::Warn, "rate_limit drops"), 1U);
  services.clock.advance(1min);
  passed(*interceptor, 10);
  EXPECT_EQ(services.log.count(LogLevel::Warn, "rate_limit drops"), 2U);
}

TEST(RateLimitInterceptor, is_one_limit_for_all_loops_of_a_source) {
  TestServices services;
  const ComponentInfo& info = builtin_component(Kind::Interceptor, "rate_limit");
  const auto options = parse_options(info, {{"eventsPerSecond", "100"}});
  const auto first = info.make<Interceptor>(options->get(), services.of("sources.r1", "r1"));
  const auto second = info.make<Interceptor>(options->get(), services.of("sources.r1", "r1"));
  std::uint32_t from_first = 0;
  std::uint32_t from_second = 0;
  {
    const std::jthread one([&] {
      for (int i = 0; i < 20; ++i) from_first += passed(*first, 10);
    });
    const std::jthread other([&] {
      for (int i = 0; i < 20; ++i) from_second += passed(*second, 10);
    });
  }
  EXPECT_EQ(from_first + from_second, 100U);
  EXPECT_EQ(dropped(services), 300);
}

TEST(RateLimitInterceptor, stands_the_greatest_values) {
  TestServices services;
  const auto interceptor = limiter(services, {{"eventsPerSecond", "1000000000"}, {"burst", "1000000000"}});
  EXPECT_EQ(passed(*interceptor, 10), 10U);
  services.clock.advance(24h * 365 * 100);
  EXPECT_EQ(passed(*interceptor, 10), 10U);
}

RC_GTEST_PROP(RateLimitInterceptor, never_lets_more_pass_than_time_and_burst_allow, ()) {
  const auto rate = *rc::gen::inRange<std::int64_t>(1, 5000);
  const auto burst = *rc::gen::inRange<std::int64_t>(1, 50);
  const auto steps = *rc::gen::container<std::vector<std::pair<std::int64_t, std::size_t>>>(
      rc::gen::pair(rc::gen::inRange<std::int64_t>(0, 100'000'000), rc::gen::inRange<std::size_t>(1, 100)));
  TestServices services;
  const auto interceptor = limiter(services, {{"eventsPerSecond", std::to_string(rate)}, {"burst", std::to_string(burst)}});
  std::int64_t nanos = 0;
  std::int64_t all = 0;
  std::int64_t total = 0;
  for (const auto& [pause, size] : steps) {
    services.clock.advance(std::chrono::nanoseconds(pause));
    nanos += pause;
    all += static_cast<std::int64_t>(size);
    total += passed(*interceptor, size);
    RC_ASSERT(total <= burst + nanos * rate / 1'000'000'000);
  }
  RC_ASSERT(dropped(services) == all - total);
}

}  // namespace
}  // namespace flume
