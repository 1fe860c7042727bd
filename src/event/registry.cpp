#include "flume/registry.h"

#include <algorithm>
#include <strings.h>

namespace flume {
namespace {

bool same_word(std::string_view a, std::string_view b) { return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0; }

template <typename Component>
bool answers_to(const Component& component, Kind kind, std::string_view word) {
  return component.kind == kind &&
         (same_word(component.type, word) ||
          std::any_of(component.class_names.begin(), component.class_names.end(), [&](std::string_view name) { return name == word; }));
}

}  // namespace

ComponentRegistry::ComponentRegistry() = default;
ComponentRegistry::~ComponentRegistry() = default;

const ComponentInfo* ComponentRegistry::find_loaded(Kind kind, std::string_view type_or_class) const {
  const auto found = std::find_if(components_.begin(), components_.end(),
                                  [&](const ComponentInfo* info) { return answers_to(*info, kind, type_or_class); });
  return found == components_.end() ? nullptr : *found;
}

Status ComponentRegistry::add(const ComponentInfo& info) {
  const std::lock_guard lock(mutex_);
  const auto taken = [&](std::string_view word) {
    return Status(ErrorKind::InvalidConfig, std::string(to_string(info.kind)) + " type '" + std::string(word) + "' is there already",
                  Cause::Exists);
  };
  if (find_loaded(info.kind, info.type) != nullptr) return taken(info.type);
  for (const std::string_view name : info.class_names) {
    if (find_loaded(info.kind, name) != nullptr) return taken(name);
  }
  const auto after = [](const ComponentInfo* a, const ComponentInfo* b) { return a->type < b->type; };
  components_.insert(std::upper_bound(components_.begin(), components_.end(), &info, after), &info);
  return {};
}

void ComponentRegistry::add_module_type(ModuleType type) {
  const std::lock_guard lock(mutex_);
  module_types_.push_back(std::move(type));
}

void ComponentRegistry::set_loader(ModuleLoader loader) {
  const std::lock_guard lock(mutex_);
  loader_ = std::move(loader);
}

Result<const ComponentInfo*> ComponentRegistry::find(Kind kind, std::string_view type_or_class) {
  const std::lock_guard lock(mutex_);
  if (const ComponentInfo* info = find_loaded(kind, type_or_class)) return info;
  const auto type = std::find_if(module_types_.begin(), module_types_.end(),
                                 [&](const ModuleType& module_type) { return answers_to(module_type, kind, type_or_class); });
  const std::string what = std::string(to_string(kind)) + " type '" + std::string(type_or_class) + "'";
  if (type == module_types_.end()) return Status(ErrorKind::InvalidConfig, "unknown " + what, Cause::NotFound);
  if (!type->unavailable.empty()) return invalid_config(what + " is not available: " + type->unavailable);
  if (!loader_) return invalid_config(what + " is in module " + type->module + ", and modules are not loaded here");
  const std::string path = type->module;
  Status loaded = loader_(path, *this);
  if (!loaded.ok()) return std::move(loaded).with_context(what);
  if (const ComponentInfo* info = find_loaded(kind, type_or_class)) return info;
  return invalid_config(what + ": module " + path + " was loaded, but does not have it");
}

std::vector<const ComponentInfo*> ComponentRegistry::all(Kind kind) const {
  const std::lock_guard lock(mutex_);
  std::vector<const ComponentInfo*> found;
  std::copy_if(components_.begin(), components_.end(), std::back_inserter(found),
               [&](const ComponentInfo* info) { return info->kind == kind; });
  return found;
}

std::vector<ModuleType> ComponentRegistry::module_types(Kind kind) const {
  const std::lock_guard lock(mutex_);
  std::vector<ModuleType> found;
  std::copy_if(module_types_.begin(), module_types_.end(), std::back_inserter(found),
               [&](const ModuleType& type) { return type.kind == kind; });
  std::sort(found.begin(), found.end(), [](const ModuleType& a, const ModuleType& b) { return a.type < b.type; });
  return found;
}

std::vector<std::string> ComponentRegistry::words(Kind kind) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  const auto collect = [&](const auto& component) {
    if (component.kind != kind) return;
    found.emplace_back(component.type);
    found.insert(found.end(), component.class_names.begin(), component.class_names.end());
  };
  for (const ComponentInfo* info : components_) collect(*info);
  for (const ModuleType& type : module_types_) collect(type);
  return found;
}

}  // namespace flume
