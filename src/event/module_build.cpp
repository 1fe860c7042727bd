// Part of each module of our own: the build that it is of.
#include "build_id.h"

extern "C" __attribute__((visibility("default"))) const char* flume_module_build();
const char* flume_module_build() { return flume::kBuildId; }
