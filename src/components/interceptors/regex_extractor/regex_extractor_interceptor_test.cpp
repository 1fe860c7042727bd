#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/golden_interceptors.h"

namespace flume {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Keys kTimed{{"regex", "^(\\S+) (\\S+) (.*)$"}, {"serializers", "s1 s2"},
                  {"serializers.s1.name", "level"},  {"serializers.s2.name", "timestamp"},
                  {"serializers.s2.type", "MILLIS"}, {"serializers.s2.pattern", "yyyy-MM-dd'T'HH:mm"}};

Keys with(Keys keys, const std::string& key, const std::string& value) {
  keys.emplace_back(key, value);
  return keys;
}

std::unique_ptr<Interceptor> extractor(TestServices& services, const Keys& keys, const std::string& zone = "UTC") {
  Services lent = services.of("sources.r1", "r1");
  lent.time_zone = zone;
  return configured<Interceptor>(Kind::Interceptor, "org.apache.flume.interceptor.RegexExtractorInterceptor$Builder", keys, lent);
}

TEST(RegexExtractorInterceptor, does_what_flumes_does) {
  TestServices services;
  const auto unchanged = [](const TestEvent& event) { return std::vector<TestEvent>{event}; };
  // Where Flume fails on the event it passes without the header.
  const auto without_header = [&](const TestEvent& event) {
    return event.body == "body" ? std::vector<TestEvent>{{{}, event.body}} : unchanged(event);
  };
  EXPECT_GE(replay_golden_interceptors("regex_extractor", services, {.instead_of_failing = without_header}), 30U);
}

TEST(RegexExtractorInterceptor, reads_times_in_the_zone_of_the_process) {
  for (const auto& [zone, millis] : {std::pair<const char*, const char*>{"UTC", "1350484440000"}, {"Europe/Berlin", "1350477240000"}}) {
    TestServices services;
    EventBatch batch = batch_of({{{{"level", "old"}, {"kept", "k"}}, "WARN 2012-10-17T14:34 text"}});
    ASSERT_TRUE(extractor(services, kTimed, zone)->intercept(batch).ok());
    EXPECT_EQ(events_of(batch),
              (std::vector<TestEvent>{{{{"level", "WARN"}, {"timestamp", millis}, {"kept", "k"}}, "WARN 2012-10-17T14:34 text"}}));
  }
}

TEST(RegexExtractorInterceptor, keeps_and_counts_an_event_whose_time_cannot_be_read) {
  TestServices services;
  const auto interceptor = extractor(services, kTimed);
  EventBatch batch = batch_of({{{{"timestamp", "5"}}, "WARN yesterday text"}, {{}, "INFO 2012-13-17T14:34 text"}});
  ASSERT_TRUE(interceptor->intercept(batch).ok());
  EXPECT_EQ(events_of(batch), (std::vector<TestEvent>{{{{"timestamp", "5"}, {"level", "WARN"}}, "WARN yesterday text"},
                                                      {{{"level", "INFO"}}, "INFO 2012-13-17T14:34 text"}}));
  EXPECT_EQ(services.log.count(LogLevel::Warn, "cannot read a time"), 1U);
}

TEST(RegexExtractorInterceptor, reads_malformed_bytes_as_replacement_characters) {
  TestServices services;
  EventBatch batch = batch_of_bodies({"a\xFFz"});
  ASSERT_TRUE(extractor(services, {{"regex", "a(.)"}, {"serializers", "s"}, {"serializers.s.name", "h"}})->intercept(batch).ok());
  EXPECT_EQ(events_of(batch), (std::vector<TestEvent>{{{{"h", "\xEF\xBF\xBD"}}, "a\xFFz"}}));
}

TEST(RegexExtractorInterceptor, keeps_or_drops_what_it_cannot_decide) {
  const std::string endless = std::string(5000, 'a') + "b";
  const Keys keys{{"regex", "(a+)+$"}, {"serializers", "s"}, {"serializers.s.name", "h"}};
  for (const auto& [policy, left] : {std::pair<std::string, std::size_t>{"keep", 2}, {"drop", 1}}) {
    TestServices services;
    const auto interceptor = extractor(services, with(keys, "onUndecided", policy));
    EventBatch batch = batch_of_bodies({endless, "aa"});
    ASSERT_TRUE(interceptor->intercept(batch).ok());
    ASSERT_EQ(batch.size(), left);
    EXPECT_EQ(batch[left - 1].header("h"), "aa");
    EXPECT_EQ(services.log.count(LogLevel::Warn, "gives up"), 1U);
  }
}

TEST(RegexExtractorInterceptor, names_every_mistake_in_its_keys) {
  const auto refusal = [](const Keys& keys) {
    return parse_options(builtin_component(Kind::Interceptor, "regex_extractor"), keys).status().message();
  };
  EXPECT_THAT(refusal({{"regex", "a(b"}, {"serializers", "s1 s2"}, {"serializers.s2.name", "x"}, {"serializers.s2.type", "default"}}),
              AllOf(HasSubstr("regex: "), HasSubstr("column 2"), HasSubstr("serializers.s1.name, the header, is missing"),
                    HasSubstr("serializers.s2.type: there is no serializer 'default'")));
  EXPECT_THAT(refusal(with(kTimed, "serializers.s2.pattern", "yyyy-MM-ddTHH")),
              AllOf(HasSubstr("serializers.s2.pattern: "), HasSubstr("column 11")));
  EXPECT_THAT(refusal(with(kTimed, "serializers.s2.patern", "x")),
              AllOf(HasSubstr("serializers.s2.patern has no effect"), HasSubstr("pattern")));
  EXPECT_THAT(refusal(with(kTimed, "serializers.s3.name", "x")), HasSubstr("'s3' is not among the serializers"));
  EXPECT_THAT(refusal(with(kTimed, "serializers.s1.type", "com.example.Mine")), HasSubstr("Java classes cannot be loaded"));
}

}  // namespace
}  // namespace flume
