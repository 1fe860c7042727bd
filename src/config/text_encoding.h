// The bytes of a configuration file as UTF-8 text.
// Flume reads ISO-8859-1; people write UTF-8. Valid UTF-8 is taken as such, anything else as ISO-8859-1.
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume::config {

enum class TextEncoding : std::uint8_t { Utf8, Iso8859_1 };

struct DecodedText {
  std::string utf8;  ///< without byte order mark
  TextEncoding encoding = TextEncoding::Utf8;
};

/// Fails with InvalidConfig for what is no text (NUL bytes, UTF-16), saying where.
[[nodiscard]] Result<DecodedText> decode_text(std::string bytes);

/// No overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

}  // namespace flume::config
