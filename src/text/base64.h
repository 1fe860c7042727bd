// Base64 with its common alphabet (+ and /). Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flume {

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// The bytes; nothing when `text` has other characters, wrong padding, or bits that no byte has.
[[nodiscard]] std::optional<std::string> bytes_of_base64(std::string_view text);

}  // namespace flume
