// No two channels keep their events in one folder: whose events would these be? Pure; one thread.
#pragma once

#include <string>
#include <vector>

#include "config/agent_plan.h"

namespace flume::config {

/// Removes the channels of the plan that share a folder with another one (OptionRole::ExclusiveFolders), all of them: nobody can
/// say to which of them the events in it belong. A channel that nothing uses does not count, since it is not made. Folders are
/// compared as text: what a link leads to is found when the channels lock their folders. Before sources and sinks are planned.
void check_exclusive_folders(const AgentTree& tree, const std::string& user_home, AgentPlan& plan, Diagnostics& diagnostics);

/// The folders that a row of this role names, or its default does; none while the channel keeps no events in folders.
[[nodiscard]] std::vector<std::string> exclusive_folders(const PlannedComponent& channel, const OptionInfo& row,
                                                         const std::string& user_home);

}  // namespace flume::config
