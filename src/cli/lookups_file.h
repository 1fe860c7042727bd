// lookups.properties: what the prefixes of placeholders mean, found as Flume finds it. Main's thread.
#pragma once

#include <string>

#include "cli/command_line.h"
#include "config/diagnostic.h"
#include "config/lookups.h"
#include "flume/files.h"

namespace flume::cli {

/// The file of -Dlookups (a path, else in the conf folder); without one, or when it is empty, lookups.properties of the conf folder;
/// without that, the default. False: what -Dlookups names cannot be read, and the configuration would not mean what it should.
[[nodiscard]] bool take_lookups(Files& files, const CommandLine& line, const std::string& conf_folder, config::Lookups& lookups,
                                config::Diagnostics& diagnostics);

}  // namespace flume::cli
