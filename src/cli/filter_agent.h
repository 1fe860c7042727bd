// The config filters of an agent: made from its configuration, asked, and their answers put into it. Main's thread, before the
// process has others.
#pragma once

#include <vector>

#include "cli/configuration.h"
#include "components/config_filters/config_filter_context.h"
#include "config/config_filters.h"

namespace flume::cli {

using RunCommand = ConfigFilterContext::Run;
/// Runs a command in a process of its own, and waits for its end.
[[nodiscard]] Result<std::pair<std::string, ExitStatus>> run_command(Command command, std::chrono::milliseconds longest);

/// What came from filters is in the result, so that it is shown nowhere; `diagnostics` hides it from now on.
std::vector<config::FilteredValue> filter_agent(Files& files, const Preparation& preparation, ComponentRegistry& registry,
                                                config::AgentTree& agent, config::Diagnostics& diagnostics,
                                                const RunCommand& run = run_command);

}  // namespace flume::cli
