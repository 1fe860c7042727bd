// flume-ng validate --probe: asks what the agent would work with whether it is there, with this machine's eyes and this user's
// rights. It reads, and changes nothing. Main's thread.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "cli/configuration.h"
#include "cli/probe_places.h"
#include "config/agent_plan.h"
#include "config/diagnostic.h"
#include "flume/services.h"

namespace flume::cli {

/// What a plan works with, by the real network.
void probe(const std::vector<config::AgentPlan>& plans, const std::shared_ptr<Files>& files, const CommandLine& line,
           const Preparation& preparation, config::Diagnostics& diagnostics);

/// Each place gets a diagnostic: an error when the component cannot work with it, info when all is well. A disk or a cluster that
/// does not answer for `patience` is such an error; all disks are asked side by side, each cluster once.
void probe_places(const std::vector<ProbePlace>& places, const std::shared_ptr<Files>& files, const Services& services,
                  Instant::duration patience, config::Diagnostics& diagnostics);

}  // namespace flume::cli
