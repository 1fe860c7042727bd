// The plan that a test runs in: the configuration that its file names, with the environment, system properties and clock that the
// file gives, by the same steps as the agent's. Commands of config filters do not run. One thread.
#pragma once

#include <string>
#include <vector>

#include "cli/config_test/config_tests.h"
#include "cli/configuration.h"
#include "config/agent_plan.h"

namespace flume::cli {

struct TriedConfiguration {
  bool is_usable = false;  ///< there is an agent; otherwise why not is in `diagnostics`
  config::AgentPlan plan;
  config::AgentTree agent;
  HadoopEnvironment hadoop;
  std::vector<config::FilteredValue> filtered;  ///< answers of config filters: not to be shown
};

/// `file`: the test file, from whose folder the configuration's names are meant.
[[nodiscard]] TriedConfiguration read_tried_configuration(Files& files, const CommandLine& line, const std::string& file,
                                                          const ConfigTests& tests, const ConfigTest& test, ComponentRegistry& registry,
                                                          config::Diagnostics& diagnostics);

}  // namespace flume::cli
