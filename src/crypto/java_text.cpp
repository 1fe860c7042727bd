#include "crypto/java_text.h"

#include <cstdint>

#include "text/utf8.h"

namespace flume::crypto {
namespace {

constexpr bool is_high_surrogate(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }
constexpr char32_t kReplacement = 0xFFFD;

/// The next char of modified UTF-8, removed from `bytes`.
std::optional<char32_t> next_unit(ByteView& bytes) {
  const auto at = [&](std::size_t index) { return std::to_integer<char32_t>(bytes[index]); };
  const auto continues = [&](std::size_t index) { return index < bytes.size() && (at(index) & 0xC0U) == 0x80U; };
  const char32_t first = at(0);
  if (first < 0x80) {
    bytes = bytes.subspan(1);
    return first;
  }
  if ((first & 0xE0U) == 0xC0 && continues(1)) {
    const char32_t unit = (first & 0x1FU) << 6U | (at(1) & 0x3FU);
    bytes = bytes.subspan(2);
    return unit;
  }
  if ((first & 0xF0U) == 0xE0 && continues(1) && continues(2)) {
    const char32_t unit = (first & 0x0FU) << 12U | (at(1) & 0x3FU) << 6U | (at(2) & 0x3FU);
    bytes = bytes.subspan(3);
    return unit;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> utf8_from_java(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size());
  char32_t high = 0;  // a high surrogate that waits for its other half
  while (!bytes.empty()) {
    const auto unit = next_unit(bytes);
    if (!unit) return std::nullopt;
    if (high != 0 && is_low_surrogate(*unit)) {
      append_code_point(0x10000 + ((high - 0xD800) << 10U) + (*unit - 0xDC00), text);
      high = 0;
      continue;
    }
    if (high != 0) append_code_point(kReplacement, text);
    high = is_high_surrogate(*unit) ? *unit : 0;
    if (high == 0) append_code_point(is_low_surrogate(*unit) ? kReplacement : *unit, text);
  }
  if (high != 0) append_code_point(kReplacement, text);
  return text;
}

SecretBytes utf16_big_endian(std::string_view utf8) {
  SecretBytes units(utf8.size() * 2);  // no character takes more UTF-16 than twice its UTF-8
  std::size_t size = 0;
  const auto append = [&](std::uint32_t unit) {
    units.bytes()[size++] = static_cast<std::byte>(unit >> 8U);
    units.bytes()[size++] = static_cast<std::byte>(unit);
  };
  for (std::size_t at = 0; at < utf8.size();) {
    const auto first = static_cast<unsigned char>(utf8[at]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t code_point = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) code_point = code_point << 6U | (static_cast<unsigned char>(utf8[at + i]) & 0x3FU);
    at += length;
    if (code_point < 0x10000) {
      append(code_point);
    } else {
      append(0xD800 + ((code_point - 0x10000) >> 10U));
      append(0xDC00 + ((code_point - 0x10000) & 0x3FFU));
    }
  }
  units.shorten(size);
  return units;
}

}  // namespace flume::crypto
