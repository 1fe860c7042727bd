// What is logged and where to, as -Dflume.root.logger and its neighbours say it: values only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "flume/log.h"
#include "flume/result.h"

namespace flume {

struct LogSettings {
  LogLevel level = LogLevel::Info;
  bool to_console = false;  // standard error
  bool to_file = true;
  std::string directory = "./logs";
  std::string file = "flume.log";
  std::uint64_t max_file_bytes = 100ULL << 20U;
  unsigned backups = 10;  // flume.log.1 is the newest
  /// Levels of components and all below them: "sinks" is for "sinks.k1" too, the longest one counts.
  std::map<std::string, LogLevel, std::less<>> component_levels;
  std::string time_zone;  // of the lines' times; empty: the machine's

  [[nodiscard]] std::string path() const { return directory.empty() ? file : directory + "/" + file; }
};

/// A log4j level in any case; ALL is Trace and FATAL is Error here.
Result<LogLevel> parse_log_level(std::string_view word);

/// Takes one -D property: flume.root.logger ("INFO,console", "DEBUG,LOGFILE"), flume.log.dir,
/// flume.log.file, flume.log.level.<component>, user.timezone. False if the key is none of these.
Result<bool> take_log_property(LogSettings& settings, std::string_view key, std::string_view value);

}  // namespace flume
