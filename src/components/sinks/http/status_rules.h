// What an answer's status means for the events that it answers: backoff.*, rollback.*, incrementMetrics.* and their defaults.
// Source: org.apache.flume.sink.http.HttpSink. Constant after its making; any thread.
#pragma once

#include <map>
#include <string>

#include "components/sinks/http/http_options.h"

namespace flume {

struct StatusRule {
  bool rolls_back = true;
  bool backs_off = true;
  bool counts = false;
};

class StatusRules {
 public:
  explicit StatusRules(const HttpSinkOptions& options);
  /// Each of the three by itself: the rule for the status, else that for its hundred, else the default.
  [[nodiscard]] StatusRule of(int status) const;

 private:
  using Rules = std::map<std::string, bool, std::less<>>;
  static Rules rules_of(const OptionFamily& family);
  static bool find(const Rules& rules, int status, bool otherwise);

  Rules backoff_;
  Rules rollback_;
  Rules increment_metrics_;
  StatusRule otherwise_;
};

/// Keys that are neither a status nor a hundred of them, and values that are no booleans: Flume runs on both.
void check_rules(const HttpSinkOptions& options, OptionProblems& problems);

/// The server has looked at the events and found something wrong with them, not with itself or the sink: 400, 413, 422. One event
/// among many may be the reason.
[[nodiscard]] bool blames_the_events(int status) noexcept;

}  // namespace flume
