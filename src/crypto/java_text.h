// The two ways in which Java's key stores see text: "modified UTF-8" (names) and UTF-16 (passwords).
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret_bytes.h"

namespace flume::crypto {

/// UTF-8 of what Java's writeUTF() wrote (characters above U+FFFF as two surrogates, NUL as C0 80). A lone
/// surrogate becomes U+FFFD. None if the bytes are no such text.
[[nodiscard]] std::optional<std::string> utf8_from_java(ByteView bytes);

/// Java's chars, big-endian. Precondition: valid UTF-8.
[[nodiscard]] SecretBytes utf16_big_endian(std::string_view utf8);

}  // namespace flume::crypto
