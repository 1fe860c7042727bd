// What a source and a sink are made of and connected to, as the agent made it from the plan.
// Values with references to what the agent owns and keeps longer.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "config/agent_plan.h"
#include "flume/channel.h"
#include "flume/services.h"

namespace flume::runtime {

struct WiredChannel {
  std::string name;
  Channel* channel = nullptr;
  std::stop_token no_sink_left{};  ///< fires at a stop, when no sink will make room in it any more
};

struct SourceWiring {
  const config::PlannedSource* plan = nullptr;
  std::vector<WiredChannel> channels;  ///< in list order: bit i of a ChannelSet
  const Services* services = nullptr;  ///< bound to the source
};

}  // namespace flume::runtime
