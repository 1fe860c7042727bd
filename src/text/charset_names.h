// The charsets that Java knows and this program reads: Java's names and aliases, iconv's name.
//
// A constant table; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flume {

enum class CharsetFamily : std::uint8_t {
  Utf8,
  OneByte,    ///< a table of 256
  MultiByte,  ///< lead bytes, through iconv
  TwoByteUnits,
  FourByteUnits,
};

struct CharsetInfo {
  std::string_view java_name;
  std::string_view iconv_name;
  CharsetFamily family;
  std::string_view aliases;  ///< lower case, each between blanks
};

/// Null when Java (as far as we follow it) has no such charset.
const CharsetInfo* find_charset(std::string_view java_name) noexcept;

/// Up to three names that look like `name`, "UTF-8, UTF-16".
std::string near_charsets(std::string_view name);

}  // namespace flume
