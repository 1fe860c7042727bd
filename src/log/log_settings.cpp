#include "log/log_settings.h"

#include <algorithm>
#include <array>
#include <utility>

namespace flume {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return upper;
}

Status parse_root_logger(LogSettings& settings, std::string_view value) {
  const auto comma = value.find(',');
  const auto level = parse_log_level(trimmed(value.substr(0, comma)));
  if (!level) return level.status().with_context("flume.root.logger");
  settings.level = *level;
  if (comma == std::string_view::npos) return {};
  settings.to_console = false;
  settings.to_file = false;
  for (std::string_view rest = value.substr(comma + 1);;) {
    const auto end = rest.find(',');
    const std::string_view appender = trimmed(rest.substr(0, end));
    const std::string name = upper_case(appender);
    if (name == "CONSOLE") {
      settings.to_console = true;
    } else if (name == "LOGFILE" || name == "DAILY") {  // DAILY: of older log4j.properties; rotated by size here
      settings.to_file = true;
    } else {
      return invalid_config("flume.root.logger: unknown appender \"" + std::string(appender) + "\"; known are console and LOGFILE");
    }
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

Result<LogLevel> parse_log_level(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, LogLevel>, 8> kLevels{{{"ALL", LogLevel::Trace},
                                                                                 {"TRACE", LogLevel::Trace},
                                                                                 {"DEBUG", LogLevel::Debug},
                                                                                 {"INFO", LogLevel::Info},
                                                                                 {"WARN", LogLevel::Warn},
                                                                                 {"ERROR", LogLevel::Error},
                                                                                 {"FATAL", LogLevel::Error},
                                                                                 {"OFF", LogLevel::Off}}};
  const std::string name = upper_case(word);
  const auto* const found = std::ranges::find(kLevels, std::string_view(name), &std::pair<std::string_view, LogLevel>::first);
  if (found == kLevels.end()) {
    return invalid_config("unknown log level \"" + std::string(word) + "\"; known are ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF");
  }
  return found->second;
}

Result<bool> take_log_property(LogSettings& settings, std::string_view key, std::string_view value) {
  constexpr std::string_view kLevelPrefix = "flume.log.level.";
  if (key == "flume.root.logger") {
    FLUME_TRY(parse_root_logger(settings, value));
  } else if (key == "flume.log.dir") {
    settings.directory = value;
  } else if (key == "flume.log.file") {
    if (value.empty()) return invalid_config("flume.log.file: empty; give the name of the log file");
    settings.file = value;
  } else if (key == "user.timezone") {
    settings.time_zone = value;
  } else if (key.starts_with(kLevelPrefix) && key.size() > kLevelPrefix.size()) {
    const auto level = parse_log_level(trimmed(value));
    if (!level) return level.status().with_context(key);
    settings.component_levels.insert_or_assign(std::string(key.substr(kLevelPrefix.size())), *level);
  } else {
    return false;
  }
  return true;
}

}  // namespace flume
