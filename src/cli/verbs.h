// One function per verb of flume-ng: runs it and gives the process's exit code. Main's thread.
#pragma once

#include "cli/command_line.h"

namespace flume::cli {

/// Exit codes: 0 done; 1 wrong usage, or validate found errors; 2 the configuration does not let the agent start.
inline constexpr int kExitDone = 0;
inline constexpr int kExitUsage = 1;
inline constexpr int kExitInvalid = 2;

int run_help(const CommandLine& line);
int run_version(const CommandLine& line);
int run_agent(CommandLine line);
int run_validate(CommandLine line);
int run_describe(const CommandLine& line);

}  // namespace flume::cli
