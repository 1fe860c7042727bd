#include "config/option_reader.h"

#include <algorithm>
#include <iterator>

#include "config/characters.h"
#include "config/missing_type.h"
#include "config/name_list.h"
#include "config/shown_value.h"
#include "text/did_you_mean.h"

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
    } else if (!key.empty() &&
               (row.key == key || std::find(row.traits.aliases.begin(), row.traits.aliases.end(), key) != row.traits.aliases.end())) {
      return {&row, {}};
    }
  }
  return family;
}

/// The whole value, for `validate`: unlike in messages it is not cut.
std::string shown(const OptionInfo& row, std::string_view key, std::string_view value) {
  if (value.empty()) return {};
  return row.traits.secret || is_secret_key(key) ? "***" : without_secrets(value);
}

/// Of an entry whose value, as the component has it, is `value`.
std::string shown(const OptionInfo& row, std::string_view key, std::string_view value, const Property& entry) {
  return shown(row, key, entry.as_written.empty() ? value : std::string_view(entry.as_written));
}

bool holds_word(std::string_view text, std::string_view word) {
  const auto is_part = [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  };
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_part(text[at - 1]);
    const std::size_t end = at + word.size();
    // A full stop may follow a key at the end of a sentence.
    const bool ends = end == text.size() || !is_part(text[end]) || (text[end] == '.' && end + 1 == text.size());
    if (begins && ends) return true;
  }
  return false;
}

class OptionReader {
 public:
  OptionReader(const KeyScope& scope, TypeLookup& types, PlannedComponent& component)
      : scope_(scope),
        types_(types),
        component_(component),
        rows_(component.info->options),
        given_(rows_.size()),
        unread_(rows_.size()),
        values_(rows_.size()) {}

