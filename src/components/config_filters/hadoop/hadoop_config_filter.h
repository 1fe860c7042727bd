// hadoop: values out of Hadoop's credential stores (`hadoop credential create`), JCEKS files read natively. The password is
// HADOOP_CREDSTORE_PASSWORD, else the content of the password file, else Hadoop's own: none.
#pragma once

#include "components/config_filters/config_filter_context.h"

namespace flume {

Result<std::unique_ptr<config::ConfigFilter>> make_hadoop_config_filter(const void* options, const ConfigFilterContext& context);

namespace components {
extern const ComponentInfo config_filter_hadoop;
}  // namespace components

}  // namespace flume
