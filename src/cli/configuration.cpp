#include "cli/configuration.h"

#include <algorithm>
#include <cstdio>

#include "config/shown_value.h"
#include "flume/module.h"
#include "text/java_date_format.h"
#include "text/time_zone.h"

namespace flume::cli {
namespace {

/// file:/etc/f.conf and file:///etc/f.conf -> /etc/f.conf; other schemes are refused.
Result<std::string> path_of_uri(const std::string& uri) {
  const auto colon = uri.find(':');
  const auto slash = uri.find('/');
  if (colon == std::string::npos || (slash != std::string::npos && slash < colon)) return uri;
  const std::string scheme = uri.substr(0, colon);
  if (scheme != "file") {
    return invalid_config("--conf-uri " + config::without_secrets(uri) + ": " + scheme + " is not in this version; use a file");
  }
  std::string path = uri.substr(colon + 1);
  if (path.starts_with("//")) {
    const auto start = path.find('/', 2);
    if (start == std::string::npos) return invalid_config("--conf-uri " + uri + ": names no file");
    path = path.substr(start);
  }
  return path;
}

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
  return preparation;
}

void read_configuration(Files& files, const CommandLine& line, const Preparation& preparation, Configuration& configuration) {
  bool is_complete = true;
  std::vector<std::string> given = line.values("conf-file");
  if (line.has("conf-uri")) {
    given.clear();
    for (const std::string& uri : line.values("conf-uri")) {
      auto path = path_of_uri(uri);
      if (path) {
        given.push_back(*std::move(path));
      } else {
        configuration.diagnostics.error({}, {}, path.status().message());
        is_complete = false;
      }
    }
  }
  if (given.empty() && is_complete) {
    configuration.diagnostics.error({}, {}, "no configuration was given", "say which by --conf-file FILE");
    is_complete = false;
  }
  configuration.paths = given;
  for (const std::string& path : given) {
    if (const Status safe = check_not_writable_by_others(files, path); !safe.ok() && safe.kind() == ErrorKind::InvalidConfig) {
      configuration.diagnostics.error(config::location_of_file(path), {}, safe.message());
      is_complete = false;
    }
  }
  config::SubstitutionInputs inputs;
  inputs.environment = preparation.environment;
  inputs.system_properties = config::standard_system_properties(preparation.host, line.system_properties);
  const std::string zone_setting = time_zone_setting(line);
  if (!zone_setting.empty()) {
    if (const Status problem = TimeZone::system(zone_setting).problem; !problem.ok())
      configuration.diagnostics.warning({}, "-Duser.timezone", problem.message());
  }
  inputs.format_date = [zone_setting](std::string_view pattern) { return format_now(pattern, zone_setting); };
  const config::LoadedProperties loaded = config::load_properties(files, given, inputs, configuration.diagnostics);
  configuration.agents = config::build_agent_trees(loaded.effective.properties, loaded.effective.referenced, configuration.diagnostics);
  configuration.is_complete = is_complete && loaded.complete;
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
