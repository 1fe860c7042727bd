#include <regex>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "components/interceptors/random_uuid.h"
#include "support/golden_interceptors.h"

namespace flume {
namespace {

constexpr const char* kClass = "org.apache.flume.sink.solr.morphline.UUIDInterceptor$Builder";

bool is_uuid(const std::string& text) {
  return std::regex_match(text, std::regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(UuidInterceptor, does_what_flumes_does) {
  TestServices services;
  const auto by_shape = [](std::vector<TestEvent>& events) {
    for (TestEvent& event : events) {
      for (auto& [key, value] : event.headers) {
        if (value.size() < RandomUuids::kLength) continue;
        const std::size_t prefix = value.size() - RandomUuids::kLength;
        if (is_uuid(value.substr(prefix))) value.replace(prefix, std::string::npos, "<UUID>");
      }
    }
  };
  EXPECT_GE(replay_golden_interceptors(kClass, services, {.mask = by_shape}), 10U);
}

TEST(UuidInterceptor, gives_every_event_another_id) {
  TestServices services;
  const auto first = configured<Interceptor>(Kind::Interceptor, "uuid", {}, services.of("sources.r1", "r1"));
  const auto second = configured<Interceptor>(Kind::Interceptor, "uuid", {}, services.of("sources.r1", "r1"));
  std::set<std::string> ids;
  for (const auto& interceptor : {first.get(), second.get()}) {
    EventBatch batch = batch_of_bodies(std::vector<std::string>(1000, "x"));
    ASSERT_TRUE(interceptor->intercept(batch).ok());
    for (const TestEvent& event : events_of(batch)) {
      EXPECT_TRUE(is_uuid(event.headers.at("id"))) << event.headers.at("id");
      ids.insert(event.headers.at("id"));
    }
  }
  EXPECT_EQ(ids.size(), 2000U);
}

TEST(UuidInterceptor, keeps_the_ids_that_events_bring) {
  TestServices services;
  const auto interceptor = configured<Interceptor>(Kind::Interceptor, kClass, {{"prefix", "p-"}}, services.of("sources.r1", "r1"));
  EventBatch batch = batch_of({{{{"id", "mine"}, {"a", "b"}}, "x"}, {{{"a", "b"}}, "y"}});
  ASSERT_TRUE(interceptor->intercept(batch).ok());
  const std::vector<TestEvent> events = events_of(batch);
  EXPECT_EQ(events[0], (TestEvent{{{"id", "mine"}, {"a", "b"}}, "x"}));
  EXPECT_EQ(events[1].headers.at("id").substr(0, 2), "p-");
  EXPECT_EQ(events[1].headers.at("a"), "b");
}

}  // namespace
}  // namespace flume
