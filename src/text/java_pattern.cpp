#include "text/java_pattern.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "text/java_character_class.h"
#include "text/utf8.h"

namespace flume {
namespace {

constexpr std::size_t kLongestPattern = 8192;
constexpr std::size_t kDeepestGroup = 100;
constexpr std::size_t kLongestGroupName = 32;  // PCRE2's
constexpr std::uint32_t kMostRepeats = 65535;  // PCRE2's

// Java's line ends, and the constructs that depend on them, in PCRE2's words.
constexpr std::string_view kExactDot = R"([^\n\r\x{85}\x{2028}\x{2029}])";
constexpr std::string_view kExactEnd = R"((?=(?:\r\n?|(?<!\r)\n|[\x{85}\x{2028}\x{2029}])?\z))";
constexpr std::string_view kExactLineEnd = R"((?:\z|(?=[\r\x{85}\x{2028}\x{2029}])|(?<!\r)(?=\n)))";
constexpr std::string_view kExactLineBegin = R"((?:(?!\z)(?:\A|(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n))))";
constexpr std::string_view kPlainEnd = "$";
constexpr std::string_view kPlainLineEnd = "(?m:$)";
constexpr std::string_view kPlainLineBegin = R"((?m:^)(?!\z))";  // Java: not at the end, not even of an empty text
constexpr std::string_view kAnyLineEnd = R"((?:\r\n|[\n-\r\x{85}\x{2028}\x{2029}]))";

// A word to Java's \b: letters, digits, _, and marks that follow a letter or digit (here up to four of them).
#define FLUME_WORD_BEFORE R"((?<=[\p{L}\p{Nd}_]|[\p{L}\p{Nd}]\p{Mn}|[\p{L}\p{Nd}]\p{Mn}{2}|[\p{L}\p{Nd}]\p{Mn}{3}|[\p{L}\p{Nd}]\p{Mn}{4}))"
#define FLUME_NO_WORD_BEFORE \
  R"((?<![\p{L}\p{Nd}_]|[\p{L}\p{Nd}]\p{Mn}|[\p{L}\p{Nd}]\p{Mn}{2}|[\p{L}\p{Nd}]\p{Mn}{3}|[\p{L}\p{Nd}]\p{Mn}{4}))"
#define FLUME_WORD_BEHIND \
  R"((?=[\p{L}\p{Nd}_]|\p{Mn}(?<=[\p{L}\p{Nd}]\p{Mn}|[\p{L}\p{Nd}]\p{Mn}{2}|[\p{L}\p{Nd}]\p{Mn}{3}|[\p{L}\p{Nd}]\p{Mn}{4})))"
#define FLUME_NO_WORD_BEHIND \
  R"((?![\p{L}\p{Nd}_]|\p{Mn}(?<=[\p{L}\p{Nd}]\p{Mn}|[\p{L}\p{Nd}]\p{Mn}{2}|[\p{L}\p{Nd}]\p{Mn}{3}|[\p{L}\p{Nd}]\p{Mn}{4})))"
constexpr std::string_view kExactWordEdge = "(?:" FLUME_WORD_BEFORE FLUME_NO_WORD_BEHIND "|" FLUME_NO_WORD_BEFORE FLUME_WORD_BEHIND ")";
constexpr std::string_view kExactNoWordEdge = "(?:" FLUME_WORD_BEFORE FLUME_WORD_BEHIND "|" FLUME_NO_WORD_BEFORE FLUME_NO_WORD_BEHIND ")";
#undef FLUME_WORD_BEFORE
#undef FLUME_NO_WORD_BEFORE
#undef FLUME_WORD_BEHIND
#undef FLUME_NO_WORD_BEHIND

constexpr std::string_view kNotInJava = "Java does not know it";

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_octal(char32_t c) { return c >= U'0' && c <= U'7'; }
bool is_ascii_letter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

std::optional<unsigned> hex_value(char32_t c) {
  if (is_digit(c)) return c - U'0';
  if (c >= U'a' && c <= U'f') return c - U'a' + 10;
  if (c >= U'A' && c <= U'F') return c - U'A' + 10;
  return std::nullopt;
}

/// The code points of a valid UTF-8 text.
std::u32string decode(std::string_view text) {
  std::u32string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t value = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) value = value << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    result.push_back(value);
    at += length;
  }
  return result;
}

