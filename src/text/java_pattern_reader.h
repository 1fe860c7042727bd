// A regular expression as it is read: its code points, the place in it, refusals that name the column, and the characters
// that are written as escapes. One use, one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume {

class JavaPatternReader {
 public:
  /// `pattern` is valid UTF-8.
  explicit JavaPatternReader(std::string_view pattern);

  [[nodiscard]] bool has(std::size_t ahead = 0) const { return at_ + ahead < pattern_.size(); }
  /// Precondition: has(ahead).
  [[nodiscard]] char32_t peek(std::size_t ahead = 0) const { return pattern_[at_ + ahead]; }
  [[nodiscard]] bool next_is(char32_t c, std::size_t ahead = 0) const { return has(ahead) && peek(ahead) == c; }
  [[nodiscard]] bool next_is_digit() const { return has() && is_digit(peek()); }
  [[nodiscard]] bool next_is_letter() const { return has() && is_ascii_letter(peek()); }
  char32_t next() { return pattern_[at_++]; }
  void skip(std::size_t characters = 1) { at_ += characters; }
  /// Of the character that is read next, from 1.
  [[nodiscard]] std::size_t column(std::size_t ahead = 0) const { return at_ + ahead + 1; }

  [[nodiscard]] static Status refuse(std::size_t column, std::string_view reason);
  [[nodiscard]] Status refuse_here(std::string_view reason) const { return refuse(column(), reason); }

  /// At the backslash of an escape that stands for one character; moves behind it.
  Result<char32_t> escaped_character();

  static constexpr std::string_view kNotInJava = "Java does not know it";

 private:
  static bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
  static bool is_ascii_letter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
  Result<char32_t> octal(std::size_t column);
  Result<char32_t> hexadecimal(std::size_t column);
  Result<char32_t> utf16(std::size_t column);
  std::optional<char32_t> four_digits();

  std::u32string pattern_;
  std::size_t at_ = 0;
};

}  // namespace flume
