#include "config/sink_groups.h"

#include <algorithm>
#include <map>

#include "config/characters.h"
#include "config/name_list.h"
#include "config/shown_value.h"
#include "text/did_you_mean.h"

namespace flume::config {
namespace {

constexpr std::string_view kProcessorPrefix = "processor.";

class GroupPlanner {
 public:
  GroupPlanner(const AgentTree& tree, TypeLookup& types, AgentPlan& plan)
      : tree_(tree), types_(types), diagnostics_(types.diagnostics), plan_(plan) {}

  void plan_all() {
    const GroupTree& groups = tree_.group(Group::SinkGroups);
    for (const ListedName& listed : groups.listed) {
      for (const ListedName& name :
           listed.has_comma && !groups.components.contains(listed.name) ? pieces_of(listed) : std::vector{listed}) {
        const auto keys = groups.components.find(name.name);
        if (keys != groups.components.end()) plan_group(name, keys->second);
      }
    }
  }

 private:
  [[nodiscard]] std::string full_key(const ListedName& group, std::string_view key) const {
    return tree_.full_key(Group::SinkGroups, group.name, key);
  }

  void plan_group(const ListedName& listed, const ComponentTree& keys) {
    PlannedSinkGroup group;
    group.name = listed.name;
    tell_foreign_keys(listed, keys);
    const bool has_sinks = read_sinks(listed, keys, group);
    const bool has_processor = read_processor(listed, keys, group);
    if (!has_processor) return leave_out(listed, group, "its processor is not valid");
    if (!has_sinks) return leave_out(listed, group, "it has no valid sink");
    if (!check_number(listed, keys, group)) return leave_out(listed, group, "its processor does not work with so many sinks");
    if (!listed.cut_from.empty())
      return leave_out(listed, group, "a comma in " + tree_.full_key(Group::SinkGroups) + " makes its name another one");
    check_names_of_sinks(listed, keys, group);
    plan_.sink_groups.push_back(std::move(group));
  }

  /// With its sinks: without the group they would all run at once.
  void leave_out(const ListedName& listed, const PlannedSinkGroup& group, const std::string& reason) {
    plan_.left_out.push_back({Group::SinkGroups, listed.name, reason, true});
    for (const std::string& sink : group.sinks) {
      plan_.left_out.push_back({Group::Sinks, sink, "its group " + listed.name + " is left out", true});
      std::erase_if(plan_.sinks, [&](const PlannedSink& each) { return each.name == sink; });
    }
  }

  [[nodiscard]] const PlannedSink* sink(std::string_view name) const {
    const auto found = std::find_if(plan_.sinks.begin(), plan_.sinks.end(), [&](const PlannedSink& each) { return each.name == name; });
    return found == plan_.sinks.end() ? nullptr : &*found;
  }

  bool read_sinks(const ListedName& listed, const ComponentTree& keys, PlannedSinkGroup& group) {
    const std::string key = full_key(listed, "sinks");
    const Property* entry = keys.find("sinks");
    if (entry == nullptr) {
      diagnostics_.error(keys.first_at, key, "is required", keys.find("sink") != nullptr ? "a group has `sinks`" : "");
      return false;
    }
    bool has_comma = false;
    for (const ListedName& name : read_name_list(key, *entry, diagnostics_)) {
      if (name.after_comment) continue;
      // The comma was told; its pieces are looked at, too, but the group is not what was meant: its sinks run alone, as in Flume.
      for (const ListedName& piece : name.has_comma ? pieces_of(name) : std::vector{name}) read_sink(key, *entry, piece.name, group);
      has_comma = has_comma || name.has_comma;
    }
    if (has_comma) group.sinks.clear();
    group.values.insert(group.values.begin(), {.key = "sinks", .shown = option_text::join_names(group.sinks), .at = entry->value_at});
    return !group.sinks.empty();
  }

  void read_sink(const std::string& key, const Property& entry, const std::string& name, PlannedSinkGroup& group) {
    const std::string shown = "'" + shown_value("sink", name) + "'";
    const auto [other, is_new] = group_of_.emplace(name, group.name);
    if (!is_new) {
      if (other->second != group.name)
        diagnostics_.error(entry.value_at, key, "sink " + shown + " is in group " + other->second + " already, and stays there");
      return;
    }
    if (sink(name) != nullptr) {
      group.sinks.push_back(name);
      return;
    }
    group_of_.erase(other);
    std::vector<std::string> listed;
    for (const ListedName& each : tree_.group(Group::Sinks).listed) listed.push_back(each.name);
    if (std::find(listed.begin(), listed.end(), name) != listed.end()) {
      diagnostics_.note(entry.value_at, key, "sink " + shown + " is left out: the group has to do without it");
      return;
    }
    std::string hint = comment_hint(entry.value);
    if (hint.empty()) hint = did_you_mean(nearest_name(name, std::span<const std::string>(listed)));
    diagnostics_.error(entry.value_at, key, "there is no sink " + shown, std::move(hint));
  }

