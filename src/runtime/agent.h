// Agent: one named agent of a configuration, running. Owns channels (apart, see ChannelSlot), sources and sinks.
//   start order: channels, sinks, sources (each sink and source waits for its own channels only)
//   stop order:  sources (within half of the time), then sinks (which drain the channels within the deadline), then channels
//                (one that a crash would empty saves its events first, within Settings::save_time, if it is made to)
// A stop waits only while something can be gained: a source does not wait for room that no sink will make, a sink whose
// channel survives does not wait for its destination. The others may use up the deadline; the log says what for.
// Made, started and stopped by one thread; everything inside runs on its own threads. A component whose making fails is left
// out and shown on the health board; the others run.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/agent_plan.h"
#include "flume/services.h"
#include "runtime/channel_slot.h"
#include "runtime/health.h"
#include "runtime/settings.h"
#include "runtime/sink_member.h"
#include "runtime/sink_thread.h"
#include "runtime/source_runner.h"

namespace flume::runtime {

class Agent {
 public:
  /// Makes the components of `plan` (no I/O, no thread). `services` is the agent's; each component gets it under its own name.
  Agent(config::AgentPlan plan, const Services& services, const Settings& settings);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  /// Waits for components that hang, however long that takes: see hanging().
  ~Agent();

  void start();
  /// True when every channel was open and is empty at the end; otherwise what is left is in the log. Back at the deadline, or
  /// Settings::stop_grace later if a component does not come back from a call, and the time for saving after that.
  bool stop(Deadline deadline);
  /// After stop(): components ("sinks.k1") that do not end, named in the log with the events left in their channels. Their
  /// channels are not closed (a durable one recovers as after a crash). Nothing more can be done for them in this process:
  /// its end is up to the caller.
  [[nodiscard]] const std::vector<std::string>& hanging() const noexcept { return hanging_; }

  [[nodiscard]] HealthBoard& health() noexcept { return health_; }
  [[nodiscard]] const config::AgentPlan& plan() const noexcept { return plan_; }

 private:
  /// The agent's services under the component's name; lives as long as the agent.
  const Services& bind(std::string_view group, const std::string& name);
  void add_channel(const config::PlannedComponent& plan);
  /// The wiring of a sink to its channels, which are told that it will take from them.
  Result<SinkWiring> wire(const config::PlannedSink& plan);
  void add_sink(const config::PlannedSink& plan);
  void add_sink_group(const config::PlannedSinkGroup& plan);
  void add_source(const config::PlannedSource& plan);
  void cannot_be_made(std::string_view group, const std::string& name, const Status& why);
  /// Waits for all, and returns those that have not ended at the deadline. What takes longer than a moment is told.
  template <typename Runner>
  std::vector<Runner*> await(const std::vector<std::unique_ptr<Runner>>& runners, Deadline deadline);
  void tell_wait(const std::string& component, const std::vector<const Channel*>& channels, Deadline deadline);
  void stop_channels(Deadline deadline, const std::vector<const Channel*>& in_use);
  /// Notes that `component` does not end; `channels` are in its hands.
  void hangs(const std::string& component, const std::vector<const Channel*>& channels);

  const config::AgentPlan plan_;
  const Services services_;
  const Settings settings_;
  HealthBoard health_;
  std::map<std::string, Services> bound_services_;  // by "sinks.k1"; nodes do not move
  std::map<std::string, std::unique_ptr<ChannelSlot>> channels_;
  std::vector<std::unique_ptr<SinkThread>> sinks_;
  std::vector<std::unique_ptr<SourceRunner>> sources_;
  std::vector<std::string> hanging_;
  bool is_stopped_ = false;
};

}  // namespace flume::runtime
