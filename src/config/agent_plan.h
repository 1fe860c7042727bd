// The checked plan of one agent: which components there will be, with typed options. Made by plan_agent() from an
// AgentTree and the registry; nothing is opened, but for files of --conf that a component's check reads. The runtime makes the components
// from it. Values; options are shared and constant once the plan is made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/agent_tree.h"
#include "config/diagnostic.h"
#include "flume/component.h"
#include "flume/registry.h"

namespace flume::config {

/// One key's effective value and where it comes from.
struct PlannedValue {
  std::string key;    ///< relative to the component: "hdfs.path", "interceptors.i1.headerName"
  std::string shown;  ///< secrets as ***
  bool is_default = false;
  Location at{};  ///< of the value; of a default: none
  std::string_view unit{};
  std::string_view doc{};
  std::string note{};  ///< why the value is not the one that was written; mostly empty
};

struct PlannedComponent {
  std::string name;
  const ComponentInfo* info = nullptr;
  OptionsPtr options;
  Location at;                       ///< of its `type`
  std::vector<PlannedValue> values;  ///< in the order of the option table; the plan's own keys first
};

struct PlannedSource : PlannedComponent {
  Names channels;  ///< valid ones, in list order; never empty
  std::vector<PlannedComponent> interceptors;
  PlannedComponent selector;
};

/// What becomes of an event that the sink refuses: it stays in its channel and is tried again; it goes to the dead letters; it goes.
enum class BadEventPolicy : std::uint8_t { Block, DeadLetter, Drop };

struct PlannedSink : PlannedComponent {
  std::string channel;
  BadEventPolicy bad_events = BadEventPolicy::Block;
  /// With DeadLetter: either a channel of the plan,
  std::string dead_letter_channel{};
  /// or the sink that writes the folder's files.
  std::optional<PlannedComponent> dead_letter_files{};
};

/// The component is the group's processor.
struct PlannedSinkGroup : PlannedComponent {
  Names sinks;  ///< of the plan, in list order; never empty, and in no other group
};

/// A component that the text asks for and that will not be there. Once per component.
struct LeftOut {
  Group group;
  std::string name;
  std::string reason;
  bool is_fault = true;  ///< false: nobody misses it (a channel that nothing uses)
};

struct AgentPlan {
  std::string agent;
  std::vector<PlannedComponent> channels;
  std::vector<PlannedSource> sources;
  std::vector<PlannedSink> sinks;
  std::vector<PlannedSinkGroup> sink_groups;
  std::vector<LeftOut> left_out;
  bool is_fatal = false;  ///< the agent must not start: types are missing that the configuration needs

  [[nodiscard]] bool is_empty() const noexcept { return sources.empty() && sinks.empty(); }
};

/// Types that Apache Flume has and this program not: known by name.
class ForeignTypes {
 public:
  virtual ~ForeignTypes() = default;
  /// Why `type_or_class` is not here ("in Flume, not in this version", or what replaces it); nothing when it is no type of Flume.
  [[nodiscard]] virtual std::optional<std::string> about(Kind kind, std::string_view type_or_class) const = 0;
  [[nodiscard]] virtual std::vector<std::string> words(Kind kind) const = 0;
};

/// Never fails as a whole: what is invalid is left out, as in Flume, and every problem is in `diagnostics`.
[[nodiscard]] AgentPlan plan_agent(const AgentTree& tree, ComponentRegistry& registry, const ForeignTypes& foreign,
                                   const CheckContext& context, Diagnostics& diagnostics);

}  // namespace flume::config
