// What is said of a type that the registry does not have: a type of Flume's, a Java class, or a misspelt word.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "config/agent_plan.h"

namespace flume::config {

struct MissingType {
  std::string message;    ///< "unknown sink type 'hdsf'"
  std::string hint;       ///< may be empty
  bool is_known = false;  ///< Flume would have it
};

/// Precondition: registry.find(kind, type_or_class) is NotFound.
[[nodiscard]] MissingType explain_missing_type(Kind kind, std::string_view type_or_class, const ComponentRegistry& registry,
                                               const ForeignTypes& foreign);

}  // namespace flume::config
