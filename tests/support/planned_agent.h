// The plan of an agent from configuration text, as the program makes it, for tests and benchmarks. Header only; pure.
#pragma once

#include <stdexcept>
#include <string_view>

#include "config/agent_plan.h"
#include "config/agent_tree.h"
#include "config/flume_types.h"
#include "config/properties.h"
#include "flume/registry.h"
#include "support/sim_files.h"

namespace flume {

/// The only agent of `text`. A configuration that is not right throws: it is the test's mistake.
inline config::AgentPlan planned_agent(std::string_view text, ComponentRegistry& registry) {
  config::Diagnostics diagnostics;
  config::PropertySet properties;
  properties.merge(config::parse_properties(config::location_of_file("test.conf"), text, diagnostics).entries, diagnostics);
  const config::AgentTrees trees = config::build_agent_trees(properties, {}, diagnostics);
  if (trees.size() != 1) throw std::invalid_argument("one agent is needed");
  SimFiles files;
  config::AgentPlan plan = config::plan_agent(trees.begin()->second, registry, config::FlumeTypes(), {files, ""}, diagnostics);
  if (diagnostics.count(config::Severity::Error) != 0) throw std::invalid_argument("the configuration has errors");
  return plan;
}

}  // namespace flume
