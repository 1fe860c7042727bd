// Which channels a configuration has, and in which folders they lie. Main's thread.
#pragma once

#include <string>
#include <vector>

#include "cli/channel/channel_request.h"
#include "cli/configuration.h"

namespace flume::cli {

/// The channels of the agent --name, or of the only one. The error says why it cannot be told.
Result<std::vector<StoredChannel>> find_channels(Files& files, const CommandLine& line, const Preparation& preparation);

/// The channel of --dataDirs.
[[nodiscard]] StoredChannel channel_in(std::vector<std::string> folders);

}  // namespace flume::cli
