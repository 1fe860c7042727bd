// Who has a file that Files::lock() locks, without touching it: for tools that only look. Any thread.
#pragma once

#include <optional>
#include <string>

#include "flume/result.h"

namespace flume {

/// "4711", "4711 (this one)", "(unknown)"; nothing when nobody has the lock or there is no such file. Retryable: it cannot be told.
[[nodiscard]] Result<std::optional<std::string>> lock_holder(const std::string& path);

}  // namespace flume
