// flume.opts: defaults for the flags of the command line, as properties `name = a1`, `conf-file = x`.
// Pure; which flags there are is the caller's to say.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"

namespace flume::config {

struct KnownFlag {
  std::string_view name;        ///< long, without dashes: "conf-file"
  std::string_view short_name;  ///< "f"
  bool takes_value = true;
};

struct FlagDefault {
  std::string name;   ///< the long one
  std::string value;  ///< empty for a flag without value, which is on
  Location at;
};

/// The defaults that `text` gives, in its order. Names may be long or short. A flag without value is on
/// for true, yes and 1 (any case). Unknown names are errors, with a hint.
[[nodiscard]] std::vector<FlagDefault> parse_options_file(const Location& file, std::string_view text, std::span<const KnownFlag> known,
                                                          Diagnostics& diagnostics);

}  // namespace flume::config
