// The agent's log: lines like log4j's on standard error and/or in a rotated file, formatted by spdlog.
//   2026-11-22 14:00:00,123 INFO [sink-k1] sinks.k1: file closed path=/flume/events.1 events=100
// A log disk that is full or broken costs lines, never the agent: they are counted, and standard
// error is told once when it begins and once when it is over. Owned by main; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "flume/clock.h"
#include "flume/files.h"
#include "flume/log.h"
#include "log/log_settings.h"
#include "log/rotating_file.h"

namespace spdlog {
class formatter;
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace flume {

class SpdlogTarget final : public LogTarget {
 public:
  /// Opens nothing yet; a file that cannot be opened is told as any other failure of the log disk.
  SpdlogTarget(const LogSettings& settings, Files& files, const Clock& clock);
  SpdlogTarget(const SpdlogTarget&) = delete;
  SpdlogTarget& operator=(const SpdlogTarget&) = delete;
  ~SpdlogTarget() override;

  [[nodiscard]] bool enabled(LogLevel level, std::string_view component) const noexcept override;
  void write(LogLevel level, std::string_view component, std::string_view sentence, std::span<const LogField> fields) noexcept override;

  /// The level of `component` and all below it; of everything else when it is empty.
  void set_level(std::string_view component, LogLevel level);
  /// For external log rotation: the next line opens the file by its name.
  void reopen();
  /// Lines that did not get into the file.
  [[nodiscard]] std::uint64_t lost_lines() const noexcept { return lost_lines_; }

 private:
  void write_to_file(std::string_view line);
  void warn_on_console(std::string_view text);
  void update_lowest_level();

  const Clock& clock_;
  std::unique_ptr<spdlog::sinks::sink> console_;  // standard error: all lines, or only those about the log itself
  const bool console_takes_all_;

  mutable std::shared_mutex levels_mutex_;
  LogLevel root_level_;                                            // guarded by levels_mutex_
  std::map<std::string, LogLevel, std::less<>> component_levels_;  // guarded by levels_mutex_
  std::atomic<LogLevel> lowest_level_;                             // of all: what is below needs no look at the map
  std::atomic<bool> has_component_levels_;

  std::mutex file_mutex_;
  std::unique_ptr<spdlog::formatter> file_formatter_;  // guarded by file_mutex_
  std::unique_ptr<RotatingFile> file_;                 // guarded by file_mutex_; null: no file wanted
  std::uint64_t lost_in_a_row_ = 0;                    // guarded by file_mutex_
  std::atomic<std::uint64_t> lost_lines_ = 0;
};

/// Appends `text` so that a log line stays one line and a terminal is not steered: control
/// characters become \n, \t, \x1b; what exceeds 8 KiB is cut, and the cut is told.
void append_escaped(std::string& line, std::string_view text);

}  // namespace flume
