#include "config/channel_ends.h"

#include <algorithm>
#include <set>

#include "config/shown_value.h"

namespace flume::config {
namespace {

/// "source r1, source r2": those of a group that name this channel in `key` and are left out.
std::string left_out_users(const AgentTree& tree, const AgentPlan& plan, Group group, std::string_view key, std::string_view channel_name) {
  std::string users;
  for (const LeftOut& left_out : plan.left_out) {
    if (left_out.group != group) continue;
    const auto keys = tree.group(group).components.find(left_out.name);
    if (keys == tree.group(group).components.end()) continue;
    const Property* entry = keys->second.find(key);
    if (entry == nullptr) continue;
    const Names named = option_text::split_names(entry->value);
    if (std::find(named.begin(), named.end(), channel_name) == named.end()) continue;
    users += (users.empty() ? "" : ", ") + std::string(group == Group::Sources ? "source " : "sink ") + shown_value("", left_out.name);
  }
  return users;
}

}  // namespace

void match_channels(const AgentTree& tree, AgentPlan& plan, Diagnostics& diagnostics) {
  std::set<std::string, std::less<>> filled;
  std::set<std::string, std::less<>> drained;
  for (const PlannedSource& source : plan.sources) filled.insert(source.channels.begin(), source.channels.end());
  for (const PlannedSink& sink : plan.sinks) {
    drained.insert(sink.channel);
    if (!sink.dead_letter_channel.empty()) filled.insert(sink.dead_letter_channel);
  }
  std::erase_if(plan.channels, [&](const PlannedComponent& channel) {
    const bool is_filled = filled.contains(channel.name);
    const bool is_drained = drained.contains(channel.name);
    std::string sources = is_filled ? "" : left_out_users(tree, plan, Group::Sources, "channels", channel.name);
    if (!is_filled && sources.empty()) sources = left_out_users(tree, plan, Group::Sinks, "deadLetter", channel.name);
    const std::string sinks = is_drained ? "" : left_out_users(tree, plan, Group::Sinks, "channel", channel.name);
    const std::string key = tree.full_key(Group::Channels, channel.name);
    const auto note = [&](std::string message) {
      if (!plan.is_fatal) diagnostics.note(channel.at, key, std::move(message));
    };
    if (is_filled && !sinks.empty()) note("no sink is left for this channel (left out: " + sinks + "): once it is full its sources wait");
    if (is_drained && !sources.empty()) note("no source is left for this channel (left out: " + sources + "): nothing new comes into it");
    if (is_filled || is_drained) return false;
    if (sources.empty() && sinks.empty()) {
      diagnostics.warning(channel.at, key, "no source and no sink uses this channel: it is not made");
    } else {
      const std::string users = sources + (sources.empty() || sinks.empty() ? "" : ", ") + sinks;
      note("nothing is left that uses this channel (left out: " + users + "): it is not made");
    }
    plan.left_out.push_back({Group::Channels, channel.name, "no source and no sink uses it", false});
    return true;
  });
}

}  // namespace flume::config
