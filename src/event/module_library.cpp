#include "event/module_library.h"

#include <cstring>
#include <dlfcn.h>

#include "event/library_build.h"
#include "flume/module.h"

namespace flume {
namespace {

/// The folder of libflume.so, in which this code is.
std::string library_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&open_module), &info) == 0 || info.dli_fname == nullptr) return ".";
  const std::string path = info.dli_fname;
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace

Result<void*> open_module(const std::string& path) {
  // Never closed: what it brought, its code and its constants are in use until the program ends.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return invalid_config(std::string("cannot load module: ") + dlerror());
  const auto abi = reinterpret_cast<const ModuleAbi* (*)()>(dlsym(library, "flume_abi"));
  if (abi == nullptr || dlsym(library, "flume_components") == nullptr)
    return invalid_config("cannot use module " + path + ": it is not a flume-cpp module");
  const ModuleAbi* theirs = abi();
  if (theirs == nullptr) return invalid_config("cannot use module " + path + ": it does not say what it was built for");
  const std::string difference = abi_difference(*theirs);
  if (!difference.empty()) return invalid_config("cannot use module " + path + ": " + difference);
  return library;
}

Result<void*> own_module_function(const std::string& name, const char* symbol) {
  return own_module_function_in(library_folder() + "/modules/flume_" + name + ".so", symbol);
}

Result<void*> own_module_function_in(const std::string& path, const char* symbol) {
  auto library = open_module(path);
  if (!library) return std::move(library).status();
  // It shares headers with the library that are not public, as the program does.
  const auto build = reinterpret_cast<const char* (*)()>(dlsym(*library, "flume_module_build"));
  if (build == nullptr || library_build() != build())
    return invalid_config("cannot use module " + path + ": it is of another build than libflume.so; install both from one archive");
  void* function = dlsym(*library, symbol);
  if (function == nullptr) return invalid_config("cannot use module " + path + ": it has no " + symbol);
  return function;
}

}  // namespace flume