/// What stands before a quantifier.
enum class Before : std::uint8_t { Nothing, Atom, Group, LineEnd, Assertion, Quantifier };

struct Flags {
  bool ignore_case = false;
  bool multiline = false;
  bool dot_all = false;
};

enum class GroupKind : std::uint8_t { Capturing, Plain, Atomic, LookAround };

/// What is known of a sequence of alternatives: decides which repetitions of it Java and PCRE2 read alike.
struct Shape {
  bool has_captures = false;
  bool is_fixed = true;              // no alternatives and no varying repetition: Java repeats it in another way
  bool can_be_empty = false;         // an alternative before the current one can match nothing
  bool alternative_is_empty = true;  // the current one can
};

struct OpenGroup {
  GroupKind kind;
  Flags flags_outside;
  std::size_t number;  // of a capturing group
  std::size_t column;
  Shape shape_outside;
};

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

class Translation {
 public:
  Translation(std::u32string pattern, const RegexOptions& options) : pattern_(std::move(pattern)) {
    flags_.ignore_case = options.case_insensitive;
    flags_.dot_all = options.dot_all;
    out_.group_names.emplace_back();
    closed_.push_back(true);
  }

  Status run() {
    while (at_ < pattern_.size()) {
      out_.columns.emplace_back(out_.plain.size(), at_ + 1);
      FLUME_TRY(element());
    }
    if (!open_.empty()) return refuse(open_.back().column, "this group is not closed");
    return {};
  }

  JavaPattern take() && { return std::move(out_); }

 private:
  Status refuse(std::size_t column, std::string_view reason) const { return invalid_config(fmt::format("column {}: {}", column, reason)); }
  /// At the character that is read next.
  Status refuse_here(std::string_view reason) const { return refuse(at_ + 1, reason); }

  [[nodiscard]] bool next_is(char32_t c, std::size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() && pattern_[at_ + ahead] == c;
  }

  void emit(std::string_view text) {
    out_.plain.append(text);
    out_.exact.append(text);
  }
  void emit(std::string_view plain, std::string_view exact) {
    out_.plain.append(plain);
    out_.exact.append(exact);
  }
  void emit_line_dependent(std::string_view plain, std::string_view exact) {
    out_.depends_on_line_ends = true;
    emit(plain, exact);
  }

  /// The last element, and whether it always consumes something.
  void set_last(Before last, bool consumes) {
    finish_element();
    before_ = last;
    last_consumes_ = consumes;
  }
  void finish_element() {
    if (std::exchange(last_consumes_, false)) shape_.alternative_is_empty = false;
  }
  void finish_alternative() {
    finish_element();
    shape_.can_be_empty = shape_.can_be_empty || std::exchange(shape_.alternative_is_empty, true);
  }

  void emit_literal(char32_t c) {
    std::string text;
    const std::u32string others = flags_.ignore_case ? other_cases({c, c}) : std::u32string();
    if (!others.empty()) text.push_back('[');
    append_literal(c, text);
    for (const char32_t other : others) append_literal(other, text);
    if (!others.empty()) text.push_back(']');
    emit(text);
    set_last(Before::Atom, true);
  }

  Status element() {
    const char32_t c = pattern_[at_];
    switch (c) {
      case U'\\':
        return escape();
      case U'[':
        return character_class();
      case U'(':
        return open_group();
      case U')':
        return close_group();
      case U'|':
        finish_alternative();
        shape_.is_fixed = false;
        emit("|");
        before_ = Before::Nothing;
        ++at_;
        return {};
      case U'*':
      case U'+':
      case U'?':
      case U'{':
        return quantifier();
      case U'^':
        if (flags_.multiline)
          emit_line_dependent(kPlainLineBegin, kExactLineBegin);
        else
          emit("\\A");
        set_last(Before::Assertion, false);
        ++at_;
        return {};
      case U'$':
        if (flags_.multiline)
          emit_line_dependent(kPlainLineEnd, kExactLineEnd);
        else
          emit_line_dependent(kPlainEnd, kExactEnd);
        set_last(Before::Assertion, false);
        ++at_;
        return {};
      case U'.':
        if (flags_.dot_all)
          emit("\\p{Any}");
        else
          emit_line_dependent(".", kExactDot);
        set_last(Before::Atom, true);
        ++at_;
        return {};
      default:
        emit_literal(c);
        ++at_;
        return {};
    }
  }

