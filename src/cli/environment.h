// What the process brings along beside the command line: environment, flume-env.sh, flume.opts, memory limits, host facts.
// Used by main's thread before anything else runs.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cli/command_line.h"
#include "cli/shell_output.h"
#include "config/diagnostic.h"
#include "config/substitution.h"
#include "flume/files.h"
#include "flume/hadoop_environment.h"
#include "flume/result.h"

namespace flume::cli {

using Environment = std::map<std::string, std::string, std::less<>>;

[[nodiscard]] Environment process_environment();
[[nodiscard]] config::HostFacts host_facts(const Environment& environment);

/// Runs `<conf>/flume-env.sh` in a shell, as Flume's script does, and gives the environment with what it set. JAVA_OPTS of the
/// caller does not count, as there; without the file the rest stays as it is. A command in it that fails ends nothing; a mistake
/// of its syntax is a warning, as what stands before it counts. Refused as root when others may write it, and when it hangs.
Result<Environment> source_flume_env(Files& files, const std::string& conf_folder, Environment environment,
                                     config::Diagnostics& diagnostics, const Patience& patience = {});

/// HADOOP_CONF_DIR, else etc/hadoop below HADOOP_HOME or HADOOP_PREFIX, as Hadoop's scripts find it; HADOOP_USER_NAME and
/// HADOOP_PROXY_USER, each from the environment, else from -D.
[[nodiscard]] HadoopEnvironment hadoop_environment(const Environment& environment, const config::HostFacts& host, const CommandLine& line);

/// JAVA_OPTS and FLUME_JAVA_OPTS: options of the command line win.
void take_java_opts(const Environment& environment, CommandLine& line);

/// flume.opts of /etc/flume and of the conf folder: defaults for flags that the command line does not have.
void take_options_files(Files& files, const std::string& conf_folder, CommandLine& line, config::Diagnostics& diagnostics);

/// What memory channels may hold by default: 80 % of -Xmx if it is given, else of a quarter of the memory that this process may
/// use. `origin` says which, for the log.
[[nodiscard]] std::uint64_t byte_budget(Files& files, const CommandLine& line, std::string& origin);

/// Refuses a file that somebody else could change while we run as root.
Status check_not_writable_by_others(Files& files, const std::string& path);

}  // namespace flume::cli
