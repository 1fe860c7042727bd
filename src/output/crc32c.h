// CRC-32C (Castagnoli), which bookmarks use to tell whether the first bytes of a file are still those that were committed.
// Pure; any thread. Uses the processor's instruction where it has one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flume::output {

/// The checksum of what `crc` is the checksum of, followed by `bytes`. Begins with 0.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) noexcept;

}  // namespace flume::output
