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

/// memcpy without a call for the sizes that header names and values have.
inline void copy_short(std::uint8_t* out, const char* in, std::size_t size) noexcept {
  // Two overlapping words of fixed size cover every size between one and two of them.
  const auto two_of = [&](auto word) {
    constexpr std::size_t kWord = sizeof word;
    decltype(word) last;
    std::memcpy(&word, in, kWord);
    std::memcpy(&last, in + size - kWord, kWord);
    std::memcpy(out, &word, kWord);
    std::memcpy(out + size - kWord, &last, kWord);
  };
  struct Word16 {
    std::uint64_t halves[2];
  };
  if (size > 32) {
    std::memcpy(out, in, size);
  } else if (size >= 16) {
    two_of(Word16{});
  } else if (size >= 8) {
    two_of(std::uint64_t{});
  } else if (size >= 4) {
    two_of(std::uint32_t{});
  } else if (size != 0) {
    out[0] = static_cast<std::uint8_t>(in[0]);
    out[size / 2] = static_cast<std::uint8_t>(in[size / 2]);
    out[size - 1] = static_cast<std::uint8_t>(in[size - 1]);
  }
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
  copy_short(out, bytes.data(), bytes.size());
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
