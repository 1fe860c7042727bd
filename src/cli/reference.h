// Everything that `flume-ng describe` can tell, as plain values: made from the registry's option tables, the plan's own keys
// and those of the clients, printed as text, JSON or Markdown. The order is fixed, so that the same program always prints the same.
// Values; main's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flume/component.h"
#include "flume/registry.h"
#include "flume/result.h"

namespace flume::cli {

struct KeyReference {
  std::string key;  ///< without the component's prefix; a family ends in `.*`
  std::string type;
  std::string unit;                          ///< empty: none
  std::optional<std::string> default_value;  ///< nothing: not set
  bool required = false;
  std::string doc;
  std::vector<std::string> choices;
  std::optional<std::int64_t> minimum;
  std::optional<std::int64_t> maximum;
  std::vector<std::string> aliases;
  std::string deprecated;  ///< what to use instead
  std::string no_effect;   ///< why it does nothing here
  bool secret = false;
  bool extension = false;     ///< Apache Flume does not have it
  std::string nested_kind;    ///< the value names a component of this kind ...
  std::string nested_prefix;  ///< ... whose keys begin so
};

struct ComponentReference {
  Kind kind{};
  std::string type;
  std::vector<std::string> class_names;
  std::string doc;
  bool extension = false;
  ComponentExample example;
  std::string unavailable;  ///< non-empty: it is known, but cannot be used, and why; then there are no keys
  std::vector<KeyReference> keys;
};

/// A type of Flume's that is not in this version.
struct MissingType {
  std::string type;  ///< its alias; the class where Flume has none
  std::string class_name;
};

struct KindReference {
  Kind kind{};
  std::string prefix;              ///< where the keys of such a component begin
  std::vector<KeyReference> keys;  ///< of every component of the kind
  std::vector<ComponentReference> components;
  std::vector<MissingType> missing;
};

using Reference = std::vector<KindReference>;

/// Keys of files that belong to others, which a client of theirs reads, too.
struct ClientReference {
  std::string name;  ///< as in `describe hdfs-client`
  std::string doc;
  std::vector<KeyReference> keys;
};
using Clients = std::vector<ClientReference>;

inline constexpr Kind kKinds[] = {Kind::Source,     Kind::Channel,      Kind::Sink,        Kind::Interceptor,   Kind::Selector,
                                  Kind::Serializer, Kind::Deserializer, Kind::PathManager, Kind::SinkProcessor, Kind::ConfigFilter};

/// "sources", "path managers", ...: for headings.
[[nodiscard]] std::string_view plural(Kind kind);

/// "source", "Sources", "path-manager": in any case, one or many. The error has a hint.
[[nodiscard]] Result<Kind> kind_named(std::string_view word);

/// All that is known of a kind. Modules are loaded to be described.
[[nodiscard]] KindReference describe_kind(ComponentRegistry& registry, Kind kind);

/// The keys of core-site.xml and hdfs-site.xml.
[[nodiscard]] ClientReference describe_hdfs_client();

/// One type of a kind, by alias or class name. The error says why it is not here, or has a hint.
[[nodiscard]] Result<KindReference> describe_type(ComponentRegistry& registry, Kind kind, std::string_view type_or_class);

}  // namespace flume::cli
