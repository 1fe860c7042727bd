// What is said of a start: on standard error, for who makes it, and in the log's file, when there is one, for who looks there
// later. A console has each line once. Main's thread.
#pragma once

#include <optional>
#include <string_view>

#include "config/diagnostic.h"
#include "flume/clock.h"
#include "flume/files.h"
#include "log/log_settings.h"

namespace flume::cli {

class StartReport {
 public:
  StartReport(Files& files, const Clock& clock) : files_(files), clock_(clock) {}

  /// Where the log will go. Before this, and when it goes to no file, only standard error is told.
  void set_log(const LogSettings& settings);
  /// All of them, in the log at their severity, with place and key.
  void tell(const config::Diagnostics& diagnostics);
  /// Says what the start waits for.
  void warn(std::string_view message);
  /// Says why the agent does not start; the exit code for that.
  int refuse(std::string_view message);

 private:
  Files& files_;
  const Clock& clock_;
  // Nothing: no file. It is opened for each call, not kept: the agent's own log rotates it.
  std::optional<LogSettings> file_;
};

}  // namespace flume::cli
