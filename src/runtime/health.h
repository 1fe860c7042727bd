// How each component of the agent is, for log, /health and /ready. One board per agent; any thread.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "flume/clock.h"
#include "flume/log.h"

namespace flume::runtime {

enum class ComponentState : std::uint8_t {
  Starting,
  Retrying,  ///< its start failed and is tried again
  Running,
  Impaired,  ///< runs, but its last round failed
  Finished,  ///< came to its natural end
  Failed,    ///< will not run again until the configuration or the agent changes
  LeftOut,   ///< in the text, but invalid
  Stopped,
};
[[nodiscard]] std::string_view to_string(ComponentState state) noexcept;

/// "next try in 5 s", for reasons.
[[nodiscard]] std::string next_try_in(std::chrono::milliseconds pause);

struct ComponentHealth {
  std::string component;  ///< "sinks.k1"
  ComponentState state = ComponentState::Starting;
  std::string reason;
  WallTime since{};
};

class HealthBoard {
 public:
  explicit HealthBoard(const Clock& clock) : clock_(clock) {}

  /// A change of state or reason is logged at the level that it deserves; the same again is not.
  void set(const Log& log, std::string_view component, ComponentState state, std::string_view reason = {});
  [[nodiscard]] std::vector<ComponentHealth> all() const;
  /// Its state, and the reason if there is one: "impaired: connection refused".
  [[nodiscard]] std::string text_of(std::string_view component) const;
  /// Nothing is retried, impaired, failed or left out.
  [[nodiscard]] bool is_healthy() const;
  /// Everything that is not left out has started (or finished), so that events flow.
  [[nodiscard]] bool is_ready() const;

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, ComponentHealth, std::less<>> components_;
};

}  // namespace flume::runtime
