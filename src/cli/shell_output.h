// What a command prints, for a start that waits for it: with patience that ends, and obeying signals meanwhile.
// Main's thread, before the process has others.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "flume/result.h"
#include "io/process.h"

namespace flume::cli {

struct Patience {
  std::chrono::milliseconds until_told = std::chrono::seconds(5);  ///< then standard error is told what is waited for
  std::chrono::milliseconds longest = std::chrono::seconds(60);
};

struct ShellOutput {
  std::string text;
  ExitStatus end;
};

/// Runs `command` to its end and gives its standard output; its standard error goes to ours. InvalidConfig, with what it started
/// ended, too: it takes longer, or prints more than `limit` bytes. SIGTERM, SIGINT and SIGHUP end it and then this process, as if
/// nobody had been waiting. `what` is for messages.
Result<ShellOutput> shell_output(Command command, const std::string& what, const Patience& patience, std::size_t limit);

}  // namespace flume::cli