  // ---- quantifiers

  Result<std::uint32_t> number() {
    std::uint32_t value = 0;
    while (at_ < pattern_.size() && is_digit(pattern_[at_])) {
      value = value * 10 + static_cast<std::uint32_t>(pattern_[at_] - U'0');
      if (value > kMostRepeats) return refuse_here(fmt::format("more than {} repetitions", kMostRepeats));
      ++at_;
    }
    return value;
  }

  Status quantifier() {
    const std::size_t column = at_ + 1;
    if (before_ == Before::Nothing) return refuse(column, "nothing stands before this quantifier");
    if (before_ == Before::Quantifier) return refuse(column, "a quantifier behind a quantifier");
    // Java takes \r\n as one and does not try again, but only when it is repeated.
    if (before_ == Before::LineEnd) return refuse(column, "a quantifier behind \\R is not supported yet");
    if (before_ == Before::Assertion) return refuse(column, "a quantifier behind an assertion: PCRE2 and Java differ on it");
    std::string text;
    std::uint32_t fewest = pattern_[at_] == U'+' ? 1 : 0;
    bool varies = true;
    const bool is_option = pattern_[at_] == U'?';
    if (pattern_[at_] == U'{') {
      ++at_;
      if (at_ == pattern_.size() || !is_digit(pattern_[at_]))
        return refuse(column, "'{' begins no repetition; write \\{ for the character");
      const auto least = number();
      if (!least) return least.status();
      text = fmt::format("{{{}", *least);
      fewest = *least;
      varies = false;
      if (next_is(U',')) {
        ++at_;
        text.push_back(',');
        varies = true;
        if (at_ < pattern_.size() && is_digit(pattern_[at_])) {
          const auto most = number();
          if (!most) return most.status();
          if (*most < *least) return refuse(column, "the most of this repetition is below its least");
          text.append(std::to_string(*most));
          varies = *most != *least;
        }
      }
      if (!next_is(U'}')) return refuse(column, "this repetition is not closed by '}'");
      text.push_back('}');
    } else {
      text.push_back(static_cast<char>(pattern_[at_]));
    }
    ++at_;
    if (next_is(U'?')) {
      text.push_back('?');
      ++at_;
    } else if (next_is(U'+')) {
      if (before_ == Before::Group) return refuse_here("a possessive quantifier of a group: PCRE2 and Java differ on it");
      text.push_back('+');
      ++at_;
    }
    if (before_ == Before::Group && !is_option) FLUME_TRY(check_repeated_group(column, fewest));
    if (varies) shape_.is_fixed = false;
    if (fewest == 0) last_consumes_ = false;
    emit(text);
    before_ = Before::Quantifier;
    return {};
  }

  /// Found by comparing the two engines on random patterns.
  Status check_repeated_group(std::size_t column, std::uint32_t fewest) const {
    // Java leaves the loop at an empty round, even when rounds are still owed.
    if (fewest > 1 && last_group_.can_be_empty)
      return refuse(column, "a group that can be empty, at least twice: PCRE2 and Java differ on it");
    if (!last_group_.is_fixed) return {};
    // Java keeps what inner groups caught in a round that was given up later.
    if (last_group_.has_captures)
      return refuse(column, "a capturing group inside a repeated one: PCRE2 and Java differ on it; write (?:...)");
    if (last_group_captures_ && last_group_.can_be_empty) return refuse(column, "the repetition of a group that matches nothing");
    return {};
  }

  // ---- groups

  Status open_group() {
    const std::size_t column = at_ + 1;
    if (open_.size() == kDeepestGroup) return refuse(column, fmt::format("groups nested more than {} deep", kDeepestGroup));
    ++at_;
    if (!next_is(U'?')) return begin_capture(column, {});
    ++at_;
    if (next_is(U':')) return begin_group(GroupKind::Plain, column, "(?:", 1);
    if (next_is(U'>')) return begin_group(GroupKind::Atomic, column, "(?>", 1);
    if (next_is(U'=')) return begin_group(GroupKind::LookAround, column, "(?=", 1);
    if (next_is(U'!')) return begin_group(GroupKind::LookAround, column, "(?!", 1);
    if (next_is(U'<')) {
      if (next_is(U'=', 1)) return begin_group(GroupKind::LookAround, column, "(?<=", 2);
      if (next_is(U'!', 1)) return begin_group(GroupKind::LookAround, column, "(?<!", 2);
      ++at_;
      std::string name;
      while (at_ < pattern_.size() && (is_ascii_letter(pattern_[at_]) || (is_digit(pattern_[at_]) && !name.empty())))
        name.push_back(static_cast<char>(pattern_[at_++]));
      if (name.empty() || !next_is(U'>')) return refuse_here("a group's name is a letter, then letters and digits, then '>'");
      if (name.size() > kLongestGroupName) return refuse(column, fmt::format("a group's name has at most {} letters", kLongestGroupName));
      if (std::find(out_.group_names.begin(), out_.group_names.end(), name) != out_.group_names.end())
        return refuse(column, fmt::format("two groups are named '{}'", name));
      ++at_;
      return begin_capture(column, std::move(name));
    }
    return inline_flags(column);
  }

