#include "text/java_pattern_repetition.h"

#include <fmt/format.h>

namespace flume {
namespace {

constexpr std::uint32_t kMostRepeats = 65535;  // PCRE2's

Result<std::uint32_t> read_number(JavaPatternReader& reader) {
  std::uint32_t value = 0;
  while (reader.next_is_digit()) {
    value = value * 10 + static_cast<std::uint32_t>(reader.peek() - U'0');
    if (value > kMostRepeats) return reader.refuse_here(fmt::format("more than {} repetitions", kMostRepeats));
    reader.skip();
  }
  return value;
}

/// {n}, {n,}, {n,m}; behind the '{'.
Status read_braces(JavaPatternReader& reader, std::size_t column, Repetition& repetition) {
  if (!reader.next_is_digit()) return reader.refuse(column, "'{' begins no repetition; write \\{ for the character");
  const auto least = read_number(reader);
  if (!least) return least.status();
  repetition.text = fmt::format("{{{}", *least);
  repetition.fewest = *least;
  repetition.varies = false;
  if (reader.next_is(U',')) {
    reader.skip();
    repetition.text.push_back(',');
    repetition.varies = true;
    if (reader.next_is_digit()) {
      const auto most = read_number(reader);
      if (!most) return most.status();
      if (*most < *least) return reader.refuse(column, "the most of this repetition is below its least");
      repetition.text.append(std::to_string(*most));
      repetition.varies = *most != *least;
    }
  }
  if (!reader.next_is(U'}')) return reader.refuse(column, "this repetition is not closed by '}'");
  reader.skip();
  repetition.text.push_back('}');
  return {};
}

}  // namespace

Result<Repetition> read_repetition(JavaPatternReader& reader) {
  const std::size_t column = reader.column();
  Repetition repetition;
  const char32_t sign = reader.next();
  if (sign == U'{') {
    FLUME_TRY(read_braces(reader, column, repetition));
  } else {
    repetition.text.push_back(static_cast<char>(sign));
    repetition.fewest = sign == U'+' ? 1 : 0;
    repetition.is_option = sign == U'?';
  }
  if (reader.next_is(U'?')) {
    repetition.text.push_back('?');
    reader.skip();
  } else if (reader.next_is(U'+')) {
    repetition.possessive_column = reader.column();
    repetition.text.push_back('+');
    reader.skip();
  }
  return repetition;
}

}  // namespace flume
