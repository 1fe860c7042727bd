// env: values out of the environment, by the name of the variable.
#pragma once

#include "components/config_filters/config_filter_context.h"

namespace flume {

Result<std::unique_ptr<config::ConfigFilter>> make_env_config_filter(const void* options, const ConfigFilterContext& context);

namespace components {
extern const ComponentInfo config_filter_env;
}  // namespace components

}  // namespace flume
