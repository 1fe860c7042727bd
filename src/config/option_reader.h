// Reads the keys of one component into its typed options by its option table. Pure; one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/agent_plan.h"

namespace flume::config {

/// Where types are looked up, and what is said of those that are not there.
struct TypeLookup {
  ComponentRegistry& registry;
  const ForeignTypes& foreign;
  Diagnostics& diagnostics;
  const CheckContext& context;  ///< what checks across options may look at
  bool is_fatal = false;        ///< set when a type is missing without which the agent must not start (see find)

  /// The component of that type, or null and an error with a hint. A missing type that Flume has is fatal: Flume would have
  /// started it. So is any missing source, channel or sink, as in Flume.
  const ComponentInfo* find(Kind kind, const Property& type, const std::string& full_key);
};

/// The keys of a component (or of a part of one) below `prefix`, e.g. "a1.sinks.k1." and "interceptors.i1.".
struct KeyScope {
  const ComponentTree& tree;
  std::string full_prefix;                                     ///< "a1.sinks.k1."
  std::string prefix;                                          ///< "interceptors.i1." or empty
  std::function<bool(std::string_view key)> is_foreign_key{};  ///< keys that are not the component's own (relative to prefix)
  std::vector<std::string_view> other_keys{};                  ///< keys that a misspelt one may stand for beside the component's
};

/// Fills `component.options` and `component.values` for component.info. False when a key is wrong or missing, so that the
/// component must be left out; every problem is in the diagnostics.
bool read_options(const KeyScope& scope, TypeLookup& types, PlannedComponent& component);

}  // namespace flume::config
