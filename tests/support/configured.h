// Built-in components for tests, found and configured as a file would do it: by type or class and keys.
//   auto sink = configured<Sink>(Kind::Sink, "logger", {{"maxBytesToLog", "5"}}, services.of("sinks.k1", "k1"));
// Header only: needs the program's list of components. Any thread.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "flume/component.h"
#include "flume/registry.h"
#include "support/component_options.h"

namespace flume {

using Keys = std::vector<std::pair<std::string, std::string>>;

inline const ComponentInfo& builtin_component(Kind kind, std::string_view type_or_class) {
  static ComponentRegistry& registry = []() -> ComponentRegistry& {
    static ComponentRegistry all;
    add_builtin_components(all);
    return all;
  }();
  const auto found = registry.find(kind, type_or_class);
  if (!found) ADD_FAILURE() << found.status().message();
  return **found;
}

/// The options struct that the keys give; the error of the first key that is refused, or of the check.
inline Result<OptionsPtr> parse_options(const ComponentInfo& info, const Keys& keys) {
  OptionsPtr options = info.make_options();
  for (const auto& [key, value] : keys) {
    const auto row = std::find_if(info.options.begin(), info.options.end(), [&](const OptionInfo& each) {
      return each.key == key || (each.is_family() && key.size() > each.family_prefix().size() && key.starts_with(each.family_prefix()));
    });
    if (row == info.options.end()) return invalid_config("no such key: " + key);
    const std::string_view suffix = row->is_family() ? std::string_view(key).substr(row->family_prefix().size()) : std::string_view();
    OptionInput input{.text = value, .suffix = suffix, .warning = {}};
    FLUME_TRY(row->parse(*row, options.get(), input).with_context(key));
  }
  FLUME_TRY(check_options(info, options.get()));
  return options;
}

/// Null, and a failure of the test, when the configuration is refused.
template <typename T>
std::unique_ptr<T> configured(Kind kind, std::string_view type_or_class, const Keys& keys, const Services& services) {
  const ComponentInfo& info = builtin_component(kind, type_or_class);
  const auto options = parse_options(info, keys);
  if (!options) {
    ADD_FAILURE() << options.status().message();
    return nullptr;
  }
  return info.make<T>(options->get(), services);
}

}  // namespace flume
