#include "text/java_pattern_reader.h"

#include <fmt/format.h>

namespace flume {
namespace {

bool is_octal(char32_t c) { return c >= U'0' && c <= U'7'; }
bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

std::optional<unsigned> hex_value(char32_t c) {
  if (c >= U'0' && c <= U'9') return c - U'0';
  if (c >= U'a' && c <= U'f') return c - U'a' + 10;
  if (c >= U'A' && c <= U'F') return c - U'A' + 10;
  return std::nullopt;
}

/// The code points of a valid UTF-8 text.
std::u32string decode(std::string_view text) {
  std::u32string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t value = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) value = value << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    result.push_back(value);
    at += length;
  }
  return result;
}

}  // namespace

JavaPatternReader::JavaPatternReader(std::string_view pattern) : pattern_(decode(pattern)) {}

Status JavaPatternReader::refuse(std::size_t column, std::string_view reason) {
  return invalid_config(fmt::format("column {}: {}", column, reason));
}

Result<char32_t> JavaPatternReader::escaped_character() {
  const std::size_t column = this->column();
  const char32_t c = peek(1);
  skip(2);
  switch (c) {
    case U't':
      return U'\t';
    case U'n':
      return U'\n';
    case U'r':
      return U'\r';
    case U'f':
      return U'\f';
    case U'a':
      return U'\a';
    case U'e':
      return char32_t{0x1B};
    case U'0':
      return octal(column);
    case U'x':
      return hexadecimal(column);
    case U'u':
      return utf16(column);
    case U'c': {
      if (!has() || peek() > 0x7F) return refuse(column, "\\c is followed by an ASCII character");
      return char32_t{next() ^ 64U};
    }
    default:
      if (is_ascii_letter(c) || is_digit(c)) return refuse(column, fmt::format("\\{}: {} here", static_cast<char>(c), kNotInJava));
      return c;
  }
}

Result<char32_t> JavaPatternReader::octal(std::size_t column) {
  char32_t value = 0;
  std::size_t digits = 0;
  while (digits < 3 && has() && is_octal(peek())) {
    const char32_t longer = value * 8 + (peek() - U'0');
    if (longer > 0377) break;
    value = longer;
    ++digits;
    skip();
  }
  if (digits == 0) return refuse(column, "\\0 is followed by octal digits");
  return value;
}

Result<char32_t> JavaPatternReader::hexadecimal(std::size_t column) {
  const bool braced = next_is(U'{');
  if (braced) skip();
  char32_t value = 0;
  std::size_t digits = 0;
  while (has() && (braced || digits < 2)) {
    const auto digit = hex_value(peek());
    if (!digit) break;
    value = value * 16 + *digit;
    if (value > 0x10FFFF) return refuse(column, "this is beyond Unicode");
    ++digits;
    skip();
  }
  if (braced ? digits == 0 || !next_is(U'}') : digits != 2)
    return refuse(column, "\\x is followed by two hexadecimal digits, or any number in braces");
  if (braced) skip();
  if (is_surrogate(value)) return refuse(column, "half of a surrogate pair");
  return value;
}

std::optional<char32_t> JavaPatternReader::four_digits() {
  if (!has(3)) return std::nullopt;
  char32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto digit = hex_value(peek(i));
    if (!digit) return std::nullopt;
    value = value * 16 + *digit;
  }
  skip(4);
  return value;
}

Result<char32_t> JavaPatternReader::utf16(std::size_t column) {
  const auto first = four_digits();
  if (!first) return refuse(column, "\\u is followed by four hexadecimal digits");
  if (!is_surrogate(*first)) return *first;
  if (*first < 0xDC00 && next_is(U'\\') && next_is(U'u', 1)) {
    skip(2);
    const auto second = four_digits();
    if (second && *second >= 0xDC00 && *second <= 0xDFFF) return char32_t{0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00)};
  }
  return refuse(column, "half of a surrogate pair");
}

}  // namespace flume
