#include "flume/version.h"

#include <cstdio>

#include "cli/verbs.h"

namespace flume::cli {

int run_version(const CommandLine&) {
  std::printf("flume-cpp %.*s (configuration, command line and formats of Apache Flume 1.11.0)\n", static_cast<int>(version().size()),
              version().data());
  return kExitDone;
}

}  // namespace flume::cli
