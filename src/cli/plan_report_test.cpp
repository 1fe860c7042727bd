#include "cli/plan_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/fake_components.h"

namespace flume::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Planned {
  explicit Planned(std::string_view text, bool is_strict = false)
      : planned(config::plan_text(text)), report{{"flume.conf"}, planned.diagnostics, {planned.plan}, is_strict} {}
  config::Planned planned;
  PlanReport report;
};

std::string with_good_text(std::string_view keys) { return std::string(config::kGoodText) + std::string(keys); }

TEST(PlanReport, tells_value_unit_and_origin_of_each_key) {
  const Planned planned(
      with_good_text("a1.sources.r1.interval = 60\na1.sources.r1.interceptors = i1\na1.sources.r1.interceptors.i1.type = timestamp\n"));
  const std::string text = report_as_text(planned.report);
  EXPECT_THAT(text, HasSubstr("agent a1\n  source r1: exec\n"));
  EXPECT_THAT(text, testing::ContainsRegex("interval = 60 s +\\[flume.conf:7:26\\]\n"));
  EXPECT_THAT(text, testing::ContainsRegex("timeout = 3000 ms +\\[default\\]\n"));
  EXPECT_THAT(text, testing::ContainsRegex("interceptor i1: timestamp\n +interceptors.i1.headerName = timestamp +\\[default\\]\n"));
  EXPECT_THAT(text, HasSubstr("selector: replicating"));
  EXPECT_THAT(text, testing::EndsWith("valid: 0 errors, 0 warnings; agent a1: 1 source, 1 channel, 0 sinks\n"));
}

TEST(PlanReport, tells_problems_first_and_what_is_left_out) {
  const Planned planned(with_good_text("a1.sinks = k1\na1.sinks.k1.type = hdsf\na1.sinks.k1.channel = c1\n"));
  const std::string text = report_as_text(planned.report);
  EXPECT_THAT(text,
              testing::StartsWith(
                  "flume.conf:8:20: error: a1.sinks.k1.type: unknown sink type 'hdsf' (did you mean hdfs?)\n\nagent a1: does not start\n"));
  EXPECT_THAT(text, HasSubstr("  left out: sink k1: its type 'hdsf' is not available\n"));
  EXPECT_THAT(text, testing::EndsWith("invalid: 1 error, 0 warnings; agent a1: 1 source, 1 channel, 0 sinks, 1 left out\n"));
}

TEST(PlanReport, tells_what_a_cut_batch_was) {
  const Planned planned(with_good_text("a1.channels.c1.transactionCapacity = 10\na1.sources.r1.burst = 1\n"));
  EXPECT_THAT(report_as_text(planned.report), HasSubstr("batchSize = 10 (cut from 100)"));
}

TEST(PlanReport, is_invalid_by_a_warning_only_when_strict) {
  const std::string text = with_good_text("a1.sources.r1.wrokers = 1\n");
  EXPECT_TRUE(Planned(text).report.is_valid());
  EXPECT_FALSE(Planned(text, true).report.is_valid());
  EXPECT_FALSE(Planned("a1.channels = c1\n").report.is_valid());
}

TEST(PlanReport, says_the_same_as_json) {
  const Planned planned(
      with_good_text("a1.sources.r1.interval = 60\na1.sinks = k1\na1.sinks.k1.type = x\na1.channels.c1.transactionCapacity = 5\n"));
  const auto document = nlohmann::json::parse(report_as_json(planned.report));
  EXPECT_EQ(document["files"][0], "flume.conf");
  EXPECT_EQ(document["valid"], false);
  EXPECT_EQ(document["errors"], planned.planned.diagnostics.count(config::Severity::Error));
  EXPECT_EQ(document["diagnostics"].size(), planned.planned.diagnostics.all().size());
  const auto& agent = document["agents"][0];
  EXPECT_EQ(agent["name"], "a1");
  EXPECT_EQ(agent["starts"], false);
  EXPECT_EQ(agent["left_out"][0]["kind"], "sink");
  const auto& source = agent["sources"][0];
  EXPECT_EQ(source["type"], "exec");
  EXPECT_EQ(source["line"], 4);
  EXPECT_EQ(source["channels"][0], "c1");
  EXPECT_EQ(source["selector"]["type"], "replicating");
  for (const auto& value : source["values"]) {
    for (const char* field : {"key", "value", "unit", "origin", "file", "line", "column", "note"})
      EXPECT_TRUE(value.contains(field)) << field;
    if (value["key"] == "interval") {
      EXPECT_EQ(value["value"], "60");
      EXPECT_EQ(value["unit"], "s");
      EXPECT_EQ(value["origin"], "configuration");
      EXPECT_EQ(value["line"], 7);
    }
    if (value["key"] == "timeout") {
      EXPECT_EQ(value["origin"], "default");
      EXPECT_TRUE(value["line"].is_null());
    }
    if (value["key"] == "batchSize") {
      EXPECT_EQ(value["note"], "cut from 100");
    }
  }
}

TEST(PlanReport, never_shows_a_secret_or_a_control_character) {
  const Planned planned(with_good_text(
      "a1.sources.r1.password = geheim\na1.sources.r1.client.ssl.key.password = geheim\na1.sources.r1.file = a\\u001b[31m\\nb\n"
      "a1.sources.r1.client.url = http://me:geheim@h\na1.sources.r1.workers = token=geheim\n"));
  EXPECT_THAT(report_as_text(planned.report), Not(HasSubstr("geheim")));
  EXPECT_THAT(report_as_json(planned.report), Not(HasSubstr("geheim")));
  const Planned valid(with_good_text("a1.sources.r1.password = geheim\na1.sources.r1.file = a\\u001b[31m\\nb\n"));
  EXPECT_THAT(report_as_text(valid.report), HasSubstr("password = ***"));
  EXPECT_THAT(report_as_text(valid.report), HasSubstr("file = a\\x1b[31m\\nb"));
}

}  // namespace
}  // namespace flume::cli
