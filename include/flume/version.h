#pragma once
#include <string_view>

namespace flume {

/// Version of flume-cpp, as `flume-ng version` prints it: "0.1.0".
std::string_view version() noexcept;

}  // namespace flume
