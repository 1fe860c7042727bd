#include "text/java_pattern_class.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "text/java_character_class.h"

namespace flume {
namespace {

constexpr std::string_view kHowToIntersect =
    "an intersection && of this form is not supported yet; write it [a-z&&[^bc]], or with a look-ahead: (?=[^bc])[a-z]";

/// \d, \W, ... as sets of code points.
std::optional<CodePointRanges> letter_class(char32_t letter) {
  switch (letter) {
    case U'd':
      return posix_class("Digit");
    case U'D':
      return complement(*posix_class("Digit"));
    case U's':
      return posix_class("Space");
    case U'S':
      return complement(*posix_class("Space"));
    case U'w':
      return word_characters();
    case U'W':
      return complement(word_characters());
    default:
      return std::nullopt;
  }
}

Result<char32_t> class_character(JavaPatternReader& reader, bool quoted) {
  if (!quoted && reader.peek() == U'\\') {
    if (!reader.has(1)) return reader.refuse_here("a backslash at the end");
    return reader.escaped_character();
  }
  return reader.next();
}

/// One character of a class, or a range.
Status class_range(JavaPatternReader& reader, bool quoted, bool ignore_case, std::string& set) {
  const std::size_t column = reader.column();
  const auto first = class_character(reader, quoted);
  if (!first) return first.status();
  if (quoted && reader.next_is(U'\\') && reader.next_is(U'E', 1) && reader.next_is(U'-', 2) && !reader.next_is(U']', 3))
    return reader.refuse(reader.column(2), "a quotation as the beginning of a range");
  CodePointRange range{*first, *first};
  if (!quoted && reader.next_is(U'-') && reader.has(1) && reader.peek(1) != U']' && reader.peek(1) != U'[') {
    reader.skip();
    if (reader.next_is(U'\\') && reader.next_is(U'Q', 1)) return reader.refuse_here("a quotation as the end of a range");
    if (reader.next_is(U'&') && reader.next_is(U'&', 1)) return reader.refuse_here(kHowToIntersect);
    const auto last = class_character(reader, false);
    if (!last) return last.status();
    if (*last < *first) return reader.refuse(column, "this range ends before it begins");
    range.last = *last;
  }
  append_range(range, set);
  if (ignore_case)
    for (const char32_t other : other_cases(range)) append_literal(other, set);
  return {};
}

/// At the '['; moves behind the ']', or, where `may_intersect`, to the && that is read first. The set with its brackets.
Result<std::string> translate_members(JavaPatternReader& reader, bool ignore_case, bool may_intersect) {
  const std::size_t opened = reader.column();
  reader.skip();
  std::string set = "[";
  const bool is_negated = reader.next_is(U'^');
  if (is_negated) {
    set.push_back('^');
    reader.skip();
  }
  if (reader.next_is(U']')) return reader.refuse_here("']' as the first character of a class; write \\]");
  const std::size_t empty = set.size();
  bool quoted = false;
  for (;;) {
    if (!reader.has()) return reader.refuse(opened, "this class is not closed");
    if (quoted && reader.next_is(U'\\') && reader.next_is(U'E', 1)) {
      quoted = false;
      reader.skip(2);
      continue;
    }
    const char32_t c = reader.peek();
    if (!quoted) {
      if (c == U']') break;
      if (c == U'[')
        return reader.refuse_here(
            "a class within a class is not supported yet; write its members without brackets, or \\[ for the character");
      if (c == U'&' && reader.next_is(U'&', 1)) {
        if (is_negated) return reader.refuse_here("&& in a class with ^: Java versions differ on it; write (?!(?=[^bc])[a-z])(?s:.)");
        if (!may_intersect || set.size() == empty) return reader.refuse_here(kHowToIntersect);
        set.push_back(']');
        return set;
      }
      if (c == U'\\' && reader.next_is(U'Q', 1)) {
        quoted = true;
        reader.skip(2);
        continue;
      }
      if (c == U'\\' && reader.has(1)) {
        const char32_t letter = reader.peek(1);
        if (letter == U'p' || letter == U'P') {
          auto members = translate_property(reader, ignore_case);
          if (!members) return std::move(members).status();
          set.append(*members);
          continue;
        }
        if (letter == U'h' || letter == U'H' || letter == U'v' || letter == U'V') {
          set.append({'\\', static_cast<char>(letter)});
          reader.skip(2);
          continue;
        }
        // As ranges: PCRE2 10.42 misreads [^\W\p{L}] beyond U+00FF.
        if (const auto ranges = letter_class(letter)) {
          for (const CodePointRange& range : *ranges) append_range(range, set);
          reader.skip(2);
          continue;
        }
      }
    }
    FLUME_TRY(class_range(reader, quoted, ignore_case, set));
  }
  reader.skip();
  if (set.size() == empty) return reader.refuse(opened, "an empty class");
  set.push_back(']');
  return set;
}

}  // namespace

Result<std::string> translate_property(JavaPatternReader& reader, bool ignore_case) {
  const std::size_t column = reader.column();
  const bool negated = reader.peek(1) == U'P';
  reader.skip(2);
  std::string name;
  if (reader.next_is(U'{')) {
    reader.skip();
    while (reader.has() && reader.peek() != U'}' && reader.peek() < 0x80 && name.size() < 64)
      name.push_back(static_cast<char>(reader.next()));
    if (!reader.next_is(U'}')) return reader.refuse(column, "this property has no end that is understood");
    reader.skip();
  } else if (reader.next_is_letter()) {
    name.push_back(static_cast<char>(reader.next()));
  }
  if (const auto ranges = name == "javaWhitespace" ? java_whitespace() : posix_class(name)) {
    if (ignore_case && (name == "Lower" || name == "Upper"))
      return reader.refuse(column, fmt::format("\\p{{{}}} under (?i): Java versions differ on it; write \\p{{Alpha}}", name));
    std::string set;
    for (const CodePointRange& range : negated ? complement(*ranges) : *ranges) append_range(range, set);
    return set;
  }
  std::string_view category = shared_property(name).value_or(name);
  if (category.starts_with("Is")) category.remove_prefix(2);
  if (!is_shared_category(category) && !shared_property(name)) {
    return reader.refuse(column, fmt::format("the property '{}' is not supported yet; write its characters, [\\x{{400}}-\\x{{4ff}}], or a "
                                             "property such as \\p{{L}}, \\p{{Lu}}, \\p{{IsAlphabetic}}",
                                             name));
  }
  constexpr std::array<std::string_view, 5> kOfOneCase{"Lu", "Ll", "Lt", "Lowercase", "Uppercase"};
  if (ignore_case && std::find(kOfOneCase.begin(), kOfOneCase.end(), category) != kOfOneCase.end())
    return reader.refuse(column, fmt::format("\\p{{{}}} under (?i): Java versions differ on it; write \\p{{L}}", name));
  return fmt::format("\\{}{{{}}}", negated ? 'P' : 'p', category);
}

Result<std::string> translate_character_class(JavaPatternReader& reader, bool ignore_case) {
  auto first = translate_members(reader, ignore_case, true);
  if (!first || !reader.next_is(U'&')) return first;
  // What PCRE2 has no word for before 10.45: a character of one set, of which look-aheads say that it is of the others, too.
  std::string others;
  while (reader.next_is(U'&') && reader.next_is(U'&', 1) && reader.next_is(U'[', 2)) {
    reader.skip(2);
    const auto other = translate_members(reader, ignore_case, false);
    if (!other) return other.status();
    others += fmt::format("(?={})", *other);
  }
  if (!reader.next_is(U']')) return reader.refuse_here(kHowToIntersect);
  reader.skip();
  return fmt::format("(?:{}{})", others, *first);
}

}  // namespace flume
