// Which build of flume-cpp libflume.so is of. The program passes objects across the border by headers that are not public, too:
// it compares this with its own kBuildId (generated) before it calls anything else. Any thread.
#pragma once

#include <string_view>

namespace flume {

/// "0.1.0+headers.1f2e3d4c5b6a"
[[nodiscard]] std::string_view library_build() noexcept;

}  // namespace flume
