// The bytes of a save file (FORMAT.md): what stands where, and the limits that a reader holds it to. Constants and the
// header as a value; writer and reader are save_file_writer.h and save_file_reader.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "flume/batch_builder.h"
#include "flume/clock.h"

namespace flume::saved_events {

inline constexpr std::string_view kMagic = "FLMSAVED";
inline constexpr std::uint32_t kVersion = 1;

/// Header: magic, version, its own size, events, blocks, length of the file, time, channel's name, CRC-32C.
inline constexpr std::size_t kFixedHeaderBytes = 48;
inline constexpr std::size_t kCrcBytes = 4;
inline constexpr std::size_t kLongestChannelName = 64 * 1024;

/// Block: CRC-32C of all that follows in it, number, events, bytes of events.
inline constexpr std::size_t kBlockHeaderBytes = 16;
/// A block is closed before it gets larger, unless one event alone is.
inline constexpr std::uint64_t kBlockBytes = 1024 * 1024;
inline constexpr std::uint64_t kLargestBlock = BatchBuilder::kMaxEventBytes;

struct FileHeader {
  std::string channel;
  std::uint64_t events = 0;
  std::uint64_t blocks = 0;
  std::uint64_t file_bytes = 0;
  WallTime saved_at{};
};

template <typename Number>
void append_little_endian(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) out += static_cast<char>(number >> (8 * i));
}

/// Precondition: `bytes` has sizeof(Number) bytes from `offset` on.
template <typename Number>
Number little_endian_at(std::string_view bytes, std::size_t offset) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    number |= static_cast<Number>(static_cast<Number>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i));
  return number;
}

}  // namespace flume::saved_events
