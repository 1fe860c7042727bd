// external: values that a command prints. It is run without a shell, with the key as its last argument, once for each key; the
// first line that it prints is the value, if it ends with exit code 0 in time.
#pragma once

#include "components/config_filters/config_filter_context.h"

namespace flume {

Result<std::unique_ptr<config::ConfigFilter>> make_external_config_filter(const void* options, const ConfigFilterContext& context);

namespace components {
extern const ComponentInfo config_filter_external;
}  // namespace components

}  // namespace flume
