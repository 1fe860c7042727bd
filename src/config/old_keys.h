// Keys of types that Apache Flume has and this program not, as far as they are old or misspelt in many configurations: of the type it is
// told that it is not here, and of these keys what they are called today. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "config/agent_tree.h"
#include "config/diagnostic.h"
#include "flume/options.h"

namespace flume::config {

/// Warns of each such key among `keys` of the component `full_name` ("a1.sinks.k1"); says nothing of types that it does not know.
void explain_old_keys(Kind kind, std::string_view type_or_class, const std::string& full_name, const ComponentTree& keys,
                      Diagnostics& diagnostics);

}  // namespace flume::config
