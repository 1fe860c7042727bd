// From the command line to the agents of the configuration, with every problem on the way. What `agent` and `validate` share.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/environment.h"
#include "cli/remote_texts.h"
#include "config/agent_tree.h"
#include "config/flume_types.h"
#include "config/load.h"
#include "flume/registry.h"

namespace flume::cli {

struct Configuration {
  std::vector<std::string> names;                   ///< of its texts, as locations have them
  std::vector<std::string> identities;              ///< of its places; see ConfigurationPlace
  std::set<std::string, std::less<>> remote_names;  ///< those of the names that are no files
  config::AgentTrees agents;
  config::Diagnostics diagnostics;
  /// False: a file could not be read as a whole, or none was given; nothing may be started with this.
  bool is_complete = false;
  bool was_stopped = false;  ///< `reading.stop` ended a wait: nothing is wrong
};

/// Everything that precedes the reading: flume-env.sh, JAVA_OPTS, flume.opts. An error makes the start impossible.
struct Preparation {
  Environment environment;
  config::HostFacts host;
  std::string conf_folder;  ///< --conf, or empty
  HadoopEnvironment hadoop;
  std::shared_ptr<const TlsDefaults> tls_defaults;  ///< never null after prepare()
};
[[nodiscard]] Result<Preparation> prepare(Files& files, CommandLine& line, config::Diagnostics& diagnostics);

/// Reads, merges and substitutes what --zkConnString, --conf-uri or --conf-file name.
void read_configuration(Files& files, const CommandLine& line, const Preparation& preparation, const RemoteReading& reading,
                        Configuration& configuration);

/// Warns of commands of the agent (exec sources, external config filters) that did not come from a file of this machine.
void warn_of_remote_commands(const config::AgentTree& agent, Configuration& configuration);

/// -Duser.timezone, or empty.
[[nodiscard]] std::string time_zone_setting(const CommandLine& line);

/// Built-in components, and the modules below --plugins-path (default $FLUME_HOME/plugins.d): a problem with one is reported.
void fill_registry(Files& files, const CommandLine& line, const Environment& environment, ComponentRegistry& registry,
                   config::Diagnostics& diagnostics);

/// The diagnostics, one per line, to standard error.
void print_diagnostics(const config::Diagnostics& diagnostics);

}  // namespace flume::cli
