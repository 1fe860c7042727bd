#include "config/exclusive_folders.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "config/shown_value.h"
#include "text/folder_list.h"

namespace flume::config {
namespace {

using Channels = std::set<std::string, std::less<>>;

/// The channels that listed sources and sinks name.
Channels channels_in_use(const AgentTree& tree) {
  Channels used;
  for (const auto& [group, key] : {std::pair(Group::Sources, "channels"), std::pair(Group::Sinks, "channel")}) {
    for (const auto& [name, component] : tree.group(group).components) {
      const Property* entry = component.find(key);
      if (entry == nullptr) continue;
      for (std::string& channel : option_text::split_names(entry->value)) used.insert(std::move(channel));
    }
  }
  return used;
}

struct FolderUse {
  const PlannedComponent* channel = nullptr;
  std::string_view key;
  Location at;
  bool is_default = false;
};

FolderUse use_of(const PlannedComponent& channel, const OptionInfo& row) {
  const auto value = std::find_if(channel.values.begin(), channel.values.end(), [&](const PlannedValue& v) { return v.key == row.key; });
  if (value == channel.values.end() || value->is_default) return {&channel, row.key, channel.at, true};
  return {&channel, row.key, value->at, false};
}

bool uses_folders(const PlannedComponent& channel) {
  const auto& rows = channel.info->options;
  return std::none_of(rows.begin(), rows.end(), [&](const OptionInfo& row) {
    return row.traits.role == OptionRole::FolderCapacity && *row.number(channel.options.get()) == 0;
  });
}

}  // namespace

std::vector<std::string> exclusive_folders(const PlannedComponent& channel, const OptionInfo& row, const std::string& user_home) {
  if (row.traits.role != OptionRole::ExclusiveFolders || !uses_folders(channel)) return {};
  std::vector<std::string> folders = folder_list(row.print(channel.options.get()), user_home);
  if (folders.empty()) folders = folder_list(row.traits.default_text, user_home);
  return folders;
}

void check_exclusive_folders(const AgentTree& tree, const std::string& user_home, AgentPlan& plan, Diagnostics& diagnostics) {
  const Channels used = channels_in_use(tree);
  std::map<std::string, FolderUse> owners;
  std::map<std::string, std::string, std::less<>> reasons;  // by the channel that is left out
  const auto leave_out = [&](const FolderUse& use, const FolderUse& other, const std::string& folder) {
    reasons.emplace(use.channel->name, "channel '" + shown_value("", other.channel->name) + "' has its folder " + folder + ", too");
  };
  for (const PlannedComponent& channel : plan.channels) {
    if (!used.contains(channel.name)) continue;
    for (const OptionInfo& row : channel.info->options) {
      const FolderUse use = use_of(channel, row);
      for (const std::string& written : exclusive_folders(channel, row, user_home)) {
        const std::string folder = normal_folder(written);
        const FolderUse& first = owners.emplace(folder, use).first->second;
        if (first.channel == &channel) continue;
        const std::string shown = shown_value(row.key, folder);
        const std::string key = tree.full_key(Group::Channels, channel.name, std::string(use.key));
        diagnostics.error(use.at, key,
                          shown + (use.is_default ? " (the default)" : "") + " is a folder of channel '" +
                              shown_value("", first.channel->name) + "', too (" + to_string(first.at) +
                              "): each channel needs folders of its own, and neither of the two is made",
                          "say another folder in " + key);
        leave_out(use, first, shown);
        leave_out(first, use, shown);
      }
    }
  }
  std::erase_if(plan.channels, [&](const PlannedComponent& channel) {
    const auto reason = reasons.find(channel.name);
    if (reason == reasons.end()) return false;
    plan.left_out.push_back({Group::Channels, channel.name, reason->second, true});
    return true;
  });
}

}  // namespace flume::config
