// Options of a component from key = value pairs, without a plan: for tests of single components. The component's nested ones
// (serializer, path manager) get their defaults unless named.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "flume/component.h"
#include "flume/registry.h"

namespace flume {

struct ParsedComponent {
  const ComponentInfo* info = nullptr;
  OptionsPtr options;
  Status problem;  ///< of parsing or of check()

  template <typename T>
  [[nodiscard]] std::unique_ptr<T> make(const Services& services) const {
    return info->make<T>(options.get(), services);
  }
};

/// All built-in components. Lives as long as the program.
ComponentRegistry& builtin_registry();

/// What the component's check() finds, a line each: "key: message".
Status check_options(const ComponentInfo& info, const void* options);

ParsedComponent parse_component(Kind kind, std::string_view type, const std::map<std::string, std::string>& keys);

}  // namespace flume
