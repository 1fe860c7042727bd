#include "text/base64.h"

#include <algorithm>
#include <cstdint>

namespace flume {
namespace {
constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t there = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 3; ++i) value = value << 8 | (i < there ? static_cast<std::uint8_t>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += i <= there ? kDigits[value >> (18 - 6 * i) & 63U] : '=';
  }
  return text;
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::string_view digits = text.substr(at, 4);
    const bool is_last = at + 4 == text.size();
    while (is_last && digits.size() > 2 && digits.ends_with('=')) digits.remove_suffix(1);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t digit = i < digits.size() ? kDigits.find(digits[i]) : 0;
      if (digit == std::string_view::npos) return std::nullopt;
      value = value << 6 | static_cast<std::uint32_t>(digit);
    }
    const std::size_t there = digits.size() - 1;
    if ((value & ((1U << (24 - 8 * there)) - 1)) != 0) return std::nullopt;
    for (std::size_t i = 0; i < there; ++i) bytes += static_cast<char>(value >> (16 - 8 * i) & 0xFFU);
  }
  return bytes;
}

}  // namespace flume
