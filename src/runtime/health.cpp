#include "runtime/health.h"

#include <algorithm>

namespace flume::runtime {
namespace {

LogLevel level_of(ComponentState state) {
  switch (state) {
    case ComponentState::Retrying:
    case ComponentState::Impaired:
      return LogLevel::Warn;
    case ComponentState::Failed:
    case ComponentState::LeftOut:
      return LogLevel::Error;
    default:
      return LogLevel::Info;
  }
}

}  // namespace

std::string_view to_string(ComponentState state) noexcept {
  switch (state) {
    case ComponentState::Starting:
      return "starting";
    case ComponentState::Retrying:
      return "retrying";
    case ComponentState::Running:
      return "running";
    case ComponentState::Impaired:
      return "impaired";
    case ComponentState::Finished:
      return "finished";
    case ComponentState::Failed:
      return "failed";
    case ComponentState::LeftOut:
      return "left out";
    case ComponentState::Stopped:
      return "stopped";
  }
  return "unknown";
}

std::string next_try_in(std::chrono::milliseconds pause) {
  const auto count = pause.count();
  return "next try in " + (count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms");
}

void HealthBoard::set(const Log& log, std::string_view component, ComponentState state, std::string_view reason) {
  {
    const std::lock_guard lock(mutex_);
    auto found = components_.find(component);
    if (found == components_.end()) {
      found = components_.emplace(component, ComponentHealth{std::string(component), state, {}, {}}).first;
    } else if (found->second.state == state && found->second.reason == reason) {
      return;
    }
    found->second.state = state;
    found->second.reason = reason;
    found->second.since = clock_.wall();
  }
  if (reason.empty()) {
    log.at(level_of(state), to_string(state), {});
  } else {
    log.at(level_of(state), to_string(state), {{"reason", reason}});
  }
}

std::vector<ComponentHealth> HealthBoard::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<ComponentHealth> list;
  list.reserve(components_.size());
  for (const auto& [name, health] : components_) list.push_back(health);
  return list;
}

std::string HealthBoard::text_of(std::string_view component) const {
  const std::lock_guard lock(mutex_);
  const auto found = components_.find(component);
  if (found == components_.end()) return "unknown";
  const ComponentHealth& health = found->second;
  return std::string(to_string(health.state)) + (health.reason.empty() ? "" : ": " + health.reason);
}

bool HealthBoard::is_healthy() const {
  const std::lock_guard lock(mutex_);
  return std::none_of(components_.begin(), components_.end(), [](const auto& entry) {
    switch (entry.second.state) {
      case ComponentState::Retrying:
      case ComponentState::Impaired:
      case ComponentState::Failed:
      case ComponentState::LeftOut:
        return true;
      default:
        return false;
    }
  });
}

bool HealthBoard::is_ready() const {
  const std::lock_guard lock(mutex_);
  return !components_.empty() && std::all_of(components_.begin(), components_.end(), [](const auto& entry) {
    switch (entry.second.state) {
      case ComponentState::Running:
      case ComponentState::Impaired:
      case ComponentState::Finished:
      case ComponentState::LeftOut:  // told by is_healthy(); it would never become ready
        return true;
      default:
        return false;
    }
  });
}

}  // namespace flume::runtime
