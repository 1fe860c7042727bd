// Content-Encoding of request bodies. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume {

/// The bytes that `coding` (gzip, x-gzip, deflate, zstd; any case) stands for. Rejected: Cause::Unsupported for another coding,
/// Cause::TooLarge when they are more than `most_bytes`, or more than a thousand times `coded` and a mebibyte; else the bytes are
/// damaged or cut off. Memory grows with what has really been decoded.
[[nodiscard]] Result<std::string> decode_content(std::string_view coding, std::string_view coded, std::size_t most_bytes);

}  // namespace flume
