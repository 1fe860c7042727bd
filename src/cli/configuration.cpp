#include "cli/configuration.h"

#include <algorithm>
#include <cstdio>

#include "cli/lookups_file.h"
#include "cli/tls_defaults.h"
#include "cli/trusted_authorities.h"
#include "config/characters.h"
#include "config/text_encoding.h"
#include "flume/module.h"
#include "text/java_date_format.h"
#include "text/time_zone.h"

namespace flume::cli {
namespace {

std::optional<std::string> format_now(std::string_view pattern, const std::string& zone_setting) {
  const auto format = JavaDateFormat::compile(pattern);
  if (!format) return std::nullopt;
  ZoneCursor zone(TimeZone::system(zone_setting).zone);
  std::string text;
  format->append(SystemClock().wall().time_since_epoch().count(), zone, text);
  return text;
}

void add_modules(Files& files, const std::string& folder, ComponentRegistry& registry, config::Diagnostics& diagnostics) {
  const auto plugins = files.list(folder);
  if (!plugins) return;  // Flume's plugins.d need not be there
  for (const std::string& plugin : *plugins) {
    const std::string library_folder = folder + "/" + plugin + "/lib";
    const auto libraries = files.list(library_folder);
    if (!libraries) continue;
    for (const std::string& library : *libraries) {
      const std::string path = library_folder + "/" + library;
      if (library.ends_with(".jar")) {
        diagnostics.warning(config::location_of_file(path), {}, "a Java archive cannot be loaded: there is no JVM");
      }
      if (!library.ends_with(".so")) continue;
      Status loaded = check_not_writable_by_others(files, path);
      if (loaded.ok()) loaded = load_module(path, registry);
      if (!loaded.ok()) diagnostics.error(config::location_of_file(path), {}, loaded.message());
    }
  }
}

/// What placeholders are answered from. False: it cannot be what the user asked for.
bool fill_inputs(Files& files, const CommandLine& line, const Preparation& preparation, config::SubstitutionInputs& inputs,
                 config::Diagnostics& diagnostics) {
  inputs.environment = preparation.environment;
  inputs.system_properties = config::standard_system_properties(preparation.host, line.system_properties);
  const std::string zone_setting = time_zone_setting(line);
  if (!zone_setting.empty()) {
    if (const Status problem = TimeZone::system(zone_setting).problem; !problem.ok())
      diagnostics.warning({}, "-Duser.timezone", problem.message());
  }
  inputs.format_date = [zone_setting](std::string_view pattern) { return format_now(pattern, zone_setting); };
  inputs.read_file = [&files](const std::string& path) -> std::optional<std::string> {
    auto bytes = files.read_all(path, config::kLongestSubstituted);
    if (!bytes) return std::nullopt;
    auto text = config::decode_text(*std::move(bytes));
    return text ? std::optional(std::move(text->utf8)) : std::nullopt;
  };
  return take_lookups(files, line, preparation.conf_folder, inputs.lookups, diagnostics);
}

/// What those that are no files are asked with. False: it cannot be had.
bool fill_access(Files& files, const CommandLine& line, const Preparation& preparation, const std::vector<ConfigurationPlace>& places,
                 RemoteAccess& access, config::Diagnostics& diagnostics) {
  access.zookeeper_servers = line.value("zkConnString");
  access.user = line.value("conf-user");
  access.password = line.value("conf-password");
  bool is_http = false;
  for (const ConfigurationPlace& place : places) {
    if (place.kind != TextPlace::Http) continue;
    is_http = true;
    if (!access.password.empty() && to_lower(place.address.substr(0, 5)) == "http:")
      diagnostics.warning(config::location_of_file(place.name), {}, "the password crosses the network readable for everybody",
                          "say https:// instead of http://");
  }
  if (!is_http) return true;
  if (access.user.empty() != access.password.empty()) {
    diagnostics.warning({}, access.user.empty() ? "--conf-password" : "--conf-user",
                        std::string("counts for nothing without ") + (access.user.empty() ? "--conf-user" : "--conf-password"));
  }
  auto trusted = trusted_authorities(files, line, preparation.environment);
  if (!trusted) {
    diagnostics.error({}, {}, trusted.status().message());
    return false;
  }
  access.trusted_pem = *std::move(trusted);
  return true;
}

/// One for each place that can be had; of the others it is told why not, and `is_complete` becomes false.
std::vector<config::ConfigurationText> texts_of(Files& files, const CommandLine& line, const Preparation& preparation,
                                                const std::vector<ConfigurationPlace>& places, const RemoteReading& reading,
                                                Configuration& configuration, bool& is_complete) {
  std::vector<config::ConfigurationText> texts;
  RemoteAccess access;
  const bool has_access = fill_access(files, line, preparation, places, access, configuration.diagnostics);
  for (const ConfigurationPlace& place : places) {
    if (place.kind == TextPlace::File) {
      const Status safe = check_not_writable_by_others(files, place.address);
      if (!safe.ok() && safe.kind() == ErrorKind::InvalidConfig) {
        configuration.diagnostics.error(config::location_of_file(place.name), {}, safe.message());
        is_complete = false;
      }
      texts.push_back({place.name});
      continue;
    }
    is_complete = is_complete && has_access;
    if (!has_access) continue;
    auto text = read_remote_text(place, access, reading);
    if (text) {
      texts.push_back({place.name, *std::move(text)});
      continue;
    }
    is_complete = false;
    configuration.was_stopped = text.cause() == Cause::Stopped;
    configuration.diagnostics.error({}, {}, text.status().message());
    if (configuration.was_stopped) break;
  }
  return texts;
}

}  // namespace

Result<Preparation> prepare(Files& files, CommandLine& line, config::Diagnostics& diagnostics) {
  Preparation preparation;
  preparation.conf_folder = line.value("conf");
  if (!preparation.conf_folder.empty()) {
    const auto folder = files.info(preparation.conf_folder);
    if (!folder || !folder->is_directory) {
      diagnostics.warning(config::location_of_file(preparation.conf_folder), "--conf", "there is no such directory");
    }
  }
  auto environment = source_flume_env(files, preparation.conf_folder, process_environment(), diagnostics);
  if (!environment) return std::move(environment).status();
  preparation.environment = *std::move(environment);
  take_java_opts(preparation.environment, line);
  take_options_files(files, preparation.conf_folder, line, diagnostics);
  preparation.host = host_facts(preparation.environment);
  preparation.hadoop = hadoop_environment(preparation.environment, preparation.host, line);
  preparation.tls_defaults = std::make_shared<const TlsDefaults>(tls_defaults(line, preparation.environment, diagnostics));
  return preparation;
}

void read_configuration(Files& files, const CommandLine& line, const Preparation& preparation, const RemoteReading& reading,
                        Configuration& configuration) {
  const ConfigurationPlaces found = find_configuration_places(line, configuration.diagnostics);
  bool is_complete = found.are_complete;
  for (const ConfigurationPlace& place : found.places) {
    configuration.names.push_back(place.name);
    configuration.identities.push_back(place.identity);
    if (place.kind != TextPlace::File) configuration.remote_names.insert(place.name);
  }
  config::SubstitutionInputs inputs;
  is_complete = fill_inputs(files, line, preparation, inputs, configuration.diagnostics) && is_complete;
  const auto texts = texts_of(files, line, preparation, found.places, reading, configuration, is_complete);
  const bool is_of_zookeeper = !found.places.empty() && found.places.front().kind == TextPlace::ZooKeeper;
  const config::LoadedProperties loaded = config::load_properties(
      files, texts, inputs, is_of_zookeeper ? config::Placeholders::Kept : config::Placeholders::Substituted, configuration.diagnostics);
  configuration.agents = config::build_agent_trees(loaded.effective.properties, loaded.effective.referenced, configuration.diagnostics);
  configuration.is_complete = is_complete && loaded.complete;
}

void warn_of_remote_commands(const config::AgentTree& agent, Configuration& configuration) {
  for (const config::Group group : {config::Group::Sources, config::Group::ConfigFilters}) {
    for (const auto& [name, component] : agent.group(group).components) {
      const config::Property* command = component.find("command");
      if (command == nullptr || !configuration.remote_names.contains(command->value_at.file_name())) continue;
      configuration.diagnostics.warning(
          command->value_at, agent.full_key(group, name, "command"),
          "a command that came over the network: whoever may write that configuration runs programs here, as this user");
    }
  }
}

std::string time_zone_setting(const CommandLine& line) {
  const auto zone = line.system_properties.find("user.timezone");
  return zone == line.system_properties.end() ? std::string() : zone->second;
}

void fill_registry(Files& files, const CommandLine& line, const Environment& environment, ComponentRegistry& registry,
                   config::Diagnostics& diagnostics) {
  add_builtin_components(registry);
  registry.set_loader(load_module);
  std::string folders = line.value("plugins-path");
  if (folders.empty()) {
    const auto home = environment.find("FLUME_HOME");
    if (home != environment.end()) folders = home->second + "/plugins.d";
  }
  for (std::size_t start = 0; start < folders.size();) {
    const std::size_t end = std::min(folders.find(':', start), folders.size());
    if (end > start) add_modules(files, folders.substr(start, end - start), registry, diagnostics);
    start = end + 1;
  }
}

void print_diagnostics(const config::Diagnostics& diagnostics) {
  const std::string lines = diagnostics.to_lines();
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

}  // namespace flume::cli
