// Translates a java.util.regex pattern into PCRE2 patterns that match the same, or refuses it with
// the column and the reason. No pattern is passed on that the two engines would read differently.
//
// Pure; any thread. Java's rules for line ends (\n, \r, \r\n, U+0085, U+2028, U+2029) and for \b
// (letters and digits of all scripts) are costly to write in PCRE2, and most subjects contain none of
// these. Hence two patterns: `plain` for subjects that are free of them, `exact` for all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flume/result.h"

namespace flume {

struct RegexOptions {
  bool case_insensitive = false;  ///< ASCII letters, as Java's CASE_INSENSITIVE
  bool dot_all = false;           ///< DOTALL
  bool whole_subject = false;     ///< Matcher.matches() instead of find()
};

struct JavaPattern {
  std::string plain;
  std::string exact;
  bool depends_on_line_ends = false;     ///< plain is wrong for subjects with \r, U+0085, U+2028, U+2029
  bool depends_on_word_ends = false;     ///< plain is wrong for subjects with non-ASCII text
  std::vector<std::string> group_names;  ///< by number; [0] is the whole match; empty: unnamed
  /// Offsets into `plain` and the columns of the Java pattern they come from, ascending.
  std::vector<std::pair<std::size_t, std::size_t>> columns;
};

/// InvalidConfig names column (in characters, from 1) and reason.
Result<JavaPattern> translate_java_pattern(std::string_view pattern, const RegexOptions& options);

}  // namespace flume
