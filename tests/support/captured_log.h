// A LogTarget that keeps its lines, so that a test can say what must have been told.
// Owned by the test; any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "flume/log.h"

namespace flume {

class CapturedLog final : public LogTarget {
 public:
  struct Line {
    LogLevel level;
    std::string component;
    std::string text;  ///< "sentence key=value key=value"
  };

  [[nodiscard]] bool enabled(LogLevel, std::string_view) const noexcept override { return true; }
  void write(LogLevel level, std::string_view component, std::string_view sentence, std::span<const LogField> fields) noexcept override;

  [[nodiscard]] std::vector<Line> lines() const;
  /// Lines of this level or above whose text contains `part`.
  [[nodiscard]] std::size_t count(LogLevel least, std::string_view part = {}) const;
  [[nodiscard]] bool contains(std::string_view part) const { return count(LogLevel::Trace, part) != 0; }
  void clear();

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

}  // namespace flume
