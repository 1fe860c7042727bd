// Checksums of block data: one for each chunk of so many bytes, as packets and replicas carry them. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "clients/hdfs/types.h"
#include "flume/files.h"

namespace flume::hdfs {

struct Checksum {
  ChecksumType type = ChecksumType::Crc32c;
  std::uint32_t bytes_per_chunk = 512;
  friend bool operator==(const Checksum&, const Checksum&) = default;
};

/// What a server may ask us to compute with: a known type, 1 byte to 16 MiB a chunk.
[[nodiscard]] bool is_sane(const Checksum& checksum);

/// The bytes that the checksums of `data_bytes` bytes take.
[[nodiscard]] std::size_t checksum_bytes(const Checksum& checksum, std::size_t data_bytes);
/// Precondition: `into` has checksum_bytes() bytes.
void compute_checksums(const Checksum& checksum, ByteView data, std::span<std::byte> into);
/// The offset in `data` of the first chunk whose checksum differs. Precondition: as many checksums as the data needs.
[[nodiscard]] std::optional<std::size_t> first_bad_chunk(const Checksum& checksum, ByteView data, ByteView checksums);

}  // namespace flume::hdfs
