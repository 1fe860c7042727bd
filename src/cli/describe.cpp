#include "cli/verbs.h"
namespace flume::cli {
int run_describe(const CommandLine&) { return kExitUsage; }
}  // namespace flume::cli
