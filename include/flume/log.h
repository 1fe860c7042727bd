// Logging as components see it: a constant sentence and fields, the component's name bound.
//   log.warn("file could not be closed", {{"path", path}, {"attempt", tries}});
// Nothing per event above debug. Event bodies only where `org.apache.flume.log.rawdata` allows.
// A Log is a cheap value; any thread. What it points to (LogTarget) is owned by main.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume {

enum class LogLevel : std::uint8_t { Trace, Debug, Info, Warn, Error, Off };
[[nodiscard]] std::string_view to_string(LogLevel level) noexcept;

struct LogField {
  std::string_view key;
  std::string value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, bool v) : key(k), value(v ? "true" : "false") {}
  LogField(std::string_view k, const Status& v) : key(k), value(v.ok() ? "ok" : v.message()) {}
  template <typename N>
    requires(std::integral<N> && !std::same_as<N, bool>)
  LogField(std::string_view k, N v) : key(k), value(std::to_string(v)) {}
};

/// Where lines go. Any thread; must not throw and must not fail its caller (a full log disk is
/// counted and reported by the target itself).
class LogTarget {
 public:
  virtual ~LogTarget() = default;
  [[nodiscard]] virtual bool enabled(LogLevel level, std::string_view component) const noexcept = 0;
  virtual void write(LogLevel level, std::string_view component, std::string_view sentence, std::span<const LogField> fields) noexcept = 0;
};

class Log {
 public:
  using Fields = std::initializer_list<LogField>;
  /// `component` is copied: "sinks.k1", "config", ...
  Log(LogTarget& target, std::string_view component) : target_(&target), component_(component) {}
  [[nodiscard]] Log named(std::string_view component) const { return {*target_, component}; }

  [[nodiscard]] bool enabled(LogLevel level) const noexcept { return target_->enabled(level, component_); }
  void trace(std::string_view sentence, Fields fields = {}) const { at(LogLevel::Trace, sentence, fields); }
  void debug(std::string_view sentence, Fields fields = {}) const { at(LogLevel::Debug, sentence, fields); }
  void info(std::string_view sentence, Fields fields = {}) const { at(LogLevel::Info, sentence, fields); }
  void warn(std::string_view sentence, Fields fields = {}) const { at(LogLevel::Warn, sentence, fields); }
  void error(std::string_view sentence, Fields fields = {}) const { at(LogLevel::Error, sentence, fields); }
  void at(LogLevel level, std::string_view sentence, Fields fields) const {
    if (enabled(level)) target_->write(level, component_, sentence, {fields.begin(), fields.size()});
  }

 private:
  LogTarget* target_;
  std::string component_;
};

}  // namespace flume
