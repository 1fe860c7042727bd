// The few bits of Avro's binary encoding that an event's bytes are made of (Avro specification 1.11,
// "Binary Encoding"): a length is a zigzag varint, here never negative. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace flume::avro {

/// Longest varint of a 64-bit number.
inline constexpr std::size_t kMaxVarint = 10;

/// Bytes that write_length takes for `n`.
[[nodiscard]] constexpr std::size_t length_size(std::uint64_t n) noexcept {
  std::size_t size = 1;
  for (std::uint64_t rest = n >> 6; rest != 0; rest >>= 7) ++size;
  return size;
}

inline std::uint8_t* write_length(std::uint8_t* out, std::uint64_t n) noexcept {
  std::uint64_t rest = n << 1;
  while (rest >= 0x80) {
    *out++ = static_cast<std::uint8_t>(rest | 0x80);
    rest >>= 7;
  }
  *out++ = static_cast<std::uint8_t>(rest);
  return out;
}

inline std::uint8_t* write_bytes(std::uint8_t* out, std::string_view bytes) noexcept {
  out = write_length(out, bytes.size());
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

/// Reads a length that this process wrote or validated: no bounds.
inline const std::uint8_t* read_length(const std::uint8_t* in, std::uint64_t& n) noexcept {
  std::uint64_t byte = *in++;
  std::uint64_t value = byte & 0x7f;
  for (unsigned shift = 7; byte >= 0x80; shift += 7) {
    byte = *in++;
    value |= (byte & 0x7f) << shift;
  }
  n = value >> 1;
  return in;
}

inline const std::uint8_t* read_bytes(const std::uint8_t* in, std::string_view& bytes) noexcept {
  std::uint64_t size = 0;
  in = read_length(in, size);
  bytes = {reinterpret_cast<const char*>(in), static_cast<std::size_t>(size)};
  return in + size;
}

/// Reads a signed zigzag varint from foreign bytes; nullptr when it does not end before `end` or
/// has more than 64 bits. `minimal` is cleared when a shorter form of the same number exists.
inline const std::uint8_t* read_foreign_long(const std::uint8_t* in, const std::uint8_t* end, std::int64_t& value, bool& minimal) noexcept {
  std::uint64_t raw = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (in == end) return nullptr;
    const std::uint64_t byte = *in++;
    if (shift == 63 && byte > 1) return nullptr;
    raw |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (byte == 0 && shift != 0) minimal = false;
      value = static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
      return in;
    }
  }
  return nullptr;
}

}  // namespace flume::avro
