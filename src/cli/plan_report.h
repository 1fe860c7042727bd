// What `flume-ng validate` prints: every problem, then what each agent would run and where each value comes from. Pure.
#pragma once

#include <string>
#include <vector>

#include "config/agent_plan.h"
#include "config/diagnostic.h"

namespace flume::cli {

struct PlanReport {
  std::vector<std::string> files;
  const config::Diagnostics& diagnostics;
  std::vector<config::AgentPlan> plans;
  bool is_strict = false;  ///< warnings count as errors

  [[nodiscard]] bool is_valid() const noexcept;
};

/// "agent a1: 1 source, 2 channels, 1 sink, 1 left out"
[[nodiscard]] std::string counts_of(const config::AgentPlan& plan);
[[nodiscard]] std::string report_as_text(const PlanReport& report);
/// {"files", "diagnostics", "agents", "errors", "warnings", "valid"}
[[nodiscard]] std::string report_as_json(const PlanReport& report);

}  // namespace flume::cli
