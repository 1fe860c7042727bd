// Little-endian numbers and counted texts, written to a string and read back with every length checked. Pure; any thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace flume::storage {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  template <std::unsigned_integral T>
  void number(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) out_ += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    out_ += text;
  }

 private:
  std::string& out_;
};

/// After a read past the end everything reads as nothing, and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  template <std::unsigned_integral T>
  T number() {
    if (!has(sizeof(T))) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value |= std::uint64_t{static_cast<std::uint8_t>(rest_[i])} << (8 * i);
    rest_.remove_prefix(sizeof(T));
    return static_cast<T>(value);
  }
  std::string_view bytes(std::size_t count) {
    if (!has(count)) return {};
    const std::string_view found = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return found;
  }
  std::string_view text() { return bytes(number<std::uint32_t>()); }
  /// A number of things of at least `least_bytes` each: more than can be there is an error.
  std::uint32_t count(std::size_t least_bytes) {
    const auto count = number<std::uint32_t>();
    if (count > rest_.size() / least_bytes) {
      fail();
      return 0;
    }
    return count;
  }
  void fail() {
    ok_ = false;
    rest_ = {};
  }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  bool has(std::size_t count) {
    if (rest_.size() < count) fail();
    return ok_;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace flume::storage
