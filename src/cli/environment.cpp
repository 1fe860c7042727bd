#include "cli/environment.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <pwd.h>
#include <unistd.h>

#include <sys/utsname.h>

#include "config/load.h"
#include "config/options_file.h"
#include "config/substitution.h"
#include "flume/options.h"

extern char** environ;

namespace flume::cli {
namespace {

constexpr std::size_t kLargestEnvironment = 4 * 1024 * 1024;

void add_variable(std::string_view line, Environment& environment) {
  const auto equals = line.find('=');
  if (equals != std::string_view::npos && equals != 0)
    environment.insert_or_assign(std::string(line.substr(0, equals)), std::string(line.substr(equals + 1)));
}

std::string working_directory() {
  std::array<char, 4096> path{};
  return getcwd(path.data(), path.size()) == nullptr ? std::string() : std::string(path.data());
}

/// Sources the file as `source` of a script does: what follows a command that fails is done, too. Prints what bash says to
/// the file's syntax, a zero, another one (when the file has not ended the shell), and the environment.
constexpr const char* kSourceAndPrint =
    "problem=$(/bin/bash -n \"$1\" 2>&1); printf '%s\\0' \"$problem\"; "
    "if [ -n \"$problem\" ]; then exec 2>/dev/null; fi; unset problem; "
    "set -a; . \"$1\" >&2; printf '\\0'; exec env -0";

/// "DIR/flume-env.sh: line 3: syntax error near ..." -> a warning at line 3.
void warn_of_syntax(const std::string& path, std::string_view problem, config::Diagnostics& diagnostics) {
  problem = problem.substr(0, problem.find('\n'));
  config::Location at = config::location_of_file(path);
  const std::string prefix = path + ": line ";
  if (problem.starts_with(prefix)) {
    problem.remove_prefix(prefix.size());
    const auto digits = std::min(problem.find(':'), problem.size());
    std::int64_t line = 0;
    if (option_text::parse_integer(problem.substr(0, digits), 1, UINT32_MAX, line).ok()) {
      at.line = static_cast<std::uint32_t>(line);
      problem.remove_prefix(std::min(digits + 2, problem.size()));
    }
  }
  diagnostics.warning(at, {}, "bash: " + std::string(problem), "as in Flume, only what stands before it counts");
}

/// "512m", "2G", "1048576": bytes, or 0.
std::uint64_t parse_memory(std::string_view text) {
  std::uint64_t unit = 1;
  if (!text.empty()) {
    switch (text.back()) {
      case 'k':
      case 'K':
        unit = 1ULL << 10;
        break;
      case 'm':
      case 'M':
        unit = 1ULL << 20;
        break;
      case 'g':
      case 'G':
        unit = 1ULL << 30;
        break;
      case 't':
      case 'T':
        unit = 1ULL << 40;
        break;
      default:
        break;
    }
    if (unit != 1) text.remove_suffix(1);
  }
  std::int64_t number = 0;
  if (!option_text::parse_integer(text, 0, static_cast<std::int64_t>(INT64_MAX / unit), number).ok()) return 0;
  return static_cast<std::uint64_t>(number) * unit;
}

std::uint64_t number_in(Files& files, const std::string& path) {
  const auto text = files.read_all(path, 4096);
  if (!text) return 0;
  const auto end = text->find_first_not_of("0123456789");
  std::int64_t number = 0;
  return option_text::parse_integer(std::string_view(*text).substr(0, end), 0, INT64_MAX, number).ok() ? static_cast<std::uint64_t>(number)
                                                                                                       : 0;
}

}  // namespace

Environment process_environment() {
  Environment environment;
  for (char** variable = environ; *variable != nullptr; ++variable) add_variable(*variable, environment);
  return environment;
}

config::HostFacts host_facts(const Environment& environment) {
  config::HostFacts host;
  host.working_directory = working_directory();
  std::array<char, 16384> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    host.user_name = found->pw_name;
    host.user_home = found->pw_dir;
  }
  // As Java: the home of the account, not $HOME; where there is no account, $HOME and then the working directory.
  if (host.user_home.empty()) {
    const auto home = environment.find("HOME");
    host.user_home = home != environment.end() ? home->second : host.working_directory;
  }
  utsname system{};
  if (uname(&system) == 0) {
    host.os_version = system.release;
    host.os_architecture = std::strcmp(system.machine, "x86_64") == 0 ? "amd64" : system.machine;
  }
  return host;
}

Status check_not_writable_by_others(Files& files, const std::string& path) {
  if (geteuid() != 0) return {};
  const auto info = files.info(path);
  if (!info) return std::move(info).status();
  if (info->is_regular && (info->mode & 0002) != 0) {
    return invalid_config(path + ": everybody may write this file, and the agent runs as root (chmod o-w " + path + ")");
  }
  return {};
}

