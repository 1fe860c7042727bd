// One test's events through a source's interceptors and selector into channels that keep them, and what the sinks would do with
// each: by the code that the agent runs (runtime::SourceWriter, a sink's EventPlaces), with nothing started. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/config_test/config_tests.h"
#include "config/agent_plan.h"
#include "flume/files.h"
#include "flume/hadoop_environment.h"

namespace flume::cli {

/// What a place of a sink is: where the event goes, or why the sink refuses it.
struct SinkPlace {
  std::string place;
  std::string refusal;  ///< empty: it is taken
};

struct SinkOutcome {
  std::string name;
  std::string channel;
  std::string group;              ///< of sinks, of which another one may get the events; mostly empty
  std::string unknown;            ///< why its places are not known; mostly empty
  std::vector<SinkPlace> places;  ///< of each event of its channel, if it were the sink that gets it
};

struct ChannelOutcome {
  std::string name;
  std::vector<GivenEvent> events;
};

struct TrialOutcome {
  std::vector<ChannelOutcome> channels;  ///< the source's, in list order
  std::vector<SinkOutcome> sinks;        ///< of these channels
  std::uint64_t dropped = 0;             ///< by interceptors, or by a selector that has no channel for them
  std::string refused;                   ///< why an interceptor refuses the events; empty: it does not
};

/// What a test runs in, beside its clock and zone.
struct TrialSetting {
  Files& files;
  std::string conf_folder;  ///< --conf, or empty
  HadoopEnvironment hadoop;
  LocalHost host;
};

/// InvalidConfig: the plan does not have the source, or something of it cannot be made.
[[nodiscard]] Result<TrialOutcome> try_out(const ConfigTest& test, const config::AgentPlan& plan, const TrialSetting& setting);

}  // namespace flume::cli
