#include "cli/config_test/run_config_tests.h"

#include <algorithm>

#include "cli/config_test/tried_configuration.h"
#include "config/load.h"
#include "config/shown_value.h"
#include "text/did_you_mean.h"

namespace flume::cli {
namespace {

/// Every name of a component that the agent's keys have.
std::vector<std::string> names_in(const config::AgentTree& agent, config::Group group) {
  std::vector<std::string> names;
  for (const config::ListedName& listed : agent.group(group).listed) names.push_back(listed.name);
  return names;
}

/// A name that the configuration does not have is a slip of the test file.
bool is_named(const NamedPlace& place, const config::AgentTree& agent, config::Group group, config::Diagnostics& diagnostics) {
  const std::vector<std::string> names = names_in(agent, group);
  if (std::find(names.begin(), names.end(), place.name) != names.end()) return true;
  std::string hint = did_you_mean(nearest_name(place.name, std::span<const std::string>(names)));
  if (hint.empty() && !names.empty()) hint = "there is " + config::shown_names(names);
  diagnostics.error(
      place.at, place.path,
      "agent " + agent.name + " lists no " + config::shown_value("", place.name) + " in its " + std::string(config::to_string(group)),
      std::move(hint));
  return false;
}

bool names_what_is_there(const ConfigTest& test, const config::AgentTree& agent, config::Diagnostics& diagnostics) {
  bool all = is_named(test.source, agent, config::Group::Sources, diagnostics);
  for (const NamedPlace& channel : test.expect.names_of_channels)
    all = is_named(channel, agent, config::Group::Channels, diagnostics) && all;
  for (const NamedPlace& sink : test.expect.names_of_sinks) all = is_named(sink, agent, config::Group::Sinks, diagnostics) && all;
  return all;
}

/// Why the agent would run without the source; empty: it would not.
std::string left_out(const config::AgentPlan& plan, config::Group group, const std::string& name) {
  for (const config::LeftOut& each : plan.left_out) {
    if (each.group == group && each.name == name) return each.reason;
  }
  return {};
}

/// What config filters answered is shown by its placeholder, here as everywhere.
void hide(const std::vector<config::FilteredValue>& filtered, TestResult& result) {
  if (filtered.empty()) return;
  const auto hide_in = [&](std::string& text) { text = config::without_filtered_values(std::move(text), filtered); };
  hide_in(result.problem);
  hide_in(result.outcome.refused);
  for (Difference& each : result.differences) {
    hide_in(each.expected);
    hide_in(each.actual);
  }
  for (ChannelOutcome& channel : result.outcome.channels) {
    for (GivenEvent& event : channel.events) {
      hide_in(event.body);
      for (auto& [key, value] : event.headers) hide_in(value);
    }
  }
  for (SinkOutcome& sink : result.outcome.sinks) {
    hide_in(sink.unknown);
    for (SinkPlace& place : sink.places) {
      hide_in(place.place);
      hide_in(place.refusal);
    }
  }
}

TestResult run(const ConfigTest& test, const ConfigTests& tests, const TriedConfiguration& tried, Files& files, const CommandLine& line) {
  TestResult result;
  result.name = test.name;
  if (tried.plan.is_fatal || tried.plan.is_empty()) {
    result.problem = "the agent would not start: see what is said about the configuration";
    return result;
  }
  if (const std::string reason = left_out(tried.plan, config::Group::Sources, test.source.name); !reason.empty()) {
    result.problem = "the agent would run without source " + test.source.name + ": " + reason;
    return result;
  }
  auto outcome = try_out(test, tried.plan, {files, line.value("conf"), tried.hadoop, tests.host});
  if (!outcome) {
    result.problem = outcome.status().message();
    return result;
  }
  result.outcome = *std::move(outcome);
  result.differences = differences(test.expect, result.outcome);
  // A sink that is missing has a reason that helps more.
  for (Difference& each : result.differences) {
    if (!each.where.starts_with("sink ")) continue;
    const std::string reason = left_out(tried.plan, config::Group::Sinks, each.where.substr(5));
    if (!reason.empty()) each.actual = "the agent would run without it: " + reason;
  }
  return result;
}

}  // namespace

TestFileReport run_config_tests(Files& files, const CommandLine& line, const std::string& file, const std::string& filter,
                                ComponentRegistry& registry) {
  TestFileReport report;
  report.file = file;
  const auto text = config::read_text(files, file, report.diagnostics);
  const auto tests = text ? read_config_tests(file, *text, report.diagnostics) : std::nullopt;
  report.is_usable = tests.has_value();
  if (!tests) return report;
  bool is_first = true;
  for (const ConfigTest& test : tests->tests) {
    if (test.name.find(filter) == std::string::npos) continue;
    // The clock may change what ${date:...} stands for; what is wrong beside that is told once.
    config::Diagnostics repeated;
    config::Diagnostics& diagnostics = std::exchange(is_first, false) ? report.diagnostics : repeated;
    const TriedConfiguration tried = read_tried_configuration(files, line, file, *tests, test, registry, diagnostics);
    if (!tried.is_usable || !names_what_is_there(test, tried.agent, report.diagnostics)) {
      report.is_usable = false;
      if (!tried.is_usable) break;
      continue;
    }
    report.results.push_back(run(test, *tests, tried, files, line));
    hide(tried.filtered, report.results.back());
  }
  return report;
}

}  // namespace flume::cli
