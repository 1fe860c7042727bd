#include "config/ports.h"

#include <algorithm>
#include <string>
#include <vector>

#include "config/shown_value.h"

namespace flume::config {
namespace {

struct PortUse {
  const PlannedSource* source = nullptr;
  OptionRole protocol = OptionRole::None;
  std::string port;
  std::string address;  // empty: all of the machine's
  std::string_view key;
  Location at;
};

std::string address_of(const PlannedSource& source) {
  for (const OptionInfo& row : source.info->options) {
    if (row.traits.role != OptionRole::ListenAddress) continue;
    std::string address = row.print(source.options.get());
    if (address == "0.0.0.0" || address == "::" || address == "[::]" || address == "0:0:0:0:0:0:0:0") address.clear();
    return address == "localhost" ? "127.0.0.1" : address;
  }
  return {};
}

Location place_of(const PlannedSource& source, std::string_view key) {
  const auto value = std::find_if(source.values.begin(), source.values.end(), [&](const PlannedValue& each) { return each.key == key; });
  return value == source.values.end() || value->is_default ? source.at : value->at;
}

/// Its ports, each once. Those that the system chooses never meet.
std::vector<PortUse> uses_of(const PlannedSource& source) {
  std::vector<PortUse> uses;
  for (const OptionInfo& row : source.info->options) {
    if (row.traits.role != OptionRole::TcpPort && row.traits.role != OptionRole::UdpPort) continue;
    for (std::string& port : option_text::split_names(row.print(source.options.get()))) {
      const auto is_same = [&](const PortUse& use) { return use.port == port && use.protocol == row.traits.role; };
      if (port == "0" || std::any_of(uses.begin(), uses.end(), is_same)) continue;
      uses.push_back({&source, row.traits.role, std::move(port), address_of(source), row.key, place_of(source, row.key)});
    }
  }
  return uses;
}

bool meet(const PortUse& a, const PortUse& b) {
  return a.protocol == b.protocol && a.port == b.port && (a.address.empty() || b.address.empty() || a.address == b.address);
}

}  // namespace

void check_ports(const AgentPlan& plan, Diagnostics& diagnostics) {
  std::vector<PortUse> taken;
  for (const PlannedSource& source : plan.sources) {
    for (PortUse& use : uses_of(source)) {
      const auto first = std::find_if(taken.begin(), taken.end(), [&](const PortUse& each) { return meet(each, use); });
      if (first == taken.end()) {
        taken.push_back(std::move(use));
        continue;
      }
      const std::string key = plan.agent + ".sources." + source.name + '.' + std::string(use.key);
      diagnostics.error(use.at, key,
                        "port " + shown_value(use.key, use.port) + " is that of source '" + shown_value("", first->source->name) +
                            "', too (" + to_string(first->at) + "): only one of them can listen there",
                        "say another port in " + key);
    }
  }
}

}  // namespace flume::config
