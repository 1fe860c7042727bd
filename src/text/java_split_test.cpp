#include "text/java_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> split(std::string_view text, std::string_view pattern) {
  auto regex = Regex::compile(pattern);
  return *java_split(text, *regex);
}

// What OpenJDK 17 answers.
TEST(JavaSplit, divides_as_java_does) {
  EXPECT_THAT(split("a, b ,c", "\\s*,\\s*"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split(",a,,b,,", ","), ElementsAre("", "a", "", "b"));
  EXPECT_THAT(split("", ","), ElementsAre(""));
  EXPECT_THAT(split(",", ","), IsEmpty());
  EXPECT_THAT(split("abc", ""), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split("abc", "x"), ElementsAre("abc"));
  EXPECT_THAT(split("onetwo", "(?=t)"), ElementsAre("one", "two"));
  EXPECT_THAT(split("abc", "."), IsEmpty());
}

TEST(JavaSplit, gives_up_instead_of_hanging) {
  auto regex = Regex::compile("(a+)+$");
  EXPECT_EQ(java_split(std::string(5000, 'a') + "b", *regex).status().kind(), ErrorKind::Rejected);
}

}  // namespace
}  // namespace flume
