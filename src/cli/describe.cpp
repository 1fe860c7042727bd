#include "cli/verbs.h"
namespace flume::cli {
int run_describe(const CommandLine&) { return kExitNo; }
}  // namespace flume::cli
