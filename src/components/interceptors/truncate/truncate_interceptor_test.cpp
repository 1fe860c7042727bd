#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/batch_of.h"
#include "support/configured.h"
#include "support/test_services.h"
#include "text/utf8.h"

namespace flume {
namespace {

using testing::HasSubstr;

std::unique_ptr<Interceptor> truncater(TestServices& services, const Keys& keys) {
  return configured<Interceptor>(Kind::Interceptor, "truncate", keys, services.of("sources.r1", "r1"));
}

std::string cut(const Keys& keys, const std::string& body) {
  TestServices services;
  EventBatch batch = batch_of_bodies({body});
  EXPECT_TRUE(truncater(services, keys)->intercept(batch).ok());
  return std::string(batch[0].body());
}

TEST(TruncateInterceptor, cuts_between_characters) {
  EXPECT_EQ(cut({{"maxBodyBytes", "3"}}, "abc"), "abc");
  EXPECT_EQ(cut({{"maxBodyBytes", "3"}}, "abcd"), "abc");
  EXPECT_EQ(cut({{"maxBodyBytes", "3"}}, "ab\xC3\xA9"), "ab");
  EXPECT_EQ(cut({{"maxBodyBytes", "3"}}, "\xF0\x9F\x98\x80"), "");
  EXPECT_EQ(cut({{"maxBodyBytes", "3"}}, "a\x80\x80\x80\x80\x80"), "a\x80\x80") << "not UTF-8: cut where it must be";
  EXPECT_EQ(cut({{"maxBodyBytes", "4"}, {"suffix", ".."}}, "abcdef"), "ab..");
  EXPECT_EQ(cut({{"maxBodyBytes", "0"}}, "abcdef"), "");
}

TEST(TruncateInterceptor, cuts_headers_and_counts_the_events) {
  TestServices services;
  const auto interceptor = truncater(services, {{"maxHeaderBytes", "2"}, {"maxBodyBytes", "4"}, {"sizeHeader", "n"}});
  EventBatch batch = batch_of({{{{"a", "123"}, {"b", "1"}}, "x"}, {{{"a", "12"}}, "12345"}, {{}, "ok"}});
  ASSERT_TRUE(interceptor->intercept(batch).ok());
  EXPECT_EQ(events_of(batch), (std::vector<TestEvent>{{{{"a", "12"}, {"b", "1"}}, "x"}, {{{"a", "12"}, {"n", "5"}}, "1234"}, {{}, "ok"}}));
  EXPECT_EQ(std::get<std::int64_t>(services.metrics.snapshot().at(0).metrics.at(0).value), 2);
}

TEST(TruncateInterceptor, refuses_to_do_nothing_and_a_suffix_that_does_not_fit) {
  const auto refusal = [](const Keys& keys) {
    return parse_options(builtin_component(Kind::Interceptor, "truncate"), keys).status().message();
  };
  EXPECT_THAT(refusal({}), HasSubstr("must be set"));
  EXPECT_THAT(refusal({{"maxBodyBytes", "2"}, {"suffix", "..."}}), HasSubstr("suffix: is longer"));
  EXPECT_THAT(refusal({{"maxBodyBytes", "-1"}}), HasSubstr("maxBodyBytes"));
}

RC_GTEST_PROP(TruncateInterceptor, leaves_whole_characters_of_the_beginning, ()) {
  const auto words =
      *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"));
  std::string text;
  for (const std::string& word : words) text += word;
  const auto most = *rc::gen::inRange<std::size_t>(0, 20);
  const std::string left = cut({{"maxBodyBytes", std::to_string(most)}}, text);
  RC_ASSERT(left.size() <= most);
  RC_ASSERT(text.starts_with(left));
  RC_ASSERT(is_valid_utf8(left));
  RC_ASSERT(left == text || left.size() + 3 >= most);
}

}  // namespace
}  // namespace flume
