#include "support/component_options.h"

#include "support/sim_files.h"

namespace flume {

ComponentRegistry& builtin_registry() {
  static ComponentRegistry* const registry = [] {
    auto* made = new ComponentRegistry;  // NOLINT: never destroyed, as components point into it
    add_builtin_components(*made);
    return made;
  }();
  return *registry;
}

Status check_options(const ComponentInfo& info, const void* options) {
  std::string text;
  if (info.check == nullptr) return {};
  SimFiles files;
  for (const OptionProblem& problem : info.check(options, {files, ""})) {
    if (problem.is_advice) continue;
    if (!text.empty()) text += '\n';
    if (!problem.keys.empty()) text += std::string(problem.keys.front()) + ": ";
    text += problem.message;
  }
  return text.empty() ? Status() : invalid_config(std::move(text));
}

namespace {

Status set_key(const ComponentInfo& info, void* options, const std::string& key, const std::string& text, bool& is_known) {
  is_known = true;
  for (const OptionInfo& row : info.options) {
    if (row.nested == nullptr && (row.key == key || (row.is_family() && key.starts_with(row.family_prefix())))) {
      OptionInput input;
      input.text = text;
      if (row.is_family()) input.suffix = std::string_view(key).substr(row.family_prefix().size());
      return row.parse(row, options, input).with_context(key);
    }
  }
  is_known = false;
  return {};
}

}  // namespace

ParsedComponent parse_component(Kind kind, std::string_view type, const std::map<std::string, std::string>& keys) {
  ParsedComponent parsed;
  auto info = builtin_registry().find(kind, type);
  if (!info) {
    parsed.problem = std::move(info).status();
    return parsed;
  }
  parsed.info = *info;
  parsed.options = parsed.info->make_options();
  std::map<std::string, std::string> left = keys;
  for (const OptionInfo& row : parsed.info->options) {
    if (row.nested == nullptr) continue;
    std::map<std::string, std::string> inner;
    std::string chosen(row.traits.default_text);
    for (auto at = left.begin(); at != left.end();) {
      if (at->first == row.key) {
        chosen = at->second;
      } else if (at->first.starts_with(row.nested_prefix)) {
        inner.emplace(at->first.substr(row.nested_prefix.size()), at->second);
      } else {
        ++at;
        continue;
      }
      at = left.erase(at);
    }
    ParsedComponent nested = parse_component(row.nested_kind, chosen, inner);
    if (!nested.problem.ok()) {
      parsed.problem = std::move(nested.problem).with_context(row.key);
      return parsed;
    }
    *row.nested(parsed.options.get()) = {nested.info, nested.options};
  }
  for (const auto& [key, text] : left) {
    bool is_known = false;
    parsed.problem = set_key(*parsed.info, parsed.options.get(), key, text, is_known);
    if (!is_known) parsed.problem = invalid_config("no such key: " + key);
    if (!parsed.problem.ok()) return parsed;
  }
  parsed.problem = check_options(*parsed.info, parsed.options.get());
  return parsed;
}

}  // namespace flume
