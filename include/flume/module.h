// Modules and plug-ins: shared libraries that bring components. Before anything else of a library is called, its
// ModuleAbi is compared with the program's: C++ objects pass the border, so SDK version, compiler and sanitizer must agree.
//
//   FLUME_MODULE(registry) { FLUME_TRY(registry.add(my_sink)); return {}; }
//
// No exception may leave a module. A library stays loaded until the program ends.
#pragma once

#include <cstdint>
#include <string>

#include "flume/registry.h"
#include "flume/version.h"

namespace flume {

/// Changes whenever a public header changes its binary form.
inline constexpr std::uint32_t kSdkAbi = 6;

struct ModuleAbi {
  char magic[8];  ///< "FLUMEABI"
  std::uint32_t sdk_abi;
  std::uint32_t compiler;   ///< 1 GCC, 2 Clang; major version in the upper half
  std::uint32_t sanitizer;  ///< 0 none, 1 address, 2 thread
  std::uint32_t pointer_bits;
};

#if defined(__SANITIZE_ADDRESS__)
inline constexpr std::uint32_t kSanitizer = 1;
#elif defined(__SANITIZE_THREAD__)
inline constexpr std::uint32_t kSanitizer = 2;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr std::uint32_t kSanitizer = 1;
#elif __has_feature(thread_sanitizer)
inline constexpr std::uint32_t kSanitizer = 2;
#else
inline constexpr std::uint32_t kSanitizer = 0;
#endif
#else
inline constexpr std::uint32_t kSanitizer = 0;
#endif

#if defined(__clang__)
inline constexpr std::uint32_t kCompiler = 2 | __clang_major__ << 16;
#else
inline constexpr std::uint32_t kCompiler = 1 | __GNUC__ << 16;
#endif

inline constexpr ModuleAbi kModuleAbi = {{'F', 'L', 'U', 'M', 'E', 'A', 'B', 'I'}, kSdkAbi, kCompiler, kSanitizer, sizeof(void*) * 8};

/// Why a module with `theirs` cannot be used by a program with `ours`; empty when it can.
[[nodiscard]] std::string abi_difference(const ModuleAbi& theirs, const ModuleAbi& ours = kModuleAbi);

/// dlopen, ABI check, registration. The error names the file and what differs or is missing.
Status load_module(const std::string& path, ComponentRegistry& registry);

}  // namespace flume

// The ModuleAbi is a local constant: the linker would take the program's kModuleAbi for the module's, and all would agree.
#define FLUME_MODULE(registry)                                                                                                       \
  extern "C" __attribute__((visibility("default"))) const ::flume::ModuleAbi* flume_abi() {                                          \
    static constexpr ::flume::ModuleAbi abi = ::flume::kModuleAbi;                                                                   \
    return &abi;                                                                                                                     \
  }                                                                                                                                  \
  static ::flume::Status flume_add_components(::flume::ComponentRegistry& registry);                                                 \
  extern "C" __attribute__((visibility("default"))) void flume_components(::flume::ComponentRegistry* to, ::flume::Status* status) { \
    *status = flume_add_components(*to);                                                                                             \
  }                                                                                                                                  \
  static ::flume::Status flume_add_components(::flume::ComponentRegistry& registry)
