#include "config/agent_plan.h"

#include <algorithm>
#include <set>

#include "config/bad_event_keys.h"
#include "config/channel_ends.h"
#include "config/characters.h"
#include "config/common_keys.h"
#include "config/exclusive_folders.h"
#include "config/name_list.h"
#include "config/old_keys.h"
#include "config/option_reader.h"
#include "config/ports.h"
#include "config/shown_value.h"
#include "config/sink_groups.h"
#include "text/did_you_mean.h"

namespace flume::config {
namespace {

class Planner {
 public:
  Planner(const AgentTree& tree, ComponentRegistry& registry, const ForeignTypes& foreign, const CheckContext& context,
          Diagnostics& diagnostics)
      : tree_(tree), types_{registry, foreign, diagnostics, context}, diagnostics_(diagnostics) {}

  AgentPlan plan() {
    plan_.agent = tree_.name;
    const std::size_t errors_before = diagnostics_.count(Severity::Error);
    check_listed_components(tree_, diagnostics_);
    plan_group(Group::Channels, &Planner::plan_channel);
    check_exclusive_folders(tree_, types_.context.user_home, plan_, diagnostics_);
    if (tree_.group(Group::Channels).listed.empty()) {
      diagnostics_.error(list_location(Group::Channels), tree_.full_key(Group::Channels), "the agent has no channels",
                         "list them: " + tree_.name + ".channels = c1");
    }
    plan_group(Group::Sources, &Planner::plan_source);
    plan_group(Group::Sinks, &Planner::plan_sink);
    plan_sink_groups(tree_, types_, plan_);
    plan_.is_fatal = plan_.is_fatal || types_.is_fatal;
    match_channels(tree_, plan_, diagnostics_);
    cut_batches();
    check_ports(plan_, diagnostics_);
    warn_of_trailing_comments(tree_, diagnostics_);
    if (plan_.is_empty()) tell_nothing_is_left(diagnostics_.count(Severity::Error) != errors_before);
    return std::move(plan_);
  }

 private:
  /// Where the group's names are listed; without a list: where the agent begins.
  [[nodiscard]] Location list_location(Group group) const {
    if (const auto& list = tree_.group(group).list) return list->key_at;
    for (const GroupTree& other : tree_.groups) {
      if (other.list) return other.list->key_at;
      if (!other.components.empty()) return other.components.begin()->second.first_at;
    }
    return {};
  }

  /// Once per component: the first reason counts, but for the comma, which is the reason of all that it cuts off.
  void leave_out(Group group, const ListedName& listed, std::string reason) {
    if (!plan_.left_out.empty() && plan_.left_out.back().group == group && plan_.left_out.back().name == listed.name) return;
    if (!listed.cut_from.empty())
      reason = "a comma in " + tree_.full_key(group) + " makes its name '" + shown_value("", listed.cut_from) + "'";
    plan_.left_out.push_back({group, listed.name, std::move(reason), true});
  }

  [[nodiscard]] bool has_keys(Group group, std::string_view name) const { return tree_.group(group).components.contains(name); }

  /// Plans each listed component. Of a name with commas its pieces that have keys, which are left out: all that is wrong with
  /// them is told at once, but the start does not depend on it.
  void plan_group(Group group, void (Planner::*plan_one)(const ListedName& listed)) {
    std::set<std::string, std::less<>> seen;
    for (const ListedName& listed : tree_.group(group).listed) {
      if (!listed.has_comma || has_keys(group, listed.name)) seen.insert(listed.name);
    }
    for (const ListedName& listed : tree_.group(group).listed) {
      if (seen.contains(listed.name)) {
        (this->*plan_one)(listed);
        continue;
      }
      const bool is_fatal = types_.is_fatal;
      bool has_pieces = false;
      for (const ListedName& piece : pieces_of(listed)) {
        if (!has_keys(group, piece.name) || !seen.insert(piece.name).second) continue;
        (this->*plan_one)(piece);
        leave_out(group, piece, {});
        has_pieces = true;
      }
      if (!has_pieces) (this->*plan_one)(listed);
      types_.is_fatal = is_fatal;
    }
  }

