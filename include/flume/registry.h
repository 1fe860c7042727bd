// The list of all component types that this program knows: built in, in modules (loaded on first use) and in plug-ins.
// A value owned by main; filled before threads start, then read-only but for load-on-first-use, which locks.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flume/component.h"
#include "flume/result.h"

namespace flume {

/// A type that lives in a module which is loaded on first use.
struct ModuleType {
  Kind kind{};
  std::string type;
  std::vector<std::string> class_names;
  std::string module;       ///< path of the shared library
  std::string unavailable;  ///< non-empty: there is no such module here, and why ("built without Qpid Proton")
};

class ComponentRegistry {
 public:
  /// Loads a module and gives what it adds; the error says why it cannot be used (ABI, missing library).
  using ModuleLoader = std::function<Status(const std::string& path, ComponentRegistry& registry)>;

  ComponentRegistry();
  ComponentRegistry(const ComponentRegistry&) = delete;
  ComponentRegistry& operator=(const ComponentRegistry&) = delete;
  ~ComponentRegistry();

  /// `info` lives as long as the registry. A type or class that is there already: the first one stays (Cause::Exists).
  Status add(const ComponentInfo& info);
  void add_module_type(ModuleType type);
  void set_loader(ModuleLoader loader);

  /// By alias (any case) or class name. Loads the module that has it. NotFound: no such type here.
  /// Any other error: the type is known, but its module cannot be used.
  Result<const ComponentInfo*> find(Kind kind, std::string_view type_or_class);
  /// Loaded components of a kind, ordered by type.
  [[nodiscard]] std::vector<const ComponentInfo*> all(Kind kind) const;
  /// Types of a kind that modules have, loaded or not, ordered by type.
  [[nodiscard]] std::vector<ModuleType> module_types(Kind kind) const;
  /// Every known word for a kind (types and classes, modules' too): for near-miss hints.
  [[nodiscard]] std::vector<std::string> words(Kind kind) const;

 private:
  const ComponentInfo* find_loaded(Kind kind, std::string_view type_or_class) const;

  mutable std::recursive_mutex mutex_;
  std::vector<const ComponentInfo*> components_;
  std::vector<ModuleType> module_types_;
  ModuleLoader loader_;
};

/// Adds what the program was built with (generated from the flume_component() lines).
void add_builtin_components(ComponentRegistry& registry);

}  // namespace flume