  Status begin_group(GroupKind kind, std::size_t column, std::string_view text, std::size_t skip) {
    finish_element();
    open_.push_back({kind, flags_, 0, column, std::exchange(shape_, {})});
    emit(text);
    at_ += skip;
    before_ = Before::Nothing;
    return {};
  }

  Status begin_capture(std::size_t column, std::string name) {
    // Java keeps what such a group caught when the outer one is given up later; PCRE2 forgets it.
    if (std::any_of(open_.begin(), open_.end(),
                    [](const OpenGroup& group) { return group.kind == GroupKind::LookAround || group.kind == GroupKind::Atomic; }))
      return refuse(column, "a capturing group inside a look-around or atomic group: PCRE2 and Java differ on it; write (?:...)");
    finish_element();
    open_.push_back({GroupKind::Capturing, flags_, out_.group_names.size(), column, std::exchange(shape_, {})});
    emit(name.empty() ? "(" : fmt::format("(?<{}>", name));
    out_.group_names.push_back(std::move(name));
    closed_.push_back(false);
    before_ = Before::Nothing;
    return {};
  }

  /// (?i), (?i:...), (?s-m), ...; behind "(?".
  Status inline_flags(std::size_t column) {
    Flags changed = flags_;
    bool on = true;
    bool any = false;
    for (; at_ < pattern_.size() && pattern_[at_] != U')' && pattern_[at_] != U':'; ++at_) {
      switch (pattern_[at_]) {
        case U'-':
          if (!on) return refuse_here(kNotInJava);
          on = false;
          break;
        case U'i':
          changed.ignore_case = on;
          break;
        case U'm':
          changed.multiline = on;
          break;
        case U's':
          changed.dot_all = on;
          break;
        case U'u':
        case U'U':
        case U'd':
        case U'x':
          return refuse_here(fmt::format("the flag '{}' is not supported yet", static_cast<char>(pattern_[at_])));
        default:
          return refuse_here("this is no flag or group that Java knows");
      }
      any = true;
    }
    if (at_ == pattern_.size()) return refuse(column, "this group is not closed");
    if (!any) return refuse(column, "a group without flags");
    if (pattern_[at_] == U':') {
      FLUME_TRY(begin_group(GroupKind::Plain, column, "(?:", 1));
      flags_ = changed;
      return {};
    }
    ++at_;
    flags_ = changed;
    before_ = Before::Nothing;
    return {};
  }

  Status close_group() {
    if (open_.empty()) return refuse_here("this ')' closes nothing");
    const OpenGroup group = open_.back();
    open_.pop_back();
    flags_ = group.flags_outside;
    if (group.kind == GroupKind::Capturing) closed_[group.number] = true;
    finish_alternative();
    last_group_ = std::exchange(shape_, group.shape_outside);
    if (group.kind == GroupKind::LookAround) {
      set_last(Before::Assertion, false);
    } else {
      shape_.is_fixed = shape_.is_fixed && last_group_.is_fixed && group.kind != GroupKind::Atomic;
      shape_.has_captures = shape_.has_captures || last_group_.has_captures || group.kind == GroupKind::Capturing;
      last_group_captures_ = group.kind == GroupKind::Capturing;
      set_last(Before::Group, !last_group_.can_be_empty);
    }
    emit(")");
    ++at_;
    return {};
  }

  // ---- escapes

