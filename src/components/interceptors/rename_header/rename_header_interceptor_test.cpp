#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/batch_of.h"
#include "support/configured.h"
#include "support/test_services.h"

namespace flume {
namespace {

using testing::HasSubstr;

std::vector<TestEvent> renamed(const Keys& keys, const std::vector<TestEvent>& events) {
  TestServices services;
  EventBatch batch = batch_of(events);
  EXPECT_TRUE(configured<Interceptor>(Kind::Interceptor, "rename_header", keys, services.of("sources.r1", "r1"))->intercept(batch).ok());
  return events_of(batch);
}

TEST(RenameHeaderInterceptor, renames_all_at_once) {
  const Keys swap{{"rename.a", "b"}, {"rename.b", "a"}, {"rename.x.y", "z"}};
  EXPECT_EQ(renamed(swap, {{{{"a", "1"}, {"b", "2"}, {"c", "3"}}, "body"}, {{{"a", "1"}, {"x.y", "9"}}, ""}, {{}, "none"}}),
            (std::vector<TestEvent>{{{{"a", "2"}, {"b", "1"}, {"c", "3"}}, "body"}, {{{"b", "1"}, {"z", "9"}}, ""}, {{}, "none"}}));
}

TEST(RenameHeaderInterceptor, replaces_the_header_that_has_the_name_unless_it_is_to_stay) {
  const std::vector<TestEvent> events{{{{"a", "1"}, {"b", "2"}}, "x"}};
  EXPECT_EQ(renamed({{"rename.a", "b"}}, events), (std::vector<TestEvent>{{{{"b", "1"}}, "x"}}));
  EXPECT_EQ(renamed({{"rename.a", "b"}, {"preserveExisting", "true"}}, events), events);
}

TEST(RenameHeaderInterceptor, refuses_names_that_collide_or_are_missing) {
  const auto refusal = [](const Keys& keys) {
    return parse_options(builtin_component(Kind::Interceptor, "rename_header"), keys).status().message();
  };
  EXPECT_THAT(refusal({}), HasSubstr("at least one"));
  EXPECT_THAT(refusal({{"rename.a", ""}}), HasSubstr("rename.a: the new name is empty"));
  EXPECT_THAT(refusal({{"rename.a", "c"}, {"rename.b", "c"}}), HasSubstr("rename.b: another header gets the name 'c'"));
}

RC_GTEST_PROP(RenameHeaderInterceptor, there_and_back_changes_nothing, (const std::map<std::string, std::string>& headers)) {
  RC_PRE(!headers.contains("new"));
  const std::vector<TestEvent> events{{headers, "body"}};
  RC_ASSERT(renamed({{"rename.new", "a"}}, renamed({{"rename.a", "new"}}, events)) == events);
}

}  // namespace
}  // namespace flume
