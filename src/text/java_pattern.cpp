#include "text/java_pattern.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "text/java_character_class.h"
#include "text/java_pattern_class.h"
#include "text/java_pattern_ends.h"
#include "text/java_pattern_reader.h"
#include "text/java_pattern_repetition.h"
#include "text/utf8.h"

namespace flume {
namespace {

constexpr std::size_t kLongestPattern = 8192;
constexpr std::size_t kDeepestGroup = 100;
constexpr std::size_t kLongestGroupName = 32;  // PCRE2's

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

class Translation {
 public:
  Translation(std::string_view pattern, const RegexOptions& options) : reader_(pattern) {
    flags_.ignore_case = options.case_insensitive;
    flags_.dot_all = options.dot_all;
    out_.group_names.emplace_back();
    closed_.push_back(true);
  }

  Status run() {
    while (reader_.has()) {
      out_.columns.emplace_back(out_.plain.size(), reader_.column());
      FLUME_TRY(element());
    }
    if (!open_.empty()) return reader_.refuse(open_.back().column, "this group is not closed");
    return {};
  }

  JavaPattern take() && { return std::move(out_); }

 private:
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
    const char32_t c = reader_.peek();
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
        reader_.skip();
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
        reader_.skip();
        return {};
      case U'$':
        if (flags_.multiline)
          emit_line_dependent(kPlainLineEnd, kExactLineEnd);
        else
          emit_line_dependent(kPlainEnd, kExactEnd);
        set_last(Before::Assertion, false);
        reader_.skip();
        return {};
      case U'.':
        if (flags_.dot_all)
          emit("\\p{Any}");
        else
          emit_line_dependent(".", kExactDot);
        set_last(Before::Atom, true);
        reader_.skip();
        return {};
      default:
        emit_literal(c);
        reader_.skip();
        return {};
    }
  }

  Status character_class() {
    const auto set = translate_character_class(reader_, flags_.ignore_case);
    if (!set) return set.status();
    emit(*set);
    set_last(Before::Atom, true);
    return {};
  }

  // ---- quantifiers

  Status quantifier() {
    const std::size_t column = reader_.column();
    if (before_ == Before::Nothing) return reader_.refuse(column, "nothing stands before this quantifier");
    if (before_ == Before::Quantifier) return reader_.refuse(column, "a quantifier behind a quantifier");
    // Java takes \r\n as one and does not try again, but only when it is repeated.
    if (before_ == Before::LineEnd) return reader_.refuse(column, "a quantifier behind \\R is not supported yet");
    if (before_ == Before::Assertion) return reader_.refuse(column, "a quantifier behind an assertion: PCRE2 and Java differ on it");
    const auto repetition = read_repetition(reader_);
    if (!repetition) return repetition.status();
    if (before_ == Before::Group) {
      if (repetition->possessive_column)
        return reader_.refuse(*repetition->possessive_column, "a possessive quantifier of a group: PCRE2 and Java differ on it");
      if (!repetition->is_option) FLUME_TRY(check_repeated_group(column, repetition->fewest));
    }
    if (repetition->varies) shape_.is_fixed = false;
    if (repetition->fewest == 0) last_consumes_ = false;
    emit(repetition->text);
    before_ = Before::Quantifier;
    return {};
  }

  /// Found by comparing the two engines on random patterns.
  Status check_repeated_group(std::size_t column, std::uint32_t fewest) const {
    // Java leaves the loop at an empty round, even when rounds are still owed.
    if (fewest > 1 && last_group_.can_be_empty)
      return reader_.refuse(column, "a group that can be empty, at least twice: PCRE2 and Java differ on it");
    if (!last_group_.is_fixed) return {};
    // Java keeps what inner groups caught in a round that was given up later.
    if (last_group_.has_captures)
      return reader_.refuse(column, "a capturing group inside a repeated one: PCRE2 and Java differ on it; write (?:...)");
    if (last_group_captures_ && last_group_.can_be_empty) return reader_.refuse(column, "the repetition of a group that matches nothing");
    return {};
  }

