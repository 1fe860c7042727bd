#include "cli/lookups_file.h"

#include "config/load.h"

namespace flume::cli {
namespace {

std::optional<std::vector<config::Property>> entries_of(Files& files, const std::string& path, config::Diagnostics& diagnostics) {
  const auto text = config::read_text(files, path, diagnostics);
  if (!text) return std::nullopt;
  return config::parse_properties(config::location_of_file(path), *text, diagnostics).entries;
}

}  // namespace

bool take_lookups(Files& files, const CommandLine& line, const std::string& conf_folder, config::Lookups& lookups,
                  config::Diagnostics& diagnostics) {
  const std::string in_folder = conf_folder.empty() ? std::string() : conf_folder + "/";
  if (const auto given = line.system_properties.find("lookups"); given != line.system_properties.end()) {
    const std::string& name = given->second;
    const bool is_beside = !files.info(name).ok() && !in_folder.empty() && files.info(in_folder + name).ok();
    const auto entries = entries_of(files, is_beside ? in_folder + name : name, diagnostics);
    if (!entries) return false;
    if (!entries->empty()) {
      lookups = config::parse_lookups(*entries, diagnostics);
      return true;
    }
  }
  const std::string usual = in_folder + "lookups.properties";
  if (in_folder.empty() || !files.info(usual).ok()) return true;
  const auto entries = entries_of(files, usual, diagnostics);
  if (!entries) return false;
  lookups = config::parse_lookups(*entries, diagnostics);
  return true;
}

}  // namespace flume::cli
