// A file of configuration tests, from its text to its results. Reads the configuration; changes nothing. One thread.
#pragma once

#include <string>

#include "cli/command_line.h"
#include "cli/config_test/test_report.h"
#include "flume/files.h"
#include "flume/registry.h"

namespace flume::cli {

/// `filter`: only tests whose name has this in it; empty: all. `line` brings --conf.
[[nodiscard]] TestFileReport run_config_tests(Files& files, const CommandLine& line, const std::string& file, const std::string& filter,
                                              ComponentRegistry& registry);

}  // namespace flume::cli