  /// Keys of the plan that a misspelt key of a component may stand for.
  static std::vector<std::string_view> plain_common_keys(Kind kind) {
    std::vector<std::string_view> keys;
    for (const CommonKey& common : common_keys(kind)) {
      if (common.no_effect.empty() && common.key.find_first_of("<*") == std::string_view::npos) keys.push_back(common.key);
    }
    return keys;
  }

  /// The keys of a listed component; null (and left out) when it has none, which is reported already.
  const ComponentTree* keys_of(Group group, const ListedName& listed) {
    const auto& components = tree_.group(group).components;
    const auto found = components.find(listed.name);
    if (found != components.end()) return &found->second;
    // What a trailing comment brought into the list was never a component.
    if (!listed.after_comment) leave_out(group, listed, "has no keys");
    return nullptr;
  }

  /// Resolves `type` and reads the options; false (left out, reported) when that fails.
  bool plan_component(Group group, Kind kind, const ListedName& listed, const ComponentTree& keys, PlannedComponent& component) {
    component.name = listed.name;
    const Property* type = keys.find("type");
    if (type == nullptr) {
      diagnostics_.error(keys.first_at, tree_.full_key(group, listed.name, "type"), "is required");
      leave_out(group, listed, "has no type");
      return false;
    }
    component.at = type->value_at;
    component.info = types_.find(kind, *type, tree_.full_key(group, listed.name, "type"));
    if (component.info == nullptr) {
      explain_old_keys(kind, type->value, tree_.full_key(group, listed.name), keys, diagnostics_);
      leave_out(group, listed, "its type '" + shown_value("type", type->value) + "' is not available");
      return false;
    }
    const KeyScope scope{keys, tree_.full_key(group, listed.name) + ".", "",
                         [kind](std::string_view key) { return is_common_key(kind, key); }, plain_common_keys(kind)};
    if (!read_options(scope, types_, component)) {
      leave_out(group, listed, "its keys are not valid");
      return false;
    }
    return true;
  }

  void plan_channel(const ListedName& listed) {
    const ComponentTree* keys = keys_of(Group::Channels, listed);
    PlannedComponent channel;
    if (keys == nullptr || !plan_component(Group::Channels, Kind::Channel, listed, *keys, channel)) return;
    if (listed.cut_from.empty()) plan_.channels.push_back(std::move(channel));
  }

  [[nodiscard]] const PlannedComponent* channel(std::string_view name) const {
    const auto found =
        std::find_if(plan_.channels.begin(), plan_.channels.end(), [&](const PlannedComponent& c) { return c.name == name; });
    return found == plan_.channels.end() ? nullptr : &*found;
  }

  [[nodiscard]] bool is_listed(Group group, std::string_view name) const {
    const auto is_it = [&](const ListedName& each) { return each.name == name; };
    const auto& listed = tree_.group(group).listed;
    return std::any_of(listed.begin(), listed.end(), [&](const ListedName& each) {
      if (is_it(each)) return true;
      if (!each.has_comma || !has_keys(group, name)) return false;
      const std::vector<ListedName> pieces = pieces_of(each);
      return std::any_of(pieces.begin(), pieces.end(), is_it);
    });
  }

  /// Why there is no channel `name`; reported under `key`. Of one that is listed it is told already what is wrong with it.
  void no_such_channel(Severity severity, const std::string& name, const Property& entry, const std::string& key) {
    const std::string shown = "'" + shown_value("channel", name) + "'";
    if (is_listed(Group::Channels, name)) return diagnostics_.note(entry.value_at, key, "channel " + shown + " is left out");
    std::vector<std::string> listed;
    for (const ListedName& each : tree_.group(Group::Channels).listed) listed.push_back(each.name);
    std::string hint = did_you_mean(nearest_name(name, std::span<const std::string>(listed)));
    if (option_text::split_names(name).size() > 1) hint = "a sink drains one channel";
    if (std::string about_comment = comment_hint(entry.value); !about_comment.empty()) hint = std::move(about_comment);
    diagnostics_.add({severity, entry.value_at, key, "there is no channel " + shown, std::move(hint)});
  }

