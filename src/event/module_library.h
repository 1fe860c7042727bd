// Modules of our own, which bring no components but one function each: protocol clients of heavy families, loaded on first
// use. They lie in the folder `modules` beside libflume.so and are of its very build. A library stays loaded until the
// program ends. Any thread.
#pragma once

#include <string>

#include "flume/result.h"

namespace flume {

/// dlopen, and the comparison of its ModuleAbi; the handle for dlsym.
[[nodiscard]] Result<void*> open_module(const std::string& path);

/// The function `symbol` of the module `name` of this build. The error says which library is missing.
[[nodiscard]] Result<void*> own_module_function(const std::string& name, const char* symbol);

/// The same, of the file at `path`.
[[nodiscard]] Result<void*> own_module_function_in(const std::string& path, const char* symbol);

/// The function of the module `name`, with its type.
template <typename Function>
[[nodiscard]] Result<Function*> own_module_function_of(const std::string& name, const char* symbol) {
  auto function = own_module_function(name, symbol);
  if (!function) return std::move(function).status();
  return reinterpret_cast<Function*>(*function);
}

}  // namespace flume
