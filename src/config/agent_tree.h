// Properties sorted into agents, groups and components: <agent>.<group>[.<component>.<key>].
// Knows Flume's grammar and nothing of component types: the typed plan is made from an AgentTree.
// Values, pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/name_list.h"
#include "config/properties.h"

namespace flume::config {

enum class Group : std::uint8_t { Sources, Sinks, Channels, SinkGroups, ConfigFilters };
inline constexpr std::array kGroups{Group::Sources, Group::Sinks, Group::Channels, Group::SinkGroups, Group::ConfigFilters};

/// "sources", "sinks"...: as in keys.
[[nodiscard]] std::string_view to_string(Group group) noexcept;

/// One component's keys, whether it is listed or not.
struct ComponentTree {
  std::map<std::string, Property, std::less<>> entries;  ///< by the key relative to the component ("hdfs.path"); all trimmed
  Location first_at;                                     ///< of the first of them in the text

  [[nodiscard]] const Property* find(std::string_view key) const;
};

struct GroupTree {
  std::optional<Property> list;                                  ///< the property that lists the names
  std::vector<ListedName> listed;                                ///< in the order of the list
  std::map<std::string, ComponentTree, std::less<>> components;  ///< those with at least one key
};

struct AgentTree {
  std::string name;
  std::array<GroupTree, kGroups.size()> groups;

  [[nodiscard]] const GroupTree& group(Group which) const { return groups[static_cast<std::size_t>(which)]; }
  [[nodiscard]] GroupTree& group(Group which) { return groups[static_cast<std::size_t>(which)]; }
  /// "a1.sinks.k1.hdfs.path"; component and key may be empty.
  [[nodiscard]] std::string full_key(Group which, std::string_view component = {}, std::string_view key = {}) const;
};

using AgentTrees = std::map<std::string, AgentTree, std::less<>>;

/// Sorts the properties of all agents. What fits nowhere is ignored, as in Flume, with a warning and its
/// reason; `referenced` names the properties that are there to be referred to by ${...}: no warning for those.
[[nodiscard]] AgentTrees build_agent_trees(const PropertySet& properties, const std::set<std::string, std::less<>>& referenced,
                                           Diagnostics& diagnostics);

/// Compares the lists of `agent` with the keys that are there: components listed without keys (error, they
/// will be missing), keys of components that are not listed (warning, they do nothing).
void check_listed_components(const AgentTree& agent, Diagnostics& diagnostics);

/// Warns of values with a `# comment` behind them that nothing has been said about yet: call it last.
void warn_of_trailing_comments(const AgentTree& agent, Diagnostics& diagnostics);

/// The agent called `name`. Without it: an error that names the agents which are there, and null.
[[nodiscard]] const AgentTree* find_agent(const AgentTrees& agents, std::string_view name, const Location& file, Diagnostics& diagnostics);

}  // namespace flume::config
