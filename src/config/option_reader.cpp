#include "config/option_reader.h"

#include <algorithm>

#include "config/did_you_mean.h"
#include "config/name_list.h"
#include "config/shown_value.h"

namespace flume::config {
namespace {

/// Which row a key belongs to, and by what right.
struct RowMatch {
  const OptionInfo* row = nullptr;
  std::string_view suffix;  // of a family: what stands for the star
};

RowMatch find_row(std::span<const OptionInfo> rows, std::string_view key) {
  RowMatch family;
  for (const OptionInfo& row : rows) {
    if (row.is_family()) {
      const std::string_view prefix = row.family_prefix();
      if (key.starts_with(prefix) && key.size() > prefix.size() &&
          (family.row == nullptr || prefix.size() > family.row->family_prefix().size())) {
        family = {&row, key.substr(prefix.size())};
      }
    } else if (row.key == key || std::find(row.traits.aliases.begin(), row.traits.aliases.end(), key) != row.traits.aliases.end()) {
      return {&row, {}};
    }
  }
  return family;
}

std::string shown(const OptionInfo& row, std::string_view value) { return row.traits.secret ? "***" : shown_value(row.key, value); }

class OptionReader {
 public:
  OptionReader(const KeyScope& scope, TypeLookup& types, PlannedComponent& component)
      : scope_(scope), types_(types), component_(component), rows_(component.info->options) {}

  bool read() {
    component_.options = component_.info->make_options();
    std::vector<const Property*> given(rows_.size());
    for (const auto& [key, entry] : scope_.tree.entries) {
      if (!std::string_view(key).starts_with(scope_.prefix)) continue;
      const std::string_view own = std::string_view(key).substr(scope_.prefix.size());
      if (own == "type" || (scope_.is_foreign_key && scope_.is_foreign_key(own)) || is_nested_key(own)) continue;
      read_entry(own, entry, given);
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].nested != nullptr) {
        read_nested(rows_[i], given[i]);
      } else if (given[i] == nullptr) {
        without_value(rows_[i]);
      }
    }
    if (is_valid_ && component_.info->check != nullptr) {
      if (const Status checked = component_.info->check(component_.options.get()); !checked.ok()) {
        fail(component_.at, scope_.full_prefix + scope_.prefix, checked.message());
      }
    }
    return is_valid_;
  }

 private:
  [[nodiscard]] std::string full_key(std::string_view own) const { return scope_.full_prefix + scope_.prefix + std::string(own); }

  void fail(const Location& at, std::string key, std::string message, std::string hint = {}) {
    while (key.ends_with('.')) key.pop_back();
    types_.diagnostics.error(at, std::move(key), std::move(message), std::move(hint));
    is_valid_ = false;
  }

  /// Keys of a component inside this one are read with it.
  [[nodiscard]] bool is_nested_key(std::string_view own) const {
    return std::any_of(rows_.begin(), rows_.end(),
                       [&](const OptionInfo& row) { return row.nested != nullptr && own.starts_with(row.nested_prefix); });
  }

  void read_entry(std::string_view own, const Property& entry, std::vector<const Property*>& given) {
    const RowMatch match = find_row(rows_, own);
    if (match.row == nullptr) return unknown_key(own, entry);
    const OptionInfo& row = *match.row;
    given[static_cast<std::size_t>(match.row - rows_.data())] = &entry;
    if (row.nested != nullptr) return;
    OptionInput input{entry.value, match.suffix, {}};
    if (const Status parsed = row.parse(row, component_.options.get(), input); !parsed.ok()) {
      std::string hint;
      if (row.type != "text" && find_trailing_comment(entry.value) != std::string::npos) hint = "put the comment on a line of its own";
      return fail(entry.value_at, full_key(own), row.traits.secret ? "not a valid value" : without_secrets(parsed.message()),
                  std::move(hint));
    }
    if (!input.warning.empty()) types_.diagnostics.warning(entry.value_at, full_key(own), without_secrets(input.warning));
    if (!row.traits.deprecated.empty())
      types_.diagnostics.warning(entry.key_at, full_key(own), "deprecated: " + std::string(row.traits.deprecated));
    if (!row.traits.no_effect.empty())
      types_.diagnostics.info(entry.key_at, full_key(own), "has no effect here: " + std::string(row.traits.no_effect));
    component_.values.push_back({scope_.prefix + std::string(own),
                                 shown(row, row.is_family() ? entry.value : row.print(component_.options.get())), false, entry.value_at,
                                 row.unit, row.doc});
  }