  Status escape() {
    const std::size_t column = at_ + 1;
    if (at_ + 1 == pattern_.size()) return refuse(column, "a backslash at the end");
    const char32_t c = pattern_[at_ + 1];
    switch (c) {
      case U'Q': {
        at_ += 2;
        for (; at_ < pattern_.size() && !(next_is(U'\\') && next_is(U'E', 1)); ++at_) emit_literal(pattern_[at_]);
        at_ = std::min(at_ + 2, pattern_.size());
        return {};
      }
      case U'd':
      case U'D':
      case U'w':
      case U'W':
      case U's':
      case U'S':
      case U'h':
      case U'H':
      case U'v':
      case U'V':
        emit(std::string{'\\', static_cast<char>(c)});
        set_last(Before::Atom, true);
        at_ += 2;
        return {};
      case U'R':
        emit(kAnyLineEnd);
        set_last(Before::LineEnd, true);
        at_ += 2;
        return {};
      case U'A':
      case U'z':
        return assertion(c == U'A' ? "\\A" : "\\z");
      case U'Z': {
        emit_line_dependent(kPlainEnd, kExactEnd);
        set_last(Before::Assertion, false);
        at_ += 2;
        return {};
      }
      case U'b':
      case U'B': {
        if (next_is(U'{', 2)) return refuse(column, "\\b{g} is not supported yet");
        out_.depends_on_word_ends = true;
        emit(c == U'b' ? "\\b" : "\\B", c == U'b' ? kExactWordEdge : kExactNoWordEdge);
        set_last(Before::Assertion, false);
        at_ += 2;
        return {};
      }
      case U'G':
        return refuse(column, "\\G is not supported yet");
      case U'X':
        return refuse(column, "\\X is not supported yet");
      case U'k':
        return named_reference(column);
      case U'p':
      case U'P': {
        auto set = property();
        if (!set) return std::move(set).status();
        emit(fmt::format("[{}]", *set));
        set_last(Before::Atom, true);
        return {};
      }
      default:
        break;
    }
    if (c >= U'1' && c <= U'9') return numbered_reference(column);
    const auto literal = escaped_character();
    if (!literal) return literal.status();
    emit_literal(*literal);
    return {};
  }

  Status assertion(std::string_view text) {
    emit(text);
    set_last(Before::Assertion, false);
    at_ += 2;
    return {};
  }

  Status reference(std::size_t column, std::size_t group) {
    if (!closed_[group]) return refuse(column, "a reference to a group from inside it");
    if (flags_.ignore_case) return refuse(column, "a reference under (?i) is not supported yet");
    emit(fmt::format("\\g{{{}}}", group));
    set_last(Before::Atom, false);
    return {};
  }

  Status numbered_reference(std::size_t column) {
    ++at_;
    std::size_t group = pattern_[at_++] - U'0';
    if (group >= out_.group_names.size()) return refuse(column, "a reference to a group that is not there yet");
    // More digits belong to the number as long as there is such a group.
    while (at_ < pattern_.size() && is_digit(pattern_[at_])) {
      const std::size_t longer = group * 10 + (pattern_[at_] - U'0');
      if (longer >= out_.group_names.size()) break;
      group = longer;
      ++at_;
    }
    return reference(column, group);
  }

  Status named_reference(std::size_t column) {
    at_ += 2;
    if (!next_is(U'<')) return refuse(column, "\\k is followed by <name>");
    ++at_;
    std::string name;
    while (at_ < pattern_.size() && (is_ascii_letter(pattern_[at_]) || is_digit(pattern_[at_])))
      name.push_back(static_cast<char>(pattern_[at_++]));
    if (name.empty() || !next_is(U'>')) return refuse(column, "\\k is followed by <name>");
    ++at_;
    const auto found = std::find(out_.group_names.begin(), out_.group_names.end(), name);
    if (found == out_.group_names.end()) return refuse(column, fmt::format("no group '{}' stands before", name));
    return reference(column, static_cast<std::size_t>(found - out_.group_names.begin()));
  }

