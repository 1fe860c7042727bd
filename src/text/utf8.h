// UTF-8 as Java reads it: validation, and replacement of malformed sequences by U+FFFD.
//
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flume {

/// The number of leading bytes that are ASCII.
[[nodiscard]] std::size_t ascii_prefix(std::string_view text) noexcept;

/// Well-formed UTF-8 without surrogates.
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

/// How append_valid_utf8 treats a sequence that the end of the text cuts off.
enum class Utf8End { Replace, Keep };

/// Appends `text`, each malformed sequence replaced by one U+FFFD, cut as Java's decoder cuts.
/// Returns the bytes consumed: all, or with Keep all but a cut-off sequence at the end.
std::size_t append_valid_utf8(std::string_view text, Utf8End end, std::string& out);

/// Appends the UTF-8 form. Precondition: a Unicode scalar value.
void append_code_point(char32_t code_point, std::string& out);

}  // namespace flume