Result<Environment> source_flume_env(Files& files, const std::string& conf_folder, Environment environment,
                                     config::Diagnostics& diagnostics, const Patience& patience) {
  const std::string path = conf_folder + "/flume-env.sh";
  environment.erase("JAVA_OPTS");
  if (conf_folder.empty() || !files.info(path)) return environment;
  FLUME_TRY(check_not_writable_by_others(files, path));
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  // What the file prints is not ours: only what follows the marks is the environment. A path with a slash: none is looked up in PATH.
  const std::string named = path.find('/') == 0 ? path : "./" + path;
  auto output = shell_output({.arguments = {"/bin/bash", "-c", kSourceAndPrint, "flume-env", named}, .environment = std::move(variables)},
                             path, patience, kLargestEnvironment);
  if (!output) return std::move(output).status();
  const ExitStatus& end = output->end;
  if (end.code != 0 || end.signal != 0) return invalid_config(path + ": the shell ended with " + end.text());
  std::string_view rest = output->text;
  const std::size_t problem_end = std::min(rest.find('\0'), rest.size());
  if (problem_end != 0) warn_of_syntax(named, rest.substr(0, problem_end), diagnostics);
  rest.remove_prefix(std::min(problem_end + 1, rest.size()));
  if (!rest.starts_with('\0')) return invalid_config(path + ": it ended the shell (exit), so that its variables are not known");
  Environment result;
  while (!rest.empty()) {
    const auto end_of_variable = std::min(rest.find('\0'), rest.size());
    add_variable(rest.substr(0, end_of_variable), result);
    rest.remove_prefix(std::min(end_of_variable + 1, rest.size()));
  }
  return result;
}

HadoopEnvironment hadoop_environment(const Environment& environment, const config::HostFacts& host, const CommandLine& line) {
  const auto value_of = [](const auto& values, std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
  const auto variable_or_property = [&](std::string_view name) {
    std::string value = value_of(environment, name);
    return value.empty() ? value_of(line.system_properties, name) : value;
  };
  HadoopEnvironment hadoop;
  hadoop.conf_folder = value_of(environment, "HADOOP_CONF_DIR");
  for (const char* home : {"HADOOP_HOME", "HADOOP_PREFIX"}) {
    if (const std::string folder = value_of(environment, home); hadoop.conf_folder.empty() && !folder.empty())
      hadoop.conf_folder = folder + "/etc/hadoop";
  }
  hadoop.user_name = variable_or_property("HADOOP_USER_NAME");
  hadoop.proxy_user = variable_or_property("HADOOP_PROXY_USER");
  HadoopVariables variables = config::standard_system_properties(host, line.system_properties);
  for (const auto& [name, value] : environment) variables.insert_or_assign("env." + name, value);
  hadoop.variables = std::make_shared<const HadoopVariables>(std::move(variables));
  return hadoop;
}

void take_java_opts(const Environment& environment, CommandLine& line) {
  CommandLine given;
  for (const char* name : {"JAVA_OPTS", "FLUME_JAVA_OPTS"}) {
    const auto found = environment.find(name);
    if (found == environment.end()) continue;
    for (const std::string& option : option_text::split_names(found->second)) take_java_option(option, given);
  }
  for (auto& [key, value] : given.system_properties) line.system_properties.emplace(key, value);
  line.jvm_options.insert(line.jvm_options.begin(), given.jvm_options.begin(), given.jvm_options.end());
}

void take_options_files(Files& files, const std::string& conf_folder, CommandLine& line, config::Diagnostics& diagnostics) {
  std::vector<config::KnownFlag> known;
  for (const FlagInfo& flag : agent_flags()) known.push_back({flag.name, flag.short_name, !flag.value.empty()});
  std::vector<std::string> paths{"/etc/flume/flume.opts"};
  if (!conf_folder.empty()) paths.push_back(conf_folder + "/flume.opts");
  std::map<std::string, std::vector<std::string>, std::less<>> defaults;
  for (const std::string& path : paths) {
    if (!files.info(path)) continue;
    const auto text = config::read_text(files, path, diagnostics);
    if (!text) continue;
    for (const config::FlagDefault& flag : config::parse_options_file(config::location_of_file(path), *text, known, diagnostics)) {
      const auto flags = line.verb->flags;
      const auto info = std::find_if(flags.begin(), flags.end(), [&](const FlagInfo& each) { return each.name == flag.name; });
      if (info == flags.end()) continue;  // of `agent`, and not of this verb
      if (!info->not_built.empty()) {
        diagnostics.error(flag.at, flag.name, std::string(info->not_built));
        continue;
      }
      if (!info->ignored.empty()) line.remarks.push_back(path + ": " + flag.name + ": " + std::string(info->ignored));
      defaults[flag.name] = {flag.value};
    }
  }
  for (auto& [name, values] : defaults) line.flags.emplace(name, std::move(values));
}

std::uint64_t byte_budget(Files& files, const CommandLine& line, std::string& origin) {
  std::uint64_t heap = 0;
  for (const std::string& option : line.jvm_options) {
    if (option.starts_with("-Xmx")) heap = parse_memory(std::string_view(option).substr(4));
  }
  if (heap != 0) {
    origin = "80 % of -Xmx";
    return heap / 10 * 8;
  }
  std::uint64_t memory = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  origin = "80 % of a quarter of the memory";
  for (const char* limit : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    const std::uint64_t allowed = number_in(files, limit);
    if (allowed != 0 && allowed < memory) {
      memory = allowed;
      origin = "80 % of a quarter of the control group's memory limit";
    }
  }
  return memory / 4 / 10 * 8;
}

}  // namespace flume::cli
