#include "text/java_character_class.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

namespace flume {
namespace {

constexpr char32_t kLastCodePoint = 0x10FFFF;

struct PosixClass {
  std::string_view name;
  std::array<CodePointRange, 4> ranges;
  std::size_t count;
};

constexpr std::array kPosixClasses{
    PosixClass{"Lower", {{{U'a', U'z'}}}, 1},
    PosixClass{"Upper", {{{U'A', U'Z'}}}, 1},
    PosixClass{"ASCII", {{{0, 0x7F}}}, 1},
    PosixClass{"Alpha", {{{U'A', U'Z'}, {U'a', U'z'}}}, 2},
    PosixClass{"Digit", {{{U'0', U'9'}}}, 1},
    PosixClass{"Alnum", {{{U'0', U'9'}, {U'A', U'Z'}, {U'a', U'z'}}}, 3},
    PosixClass{"Punct", {{{U'!', U'/'}, {U':', U'@'}, {U'[', U'`'}, {U'{', U'~'}}}, 4},
    PosixClass{"Graph", {{{U'!', U'~'}}}, 1},
    PosixClass{"Print", {{{U' ', U'~'}}}, 1},
    PosixClass{"Blank", {{{U'\t', U'\t'}, {U' ', U' '}}}, 2},
    PosixClass{"Cntrl", {{{0, 0x1F}, {0x7F, 0x7F}}}, 2},
    PosixClass{"XDigit", {{{U'0', U'9'}, {U'A', U'F'}, {U'a', U'f'}}}, 3},
    PosixClass{"Space", {{{U'\t', U'\r'}, {U' ', U' '}}}, 2},
};

// Without C and Cn: what is unassigned depends on the engine's version of Unicode.
constexpr std::array<std::string_view, 34> kCategories{"L",  "Lu", "Ll", "Lt", "Lm", "Lo", "M",  "Mn", "Mc", "Me", "N", "Nd",
                                                       "Nl", "No", "P",  "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm",
                                                       "Sc", "Sk", "So", "Z",  "Zs", "Zl", "Zp", "Cc", "Cf", "Co"};

/// Java's words for properties, and PCRE2's. Compared code point by code point with Java 17, but for those that it does not know.
struct SharedProperty {
  std::string_view java;
  std::string_view pcre2;
};
constexpr std::array kSharedProperties{
    SharedProperty{"javaLowerCase", "Lowercase"},
    SharedProperty{"javaUpperCase", "Uppercase"},
    SharedProperty{"javaAlphabetic", "Alphabetic"},
    SharedProperty{"javaLetter", "L"},
    SharedProperty{"javaDigit", "Nd"},
    SharedProperty{"javaTitleCase", "Lt"},
    SharedProperty{"javaSpaceChar", "Z"},
    SharedProperty{"javaISOControl", "Cc"},
    SharedProperty{"IsLowercase", "Lowercase"},
    SharedProperty{"IsUppercase", "Uppercase"},
    SharedProperty{"IsAlphabetic", "Alphabetic"},
    SharedProperty{"IsLetter", "L"},
    SharedProperty{"IsDigit", "Nd"},
    SharedProperty{"IsPunctuation", "P"},
    SharedProperty{"IsControl", "Cc"},
    SharedProperty{"IsWhite_Space", "White_Space"},
};

bool is_upper(char32_t c) { return c >= U'A' && c <= U'Z'; }
bool is_lower(char32_t c) { return c >= U'a' && c <= U'z'; }

}  // namespace

CodePointRanges complement(const CodePointRanges& ranges) {
  CodePointRanges result;
  char32_t next = 0;
  for (const CodePointRange& range : ranges) {
    if (range.first > next) result.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kLastCodePoint) result.push_back({next, kLastCodePoint});
  return result;
}

std::optional<CodePointRanges> posix_class(std::string_view name) {
  for (const PosixClass& row : kPosixClasses)
    if (row.name == name) return CodePointRanges(row.ranges.begin(), row.ranges.begin() + static_cast<std::ptrdiff_t>(row.count));
  return std::nullopt;
}

CodePointRanges word_characters() { return {{U'0', U'9'}, {U'A', U'Z'}, {U'_', U'_'}, {U'a', U'z'}}; }

CodePointRanges java_whitespace() {
  return {{U'\t', U'\r'},   {0x1C, U' '},     {0x1680, 0x1680}, {0x2000, 0x2006},
          {0x2008, 0x200A}, {0x2028, 0x2029}, {0x205F, 0x205F}, {0x3000, 0x3000}};
}

bool is_shared_category(std::string_view name) { return std::find(kCategories.begin(), kCategories.end(), name) != kCategories.end(); }

std::optional<std::string_view> shared_property(std::string_view java_name) {
  for (const SharedProperty& row : kSharedProperties)
    if (row.java == java_name) return row.pcre2;
  return std::nullopt;
}

void append_literal(char32_t code_point, std::string& out) {
  const bool is_digit = code_point >= U'0' && code_point <= U'9';
  if (is_digit || is_upper(code_point) || is_lower(code_point))
    out.push_back(static_cast<char>(code_point));
  else
    fmt::format_to(std::back_inserter(out), "\\x{{{:x}}}", static_cast<std::uint32_t>(code_point));
}

void append_range(CodePointRange range, std::string& out) {
  append_literal(range.first, out);
  if (range.first == range.last) return;
  out.push_back('-');
  append_literal(range.last, out);
}

std::u32string other_cases(CodePointRange range) {
  const auto inside = [range](char32_t c) { return c >= range.first && c <= range.last; };
  std::u32string added;
  for (char32_t upper = U'A'; upper <= U'Z'; ++upper) {
    const char32_t lower = upper + (U'a' - U'A');
    if (inside(upper) != inside(lower)) added.push_back(inside(upper) ? lower : upper);
  }
  return added;
}

}  // namespace flume
