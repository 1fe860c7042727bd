#include "config/agent_tree.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "config/characters.h"
#include "config/shown_value.h"
#include "text/did_you_mean.h"

namespace flume::config {

namespace {

constexpr std::array<std::string_view, kGroups.size()> kGroupNames{"sources", "sinks", "channels", "sinkgroups", "configfilters"};

std::optional<Group> group_named(std::string_view name) {
  const auto found = std::find(kGroupNames.begin(), kGroupNames.end(), name);
  if (found == kGroupNames.end()) return std::nullopt;
  return kGroups[static_cast<std::size_t>(found - kGroupNames.begin())];
}

class TreeBuilder {
 public:
  TreeBuilder(const std::set<std::string, std::less<>>& referenced, Diagnostics& diagnostics)
      : referenced_(referenced), diagnostics_(diagnostics) {}

  void add(const Property& property) {
    Property entry{std::string(trimmed(property.key)), std::string(trimmed(property.value)), property.key_at, property.value_at};
    const std::size_t dot = entry.key.find('.');
    if (dot == std::string::npos) {
      if (!referenced_.contains(property.key)) ignore(entry, "no agent's name in front", hint_without_dot(entry.key));
      return;
    }
    if (entry.value.empty()) return ignore(entry, "the value is empty", "leave the key out for its default");
    if (dot == 0) return ignore(entry, "the agent's name is empty", "<agent>" + entry.key);
    const std::string agent = entry.key.substr(0, dot);
    const std::string_view rest = std::string_view(entry.key).substr(dot + 1);
    if (rest.empty()) return ignore(entry, "nothing after the agent's name", "<agent>.sources, .sinks, .channels... is expected");
    const std::size_t end = std::min(rest.find('.'), rest.size());
    const auto group = group_named(rest.substr(0, end));
    if (!group) {
      if (!referenced_.contains(property.key))
        ignore(entry, "unknown group " + shown_value("", rest.substr(0, end)), hint_for_group(agent, rest, end));
      return;
    }
    if (end == rest.size()) return add_list(agent, *group, std::move(entry));
    add_key(agent, *group, rest.substr(end + 1), std::move(entry));
  }

  AgentTrees take() && { return std::move(agents_); }

 private:
  AgentTree& agent(const std::string& name) {
    AgentTree& tree = agents_[name];
    tree.name = name;
    return tree;
  }

  void add_list(const std::string& agent_name, Group which, Property entry) {
    AgentTree& tree = agent(agent_name);
    GroupTree& group = tree.group(which);
    if (group.list) report_twice(tree.full_key(which), *group.list, entry);
    group.listed = read_name_list(tree.full_key(which), entry, diagnostics_);
    group.list = std::move(entry);
  }

  // `path` is `<component>.<key>`. As in Flume, the name has at least one character, whatever it is.
  void add_key(const std::string& agent_name, Group which, std::string_view path, Property entry) {
    const std::size_t dot = path.find('.', 1);
    if (path.empty())
      return ignore(entry, "the component's name is empty", agent_name + "." + std::string(to_string(which)) + " = NAMES lists names");
    if (dot == std::string_view::npos) {
      return ignore(entry, "no key after the component's name",
                    "keys look like " + entry.key + ".type; names are listed in " + agent_name + "." + std::string(to_string(which)));
    }
    const std::string name(path.substr(0, dot));
    const std::string key(trimmed(path.substr(dot + 1)));
    if (key.empty()) return ignore(entry, "no key after the component's name", "keys look like " + entry.key + "type");
    AgentTree& tree = agent(agent_name);
    Property relative{key, std::move(entry.value), std::move(entry.key_at), std::move(entry.value_at)};
    ComponentTree& component = tree.group(which).components[name];
    if (component.entries.empty()) component.first_at = relative.key_at;
    const auto [same, is_new] = component.entries.try_emplace(key, relative);
    if (is_new) return;
    // Two keys can still be the same after trimming; PropertySet has told those that are so before.
    report_twice(entry.key, same->second, relative);
    same->second = std::move(relative);
  }

  void report_twice(const std::string& key, const Property& earlier, const Property& later) {
    diagnostics_.warning(earlier.key_at, key, "ignored: set again at " + to_string(later.key_at) + ", and the last one counts",
                         "remove one of the two");
  }

  void ignore(const Property& entry, const std::string& reason, std::string hint) {
    diagnostics_.warning(entry.key_at, entry.key, "ignored: " + reason, std::move(hint));
  }

  static std::string hint_without_dot(std::string_view key) {
    if (group_named(key)) return "write <agent>." + std::string(key);
    const auto near = nearest_name(key, kGroupNames);
    return near ? "did you mean <agent>." + *near + "?" : "keys look like <agent>.sources.<name>.<key>";
  }

  static std::string hint_for_group(const std::string& agent, std::string_view rest, std::size_t group_end) {
    if (group_named(agent)) return "the agent's name is missing in front: <agent>." + agent + "." + std::string(rest);
    const auto near = nearest_name(rest.substr(0, group_end), kGroupNames);
    if (near) return "did you mean " + agent + "." + *near + std::string(rest.substr(group_end)) + "?";
    return "groups are sources, sinks, channels, sinkgroups, configfilters";
  }