  // ---- groups

  Status open_group() {
    const std::size_t column = reader_.column();
    if (open_.size() == kDeepestGroup) return reader_.refuse(column, fmt::format("groups nested more than {} deep", kDeepestGroup));
    reader_.skip();
    if (!reader_.next_is(U'?')) return begin_capture(column, {});
    reader_.skip();
    if (reader_.next_is(U':')) return begin_group(GroupKind::Plain, column, "(?:", 1);
    if (reader_.next_is(U'>')) return begin_group(GroupKind::Atomic, column, "(?>", 1);
    if (reader_.next_is(U'=')) return begin_group(GroupKind::LookAround, column, "(?=", 1);
    if (reader_.next_is(U'!')) return begin_group(GroupKind::LookAround, column, "(?!", 1);
    if (reader_.next_is(U'<')) {
      if (reader_.next_is(U'=', 1)) return begin_group(GroupKind::LookAround, column, "(?<=", 2);
      if (reader_.next_is(U'!', 1)) return begin_group(GroupKind::LookAround, column, "(?<!", 2);
      reader_.skip();
      std::string name;
      while (reader_.next_is_letter() || (reader_.next_is_digit() && !name.empty())) name.push_back(static_cast<char>(reader_.next()));
      if (name.empty() || !reader_.next_is(U'>'))
        return reader_.refuse_here("a group's name is a letter, then letters and digits, then '>'");
      if (name.size() > kLongestGroupName)
        return reader_.refuse(column, fmt::format("a group's name has at most {} letters", kLongestGroupName));
      if (std::find(out_.group_names.begin(), out_.group_names.end(), name) != out_.group_names.end())
        return reader_.refuse(column, fmt::format("two groups are named '{}'", name));
      reader_.skip();
      return begin_capture(column, std::move(name));
    }
    return inline_flags(column);
  }

  Status begin_group(GroupKind kind, std::size_t column, std::string_view text, std::size_t skip) {
    finish_element();
    open_.push_back({kind, flags_, 0, column, std::exchange(shape_, {})});
    emit(text);
    reader_.skip(skip);
    before_ = Before::Nothing;
    return {};
  }

  Status begin_capture(std::size_t column, std::string name) {
    // Java keeps what such a group caught when the outer one is given up later; PCRE2 forgets it.
    if (std::any_of(open_.begin(), open_.end(),
                    [](const OpenGroup& group) { return group.kind == GroupKind::LookAround || group.kind == GroupKind::Atomic; }))
      return reader_.refuse(column, "a capturing group inside a look-around or atomic group: PCRE2 and Java differ on it; write (?:...)");
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
    for (; reader_.has() && reader_.peek() != U')' && reader_.peek() != U':'; reader_.skip()) {
      switch (reader_.peek()) {
        case U'-':
          if (!on) return reader_.refuse_here(JavaPatternReader::kNotInJava);
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
          return reader_.refuse_here(fmt::format("the flag '{}' is not supported yet", static_cast<char>(reader_.peek())));
        default:
          return reader_.refuse_here("this is no flag or group that Java knows");
      }
      any = true;
    }
    if (!reader_.has()) return reader_.refuse(column, "this group is not closed");
    if (!any) return reader_.refuse(column, "a group without flags");
    if (reader_.peek() == U':') {
      FLUME_TRY(begin_group(GroupKind::Plain, column, "(?:", 1));
      flags_ = changed;
      return {};
    }
    reader_.skip();
    flags_ = changed;
    before_ = Before::Nothing;
    return {};
  }

  Status close_group() {
    if (open_.empty()) return reader_.refuse_here("this ')' closes nothing");
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
    reader_.skip();
    return {};
  }

  // ---- escapes

