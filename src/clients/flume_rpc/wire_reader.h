// Avro's binary encoding, read from foreign bytes: every length is checked against what is there. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "flume/avro.h"

namespace flume::rpc {

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  void skip(std::size_t bytes) noexcept { rest_.remove_prefix(bytes); }

  std::optional<std::int64_t> number() noexcept {
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(rest_.data());
    std::int64_t value = 0;
    bool is_minimal = true;
    const std::uint8_t* const end = avro::read_foreign_long(begin, begin + rest_.size(), value, is_minimal);
    if (end == nullptr) return std::nullopt;
    skip(static_cast<std::size_t>(end - begin));
    return value;
  }
  std::optional<std::string_view> fixed(std::size_t size) noexcept {
    if (rest_.size() < size) return std::nullopt;
    const std::string_view bytes = rest_.substr(0, size);
    skip(size);
    return bytes;
  }
  /// A string or bytes.
  std::optional<std::string_view> text() noexcept {
    const auto size = number();
    if (!size || *size < 0 || static_cast<std::uint64_t>(*size) > rest_.size()) return std::nullopt;
    return fixed(static_cast<std::size_t>(*size));
  }
  /// The number of items in the next block of an array or map; 0: it has ended.
  std::optional<std::uint64_t> block() noexcept {
    const auto count = number();
    if (!count) return std::nullopt;
    if (*count >= 0) return static_cast<std::uint64_t>(*count);
    if (*count == INT64_MIN || !number()) return std::nullopt;  // then its size in bytes stands here
    return static_cast<std::uint64_t>(-*count);
  }

 private:
  std::string_view rest_;
};

}  // namespace flume::rpc