  void plan_source(const ListedName& listed) {
    const ComponentTree* keys = keys_of(Group::Sources, listed);
    if (keys == nullptr) return;
    PlannedSource source;
    const bool has_options = plan_component(Group::Sources, Kind::Source, listed, *keys, source);
    const bool has_channels = read_channels(listed, *keys, source);
    const bool has_interceptors = plan_interceptors(listed, *keys, source);
    const bool has_selector = plan_selector(listed, *keys, source);
    if (has_options && !has_channels) leave_out(Group::Sources, listed, "it has no valid channel");
    if (has_options && has_channels && !(has_interceptors && has_selector))
      leave_out(Group::Sources, listed, "its interceptors or its selector are not valid");
    if (has_options && has_channels && has_interceptors && has_selector && listed.cut_from.empty())
      plan_.sources.push_back(std::move(source));
  }

  bool read_channels(const ListedName& listed, const ComponentTree& keys, PlannedSource& source) {
    const std::string key = tree_.full_key(Group::Sources, listed.name, "channels");
    const Property* entry = keys.find("channels");
    if (entry == nullptr) {
      diagnostics_.error(keys.first_at, key, "is required",
                         keys.find("channel") != nullptr ? "a source has `channels`, a sink `channel`" : "");
      return false;
    }
    const std::size_t errors_before = diagnostics_.count(Severity::Error);
    const std::vector<ListedName> names = read_name_list(key, *entry, diagnostics_);
    for (const ListedName& name : names) {
      if (channel(name.name) != nullptr) source.channels.push_back(name.name);
    }
    const Severity severity = source.channels.empty() ? Severity::Error : Severity::Warning;
    bool is_told = diagnostics_.count(Severity::Error) != errors_before;
    for (const ListedName& name : names) {
      if (name.after_comment || channel(name.name) != nullptr) continue;
      // The comma was told; its pieces may be wrong, too.
      for (const ListedName& piece : name.has_comma ? pieces_of(name) : std::vector{name}) {
        if (channel(piece.name) != nullptr) continue;
        no_such_channel(severity, piece.name, *entry, key);
        is_told = true;
      }
    }
    source.values.insert(source.values.begin(),
                         {.key = "channels", .shown = option_text::join_names(source.channels), .at = entry->value_at});
    if (source.channels.size() > ChannelSet::kMaxChannels) {
      diagnostics_.error(entry->value_at, key, "more than " + std::to_string(ChannelSet::kMaxChannels) + " channels on one source");
      return false;
    }
    if (!source.channels.empty()) return true;
    if (is_told) {
      diagnostics_.note(entry->value_at, key, "no channel is left for this source: it is left out");
    } else {
      diagnostics_.error(entry->value_at, key, "names no channel");
    }
    return false;
  }

  bool plan_interceptors(const ListedName& listed, const ComponentTree& keys, PlannedSource& source) {
    const Property* entry = keys.find("interceptors");
    const std::string list_key = tree_.full_key(Group::Sources, listed.name, "interceptors");
    std::vector<ListedName> names;
    if (entry != nullptr) names = read_name_list(list_key, *entry, diagnostics_);
    report_unlisted_interceptors(keys, names, list_key);
    bool is_valid = true;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const ListedName name = names[i];
      if (name.after_comment) continue;
      // The comma was told: the chain is not what was meant, but its pieces are looked at, too.
      if (name.has_comma && keys.find("interceptors." + name.name + ".type") == nullptr) {
        is_valid = false;
        const std::vector<ListedName> pieces = pieces_of(name);
        names.insert(names.end(), pieces.begin(), pieces.end());
        continue;
      }
      const std::string prefix = "interceptors." + name.name + ".";
      const std::string type_key = tree_.full_key(Group::Sources, listed.name, prefix + "type");
      PlannedComponent interceptor;
      interceptor.name = name.name;
      const Property* type = keys.find(prefix + "type");
      if (type == nullptr) {
        diagnostics_.error(entry->value_at, type_key, "is required: the interceptor is listed, but has no type");
        is_valid = false;
        continue;
      }
      interceptor.at = type->value_at;
      interceptor.info = types_.find(Kind::Interceptor, *type, type_key);
      const KeyScope scope{keys, tree_.full_key(Group::Sources, listed.name) + ".", prefix, {}};
      if (interceptor.info == nullptr || !read_options(scope, types_, interceptor)) {
        is_valid = false;
        continue;
      }
      source.interceptors.push_back(std::move(interceptor));
    }
    return is_valid;
  }

