// What is valid and yet worth knowing before it runs: rules across the components of an agent, for `flume-ng validate`. Advice changes
// nothing that runs. What a component can say of its own keys alone is OptionProblem::is_advice. Pure; any thread.
#pragma once

#include "config/agent_plan.h"
#include "config/diagnostic.h"

namespace flume::config {

void advise(const AgentPlan& plan, Diagnostics& diagnostics);

}  // namespace flume::config
