#include "components/sinks/http/status_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(StatusRules, without_any_the_defaults_are_flumes) {
  const StatusRules rules{HttpSinkOptions()};
  for (const int status : {200, 302, 404, 503}) {
    EXPECT_TRUE(rules.of(status).rolls_back);
    EXPECT_TRUE(rules.of(status).backs_off);
    EXPECT_FALSE(rules.of(status).counts);
  }
}

TEST(StatusRules, a_status_counts_before_its_hundred_and_that_before_the_default) {
  HttpSinkOptions options;
  options.rollback = {{"2XX", "false"}, {"200", "true"}, {"503", "false"}};
  options.backoff = {{"4XX", "false"}, {"429", "true"}};
  options.increment_metrics = {{"2XX", "TRUE"}};
  const StatusRules rules(options);
  EXPECT_TRUE(rules.of(200).rolls_back);
  EXPECT_FALSE(rules.of(204).rolls_back);
  EXPECT_FALSE(rules.of(503).rolls_back);
  EXPECT_TRUE(rules.of(500).rolls_back);
  EXPECT_FALSE(rules.of(404).backs_off);
  EXPECT_TRUE(rules.of(429).backs_off);
  EXPECT_TRUE(rules.of(200).counts) << "each of the three by itself";
  EXPECT_FALSE(rules.of(404).counts);
}

TEST(StatusRules, the_defaults_can_be_turned) {
  HttpSinkOptions options;
  options.default_rollback = false;
  options.default_backoff = false;
  options.default_increment_metrics = true;
  options.rollback = {{"5XX", "true"}};
  const StatusRules rules(options);
  EXPECT_FALSE(rules.of(404).rolls_back);
  EXPECT_FALSE(rules.of(404).backs_off);
  EXPECT_TRUE(rules.of(404).counts);
  EXPECT_TRUE(rules.of(599).rolls_back);
}

TEST(StatusRules, hundreds_may_be_written_small_and_flumes_spelling_wins) {
  HttpSinkOptions options;
  options.rollback = {{"2xx", "false"}, {"5xx", "false"}, {"5XX", "true"}};
  const StatusRules rules(options);
  EXPECT_FALSE(rules.of(200).rolls_back);
  EXPECT_TRUE(rules.of(500).rolls_back);
}

TEST(StatusRules, what_is_no_status_is_told_and_counts_for_nothing) {
  const auto problems_of = [](const OptionFamily& family) {
    HttpSinkOptions options;
    options.rollback = family;
    OptionProblems problems;
    check_rules(options, problems);
    std::vector<std::string> messages;
    for (const OptionProblem& problem : problems) {
      EXPECT_TRUE(problem.runs) << "Flume runs on it";
      messages.push_back(problem.message);
    }
    return messages;
  };
  for (const std::string bad : {"20", "2000", "2X0", "20X", "XXX", "0XX", "2YY", "ok", "-20"}) {
    EXPECT_THAT(problems_of({{bad, "false"}}), ElementsAre(HasSubstr("rollback." + bad + ": counts for nothing"))) << bad;
  }
  EXPECT_THAT(problems_of({{"200", "false"}, {"2XX", "True"}, {"5xx", "true"}}), IsEmpty());
  EXPECT_THAT(problems_of({{"200", "yes"}}), ElementsAre(HasSubstr("rollback.200: is neither true nor false")));
}

TEST(StatusRules, only_a_status_that_blames_the_request_blames_the_events) {
  for (const int status : {400, 413, 422}) EXPECT_TRUE(blames_the_events(status)) << status;
  for (const int status : {200, 301, 401, 403, 404, 405, 408, 415, 429, 500, 503}) EXPECT_FALSE(blames_the_events(status)) << status;
}

}  // namespace
}  // namespace flume