  /// Keys of interceptors that the list does not have do nothing; told once per name.
  void report_unlisted_interceptors(const ComponentTree& keys, const std::vector<ListedName>& names, const std::string& list_key) {
    constexpr std::string_view kPrefix = "interceptors.";
    std::set<std::string, std::less<>> told;
    for (const ListedName& name : names) {
      told.insert(name.name);
      if (name.has_comma) return;  // told, and its pieces are what was meant
    }
    for (auto each = keys.entries.lower_bound(kPrefix); each != keys.entries.end() && each->first.starts_with(kPrefix); ++each) {
      const std::string_view rest = std::string_view(each->first).substr(kPrefix.size());
      const std::string name(rest.substr(0, rest.find('.')));
      if (!told.insert(name).second) continue;
      diagnostics_.warning(each->second.key_at, list_key + "." + name,
                           names.empty() ? "has keys, but " + list_key + " is missing: they do nothing"
                                         : "has keys, but is not listed in " + list_key + ": they do nothing",
                           "add it: " + list_key + " = ... " + name);
    }
  }

  bool plan_selector(const ListedName& listed, const ComponentTree& keys, PlannedSource& source) {
    Property type;
    type.value = "replicating";
    if (const Property* given = keys.find("selector.type")) type = *given;
    const std::string key = tree_.full_key(Group::Sources, listed.name, "selector.type");
    source.selector.name = listed.name;
    source.selector.at = type.value_at;
    source.selector.info = types_.find(Kind::Selector, type, key);
    if (source.selector.info == nullptr) return false;
    const KeyScope scope{keys, tree_.full_key(Group::Sources, listed.name) + ".", "selector.", {}};
    if (!read_options(scope, types_, source.selector)) return false;
    bool is_valid = true;
    for (const OptionInfo& row : source.selector.info->options) {
      if (row.traits.role != OptionRole::ChannelNames) continue;
      const std::string prefix = "selector." + std::string(row.is_family() ? row.family_prefix() : row.key);
      for (auto entry = keys.entries.lower_bound(prefix); entry != keys.entries.end() && entry->first.starts_with(prefix); ++entry) {
        const bool is_of_row = row.is_family() ? entry->first.size() > prefix.size() : entry->first == prefix;
        if (is_of_row && !check_channel_names(listed, keys, entry->second, source)) is_valid = false;
      }
    }
    return is_valid;
  }

  /// Names in a selector's key must be channels of its source. Without any channel that is told already.
  bool check_channel_names(const ListedName& listed, const ComponentTree& keys, const Property& entry, const PlannedSource& source) {
    if (source.channels.empty()) return true;
    const std::string key = tree_.full_key(Group::Sources, listed.name, entry.key);
    const std::string list_key = tree_.full_key(Group::Sources, listed.name, "channels");
    const Names wanted = option_text::split_names(keys.find("channels")->value);
    Names names = option_text::split_names(entry.value);
    bool is_valid = true;
    if (entry.value.find(',') != std::string::npos && entry.value.find('#') == std::string::npos) {
      is_valid = false;
      const std::string meant = without_commas(entry.value);
      diagnostics_.error(entry.value_at, key, "names are separated by blanks; a comma becomes part of the name",
                         "write: " + key + " = " + shown_value("", meant));
      names = option_text::split_names(meant);
    }
    for (const std::string& name : names) {
      if (std::find(source.channels.begin(), source.channels.end(), name) != source.channels.end()) continue;
      is_valid = false;
      const std::string shown = "'" + shown_value("channel", name) + "'";
      if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) {
        diagnostics_.note(entry.value_at, key, "channel " + shown + " is left out, and so is this source");
        continue;
      }
      std::string hint = comment_hint(entry.value);
      if (hint.empty()) hint = did_you_mean(nearest_name(name, std::span<const std::string>(source.channels)));
      if (hint.empty()) hint = list_key + " has " + shown_names(source.channels);
      diagnostics_.error(entry.value_at, key, shown + " is not a channel of this source", std::move(hint));
    }
    return is_valid;
  }

