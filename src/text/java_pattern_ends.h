// Java's line ends and word ends in PCRE2's words: kPlain... for subjects without the rare ones, kExact... for all (see
// java_pattern.h). Constants.
#pragma once

#include <string_view>

namespace flume {

inline constexpr std::string_view kExactDot = R"([^\n\r\x{85}\x{2028}\x{2029}])";
inline constexpr std::string_view kExactEnd = R"((?=(?:\r\n?|(?<!\r)\n|[\x{85}\x{2028}\x{2029}])?\z))";
inline constexpr std::string_view kExactLineEnd = R"((?:\z|(?=[\r\x{85}\x{2028}\x{2029}])|(?<!\r)(?=\n)))";
inline constexpr std::string_view kExactLineBegin = R"((?:(?!\z)(?:\A|(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n))))";
inline constexpr std::string_view kPlainEnd = "$";
inline constexpr std::string_view kPlainLineEnd = "(?m:$)";
inline constexpr std::string_view kPlainLineBegin = R"((?m:^)(?!\z))";  // Java: not at the end, not even of an empty text
inline constexpr std::string_view kAnyLineEnd = R"((?:\r\n|[\n-\r\x{85}\x{2028}\x{2029}]))";

// A word to Java's \b: letters, digits, _, and marks that follow a letter or digit (here up to four of them).
#define FLUME_WORD_BEFORE R"((?<=[\p{L}\p{Nd}_]|[\p{L}\p{Nd}]\p{Mn}|[\p{L}\p{Nd}]\p{Mn}{2}|[\p{L}\p{Nd}]\p{Mn}{3}|[\p{L}\p{Nd}]\p{Mn}{4}))"
#define FLUME_NO_WORD_BEFORE \
  R"((?<![\p{L}\p{Nd}_]|[\p{L}\p{Nd}]\p{Mn}|[\p{L}\p{Nd}]\p{Mn}{2}|[\p{L}\p{Nd}]\p{Mn}{3}|[\p{L}\p{Nd}]\p{Mn}{4}))"
#define FLUME_WORD_BEHIND \
  R"((?=[\p{L}\p{Nd}_]|\p{Mn}(?<=[\p{L}\p{Nd}]\p{Mn}|[\p{L}\p{Nd}]\p{Mn}{2}|[\p{L}\p{Nd}]\p{Mn}{3}|[\p{L}\p{Nd}]\p{Mn}{4})))"
#define FLUME_NO_WORD_BEHIND \
  R"((?![\p{L}\p{Nd}_]|\p{Mn}(?<=[\p{L}\p{Nd}]\p{Mn}|[\p{L}\p{Nd}]\p{Mn}{2}|[\p{L}\p{Nd}]\p{Mn}{3}|[\p{L}\p{Nd}]\p{Mn}{4})))"
inline constexpr std::string_view kExactWordEdge =
    "(?:" FLUME_WORD_BEFORE FLUME_NO_WORD_BEHIND "|" FLUME_NO_WORD_BEFORE FLUME_WORD_BEHIND ")";
inline constexpr std::string_view kExactNoWordEdge =
    "(?:" FLUME_WORD_BEFORE FLUME_WORD_BEHIND "|" FLUME_NO_WORD_BEFORE FLUME_NO_WORD_BEHIND ")";
#undef FLUME_WORD_BEFORE
#undef FLUME_NO_WORD_BEFORE
#undef FLUME_WORD_BEHIND
#undef FLUME_NO_WORD_BEHIND

}  // namespace flume