  Status escape() {
    const std::size_t column = reader_.column();
    if (!reader_.has(1)) return reader_.refuse(column, "a backslash at the end");
    const char32_t c = reader_.peek(1);
    switch (c) {
      case U'Q': {
        reader_.skip(2);
        for (; reader_.has() && !(reader_.next_is(U'\\') && reader_.next_is(U'E', 1)); reader_.skip()) emit_literal(reader_.peek());
        if (reader_.has()) reader_.skip(2);
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
        reader_.skip(2);
        return {};
      case U'R':
        emit(kAnyLineEnd);
        set_last(Before::LineEnd, true);
        reader_.skip(2);
        return {};
      case U'A':
      case U'z':
        return assertion(c == U'A' ? "\\A" : "\\z");
      case U'Z': {
        emit_line_dependent(kPlainEnd, kExactEnd);
        set_last(Before::Assertion, false);
        reader_.skip(2);
        return {};
      }
      case U'b':
      case U'B': {
        if (reader_.next_is(U'{', 2)) return reader_.refuse(column, "\\b{g} is not supported yet");
        out_.depends_on_word_ends = true;
        emit(c == U'b' ? "\\b" : "\\B", c == U'b' ? kExactWordEdge : kExactNoWordEdge);
        set_last(Before::Assertion, false);
        reader_.skip(2);
        return {};
      }
      case U'G':
        return reader_.refuse(column, "\\G is not supported yet");
      case U'X':
        return reader_.refuse(column, "\\X is not supported yet");
      case U'k':
        return named_reference(column);
      case U'p':
      case U'P': {
        auto set = translate_property(reader_, flags_.ignore_case);
        if (!set) return std::move(set).status();
        emit(fmt::format("[{}]", *set));
        set_last(Before::Atom, true);
        return {};
      }
      default:
        break;
    }
    if (c >= U'1' && c <= U'9') return numbered_reference(column);
    const auto literal = reader_.escaped_character();
    if (!literal) return literal.status();
    emit_literal(*literal);
    return {};
  }

  Status assertion(std::string_view text) {
    emit(text);
    set_last(Before::Assertion, false);
    reader_.skip(2);
    return {};
  }

  Status reference(std::size_t column, std::size_t group) {
    if (!closed_[group]) return reader_.refuse(column, "a reference to a group from inside it");
    if (flags_.ignore_case) return reader_.refuse(column, "a reference under (?i) is not supported yet");
    emit(fmt::format("\\g{{{}}}", group));
    set_last(Before::Atom, false);
    return {};
  }

  Status numbered_reference(std::size_t column) {
    reader_.skip();
    std::size_t group = reader_.next() - U'0';
    if (group >= out_.group_names.size()) return reader_.refuse(column, "a reference to a group that is not there yet");
    // More digits belong to the number as long as there is such a group.
    while (reader_.next_is_digit()) {
      const std::size_t longer = group * 10 + (reader_.peek() - U'0');
      if (longer >= out_.group_names.size()) break;
      group = longer;
      reader_.skip();
    }
    return reference(column, group);
  }

  Status named_reference(std::size_t column) {
    reader_.skip(2);
    if (!reader_.next_is(U'<')) return reader_.refuse(column, "\\k is followed by <name>");
    reader_.skip();
    std::string name;
    while (reader_.next_is_letter() || reader_.next_is_digit()) name.push_back(static_cast<char>(reader_.next()));
    if (name.empty() || !reader_.next_is(U'>')) return reader_.refuse(column, "\\k is followed by <name>");
    reader_.skip();
    const auto found = std::find(out_.group_names.begin(), out_.group_names.end(), name);
    if (found == out_.group_names.end()) return reader_.refuse(column, fmt::format("no group '{}' stands before", name));
    return reference(column, static_cast<std::size_t>(found - out_.group_names.begin()));
  }

  JavaPatternReader reader_;
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
  Translation translation(pattern, options);
  Status status = translation.run();
  if (!status.ok()) return std::move(status).with_context(fmt::format("regular expression '{}'", pattern));
  return std::move(translation).take();
}

}  // namespace flume
