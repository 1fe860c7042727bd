// No two sources of an agent listen on one port: the second would try for ever. Pure; one thread.
#pragma once

#include "config/agent_plan.h"
#include "config/diagnostic.h"

namespace flume::config {

/// An error for each port (OptionRole::TcpPort, UdpPort) that an earlier source has already, on the same address or one that covers
/// it. Both stay in the plan, as Flume starts both: which of them gets the port is decided when they start.
void check_ports(const AgentPlan& plan, Diagnostics& diagnostics);

}  // namespace flume::config