  /// An escape that stands for one character; moves behind it. At the backslash.
  Result<char32_t> escaped_character() {
    const std::size_t column = at_ + 1;
    const char32_t c = pattern_[at_ + 1];
    at_ += 2;
    switch (c) {
      case U't':
        return U'\t';
      case U'n':
        return U'\n';
      case U'r':
        return U'\r';
      case U'f':
        return U'\f';
      case U'a':
        return U'\a';
      case U'e':
        return char32_t{0x1B};
      case U'0':
        return octal(column);
      case U'x':
        return hexadecimal(column);
      case U'u':
        return utf16(column);
      case U'c': {
        if (at_ == pattern_.size() || pattern_[at_] > 0x7F) return refuse(column, "\\c is followed by an ASCII character");
        return char32_t{pattern_[at_++] ^ 64U};
      }
      default:
        if (is_ascii_letter(c) || is_digit(c)) return refuse(column, fmt::format("\\{}: {} here", static_cast<char>(c), kNotInJava));
        return c;
    }
  }

  Result<char32_t> octal(std::size_t column) {
    char32_t value = 0;
    std::size_t digits = 0;
    while (digits < 3 && at_ < pattern_.size() && is_octal(pattern_[at_])) {
      const char32_t longer = value * 8 + (pattern_[at_] - U'0');
      if (longer > 0377) break;
      value = longer;
      ++digits;
      ++at_;
    }
    if (digits == 0) return refuse(column, "\\0 is followed by octal digits");
    return value;
  }

  Result<char32_t> hexadecimal(std::size_t column) {
    const bool braced = next_is(U'{');
    if (braced) ++at_;
    char32_t value = 0;
    std::size_t digits = 0;
    while (at_ < pattern_.size() && (braced || digits < 2)) {
      const auto digit = hex_value(pattern_[at_]);
      if (!digit) break;
      value = value * 16 + *digit;
      if (value > 0x10FFFF) return refuse(column, "this is beyond Unicode");
      ++digits;
      ++at_;
    }
    if (braced ? digits == 0 || !next_is(U'}') : digits != 2)
      return refuse(column, "\\x is followed by two hexadecimal digits, or any number in braces");
    if (braced) ++at_;
    if (is_surrogate(value)) return refuse(column, "half of a surrogate pair");
    return value;
  }

