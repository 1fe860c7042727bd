// The texts of a configuration -> one set of properties: read, as far as they are files, decoded, parsed, merged, substituted.
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

/// A file, or a text that came from elsewhere.
struct ConfigurationText {
  std::string name;                    ///< its path, or what locations call it: "http://host/flume.conf"
  std::optional<std::string> bytes{};  ///< nothing: the file `name` is to be read
};

enum class Placeholders : std::uint8_t {
  Substituted,
  Kept,  ///< Flume's way with configurations from ZooKeeper
};

/// The later text wins. Missing, unreadable, binary or too large files and directories are errors, one each;
/// the other texts are read nevertheless, so that all problems are told at once.
[[nodiscard]] LoadedProperties load_properties(Files& files, const std::vector<ConfigurationText>& texts, const SubstitutionInputs& inputs,
                                               Placeholders placeholders, Diagnostics& diagnostics);

/// One file as UTF-8 text; otherwise the error is in `diagnostics` and nothing comes back.
[[nodiscard]] std::optional<std::string> read_text(Files& files, const std::string& path, Diagnostics& diagnostics);

}  // namespace flume::config
