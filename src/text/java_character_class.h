// Sets of code points as sorted ranges, and the named sets of java.util.regex that are plain ASCII.
//
// Pure values; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flume {

struct CodePointRange {
  char32_t first;
  char32_t last;
};

/// Sorted, disjoint.
using CodePointRanges = std::vector<CodePointRange>;

/// All code points that are not in `ranges`.
CodePointRanges complement(const CodePointRanges& ranges);

/// The POSIX classes, which Java defines on ASCII: Alpha, Punct, Space, ...; by their exact names.
std::optional<CodePointRanges> posix_class(std::string_view name);

/// What \w matches: ASCII letters, digits and _.
CodePointRanges word_characters();

/// Character.isWhitespace(): \p{javaWhitespace}.
CodePointRanges java_whitespace();

/// PCRE2's name, for \p{}, of a property that Java calls so: javaLowerCase, IsAlphabetic, ...; by their exact names.
std::optional<std::string_view> shared_property(std::string_view java_name);

/// True for the general categories (L, Lu, Nd, ...) that both engines read alike.
bool is_shared_category(std::string_view name);

/// Appends the range as it stands inside a PCRE2 class.
void append_range(CodePointRange range, std::string& out);
/// Appends one code point so that it stands for itself, inside and outside a class.
void append_literal(char32_t code_point, std::string& out);

/// The ASCII letters that CASE_INSENSITIVE adds to a range, as Java counts them.
std::u32string other_cases(CodePointRange range);

}  // namespace flume
