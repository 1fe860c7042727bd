// lookups.properties: which prefixes ${prefix:name} may have, in the words of Flume's MapResolver: `env =
// org.apache.commons.text.lookup.DefaultStringLookup.ENVIRONMENT`. Without such a file: env, sys, java, date. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/diagnostic.h"
#include "config/properties.h"

namespace flume::config {

enum class Lookup : std::uint8_t {
  Environment,
  SystemProperties,
  Java,
  Date,
  Base64Decoder,
  Base64Encoder,
  UrlDecoder,
  UrlEncoder,
  File,  ///< ${file:UTF-8:/path}: what a file holds
};

/// By prefix, in lower case.
using Lookups = std::map<std::string, Lookup, std::less<>>;

[[nodiscard]] Lookups default_lookups();
/// What the file's entries ask for. An entry that names a Java class, or a look-up that is not in this version, is left out with a
/// warning; so is a word that is none of Flume's.
[[nodiscard]] Lookups parse_lookups(const std::vector<Property>& entries, Diagnostics& diagnostics);

/// The look-ups that only turn text into text; nothing: it cannot be turned.
[[nodiscard]] std::optional<std::string> converted(Lookup lookup, std::string_view text);

}  // namespace flume::config
