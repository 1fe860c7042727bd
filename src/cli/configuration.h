// From the command line to the agents of the configuration, with every problem on the way. What `agent` and `validate` share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/environment.h"
#include "config/agent_tree.h"
#include "config/flume_types.h"
#include "config/load.h"
#include "flume/registry.h"

namespace flume::cli {

struct Configuration {
  std::vector<std::string> paths;
  config::AgentTrees agents;
  config::Diagnostics diagnostics;
  /// False: a file could not be read as a whole, or none was given; nothing may be started with this.
  bool is_complete = false;
};

/// Everything that precedes the reading: flume-env.sh, JAVA_OPTS, flume.opts. An error makes the start impossible.
struct Preparation {
  Environment environment;
  config::HostFacts host;
  std::string conf_folder;  ///< --conf, or empty
  HadoopEnvironment hadoop;
};
[[nodiscard]] Result<Preparation> prepare(Files& files, CommandLine& line, config::Diagnostics& diagnostics);

/// Reads, merges and substitutes the files of --conf-file or --conf-uri.
void read_configuration(Files& files, const CommandLine& line, const Preparation& preparation, Configuration& configuration);

/// -Duser.timezone, or empty.
[[nodiscard]] std::string time_zone_setting(const CommandLine& line);

/// Built-in components, and the modules below --plugins-path (default $FLUME_HOME/plugins.d): a problem with one is reported.
void fill_registry(Files& files, const CommandLine& line, const Environment& environment, ComponentRegistry& registry,
                   config::Diagnostics& diagnostics);

/// The diagnostics, one per line, to standard error.
void print_diagnostics(const config::Diagnostics& diagnostics);

}  // namespace flume::cli