  void unknown_key(std::string_view own, const Property& entry) {
    std::vector<std::string> known;
    for (const OptionInfo& row : rows_) known.emplace_back(row.key);
    const auto near = nearest_name(own, std::span<const std::string>(known));
    types_.diagnostics.warning(
        entry.key_at, full_key(own),
        std::string(to_string(component_.info->kind)) + " type '" + std::string(component_.info->type) + "' has no such key: ignored",
        did_you_mean(near ? std::optional<std::string>(scope_.prefix + *near) : std::nullopt));
  }

  void without_value(const OptionInfo& row) {
    if (row.traits.required) {
      fail(component_.at, full_key(row.key), "is required", std::string(row.doc));
      return;
    }
    if (row.is_family() || !row.traits.no_effect.empty() || !row.traits.deprecated.empty()) return;
    std::string value = row.traits.default_text.empty() ? row.print(component_.options.get()) : std::string(row.traits.default_text);
    component_.values.push_back({scope_.prefix + std::string(row.key), shown(row, value), true, {}, row.unit, row.doc});
  }

  void read_nested(const OptionInfo& row, const Property* given) {
    Property type;
    if (given != nullptr) {
      type = *given;
    } else {
      type.value = row.traits.default_text;
      type.value_at = component_.at;
    }
    const ComponentInfo* info = types_.find(row.nested_kind, type, full_key(row.key));
    component_.values.push_back(
        {scope_.prefix + std::string(row.key), type.value, given == nullptr, given ? given->value_at : Location{}, row.unit, row.doc});
    if (info == nullptr) {
      is_valid_ = false;
      return;
    }
    PlannedComponent inner{component_.name, info, nullptr, type.value_at, {}};
    const KeyScope scope{scope_.tree, scope_.full_prefix, scope_.prefix + std::string(row.nested_prefix), {}};
    if (!read_options(scope, types_, inner)) is_valid_ = false;
    *row.nested(component_.options.get()) = Nested{info, inner.options};
    component_.values.insert(component_.values.end(), inner.values.begin(), inner.values.end());
  }

  const KeyScope& scope_;
  TypeLookup& types_;
  PlannedComponent& component_;
  std::span<const OptionInfo> rows_;
  bool is_valid_ = true;
};

}  // namespace

const ComponentInfo* TypeLookup::find(Kind kind, const Property& type, const std::string& full_key) {
  auto found = registry.find(kind, type.value);
  if (found) return *found;
  const bool is_top_level = kind == Kind::Source || kind == Kind::Channel || kind == Kind::Sink;
  const std::string shown_type = shown_value(full_key, type.value);
  if (found.cause() != Cause::NotFound) {
    diagnostics.error(type.value_at, full_key, found.status().message());
    is_fatal = true;
    return nullptr;
  }
  if (const auto reason = foreign.about(kind, type.value)) {
    is_fatal = true;
    diagnostics.error(type.value_at, full_key, std::string(to_string(kind)) + " type '" + shown_type + "': " + *reason);
    return nullptr;
  }
  is_fatal = is_fatal || is_top_level;
  std::vector<std::string> words = registry.words(kind);
  for (std::string& word : foreign.words(kind)) words.push_back(std::move(word));
  std::string hint = did_you_mean(nearest_name(type.value, std::span<const std::string>(words)));
  if (hint.empty()) hint = "`flume-ng describe " + std::string(to_string(kind)) + "` lists the types";
  diagnostics.error(type.value_at, full_key, "unknown " + std::string(to_string(kind)) + " type '" + shown_type + "'", std::move(hint));
  return nullptr;
}

bool read_options(const KeyScope& scope, TypeLookup& types, PlannedComponent& component) {
  return OptionReader(scope, types, component).read();
}

}  // namespace flume::config
