#include "config/config_filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/fake_components.h"
#include "config/load.h"

namespace flume::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct FakeFilter final : ConfigFilter {
  explicit FakeFilter(std::map<std::string, std::string> known) : values(std::move(known)) {}
  Result<std::optional<std::string>> value_of(const std::string& key) override {
    asked.push_back(key);
    if (key == "broken") return invalid_config("the store is on fire");
    const auto found = values.find(key);
    return found == values.end() ? std::optional<std::string>() : std::optional(found->second);
  }
  std::map<std::string, std::string> values;
  std::vector<std::string> asked;
};

class ConfigFiltersTest : public testing::Test {
 protected:
  ConfigFiltersTest() {
    auto filter = std::make_unique<FakeFilter>(std::map<std::string, std::string>{
        {"pw", "hunter2!"}, {"dir", "/data"}, {"nested", "${f['pw']}"}, {"a-b_C9", "x"}, {"empty", ""}, {"many", "not a number"}});
    fake = filter.get();
    filters.emplace("f", std::move(filter));
  }
  AgentTree filter(const std::string& lines) {
    PropertySet set;
    set.merge(parse_properties(location_of_file("flume.conf"), "a1.configfilters = f g\n" + lines, diagnostics).entries, diagnostics);
    const SubstitutedProperties substituted = substitute(std::move(set), {}, diagnostics);
    AgentTrees trees = build_agent_trees(substituted.properties, substituted.referenced, diagnostics);
    AgentTree agent = trees["a1"];
    found = apply_config_filters(agent, filters, diagnostics);
    return agent;
  }
  /// What becomes of `value`.
  std::string filtered(const std::string& value) {
    const AgentTree agent = filter("a1.sources.r1.command = " + value + "\n");
    return agent.group(Group::Sources).components.at("r1").find("command")->value;
  }
  [[nodiscard]] std::vector<std::string> said() const {
    std::vector<std::string> lines;
    for (const Diagnostic& each : diagnostics.all()) lines.push_back(to_line(each));
    return lines;
  }

  FakeFilter* fake = nullptr;
  ConfigFilters filters;
  Diagnostics diagnostics;
  std::vector<FilteredValue> found;
};

