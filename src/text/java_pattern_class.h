// The sets of characters of a Java pattern, [...] and \p{...}, in PCRE2's words. Pure but for the reader, which moves on.
#pragma once

#include <string>

#include "text/java_pattern_reader.h"

namespace flume {

/// At the '['; moves behind the ']'. The whole class, brackets included.
Result<std::string> translate_character_class(JavaPatternReader& reader, bool ignore_case);

/// At the backslash of \p{..}, \P{..} or \pL; moves behind it. The members, to be put inside a class.
Result<std::string> translate_property(JavaPatternReader& reader, bool ignore_case);

}  // namespace flume
