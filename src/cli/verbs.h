// One function per verb of flume-ng: runs it and gives the process's exit code. Main's thread.
#pragma once

#include "cli/command_line.h"

namespace flume::cli {

/// Exit codes. 1: unknown command, or validate, describe, channel or test answers no (not all is well), or avro-client has not
/// delivered everything. 2: flags that cannot be taken, or a
/// configuration with which the agent does not start. 3: a component did not come back from a call, so that the stop was not orderly.
inline constexpr int kExitDone = 0;
inline constexpr int kExitNo = 1;
inline constexpr int kExitRefused = 2;
inline constexpr int kExitHanging = 3;

int run_help(const CommandLine& line);
int run_version(const CommandLine& line);
int run_agent(CommandLine line);
int run_validate(CommandLine line);
int run_describe(CommandLine line);
int run_tool(CommandLine line);
/// 0: every test passes; 1: one does not; 2: a file cannot be used, or names no test.
int run_test(const CommandLine& line);
int run_channel(CommandLine line);
int run_avro_client(CommandLine line);
/// Of `tool FCINTEGRITYTOOL`.
int run_integrity_tool(const CommandLine& line);

}  // namespace flume::cli