  bool read_processor(const ListedName& listed, const ComponentTree& keys, PlannedSinkGroup& group) {
    const std::string key = full_key(listed, "processor.type");
    const Property* type = keys.find("processor.type");
    if (type == nullptr) {
      diagnostics_.error(keys.first_at, key, "is required: as in Apache Flume the group is left out, and its sinks with it",
                         "default, failover or load_balance; without the group each of its sinks runs alone");
      return false;
    }
    group.at = type->value_at;
    group.info = types_.find(Kind::SinkProcessor, *type, key);
    if (group.info == nullptr) return false;
    // What is said of a sink that the group has not does nothing (check_names_of_sinks), and is not compared with the others either.
    const auto is_foreign = [&group](std::string_view own) { return own == "type" || is_of_no_member(own, group); };
    const KeyScope scope{keys, tree_.full_key(Group::SinkGroups, listed.name) + ".", std::string(kProcessorPrefix), is_foreign};
    return read_options(scope, types_, group);
  }

  /// How many sinks Flume's processors want: the default one, all others of more than one (but failover runs with one, too).
  bool check_number(const ListedName& listed, const ComponentTree& keys, const PlannedSinkGroup& group) {
    const Property& entry = *keys.find("sinks");
    if (group.info->type == "default" && group.sinks.size() > 1) {
      diagnostics_.error(entry.value_at, full_key(listed, "sinks"),
                         "the default processor takes one sink, not " + std::to_string(group.sinks.size()),
                         "processor.type = failover or load_balance; or leave the group out: each sink runs alone then");
      return false;
    }
    if (group.info->type == "load_balance" && group.sinks.size() < 2) {
      diagnostics_.error(entry.value_at, full_key(listed, "sinks"), "load_balance needs two sinks or more",
                         "leave the group out: the sink runs alone then");
      return false;
    }
    return true;
  }

  /// `key` is relative to "processor.".
  static bool is_of_no_member(std::string_view key, const PlannedSinkGroup& group) {
    return std::any_of(group.info->options.begin(), group.info->options.end(), [&](const OptionInfo& row) {
      if (row.traits.role != OptionRole::SinkName || !key.starts_with(row.family_prefix())) return false;
      const std::string_view name = key.substr(row.family_prefix().size());
      return std::find(group.sinks.begin(), group.sinks.end(), name) == group.sinks.end();
    });
  }

  /// `priority.k9` where the group has no k9.
  void check_names_of_sinks(const ListedName& listed, const ComponentTree& keys, const PlannedSinkGroup& group) {
    for (const OptionInfo& row : group.info->options) {
      if (row.traits.role != OptionRole::SinkName) continue;
      const std::string prefix = std::string(kProcessorPrefix) + std::string(row.family_prefix());
      for (auto entry = keys.entries.lower_bound(prefix); entry != keys.entries.end() && entry->first.starts_with(prefix); ++entry) {
        const std::string name = entry->first.substr(prefix.size());
        if (std::find(group.sinks.begin(), group.sinks.end(), name) != group.sinks.end()) continue;
        std::string hint = did_you_mean(nearest_name(name, std::span<const std::string>(group.sinks)));
        if (hint.empty()) hint = full_key(listed, "sinks") + " has " + shown_names(group.sinks);
        diagnostics_.warning(entry->second.key_at, full_key(listed, entry->first),
                             "does nothing: '" + shown_value("sink", name) + "' is no sink of this group", std::move(hint));
      }
    }
  }

  void tell_foreign_keys(const ListedName& listed, const ComponentTree& keys) {
    constexpr std::string_view kKeys[] = {"sinks", "processor.type"};
    for (const auto& [key, entry] : keys.entries) {
      if (key == "sinks" || key.starts_with(kProcessorPrefix)) continue;
      std::string hint = did_you_mean(nearest_name(key, kKeys));
      const std::string_view first = std::string_view(key).substr(0, key.find('.'));
      if (first == "type" || first == "priority" || first == "maxpenalty" || first == "backoff" || first == "selector")
        hint = "did you mean '" + std::string(kProcessorPrefix) + key + "'?";
      diagnostics_.warning(entry.key_at, full_key(listed, key), "is no key of a sink group: it does nothing", std::move(hint));
    }
  }

  const AgentTree& tree_;
  TypeLookup& types_;
  Diagnostics& diagnostics_;
  AgentPlan& plan_;
  std::map<std::string, std::string, std::less<>> group_of_;  // of each sink
};

}  // namespace

void plan_sink_groups(const AgentTree& tree, TypeLookup& types, AgentPlan& plan) { GroupPlanner(tree, types, plan).plan_all(); }

}  // namespace flume::config
