#include "components/sinks/http/status_rules.h"

#include <algorithm>

#include "text/ascii.h"

namespace flume {
namespace {

/// "200", or "2XX" in any case of letters.
bool is_rule_name(std::string_view name) {
  if (name.size() != 3 || name[0] < '1' || name[0] > '9') return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_any = [](char c) { return c == 'X' || c == 'x'; };
  return (is_digit(name[1]) && is_digit(name[2])) || (is_any(name[1]) && is_any(name[2]));
}

std::string canonical(std::string_view name) {
  std::string upper(name);
  std::replace(upper.begin(), upper.end(), 'x', 'X');
  return upper;
}

}  // namespace

StatusRules::StatusRules(const HttpSinkOptions& options)
    : backoff_(rules_of(options.backoff)),
      rollback_(rules_of(options.rollback)),
      increment_metrics_(rules_of(options.increment_metrics)),
      otherwise_{options.default_rollback, options.default_backoff, options.default_increment_metrics} {}

StatusRules::Rules StatusRules::rules_of(const OptionFamily& family) {
  Rules rules;
  for (const auto& [name, value] : family) rules.emplace(canonical(name), to_lower(value) == "true");
  return rules;
}

bool StatusRules::find(const Rules& rules, int status, bool otherwise) {
  auto rule = rules.find(std::to_string(status));
  if (rule == rules.end()) rule = rules.find(std::to_string(status / 100) + "XX");
  return rule == rules.end() ? otherwise : rule->second;
}

StatusRule StatusRules::of(int status) const {
  return {find(rollback_, status, otherwise_.rolls_back), find(backoff_, status, otherwise_.backs_off),
          find(increment_metrics_, status, otherwise_.counts)};
}

void check_rules(const HttpSinkOptions& options, OptionProblems& problems) {
  const auto check = [&](std::string_view prefix, const OptionFamily& family) {
    for (const auto& [name, value] : family) {
      const std::string key = std::string(prefix) + name;
      if (!is_rule_name(name)) {
        problems.push_back(
            {.keys = {}, .message = key + ": counts for nothing: behind the dot is a status, 503, or a hundred, 5XX", .runs = true});
      }
      const std::string lower = to_lower(value);
      if (lower != "true" && lower != "false") {
        problems.push_back({.keys = {}, .message = key + ": is neither true nor false, and counts as false", .runs = true});
      }
    }
  };
  check("backoff.", options.backoff);
  check("rollback.", options.rollback);
  check("incrementMetrics.", options.increment_metrics);
}

bool blames_the_events(int status) noexcept { return status == 400 || status == 413 || status == 422; }

}  // namespace flume