  std::optional<char32_t> four_digits() {
    if (at_ + 4 > pattern_.size()) return std::nullopt;
    char32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto digit = hex_value(pattern_[at_ + i]);
      if (!digit) return std::nullopt;
      value = value * 16 + *digit;
    }
    at_ += 4;
    return value;
  }

  Result<char32_t> utf16(std::size_t column) {
    const auto first = four_digits();
    if (!first) return refuse(column, "\\u is followed by four hexadecimal digits");
    if (!is_surrogate(*first)) return *first;
    if (*first < 0xDC00 && next_is(U'\\') && next_is(U'u', 1)) {
      at_ += 2;
      const auto second = four_digits();
      if (second && *second >= 0xDC00 && *second <= 0xDFFF) return char32_t{0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00)};
    }
    return refuse(column, "half of a surrogate pair");
  }

  /// \p{..}, \P{..}, \pL as the members of a PCRE2 class; moves behind it.
  Result<std::string> property() {
    const std::size_t column = at_ + 1;
    const bool negated = pattern_[at_ + 1] == U'P';
    at_ += 2;
    std::string name;
    if (next_is(U'{')) {
      ++at_;
      while (at_ < pattern_.size() && pattern_[at_] != U'}' && pattern_[at_] < 0x80 && name.size() < 64)
        name.push_back(static_cast<char>(pattern_[at_++]));
      if (!next_is(U'}')) return refuse(column, "this property has no end that is understood");
      ++at_;
    } else if (at_ < pattern_.size() && is_ascii_letter(pattern_[at_])) {
      name.push_back(static_cast<char>(pattern_[at_++]));
    }
    if (const auto ranges = posix_class(name)) {
      if (flags_.ignore_case && (name == "Lower" || name == "Upper"))
        return refuse(column, fmt::format("\\p{{{}}} under (?i): Java versions differ on it", name));
      std::string set;
      for (const CodePointRange& range : negated ? complement(*ranges) : *ranges) append_range(range, set);
      return set;
    }
    std::string_view category = name;
    if (category.starts_with("Is")) category.remove_prefix(2);
    if (!is_shared_category(category)) return refuse(column, fmt::format("the property '{}' is not supported yet", name));
    if (flags_.ignore_case && (category == "Lu" || category == "Ll" || category == "Lt"))
      return refuse(column, fmt::format("\\p{{{}}} under (?i): Java versions differ on it", category));
    return fmt::format("\\{}{{{}}}", negated ? 'P' : 'p', category);
  }

  // ---- character classes

  Status character_class() {
    const std::size_t opened = at_ + 1;
    ++at_;
    std::string set = "[";
    if (next_is(U'^')) {
      set.push_back('^');
      ++at_;
    }
    if (next_is(U']')) return refuse_here("']' as the first character of a class; write \\]");
    const std::size_t empty = set.size();
    bool quoted = false;
    for (;;) {
      if (at_ == pattern_.size()) return refuse(opened, "this class is not closed");
      if (quoted && next_is(U'\\') && next_is(U'E', 1)) {
        quoted = false;
        at_ += 2;
        continue;
      }
      const char32_t c = pattern_[at_];
      if (!quoted) {
        if (c == U']') break;
        if (c == U'[') return refuse_here("a class within a class is not supported yet; write \\[ for the character");
        if (c == U'&' && next_is(U'&', 1)) return refuse_here("the intersection && is not supported yet");
        if (c == U'\\' && next_is(U'Q', 1)) {
          quoted = true;
          at_ += 2;
          continue;
        }
        if (c == U'\\' && at_ + 1 < pattern_.size()) {
          const char32_t letter = pattern_[at_ + 1];
          if (letter == U'p' || letter == U'P') {
            auto members = property();
            if (!members) return std::move(members).status();
            set.append(*members);
            continue;
          }
          if (letter == U'h' || letter == U'H' || letter == U'v' || letter == U'V') {
            set.append({'\\', static_cast<char>(letter)});
            at_ += 2;
            continue;
          }
          // As ranges: PCRE2 10.42 misreads [^\W\p{L}] beyond U+00FF.
          if (const auto ranges = letter_class(letter)) {
            for (const CodePointRange& range : *ranges) append_range(range, set);
            at_ += 2;
            continue;
          }
        }
      }
      FLUME_TRY(class_range(quoted, set));
    }
    ++at_;
    if (set.size() == empty) return refuse(opened, "an empty class");
    set.push_back(']');
    emit(set);
    set_last(Before::Atom, true);
    return {};
  }

  /// One character of a class, or a range.
  Status class_range(bool quoted, std::string& set) {
    const std::size_t column = at_ + 1;
    const auto first = class_character(quoted);
    if (!first) return first.status();
    if (quoted && next_is(U'\\') && next_is(U'E', 1) && next_is(U'-', 2) && !next_is(U']', 3))
      return refuse(at_ + 3, "a quotation as the beginning of a range");
    CodePointRange range{*first, *first};
    if (!quoted && next_is(U'-') && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != U']' && pattern_[at_ + 1] != U'[') {
      ++at_;
      if (next_is(U'\\') && next_is(U'Q', 1)) return refuse_here("a quotation as the end of a range");
      if (next_is(U'&') && next_is(U'&', 1)) return refuse_here("the intersection && is not supported yet");
      const auto last = class_character(false);
      if (!last) return last.status();
      if (*last < *first) return refuse(column, "this range ends before it begins");
      range.last = *last;
    }
    append_range(range, set);
    if (flags_.ignore_case)
      for (const char32_t other : other_cases(range)) append_literal(other, set);
    return {};
  }

  Result<char32_t> class_character(bool quoted) {
    if (!quoted && pattern_[at_] == U'\\') {
      if (at_ + 1 == pattern_.size()) return refuse_here("a backslash at the end");
      return escaped_character();
    }
    return pattern_[at_++];
  }

  std::u32string pattern_;
  std::size_t at_ = 0;
  Flags flags_;
  Before before_ = Before::Nothing;
  bool last_consumes_ = false;
  Shape shape_;
  Shape last_group_;  // meaningful behind a group
  bool last_group_captures_ = false;
  std::vector<OpenGroup> open_;
  std::vector<bool> closed_;  // by group number
  JavaPattern out_;
};

}  // namespace

Result<JavaPattern> translate_java_pattern(std::string_view pattern, const RegexOptions& options) {
  if (pattern.size() > kLongestPattern)
    return invalid_config(fmt::format("regular expression of {} bytes: {} is the most", pattern.size(), kLongestPattern));
  if (!is_valid_utf8(pattern)) return invalid_config("regular expression: not UTF-8");
  Translation translation(decode(pattern), options);
  Status status = translation.run();
  if (!status.ok()) return std::move(status).with_context(fmt::format("regular expression '{}'", pattern));
  return std::move(translation).take();
}

}  // namespace flume
