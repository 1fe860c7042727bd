// CRC-32C (Castagnoli: bookmarks, HDFS) and CRC-32 (zlib's: HDFS where it is told so), over one run of bytes or for each
// chunk of a buffer. Pure; any thread. CRC-32C uses the processor's instruction where there is one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace flume::codec {

/// The checksum of what `crc` is the checksum of, followed by `bytes`. Begins with 0.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) noexcept;
[[nodiscard]] std::uint32_t crc32(std::uint32_t crc, std::string_view bytes) noexcept;
/// The same by table: for processors without the instruction, and to compare with.
[[nodiscard]] std::uint32_t crc32c_by_table(std::uint32_t crc, std::string_view bytes) noexcept;

/// Checksums of each `chunk` bytes of `data` (> 0; the last may be shorter), big-endian, one after the other.
/// Precondition: `into` has 4 bytes for each of them.
void crc32c_of_chunks(std::string_view data, std::size_t chunk, std::span<std::byte> into) noexcept;
void crc32_of_chunks(std::string_view data, std::size_t chunk, std::span<std::byte> into) noexcept;

}  // namespace flume::codec
