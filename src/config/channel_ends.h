// Do the sources and sinks of a plan meet at its channels? What was left out leaves channels behind that have one end, or none.
// Pure; one thread.
#pragma once

#include "config/agent_plan.h"

namespace flume::config {

/// Removes the channels that nothing of the plan uses, and tells where the fault of one component leaves a channel without
/// source or sink (unless the agent does not start at all). A channel that was never to be filled or drained is no mistake: it may hold
/// events of an earlier run.
void match_channels(const AgentTree& tree, AgentPlan& plan, Diagnostics& diagnostics);

}  // namespace flume::config
