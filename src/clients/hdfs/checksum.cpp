#include "clients/hdfs/checksum.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "codec/crc32c.h"

namespace flume::hdfs {

bool is_sane(const Checksum& checksum) {
  constexpr std::uint32_t kLargestChunk = 16U << 20U;
  return checksum.type <= ChecksumType::Crc32c && checksum.bytes_per_chunk >= 1 && checksum.bytes_per_chunk <= kLargestChunk;
}

std::size_t checksum_bytes(const Checksum& checksum, std::size_t data_bytes) {
  if (checksum.type == ChecksumType::None) return 0;
  return (data_bytes + checksum.bytes_per_chunk - 1) / checksum.bytes_per_chunk * 4;
}

void compute_checksums(const Checksum& checksum, ByteView data, std::span<std::byte> into) {
  switch (checksum.type) {
    case ChecksumType::None:
      return;
    case ChecksumType::Crc32:
      return codec::crc32_of_chunks(as_text(data), checksum.bytes_per_chunk, into);
    case ChecksumType::Crc32c:
      return codec::crc32c_of_chunks(as_text(data), checksum.bytes_per_chunk, into);
  }
}

std::optional<std::size_t> first_bad_chunk(const Checksum& checksum, ByteView data, ByteView checksums) {
  assert(checksums.size() == checksum_bytes(checksum, data.size()));
  if (checksum.type == ChecksumType::None) return std::nullopt;
  // Some chunks at a time: their checksums stay on the stack.
  constexpr std::size_t kChunks = 96;
  std::array<std::byte, kChunks * 4> computed{};
  const std::size_t step = kChunks * checksum.bytes_per_chunk;
  for (std::size_t at = 0; at < data.size(); at += step, checksums = checksums.subspan(std::min(checksums.size(), computed.size()))) {
    const ByteView part = data.subspan(at, std::min(step, data.size() - at));
    const std::size_t size = checksum_bytes(checksum, part.size());
    compute_checksums(checksum, part, computed);
    const auto [differs, theirs] = std::mismatch(computed.begin(), computed.begin() + static_cast<std::ptrdiff_t>(size), checksums.begin());
    const auto same = static_cast<std::size_t>(differs - computed.begin());
    if (same < size) return at + same / 4 * checksum.bytes_per_chunk;
  }
  return std::nullopt;
}

}  // namespace flume::hdfs
