#include "components/sources/avro/ip_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using testing::HasSubstr;

IpFilter filter(std::string_view rules) {
  auto parsed = IpFilter::parse(rules);
  if (!parsed) ADD_FAILURE() << parsed.status().message();
  return *std::move(parsed);
}

TEST(IpFilter, the_first_rule_that_fits_decides) {
  const IpFilter rules = filter("allow:ip:127.*, allow:name:*.example.com, deny:ip:*");
  EXPECT_TRUE(rules.allows("127.0.0.1", "localhost"));
  EXPECT_TRUE(rules.allows("10.0.0.7", "web7.example.com"));
  EXPECT_FALSE(rules.allows("10.0.0.7", "10.0.0.7"));
}

TEST(IpFilter, who_fits_none_is_allowed) {
  const IpFilter rules = filter("deny:ip:10.1.*");
  EXPECT_FALSE(rules.allows("10.1.2.3", "x"));
  EXPECT_TRUE(rules.allows("10.2.2.3", "x"));
}

TEST(IpFilter, stars_and_question_marks_stand_for_others) {
  const IpFilter rules = filter("deny:name:web?.*.com");
  EXPECT_FALSE(rules.allows("", "web1.a.com"));
  EXPECT_FALSE(rules.allows("", "web1.a.b.com"));
  EXPECT_TRUE(rules.allows("", "web10.a.com"));
  EXPECT_TRUE(rules.allows("", "web1.com"));
}

TEST(IpFilter, many_stars_do_not_cost_much) {
  const IpFilter rules = filter("deny:ip:*a*a*a*a*a*a*a*a*a*b");
  EXPECT_TRUE(rules.allows(std::string(2000, 'a'), ""));
}

TEST(IpFilter, localhost_is_this_machine) {
  const IpFilter rules = filter("allow:name:localhost,deny:ip:*");
  EXPECT_FALSE(rules.needs_name());
  EXPECT_TRUE(rules.allows("127.0.0.1", ""));
  EXPECT_TRUE(rules.allows("::1", ""));
  EXPECT_FALSE(rules.allows("10.0.0.7", "localhost"));
}

TEST(IpFilter, names_are_looked_up_only_when_a_rule_asks) {
  EXPECT_FALSE(filter("deny:ip:10.*").needs_name());
  EXPECT_TRUE(filter("deny:ip:10.*,deny:name:x").needs_name());
}

TEST(IpFilter, what_is_no_rule_is_quoted) {
  for (const char* const rules : {"permit:ip:*", "allow:host:*", "allow:ip", "allow:ip:", "allow"}) {
    EXPECT_THAT(IpFilter::parse(rules).status().message(), HasSubstr("'" + std::string(rules) + "' is no rule"));
  }
  EXPECT_FALSE(IpFilter::parse("").ok());
  EXPECT_FALSE(IpFilter::parse(" , ").ok());
}

}  // namespace
}  // namespace flume