  void plan_sink(const ListedName& listed) {
    const ComponentTree* keys = keys_of(Group::Sinks, listed);
    if (keys == nullptr) return;
    PlannedSink sink;
    const bool has_options = plan_component(Group::Sinks, Kind::Sink, listed, *keys, sink);
    const std::string key = tree_.full_key(Group::Sinks, listed.name, "channel");
    const Property* entry = keys->find("channel");
    if (entry == nullptr) {
      diagnostics_.error(keys->first_at, key, "is required: the sink drains no channel",
                         keys->find("channels") != nullptr ? "a sink has one `channel`, a source `channels`" : "");
    } else if (channel(entry->value) == nullptr) {
      no_such_channel(Severity::Error, entry->value, *entry, key);
    } else {
      sink.channel = entry->value;
      sink.values.insert(sink.values.begin(), {.key = "channel", .shown = entry->value, .at = entry->value_at});
    }
    const auto find_channel = [this](const Property& named, const std::string& full_key) {
      if (channel(named.value) != nullptr) return true;
      no_such_channel(Severity::Error, named.value, named, full_key);
      return false;
    };
    const bool has_bad_events = read_bad_events({*keys, tree_.full_key(Group::Sinks, listed.name) + ".", ""}, find_channel, types_, sink);
    if (!has_options) return;
    if (sink.channel.empty()) {
      leave_out(Group::Sinks, listed, "it has no valid channel");
    } else if (!has_bad_events) {
      leave_out(Group::Sinks, listed, "its keys for bad events are not valid");
    } else if (listed.cut_from.empty()) {
      plan_.sinks.push_back(std::move(sink));
    }
  }

  /// A consequence, when something was found that is wrong with what should run; else the fault itself.
  void tell_nothing_is_left(bool has_errors) {
    const bool is_anything_listed = !tree_.group(Group::Sources).listed.empty() || !tree_.group(Group::Sinks).listed.empty();
    const Location at = list_location(Group::Channels);
    if (has_errors && is_anything_listed) {
      if (!plan_.is_fatal) diagnostics_.note(at, tree_.name, "nothing is left to run: no source and no sink with a valid channel");
    } else {
      diagnostics_.error(at, tree_.name, "there is nothing to run: no source and no sink with a valid channel");
    }
  }

  static std::int64_t* number_of(PlannedComponent& component, OptionRole role, const OptionInfo** row_out = nullptr) {
    for (const OptionInfo& row : component.info->options) {
      if (row.traits.role != role || row.number == nullptr) continue;
      if (row_out != nullptr) *row_out = &row;
      return row.number(component.options.get());
    }
    return nullptr;
  }

  /// Differs from Flume, which removes a source or sink whose batch is larger than its channel takes at once.
  void cut_batch(Group group, PlannedComponent& component, const std::string& channel_name) {
    const OptionInfo* row = nullptr;
    std::int64_t* batch = number_of(component, OptionRole::BatchSize, &row);
    const auto found =
        std::find_if(plan_.channels.begin(), plan_.channels.end(), [&](const PlannedComponent& c) { return c.name == channel_name; });
    if (batch == nullptr || found == plan_.channels.end()) return;
    const std::int64_t* capacity = number_of(*found, OptionRole::TransactionCapacity);
    if (capacity == nullptr || *batch <= *capacity) return;
    const auto value =
        std::find_if(component.values.begin(), component.values.end(), [&](const PlannedValue& v) { return v.key == row->key; });
    const std::string cut = std::to_string(*capacity);
    diagnostics_.warning(
        value != component.values.end() && !value->is_default ? value->at : component.at, tree_.full_key(group, component.name, row->key),
        std::to_string(*batch) + " events are more than channel '" + channel_name + "' takes in one transaction: cut to " + cut,
        "raise " + tree_.full_key(Group::Channels, channel_name, "transactionCapacity"));
    *batch = *capacity;
    if (value != component.values.end()) {
      if (value->note.empty()) value->note = "cut from " + value->shown;
      value->shown = cut;
    }
  }

  void cut_batches() {
    for (PlannedSource& source : plan_.sources) {
      for (const std::string& channel_name : source.channels) cut_batch(Group::Sources, source, channel_name);
    }
    for (PlannedSink& sink : plan_.sinks) cut_batch(Group::Sinks, sink, sink.channel);
  }

  const AgentTree& tree_;
  TypeLookup types_;
  Diagnostics& diagnostics_;
  AgentPlan plan_;
};

}  // namespace

AgentPlan plan_agent(const AgentTree& tree, ComponentRegistry& registry, const ForeignTypes& foreign, const CheckContext& context,
                     Diagnostics& diagnostics) {
  return Planner(tree, registry, foreign, context, diagnostics).plan();
}

}  // namespace flume::config
