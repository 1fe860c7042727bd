// The quantifiers of a Java pattern: *, +, ?, {n,m}, each greedy, reluctant or possessive. Written alike in PCRE2.
// Pure but for the reader, which moves on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "text/java_pattern_reader.h"

namespace flume {

struct Repetition {
  std::string text;  ///< in PCRE2's words
  std::uint32_t fewest = 0;
  bool varies = true;      ///< it is not a fixed number of times
  bool is_option = false;  ///< ?, which is no loop
  std::optional<std::size_t> possessive_column{};
};

/// At the quantifier; moves behind it.
Result<Repetition> read_repetition(JavaPatternReader& reader);

}  // namespace flume