  bool read() {
    component_.options = component_.info->make_options();
    for (const auto& [key, entry] : scope_.tree.entries) {
      if (!std::string_view(key).starts_with(scope_.prefix)) continue;
      const std::string_view own = std::string_view(key).substr(scope_.prefix.size());
      if (own == "type" || (scope_.is_foreign_key && scope_.is_foreign_key(own)) || is_nested_key(own)) continue;
      read_entry(own, entry);
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].nested != nullptr) {
        read_nested(i);
      } else if (given_[i] == nullptr) {
        without_value(i);
      }
      std::move(values_[i].begin(), values_[i].end(), std::back_inserter(component_.values));
    }
    if (component_.info->check != nullptr) {
      for (const OptionProblem& problem : component_.info->check(component_.options.get(), types_.context)) fail_check(problem);
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

  /// The rows whose values a finding judged, the one at fault first.
  std::vector<std::size_t> judged_rows(const OptionProblem& problem) const {
    std::vector<std::size_t> judged;
    const auto add = [&](std::string_view key) {
      const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const OptionInfo& each) { return each.key == key; });
      if (row != rows_.end()) judged.push_back(static_cast<std::size_t>(row - rows_.begin()));
    };
    for (const std::string_view key : problem.keys) add(key);
    if (!problem.keys.empty()) return judged;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (holds_word(problem.message, rows_[i].key)) judged.push_back(i);
    }
    return judged;
  }

  /// What a message is about that begins with such a key, as "priority.k2: ...".
  std::pair<std::string_view, const Property*> key_of_a_family(std::string_view message) const {
    const std::string_view name = message.substr(0, message.find(": "));
    const bool is_in_one = std::any_of(rows_.begin(), rows_.end(), [&](const OptionInfo& row) {
      return row.is_family() && name.size() > row.family_prefix().size() && name.starts_with(row.family_prefix());
    });
    return {name, is_in_one ? scope_.tree.find(scope_.prefix + std::string(name)) : nullptr};
  }

  /// Tells what a check found: where the first key that it judged was set; under the key at fault, or under the component
  /// when the message says it. Not told when it judged a key that could not be read, or may have: it saw the default.
  void fail_check(const OptionProblem& problem) {
    const std::vector<std::size_t> judged = judged_rows(problem);
    const bool is_any_unread = std::any_of(unread_.begin(), unread_.end(), [](bool unread) { return unread; });
    if (judged.empty() && is_any_unread) return;
    if (std::any_of(judged.begin(), judged.end(), [&](std::size_t i) { return unread_[i]; })) return;
    const auto given = std::find_if(judged.begin(), judged.end(), [&](std::size_t i) { return given_[i] != nullptr; });
    Location at = given == judged.end() ? component_.at : given_[*given]->value_at;
    std::string key = scope_.full_prefix + scope_.prefix;
    std::string_view message = problem.message;
    if (!problem.keys.empty()) {
      key = full_key(problem.keys.front());
    } else if (const auto [own, entry] = key_of_a_family(message); entry != nullptr) {
      key = full_key(own);
      at = entry->value_at;
      message.remove_prefix(own.size() + 2);
    } else if (!judged.empty()) {
      for (const std::size_t i : judged) {
        const std::string_view name = rows_[i].key;
        if (!message.starts_with(name) || !message.substr(name.size()).starts_with(": ")) continue;
        key = full_key(name);
        message.remove_prefix(name.size() + 2);
        break;
      }
    }
    if (problem.is_advice) {
      types_.diagnostics.info(at, std::move(key), without_secrets(message));
    } else if (problem.runs) {
      types_.diagnostics.error(at, std::move(key), without_secrets(message));
    } else {
      fail(at, std::move(key), without_secrets(message));
    }
  }

  /// Keys of a component inside this one are read with it.
  [[nodiscard]] bool is_nested_key(std::string_view own) const {
    return std::any_of(rows_.begin(), rows_.end(), [&](const OptionInfo& row) {
      return row.nested != nullptr && own.starts_with(row.nested_prefix) && own.size() > row.nested_prefix.size();
    });
  }

  void read_entry(std::string_view own, const Property& entry) {
    const RowMatch match = find_row(rows_, own);
    if (match.row == nullptr) return unknown_key(own, entry);
    const OptionInfo& row = *match.row;
    const auto index = static_cast<std::size_t>(match.row - rows_.data());
    if (is_told_better(row, own, entry)) return;
    given_[index] = &entry;
    if (row.nested != nullptr) return;
    OptionInput input{entry.value, match.suffix, {}};
    const Status parsed = row.parse(row, component_.options.get(), input);
    if (!parsed.ok() && !run_on_bad_value(row, own, entry, parsed)) {
      unread_[index] = true;
      return;
    }
    if (!input.warning.empty())
      types_.diagnostics.warning(entry.value_at, full_key(own), without_secrets(input.warning), comment_hint(entry.value));
    if (!row.traits.deprecated.empty())
      types_.diagnostics.warning(entry.key_at, full_key(own), "deprecated: " + std::string(row.traits.deprecated));
    if (!row.traits.no_effect.empty())
      types_.diagnostics.info(entry.key_at, full_key(own), "has no effect here: " + std::string(row.traits.no_effect));
    values_[index].push_back({.key = scope_.prefix + std::string(own),
                              .shown = shown(row, own, row.is_family() ? entry.value : row.print(component_.options.get()), entry),
                              .at = entry.value_at,
                              .unit = row.unit,
                              .doc = row.doc,
                              .note = parsed.ok() ? std::string() : "not as it was written"});
  }

  /// Tells of a value that could not be read. True when the component runs all the same, with what is in the member.
  bool run_on_bad_value(const OptionInfo& row, std::string_view own, const Property& entry, const Status& parsed) {
    const bool is_secret = row.traits.secret || is_secret_key(own);
    std::string message = is_secret                  ? "not a valid value"
                          : entry.as_written.empty() ? without_secrets(parsed.message())
                                                     : "what " + entry.as_written + " gives is not a valid value";
    if (!row.traits.only_with.empty() && !is_true(row.traits.only_with)) {
      types_.diagnostics.info(entry.value_at, full_key(own),
                              std::move(message) + "; not looked at, as " + full_key(row.traits.only_with) + " is not true");
      return true;
    }
    if (row.traits.if_bad.empty()) {
      fail(entry.value_at, full_key(own), std::move(message), comment_hint(entry.value));
      return false;
    }
    const std::string_view words = row.traits.default_text;
    message += "; ";
    message += row.traits.if_bad != kDefaultIfBad
                   ? std::string(row.traits.if_bad)
                   : "the default is used: " + (words.empty() ? row.print(component_.options.get()) : std::string(words));
    types_.diagnostics.error(entry.value_at, full_key(own), std::move(message), comment_hint(entry.value));
    return true;
  }

  [[nodiscard]] bool is_true(std::string_view own) const {
    const Property* entry = scope_.tree.find(scope_.prefix + std::string(own));
    if (entry == nullptr) return false;
    OptionInput input{entry->value, {}, {}};
    bool value = false;
    option_text::parse_boolean(input, value);
    return value;
  }

  /// Two spellings of one key are given: the first spelling of the row counts.
  bool is_told_better(const OptionInfo& row, std::string_view own, const Property& entry) {
    if (row.is_family() || row.key == own) return false;
    const auto is_given = [&](std::string_view key) { return scope_.tree.find(scope_.prefix + std::string(key)) != nullptr; };
    std::string_view better = is_given(row.key) ? row.key : std::string_view();
    for (const std::string_view alias : row.traits.aliases) {
      if (!better.empty() || alias == own) break;
      if (!alias.empty() && is_given(alias)) better = alias;
    }
    if (better.empty()) return false;
    types_.diagnostics.warning(entry.key_at, full_key(own), "ignored: another spelling of " + full_key(better) + ", which is set, too");
    return true;
  }

  void unknown_key(std::string_view own, const Property& entry) {
    std::vector<std::string> known;
    for (const OptionInfo& row : rows_) known.emplace_back(row.key);
    known.insert(known.end(), scope_.other_keys.begin(), scope_.other_keys.end());
    auto near = nearest_name(own, std::span<const std::string>(known));
    if (!near) {
      // `path` of an hdfs sink: the family's word is missing.
      const auto longer = std::find_if(known.begin(), known.end(),
                                       [end = "." + to_lower(own)](const std::string& key) { return to_lower(key).ends_with(end); });
      if (longer != known.end()) near = *longer;
    }
    types_.diagnostics.warning(
        entry.key_at, full_key(own),
        std::string(to_string(component_.info->kind)) + " type '" + std::string(component_.info->type) + "' has no such key: ignored",
        did_you_mean(near ? std::optional<std::string>(scope_.prefix + *near) : std::nullopt));
  }

  void without_value(std::size_t index) {
    const OptionInfo& row = rows_[index];
    if (row.traits.required) {
      unread_[index] = true;
      return fail(component_.at, full_key(row.key), "is required", std::string(row.doc));
    }
    if (row.is_family() || !row.traits.no_effect.empty() || !row.traits.deprecated.empty()) return;
    const std::string value = row.traits.default_text.empty() ? row.print(component_.options.get()) : std::string(row.traits.default_text);
    values_[index].push_back({.key = scope_.prefix + std::string(row.key),
                              .shown = shown(row, row.key, value),
                              .is_default = true,
                              .unit = row.unit,
                              .doc = row.doc});
  }

  void read_nested(std::size_t index) {
    const OptionInfo& row = rows_[index];
    const Property* given = given_[index];
    Property type;
    if (given != nullptr) {
      type = *given;
    } else {
      if (row.traits.required) {
        unread_[index] = true;
        return fail(component_.at, full_key(row.key), "is required", std::string(row.doc));
      }
      if (row.traits.default_text.empty()) return;  // none, unless it is asked for
      type.value = row.traits.default_text;
      type.value_at = component_.at;
    }
    const ComponentInfo* info = types_.find(row.nested_kind, type, full_key(row.key));
    values_[index].push_back({.key = scope_.prefix + std::string(row.key),
                              .shown = shown(row, row.key, type.value, type),
                              .is_default = given == nullptr,
                              .at = given != nullptr ? given->value_at : Location{},
                              .unit = row.unit,
                              .doc = row.doc});
    if (info == nullptr) {
      is_valid_ = false;
      unread_[index] = true;
      return;
    }
    PlannedComponent inner{component_.name, info, nullptr, type.value_at, {}};
    const KeyScope scope{scope_.tree, scope_.full_prefix, scope_.prefix + std::string(row.nested_prefix)};
    if (!read_options(scope, types_, inner)) {
      is_valid_ = false;
      unread_[index] = true;
    }
    *row.nested(component_.options.get()) = Nested{info, inner.options};
    std::move(inner.values.begin(), inner.values.end(), std::back_inserter(values_[index]));
  }

  const KeyScope& scope_;
  TypeLookup& types_;
  PlannedComponent& component_;
  std::span<const OptionInfo> rows_;
  std::vector<const Property*> given_;             // by row
  std::vector<bool> unread_;                       // by row: its value is not the one that was asked for
  std::vector<std::vector<PlannedValue>> values_;  // by row
  bool is_valid_ = true;
};

}  // namespace

const ComponentInfo* TypeLookup::find(Kind kind, const Property& type, const std::string& full_key) {
  auto found = registry.find(kind, type.value);
  if (found) return *found;
  const bool is_top_level = kind == Kind::Source || kind == Kind::Channel || kind == Kind::Sink;
  if (found.cause() != Cause::NotFound) {
    diagnostics.error(type.value_at, full_key, found.status().message());
    is_fatal = true;
    return nullptr;
  }
  MissingType missing = explain_missing_type(kind, type.value, registry, foreign);
  is_fatal = is_fatal || is_top_level || missing.is_known;
  if (std::string hint = comment_hint(type.value); !hint.empty()) missing.hint = std::move(hint);
  diagnostics.error(type.value_at, full_key, std::move(missing.message), std::move(missing.hint));
  return nullptr;
}

bool read_options(const KeyScope& scope, TypeLookup& types, PlannedComponent& component) {
  return OptionReader(scope, types, component).read();
}

}  // namespace flume::config
