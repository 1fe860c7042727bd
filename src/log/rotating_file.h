// A log file that is set aside at a size: flume.log, flume.log.1 (newest) ... flume.log.10.
// Appends behind whatever is in the file at that moment, so another agent with the same file and
// `copytruncate` of logrotate do no harm. Owned by the log target, which serialises the calls.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "flume/files.h"

namespace flume {

class RotatingFile {
 public:
  /// Opens nothing yet. `files` outlives this.
  RotatingFile(Files& files, std::string path, std::uint64_t max_bytes, unsigned backups)
      : files_(files), path_(std::move(path)), max_bytes_(max_bytes), backups_(backups), rotate_above_(max_bytes) {}

  /// Sets the file aside if `bytes` more would exceed the size. After an error append() goes on with the
  /// file as it is, and the next try comes a tenth of the size later, not for each line.
  Status make_room(std::size_t bytes);
  /// Appends a whole line. After an error the line is lost, and the next one starts a new line.
  /// Never waits for a failing disk to recover; opens the file anew when need be.
  Status append(std::string_view line);
  /// Lets go of the file: the next line opens it by its name (after `mv` by logrotate).
  Status reopen();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Status open();
  Status rotate();

  Files& files_;
  const std::string path_;
  const std::uint64_t max_bytes_;
  const unsigned backups_;
  std::unique_ptr<File> file_;
  std::uint64_t rotate_above_;  // max_bytes_, or more after a failed rotation
  bool is_line_torn_ = false;   // the last write left a part of its line
};

}  // namespace flume
