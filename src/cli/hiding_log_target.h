// A log in front of another, in whose lines what came from config filters is shown by its placeholder. Owned by main, outlives
// all logs; any thread.
#pragma once

#include <vector>

#include "config/filtered_value.h"
#include "flume/log.h"

namespace flume::cli {

class HidingLogTarget final : public LogTarget {
 public:
  HidingLogTarget(LogTarget& target, std::vector<config::FilteredValue> hidden) : target_(target), hidden_(std::move(hidden)) {}

  [[nodiscard]] bool enabled(LogLevel level, std::string_view component) const noexcept override {
    return target_.enabled(level, component);
  }
  void write(LogLevel level, std::string_view component, std::string_view sentence, std::span<const LogField> fields) noexcept override {
    if (hidden_.empty()) return target_.write(level, component, sentence, fields);
    std::vector<LogField> shown(fields.begin(), fields.end());
    for (LogField& field : shown) field.value = config::without_filtered_values(std::move(field.value), hidden_);
    target_.write(level, component, sentence, shown);
  }

 private:
  LogTarget& target_;
  const std::vector<config::FilteredValue> hidden_;
};

}  // namespace flume::cli
