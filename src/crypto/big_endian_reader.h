// Reads big-endian numbers and runs of bytes, never past the end: a read that would is refused, and from
// then on everything reads as zero or empty. So callers ask failed() once per step, not per read.
// A view over memory of the caller's. One thread at a time.
#pragma once

#include <cstdint>

#include "flume/files.h"

namespace flume::crypto {

class BigEndianReader {
 public:
  explicit BigEndianReader(ByteView bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - position_; }

  ByteView take(std::size_t size) noexcept {
    if (failed_ || size > left()) {
      failed_ = true;
      return {};
    }
    position_ += size;
    return bytes_.subspan(position_ - size, size);
  }
  std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() noexcept { return number(8); }

 private:
  std::uint64_t number(std::size_t size) noexcept {
    std::uint64_t value = 0;
    for (const std::byte byte : take(size)) value = value << 8U | std::to_integer<std::uint64_t>(byte);
    return value;
  }

  ByteView bytes_;
  std::size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace flume::crypto
