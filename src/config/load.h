// Configuration files -> one set of properties: read, decoded, parsed, merged, substituted.
// Everything but the reading is in the pure functions that this calls. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "config/properties.h"
#include "config/substitution.h"
#include "flume/files.h"

namespace flume::config {

inline constexpr std::uint64_t kLargestFile = 16ULL << 20;  // bytes

struct LoadedProperties {
  PropertySet as_written;           ///< with ${...}; for showing where a value comes from
  SubstitutedProperties effective;  ///< the same entries, substituted
  bool complete = true;             ///< false: some file could not be read or Java would refuse it; do not start with this
};

/// The later path wins. Missing, unreadable, binary or too large files and directories are errors, one each;
/// the other files are read nevertheless, so that all problems are told at once.
[[nodiscard]] LoadedProperties load_properties(Files& files, const std::vector<std::string>& paths, const SubstitutionInputs& inputs,
                                               Diagnostics& diagnostics);

/// One file as UTF-8 text; otherwise the error is in `diagnostics` and nothing comes back.
[[nodiscard]] std::optional<std::string> read_text(Files& files, const std::string& path, Diagnostics& diagnostics);

}  // namespace flume::config
