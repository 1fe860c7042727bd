#include <cstdio>

#include "cli/verbs.h"

namespace flume::cli {

int run_help(const CommandLine&) {
  const std::string text = usage();
  std::fwrite(text.data(), 1, text.size(), stdout);
  return kExitDone;
}

}  // namespace flume::cli
