#include "cli/verbs.h"
namespace flume::cli {
int run_describe(CommandLine) { return kExitNo; }
}  // namespace flume::cli
