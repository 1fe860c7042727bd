// Config filters: ${name['key']}, ${name["key"]} and ${name[key]} in values of sources, sinks, channels and sink groups become
// what the filter of that name answers. They run behind the substitution, over the one agent that is looked at. What an answer
// holds is not looked at again. A value that came from a filter is shown as it was written, everywhere.
// The filters themselves are components/config_filters. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/agent_plan.h"
#include "config/agent_tree.h"
#include "config/diagnostic.h"
#include "config/filtered_value.h"

namespace flume::config {

class ConfigFilter {
 public:
  virtual ~ConfigFilter() = default;
  /// The value of `key` ([-_a-zA-Z0-9]+); nothing: it has none. An error says why it could not be found out, and no value.
  virtual Result<std::optional<std::string>> value_of(const std::string& key) = 0;
};

/// The filters that the agent lists, with their options, in that order. One that is not valid is left out, with an error.
[[nodiscard]] std::vector<PlannedComponent> plan_config_filters(const AgentTree& agent, ComponentRegistry& registry,
                                                                const ForeignTypes& foreign, const CheckContext& context,
                                                                Diagnostics& diagnostics);

/// By name.
using ConfigFilters = std::map<std::string, std::unique_ptr<ConfigFilter>, std::less<>>;

/// Puts the filters' answers into `agent`; asks for each key once. From then on `diagnostics` shows none of them. What has no
/// answer stays as it is written, as in Flume, and is an error; what no filter is there for is a warning.
[[nodiscard]] std::vector<FilteredValue> apply_config_filters(AgentTree& agent, const ConfigFilters& filters, Diagnostics& diagnostics);

}  // namespace flume::config
