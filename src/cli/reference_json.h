// The reference for programs: one JSON document, every field always there. Pure.
#pragma once

#include <string>

#include "cli/reference.h"

namespace flume::cli {

/// {"version", "kinds": [{"kind", "prefix", "keys": [...], "components": [...], "missing": [...]}],
///  "clients": [{"name", "doc", "keys": [...]}]}
[[nodiscard]] std::string reference_as_json(const Reference& reference, const Clients& clients);

}  // namespace flume::cli
