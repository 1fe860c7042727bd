// What the whole agent says about TLS: Java's and Flume's system properties, and the environment where they are silent. Main's thread.
#pragma once

#include <string>
#include <string_view>

#include "cli/command_line.h"
#include "cli/environment.h"
#include "config/diagnostic.h"
#include "flume/tls_options.h"

namespace flume::cli {

/// The property, as Flume fills it: -D, else the variable of the environment; empty: neither.
[[nodiscard]] std::string property_or_variable(const CommandLine& line, const Environment& environment, std::string_view property,
                                               std::string_view variable);

/// javax.net.ssl.keyStore and trustStore with their passwords and types, flume.ssl.{include,exclude}.{protocols,cipherSuites}, each
/// else FLUME_SSL_*. Names in lists are separated by commas. A type of store that nobody knows is warned of, and none.
[[nodiscard]] TlsDefaults tls_defaults(const CommandLine& line, const Environment& environment, config::Diagnostics& diagnostics);

}  // namespace flume::cli
