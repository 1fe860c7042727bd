// Any bytes through the whole text half: decode, parse, substitute, sort, filter, check, render.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "config/agent_tree.h"
#include "config/config_filters.h"
#include "config/substitution.h"
#include "config/text_encoding.h"

namespace {

/// Answers with a secret, not at all, or with an error.
class FuzzFilter final : public flume::config::ConfigFilter {
 public:
  flume::Result<std::optional<std::string>> value_of(const std::string& key) override {
    if (key.size() % 3 == 0) return flume::invalid_config("no such key");
    if (key.size() % 3 == 1) return std::optional<std::string>("${f['a']}");
    return std::optional<std::string>();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume::config;
  auto text = decode_text(std::string(reinterpret_cast<const char*>(data), size));
  if (!text) return 0;
  SubstitutionInputs inputs;
  inputs.environment = {{"A", "alpha"}, {"B", "${env:A}${env:A}"}, {"C", "${env:C}"}};
  inputs.system_properties = {{"propertiesImplementation", "org.apache.flume.node.EnvVarResolverProperties"}};
  inputs.format_date = [](std::string_view pattern) { return std::optional(std::string(pattern)); };
  inputs.read_file = [](const std::string& path) { return path.empty() ? std::nullopt : std::optional(path + "${A}"); };
  Diagnostics diagnostics;
  auto entries = parse_properties(location_of_file("f"), text->utf8, diagnostics).entries;
  inputs.lookups = parse_lookups(entries, diagnostics);
  inputs.lookups.merge(default_lookups());
  inputs.lookups.merge(Lookups{{"un64", Lookup::Base64Decoder},
                               {"to64", Lookup::Base64Encoder},
                               {"unurl", Lookup::UrlDecoder},
                               {"tourl", Lookup::UrlEncoder},
                               {"file", Lookup::File}});
  PropertySet properties;
  properties.merge(std::move(entries), diagnostics);
  tell_placeholders_that_stay(properties, diagnostics);
  const SubstitutedProperties substituted = substitute(std::move(properties), inputs, diagnostics);
  AgentTrees agents = build_agent_trees(substituted.properties, substituted.referenced, diagnostics);
  ConfigFilters filters;
  filters.emplace("f", std::make_unique<FuzzFilter>());
  for (auto& [name, agent] : agents) {
    for (const FilteredValue& each : apply_config_filters(agent, filters, diagnostics)) {
      if (each.placeholder.empty()) __builtin_trap();
    }
    check_listed_components(agent, diagnostics);
  }
  if (find_agent(agents, "a1", location_of_file("f"), diagnostics) == nullptr && diagnostics.count(Severity::Error) == 0) __builtin_trap();
  diagnostics.sort_by_place();
  for (const char c : diagnostics.to_lines()) {
    // Nothing of the file may reach the terminal as a control character.
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') __builtin_trap();
  }
  if (diagnostics.to_json().empty()) __builtin_trap();
  return 0;
}
