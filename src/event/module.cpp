#include "flume/module.h"

#include <cstring>
#include <dlfcn.h>
#include <exception>

#include "event/module_library.h"

namespace flume {
namespace {

std::string compiler_text(std::uint32_t compiler) {
  return std::string((compiler & 0xffff) == 2 ? "Clang" : "GCC") + ' ' + std::to_string(compiler >> 16);
}

std::string_view sanitizer_text(std::uint32_t sanitizer) {
  return sanitizer == 0 ? "no sanitizer" : sanitizer == 1 ? "AddressSanitizer" : "ThreadSanitizer";
}

}  // namespace

std::string abi_difference(const ModuleAbi& theirs, const ModuleAbi& ours) {
  if (std::memcmp(theirs.magic, ours.magic, sizeof ours.magic) != 0) return "it is not a flume-cpp module";
  if (theirs.sdk_abi != ours.sdk_abi) {
    return "built for SDK " + std::to_string(theirs.sdk_abi) + ", this program has SDK " + std::to_string(ours.sdk_abi) + ": rebuild it";
  }
  if (theirs.compiler != ours.compiler) {
    return "built with " + compiler_text(theirs.compiler) + ", this program with " + compiler_text(ours.compiler) + ": rebuild it";
  }
  if (theirs.sanitizer != ours.sanitizer) {
    return "built with " + std::string(sanitizer_text(theirs.sanitizer)) + ", this program with " +
           std::string(sanitizer_text(ours.sanitizer));
  }
  if (theirs.pointer_bits != ours.pointer_bits) return "built for another processor";
  return {};
}

Status load_module(const std::string& path, ComponentRegistry& registry) {
  const auto library = open_module(path);
  if (!library) return library.status();
  const auto components = reinterpret_cast<void (*)(ComponentRegistry*, Status*)>(dlsym(*library, "flume_components"));
  Status added;
  try {
    components(&registry, &added);
  } catch (const std::exception& error) {
    added = invalid_config(std::string("it threw while it gave its components: ") + error.what());
  }
  return std::move(added).with_context("module " + path);
}

}  // namespace flume