TEST_F(ConfigFiltersTest, answer_in_each_of_the_three_forms_and_inside_other_text) {
  EXPECT_EQ(filtered("${f['pw']}"), "hunter2!");
  EXPECT_EQ(filtered("${f[\"pw\"]}"), "hunter2!");
  EXPECT_EQ(filtered("${f[pw]}"), "hunter2!");
  EXPECT_EQ(filtered("-p ${f['pw']} ${f['dir']}/${f['a-b_C9']} end"), "-p hunter2! /data/x end");
  EXPECT_EQ(filtered("x${f['empty']}y"), "xy");
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(ConfigFiltersTest, answer_in_sources_sinks_channels_and_groups_and_not_in_filters) {
  const AgentTree agent = filter(
      "a1.sources.r1.a = ${f['dir']}\na1.sinks.k1.a = ${f['dir']}\na1.channels.c1.a = ${f['dir']}\n"
      "a1.sinkgroups.g1.a = ${f['dir']}\na1.configfilters.f.a = ${f['dir']}\n");
  EXPECT_EQ(agent.group(Group::Sources).components.at("r1").find("a")->value, "/data");
  EXPECT_EQ(agent.group(Group::Sinks).components.at("k1").find("a")->value, "/data");
  EXPECT_EQ(agent.group(Group::Channels).components.at("c1").find("a")->value, "/data");
  EXPECT_EQ(agent.group(Group::SinkGroups).components.at("g1").find("a")->value, "/data");
  EXPECT_EQ(agent.group(Group::ConfigFilters).components.at("f").find("a")->value, "${f['dir']}");
}

TEST_F(ConfigFiltersTest, are_asked_once_for_each_key) {
  EXPECT_EQ(filtered("${f['dir']} ${f[\"dir\"]} ${f['pw']} ${f['none']} ${f['none']}"), "/data /data hunter2! ${f['none']} ${f['none']}");
  EXPECT_THAT(fake->asked, ElementsAre("dir", "pw", "none"));
}

TEST_F(ConfigFiltersTest, do_not_look_into_their_answers) { EXPECT_EQ(filtered("<${f['nested']}>"), "<${f['pw']}>"); }

TEST_F(ConfigFiltersTest, leave_what_is_no_placeholder_of_theirs) {
  for (const std::string value : {"${f['p w']}", "${f['pw\"]}", "${f[]}", "${['pw']}", "f['pw']", "${f['pw']", "${f.pw}"})
    EXPECT_EQ(filtered(value), value);
  EXPECT_EQ(filtered("${${f['pw']}"), "${hunter2!");
}

TEST_F(ConfigFiltersTest, read_a_long_value_of_nothing_but_beginnings_in_no_time) {
  std::string value;
  while (value.size() < 900'000) value += "${f[";
  EXPECT_EQ(filtered(value + "]} ${f['pw']}"), value + "]} hunter2!");
}

TEST_F(ConfigFiltersTest, leave_a_key_without_a_value_with_an_error_that_names_the_place) {
  EXPECT_EQ(filtered("${f['none']}"), "${f['none']}");
  EXPECT_EQ(filtered("${f['broken']}"), "${f['broken']}");
  EXPECT_EQ(filtered("${g['pw']}"), "${g['pw']}");
  EXPECT_EQ(filtered("${h['pw']}"), "${h['pw']}");
  EXPECT_THAT(
      said(),
      ElementsAre(HasSubstr("flume.conf:2:25: error: a1.sources.r1.command: config filter 'f', key 'none': it has no value of that key"),
                  HasSubstr("config filter 'f', key 'broken': the store is on fire; the placeholder stays as written"),
                  HasSubstr("error: a1.sources.r1.command: config filter 'g' is not available"),
                  HasSubstr("warning: a1.sources.r1.command: placeholder left over: there is no config filter 'h'")));
}

TEST_F(ConfigFiltersTest, hide_what_they_answered_from_everything_that_is_said) {
  const AgentTree agent = filter("a1.sources.r1.command = curl -u me:${f['pw']}\n");
  const Property* command = agent.group(Group::Sources).components.at("r1").find("command");
  EXPECT_EQ(command->value, "curl -u me:hunter2!");
  EXPECT_EQ(command->as_written, "curl -u me:${f['pw']}");
  ASSERT_THAT(found, testing::SizeIs(1));
  diagnostics.error({}, "k", "cannot run 'curl -u me:hunter2!'", "is hunter2! right?");
  EXPECT_THAT(said(), ElementsAre("error: k: cannot run 'curl -u me:${f['pw']}' (is ${f['pw']} right?)"));
  EXPECT_EQ(without_filtered_values("hunter2!hunter2! and x", found), "${f['pw']}${f['pw']} and x");
}

TEST_F(ConfigFiltersTest, hide_the_longest_value_first_and_no_short_ones) {
  const std::vector<FilteredValue> values{{"secret", "A"}, {"secret-secret", "B"}, {"abc", "C"}, {"", "D"}, {"loop", "loop loop"}};
  EXPECT_EQ(without_filtered_values("secret secret-secret abc loop", values), "A B abc loop loop");
}

TEST_F(ConfigFiltersTest, show_values_as_they_were_written_in_the_plan) {
  const AgentTree agent = filter(
      "a1.sources = r1\na1.channels = c1\na1.channels.c1.type = memory\na1.sources.r1.type = exec\na1.sources.r1.channels = c1\n"
      "a1.sources.r1.command = run ${f['pw']}\na1.sources.r1.workers = ${f['many']}\n");
  ComponentRegistry registry;
  for (const ComponentInfo& info : kFakeComponents) registry.add(info).ignore();  // they differ
  SimFiles files;
  const AgentPlan plan = plan_agent(agent, registry, FlumeTypes(), {files, ""}, diagnostics);
  EXPECT_THAT(said(), testing::Contains(HasSubstr("a1.sources.r1.workers: what ${f['many']} gives is not a valid value")));
  for (const std::string& line : said()) EXPECT_THAT(line, Not(HasSubstr("not a number")));
  const AgentTree good = filter(
      "a1.sources = r1\na1.channels = c1\na1.channels.c1.type = memory\na1.sources.r1.type = exec\na1.sources.r1.channels = c1\n"
      "a1.sources.r1.command = run ${f['pw']}\n");
  const AgentPlan shown = plan_agent(good, registry, FlumeTypes(), {files, ""}, diagnostics);
  ASSERT_EQ(shown.sources.size(), 1U);
  bool is_there = false;
  for (const PlannedValue& value : shown.sources[0].values) {
    EXPECT_THAT(value.shown, Not(HasSubstr("hunter2")));
    is_there = is_there || value.shown == "run ${f['pw']}";
  }
  EXPECT_TRUE(is_there);
}

TEST(PlanConfigFilters, leaves_out_what_is_not_valid_and_says_why) {
  const auto plan = [](const std::string& lines, Diagnostics& diagnostics) {
    PropertySet set;
    set.merge(parse_properties(location_of_file("flume.conf"), lines, diagnostics).entries, diagnostics);
    AgentTrees trees = build_agent_trees(set, {}, diagnostics);
    ComponentRegistry registry;
    SimFiles files;
    return plan_config_filters(trees["a1"], registry, FlumeTypes(), {files, ""}, diagnostics);
  };
  Diagnostics diagnostics;
  EXPECT_THAT(plan("a1.configfilters = f g h\na1.configfilters.f.x = y\na1.configfilters.g.type = vault\n", diagnostics), IsEmpty());
  ASSERT_EQ(diagnostics.all().size(), 2U);
  EXPECT_EQ(diagnostics.all()[0].key, "a1.configfilters.f.type");
  EXPECT_EQ(diagnostics.all()[0].message, "is required");
  EXPECT_EQ(diagnostics.all()[1].key, "a1.configfilters.g.type");
  EXPECT_THAT(diagnostics.all()[1].message, HasSubstr("vault"));
}

}  // namespace
}  // namespace flume::config
