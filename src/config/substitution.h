// ${...} in the values of a configuration: ${env:N}, ${sys:N}, ${java:K}, ${date:PATTERN}, ${other.key},
// ${x:-default}, $${x} for a literal ${x}, nested names ${env:${x}}; other prefixes by lookups.h. The rules are those of Flume's
// MapResolver; ${other.key} always resolves, wherever the other key stands. What nothing answers stays
// as it is written. Pure: the outside world comes in as SubstitutionInputs. One thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "config/diagnostic.h"
#include "config/lookups.h"
#include "config/properties.h"

namespace flume::config {

struct SubstitutionInputs {
  std::map<std::string, std::string, std::less<>> environment;
  /// The -D values and those of standard_system_properties(). With propertiesImplementation =
  /// org.apache.flume.node.EnvVarResolverProperties a bare ${VAR} reads the environment, too.
  std::map<std::string, std::string, std::less<>> system_properties;
  /// Now, by a SimpleDateFormat pattern; nothing when the pattern is none. Not set: ${date:...} stays.
  std::function<std::optional<std::string>(std::string_view pattern)> format_date;
  /// What prefixes mean.
  Lookups lookups = default_lookups();
  /// The text of a file, for Lookup::File; nothing when there is none. Not set: ${file:...} stays.
  std::function<std::optional<std::string>(const std::string& path)> read_file;
};

// Bounds against values that grow without end.
inline constexpr std::size_t kDeepestSubstitution = 100;          // placeholders within placeholders
inline constexpr std::size_t kLongestSubstituted = 1024 * 1024;   // bytes of one value
inline constexpr std::size_t kMostSubstitutionWork = 256U << 20;  // bytes read and written for one configuration

struct SubstitutedProperties {
  PropertySet properties;
  /// Keys that some placeholder named: a property of no agent, made to be referred to, is no mistake.
  std::set<std::string, std::less<>> referenced;
};

/// A value that refers to itself, or grows beyond the bounds, is an error and stays as written.
[[nodiscard]] SubstitutedProperties substitute(PropertySet properties, const SubstitutionInputs& inputs, Diagnostics& diagnostics);

/// For a configuration of which nothing is substituted: tells which placeholders stay as they are written. Those of config
/// filters do not.
void tell_placeholders_that_stay(const PropertySet& properties, Diagnostics& diagnostics);

/// What the agent knows of its host and user; from the operating system, gathered by the program.
struct HostFacts {
  std::string user_name;
  std::string user_home;
  std::string working_directory;
  std::string temporary_directory = "/tmp";
  std::string os_name = "Linux";
  std::string os_version;
  std::string os_architecture;
};

/// The Java system properties that configurations refer to, answered for this host; `defined` (-D) wins.
[[nodiscard]] std::map<std::string, std::string, std::less<>> standard_system_properties(
    const HostFacts& host, std::map<std::string, std::string, std::less<>> defined);

}  // namespace flume::config
