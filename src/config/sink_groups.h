// The sink groups of an agent: which sinks work together, and by which processor. Pure; one thread.
#pragma once

#include "config/agent_plan.h"
#include "config/option_reader.h"

namespace flume::config {

/// Adds the groups to a plan that has its sinks. As in Flume, a group that cannot be is left out with its sinks, a sink that another group
/// has stays there, and sinks of no group run alone.
void plan_sink_groups(const AgentTree& tree, TypeLookup& types, AgentPlan& plan);

}  // namespace flume::config
