#include "flume/version.h"

#include <cstdio>
#include <string>

#include "cli/verbs.h"

namespace flume::cli {
namespace {

#if defined(__clang__)
constexpr const char* kCompiler = __VERSION__;
#else
constexpr const char* kCompiler = "GCC " __VERSION__;
#endif

}  // namespace

int run_version(const CommandLine&) {
  const std::string own = "flume-cpp " + std::string(version());
  // In Flume's shape: scripts look for "Flume 1.11.0" in the first line and for the names of the others. No date and no
  // checksum: the same sources make the same program.
  std::printf("Flume 1.11.0 (%s)\n", own.c_str());
  std::printf("Source code repository: flume-cpp\n");
  std::printf("Revision: %s\n", own.c_str());
  std::printf("Compiled by %s\n", kCompiler);
  std::printf("Configuration, command line and formats: Apache Flume 1.11.0\n");
  return kExitDone;
}

}  // namespace flume::cli
