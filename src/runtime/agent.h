// Agent: one named agent of a configuration, running. Owns channels (apart, see ChannelSlot), sources and sinks.
//   start order: channels, sinks, sources (each sink and source waits for its own channels only)
//   stop order:  sources, then sinks (which drain the channels within the deadline), then channels
// Made, started and stopped by one thread; everything inside runs on its own threads.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "config/agent_plan.h"
#include "flume/services.h"
#include "runtime/channel_slot.h"
#include "runtime/health.h"
#include "runtime/settings.h"
#include "runtime/sink_runner.h"
#include "runtime/source_runner.h"

namespace flume::runtime {

class Agent {
 public:
  /// Makes the components of `plan` (no I/O, no thread). `services` is the agent's; each component gets it under its own name.
  Agent(config::AgentPlan plan, const Services& services, const Settings& settings);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent();

  void start();
  /// True when every channel is empty at the end; otherwise what is left is in the log.
  bool stop(Deadline deadline);

  [[nodiscard]] HealthBoard& health() noexcept { return health_; }
  [[nodiscard]] const config::AgentPlan& plan() const noexcept { return plan_; }

 private:
  Services services_for(std::string_view group, const std::string& name) const;

  const config::AgentPlan plan_;
  const Services services_;
  const Settings settings_;
  HealthBoard health_;
  std::map<std::string, Services> bound_services_;  // by "sinks.k1"; nodes do not move
  std::map<std::string, std::unique_ptr<ChannelSlot>> channels_;
  std::vector<std::unique_ptr<SinkRunner>> sinks_;
  std::vector<std::unique_ptr<SourceRunner>> sources_;
  bool is_stopped_ = false;
};

}  // namespace flume::runtime
