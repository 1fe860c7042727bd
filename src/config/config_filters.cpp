#include "config/config_filters.h"

#include <algorithm>
#include <set>
#include <utility>

#include "config/characters.h"
#include "config/option_reader.h"
#include "text/did_you_mean.h"

namespace flume::config {
namespace {

/// ${name['key']} at `begin` of a text.
struct Placeholder {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string name;
  std::string key;
};

bool is_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

constexpr std::size_t kLongestPlaceholder = 1000;  // bytes; so that a text of nothing but beginnings is read in no time

/// The next one at or behind `from`.
std::optional<Placeholder> find_placeholder(std::string_view text, std::size_t from) {
  for (std::size_t begin = text.find("${", from); begin != std::string_view::npos; begin = text.find("${", begin + 1)) {
    std::string_view inside = text.substr(begin + 2, kLongestPlaceholder);
    const std::size_t size = inside.find("]}");
    if (size == std::string_view::npos) continue;
    inside = inside.substr(0, size);
    const std::size_t bracket = inside.find('[');
    if (bracket == std::string_view::npos || bracket == 0 || inside.substr(0, bracket).find("${") != std::string_view::npos) continue;
    std::string_view key = inside.substr(bracket + 1);
    if (key.size() >= 2 && (key.front() == '\'' || key.front() == '"') && key.front() == key.back()) key = key.substr(1, key.size() - 2);
    if (is_key(key)) return Placeholder{begin, begin + 2 + size + 2, std::string(inside.substr(0, bracket)), std::string(key)};
  }
  return std::nullopt;
}

class Filtering {
 public:
  Filtering(AgentTree& agent, const ConfigFilters& filters, Diagnostics& diagnostics)
      : agent_(agent), filters_(filters), diagnostics_(diagnostics) {
    for (const ListedName& listed : agent.group(Group::ConfigFilters).listed) listed_.insert(listed.name);
  }

  std::vector<FilteredValue> run() && {
    for (const Group group : kGroups) {
      if (group == Group::ConfigFilters) continue;
      for (auto& [name, component] : agent_.group(group).components) {
        for (auto& [key, entry] : component.entries) filter(entry, agent_.full_key(group, name, key));
      }
    }
    diagnostics_.hide(found_);
    for (Diagnostic& each : problems_) diagnostics_.add(std::move(each));
    return std::move(found_);
  }

 private:
  void filter(Property& entry, const std::string& full_key) {
    std::string out;
    std::size_t done = 0;
    bool is_filtered = false;
    for (auto found = find_placeholder(entry.value, 0); found; found = find_placeholder(entry.value, found->end)) {
      const auto answer = answer_of(*found, entry, full_key);
      if (!answer) continue;
      out.append(entry.value, done, found->begin - done).append(*answer);
      done = found->end;
      is_filtered = true;
    }
    if (!is_filtered) return;
    out.append(entry.value, done);
    entry.as_written = std::exchange(entry.value, std::move(out));
  }

  std::optional<std::string> answer_of(const Placeholder& placeholder, const Property& entry, const std::string& full_key) {
    const std::string shown = "${" + placeholder.name + "['" + placeholder.key + "']}";
    const auto filter = filters_.find(placeholder.name);
    if (filter == filters_.end()) {
      if (listed_.contains(placeholder.name)) {  // why it is not there was told
        problem(Severity::Error, entry, full_key,
                "config filter '" + placeholder.name + "' is not available: " + shown + " stays as written", "");
      } else {
        problem(Severity::Warning, entry, full_key,
                "placeholder left over: there is no config filter '" + placeholder.name + "', it stays as written",
                did_you_mean(nearest_name(placeholder.name, std::vector<std::string>(listed_.begin(), listed_.end()))));
      }
      return std::nullopt;
    }
    const auto [answer, is_new] = answers_.try_emplace({placeholder.name, placeholder.key});
    if (is_new) {
      auto value = filter->second->value_of(placeholder.key);
      if (!value) {
        answer->second.problem = value.status().message();
      } else if (!*value) {
        answer->second.problem = "it has no value of that key";
      } else {
        found_.push_back({**value, shown});
        answer->second.value = std::move(**value);
      }
    }
    if (!answer->second.value)
      problem(Severity::Error, entry, full_key,
              "config filter '" + placeholder.name + "', key '" + placeholder.key + "': " + answer->second.problem +
                  "; the placeholder stays as written",
              "");
    return answer->second.value;
  }

  void problem(Severity severity, const Property& entry, const std::string& full_key, std::string message, std::string hint) {
    problems_.push_back({severity, entry.value_at, full_key, std::move(message), std::move(hint)});
  }

  struct Answer {
    std::optional<std::string> value;
    std::string problem;
  };

  AgentTree& agent_;
  const ConfigFilters& filters_;
  Diagnostics& diagnostics_;
  std::set<std::string> listed_;
  std::map<std::pair<std::string, std::string>, Answer> answers_;  // by filter and key
  std::vector<FilteredValue> found_;
  std::vector<Diagnostic> problems_;  // told when nothing can be shown any more that must not be
};

}  // namespace

std::vector<PlannedComponent> plan_config_filters(const AgentTree& agent, ComponentRegistry& registry, const ForeignTypes& foreign,
                                                  const CheckContext& context, Diagnostics& diagnostics) {
  std::vector<PlannedComponent> planned;
  TypeLookup types{registry, foreign, diagnostics, context};
  const GroupTree& group = agent.group(Group::ConfigFilters);
  for (const ListedName& listed : group.listed) {
    const auto keys = group.components.find(listed.name);
    if (keys == group.components.end()) continue;  // told by check_listed_components()
    const std::string type_key = agent.full_key(Group::ConfigFilters, listed.name, "type");
    const Property* type = keys->second.find("type");
    if (type == nullptr) {
      diagnostics.error(keys->second.first_at, type_key, "is required");
      continue;
    }
    PlannedComponent filter{listed.name, types.find(Kind::ConfigFilter, *type, type_key), nullptr, type->value_at, {}};
    if (filter.info == nullptr) continue;
    if (read_options({keys->second, agent.full_key(Group::ConfigFilters, listed.name) + ".", ""}, types, filter))
      planned.push_back(std::move(filter));
  }
  return planned;
}

std::vector<FilteredValue> apply_config_filters(AgentTree& agent, const ConfigFilters& filters, Diagnostics& diagnostics) {
  return Filtering(agent, filters, diagnostics).run();
}

}  // namespace flume::config