  const std::set<std::string, std::less<>>& referenced_;
  Diagnostics& diagnostics_;
  AgentTrees agents_;
};

class ListCheck {
 public:
  ListCheck(const AgentTree& agent, Group which, Diagnostics& diagnostics)
      : agent_(agent), which_(which), group_(agent.group(which)), diagnostics_(diagnostics) {
    for (const ListedName& listed : group_.listed) {
      listed_.insert(listed.name);
      // `r1,r2` is one name for Flume; its pieces are what was meant.
      if (listed.has_comma) {
        for (ListedName& piece : pieces_of(listed)) between_commas_.insert(std::move(piece.name));
      }
      if (!group_.components.contains(listed.name)) without_keys_.push_back(listed.name);
    }
    for (const auto& [name, component] : group_.components) {
      if (!listed_.contains(name)) not_listed_.push_back(name);
    }
  }

  void run() {
    for (const ListedName& listed : group_.listed) {
      // A comma or comment in the list has been told: what follows from it is no news.
      if (listed.after_comment || listed.has_comma || group_.components.contains(listed.name)) continue;
      const auto near = partner(listed.name, not_listed_, without_keys_);
      diagnostics_.error(listed.at, agent_.full_key(which_), shown_value("", listed.name) + " is listed, but has no keys: it is left out",
                         near ? "keys are there for " + *near : agent_.full_key(which_, listed.name, "type") + " is needed at least");
    }
    for (const std::string& name : not_listed_) {
      if (between_commas_.contains(name)) continue;
      const Location& first_at = group_.components.find(name)->second.first_at;
      const auto near = partner(name, without_keys_, not_listed_);
      const std::string list_key = agent_.full_key(which_);
      diagnostics_.warning(first_at, agent_.full_key(which_, name),
                           group_.list ? "has keys, but is not listed in " + list_key + ": they do nothing"
                                       : "has keys, but " + list_key + " is missing: they do nothing",
                           near ? list_key + " lists " + *near + ", which has no keys" : "add it: " + list_key + " = ... " + name);
    }
  }

 private:
  // The one that `name` was meant to be: the nearest, or the only one when both sides have one.
  static std::optional<std::string> partner(std::string_view name, const std::vector<std::string>& others,
                                            const std::vector<std::string>& own) {
    if (others.size() == 1 && own.size() == 1) return others.front();
    constexpr std::size_t kMostCompared = 200;  // nobody reads a hint per component of so many
    return others.size() > kMostCompared ? std::nullopt : nearest_name(name, others);
  }

  const AgentTree& agent_;
  Group which_;
  const GroupTree& group_;
  Diagnostics& diagnostics_;
  std::set<std::string, std::less<>> listed_;
  std::set<std::string, std::less<>> between_commas_;
  std::vector<std::string> without_keys_;
  std::vector<std::string> not_listed_;
};

}  // namespace

std::string_view to_string(Group group) noexcept { return kGroupNames[static_cast<std::size_t>(group)]; }

const Property* ComponentTree::find(std::string_view key) const {
  const auto found = entries.find(key);
  return found == entries.end() ? nullptr : &found->second;
}

std::string AgentTree::full_key(Group which, std::string_view component, std::string_view key) const {
  std::string text = name + '.' + std::string(to_string(which));
  if (!component.empty()) text.append(".").append(component);
  if (!key.empty()) text.append(".").append(key);
  return text;
}

AgentTrees build_agent_trees(const PropertySet& properties, const std::set<std::string, std::less<>>& referenced,
                             Diagnostics& diagnostics) {
  TreeBuilder builder(referenced, diagnostics);
  for (const Property& property : properties.entries()) builder.add(property);
  return std::move(builder).take();
}

void check_listed_components(const AgentTree& agent, Diagnostics& diagnostics) {
  for (const Group group : kGroups) ListCheck(agent, group, diagnostics).run();
}

void warn_of_trailing_comments(const AgentTree& agent, Diagnostics& diagnostics) {
  using Place = std::tuple<std::string, std::uint32_t, std::uint32_t>;
  const auto place_of = [](const Location& at) { return Place(at.file_name(), at.line, at.column); };
  std::set<Place> told;
  for (const Diagnostic& each : diagnostics.all()) {
    if (each.severity != Severity::Note) told.insert(place_of(each.at));
  }
  for (const Group group : kGroups) {
    for (const auto& [name, component] : agent.group(group).components) {
      for (const auto& [key, entry] : component.entries) {
        if (find_trailing_comment(entry.value) == std::string_view::npos || told.contains(place_of(entry.value_at))) continue;
        diagnostics.warning(entry.value_at, agent.full_key(group, name, key),
                            "the text after # is part of the value: " + shown_value(key, entry.value), "a comment needs a line of its own");
      }
    }
  }
}

const AgentTree* find_agent(const AgentTrees& agents, std::string_view name, const Location& file, Diagnostics& diagnostics) {
  if (const auto found = agents.find(name); found != agents.end()) return &found->second;
  if (agents.empty()) {
    diagnostics.error(file, "", "no agent is configured here", "keys look like <agent>.sources.<name>.<key>");
    return nullptr;
  }
  std::vector<std::string> names;
  for (const auto& [known, tree] : agents) names.push_back(known);
  auto near = nearest_name(name, names);
  if (!near && names.size() == 1) near = names.front();
  diagnostics.error(file, "", "no agent is called " + shown_value("", name) + "; there is " + shown_names(names),
                    near ? "--name " + *near : "give one of them with --name");
  return nullptr;
}

}  // namespace flume::config
