#include "cli/config_test/tried_configuration.h"

#include "cli/config_test/still_world.h"
#include "cli/filter_agent.h"
#include "cli/tls_defaults.h"
#include "text/java_date_format.h"

namespace flume::cli {
namespace {

/// The same on every machine; `properties` of the test file win.
config::HostFacts still_host() {
  config::HostFacts host;
  host.user_name = "flume";
  host.user_home = "/home/flume";
  host.working_directory = "/";
  return host;
}

config::SubstitutionInputs inputs_of(const ConfigTests& tests, const ConfigTest& test, const config::HostFacts& host) {
  config::SubstitutionInputs inputs;
  inputs.environment = tests.environment;
  Texts properties = tests.properties;
  properties.emplace("user.timezone", test.zone);
  inputs.system_properties = config::standard_system_properties(host, std::move(properties));
  inputs.format_date = [clock = test.clock, zone = test.zone](std::string_view pattern) -> std::optional<std::string> {
    const auto format = JavaDateFormat::compile(pattern);
    if (!format) return std::nullopt;
    ZoneCursor cursor(TimeZone::by_name(zone).zone);
    std::string text;
    format->append(clock.time_since_epoch().count(), cursor, text);
    return text;
  };
  return inputs;
}

std::vector<std::string> paths_of(const std::string& file, const ConfigTests& tests) {
  const std::string folder = parent_directory(file);
  std::vector<std::string> paths;
  for (const std::string& path : tests.configuration)
    paths.push_back(path.starts_with('/') || folder == "." ? path : (folder == "/" ? "" : folder) + '/' + path);
  return paths;
}

/// The agent that the file names; without a word the only one.
const config::AgentTree* agent_of(const config::AgentTrees& agents, const ConfigTests& tests, const std::string& configuration,
                                  const std::string& file, config::Diagnostics& diagnostics) {
  if (tests.agent) return config::find_agent(agents, tests.agent->name, config::location_of_file(configuration), diagnostics);
  if (agents.size() == 1) return &agents.begin()->second;
  std::vector<std::string> names;
  for (const auto& [name, tree] : agents) names.push_back(name);
  diagnostics.error(config::location_of_file(file), "agent",
                    names.empty() ? "there is none in " + configuration : "is missing: there is more than one",
                    names.empty() ? "" : "there is " + config::shown_names(names));
  return nullptr;
}

}  // namespace

TriedConfiguration read_tried_configuration(Files& files, const CommandLine& line, const std::string& file, const ConfigTests& tests,
                                            const ConfigTest& test, ComponentRegistry& registry, config::Diagnostics& diagnostics) {
  TriedConfiguration tried;
  Preparation preparation;
  preparation.environment = tests.environment;
  preparation.host = still_host();
  preparation.conf_folder = line.value("conf");
  preparation.hadoop = hadoop_environment(preparation.environment, preparation.host, line);
  if (preparation.hadoop.user_name.empty()) preparation.hadoop.user_name = preparation.host.user_name;
  tried.hadoop = preparation.hadoop;
  preparation.tls_defaults = std::make_shared<const TlsDefaults>(tls_defaults(line, preparation.environment, diagnostics));

  const std::vector<std::string> paths = paths_of(file, tests);
  ReadOnlyFiles read_only(files);
  std::vector<config::ConfigurationText> texts;
  for (const std::string& path : paths) texts.push_back({.name = path});
  const config::LoadedProperties loaded =
      config::load_properties(read_only, texts, inputs_of(tests, test, preparation.host), config::Placeholders::Substituted, diagnostics);
  if (!loaded.complete) return tried;
  config::AgentTrees agents = config::build_agent_trees(loaded.effective.properties, loaded.effective.referenced, diagnostics);
  const config::AgentTree* tree = agent_of(agents, tests, paths.front(), file, diagnostics);
  if (tree == nullptr) return tried;
  tried.agent = *tree;
  const RunCommand refuse = [](const Command&, std::chrono::milliseconds) -> Result<std::pair<std::string, ExitStatus>> {
    return invalid_config("a configuration test runs no commands");
  };
  tried.filtered = filter_agent(read_only, preparation, registry, tried.agent, diagnostics, refuse);
  const CheckContext context{read_only, preparation.conf_folder, preparation.hadoop, preparation.host.user_home, preparation.tls_defaults};
  tried.plan = config::plan_agent(tried.agent, registry, config::FlumeTypes(), context, diagnostics);
  tried.is_usable = true;
  return tried;
}

}  // namespace flume::cli
