#include "config/properties.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "config/characters.h"

namespace flume::config {

namespace {

// Java's Properties has three blanks; \v is an ordinary character.
bool is_gap(char c) { return c == ' ' || c == '\t' || c == '\f'; }
bool is_line_end(char c) { return c == '\n' || c == '\r'; }

/// One or more lines of the file, joined; knows where each of its characters came from.
class LogicalLine {
 public:
  void clear() {
    text_.clear();
    parts_.clear();
  }
  /// What follows stands from `line`:`column` on in the file.
  void begin_part(std::uint32_t line, std::uint32_t column) { parts_.push_back({text_.size(), line, column}); }
  void append(char c) { text_ += c; }
  void drop_last() { text_.pop_back(); }
  [[nodiscard]] const std::string& text() const { return text_; }

  [[nodiscard]] Location place(const Location& file, std::size_t offset) const {
    const auto after =
        std::upper_bound(parts_.begin(), parts_.end(), offset, [](std::size_t at, const Part& part) { return at < part.offset; });
    const Part& part = *std::prev(after);
    const std::size_t characters = count_characters(std::string_view(text_).substr(part.offset, offset - part.offset));
    return {file.file, part.line, part.column + static_cast<std::uint32_t>(characters)};
  }

 private:
  struct Part {
    std::size_t offset;
    std::uint32_t line;
    std::uint32_t column;
  };
  std::string text_;
  std::vector<Part> parts_;
};

/// Cuts the text into logical lines, without comments and empty lines.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : text_(text) {}

  bool next(LogicalLine& logical) {
    logical.clear();
    while (at_ < text_.size()) {
      const std::size_t line_start = at_;
      while (at_ < text_.size() && is_gap(text_[at_])) ++at_;
      // As in Java: a comment starts a logical line; a joined line that begins with # is none,
      // unless all before it was empty.
      const bool is_comment = logical.text().empty() && at_ < text_.size() && (text_[at_] == '#' || text_[at_] == '!');
      if (is_comment) {
        while (at_ < text_.size() && !is_line_end(text_[at_])) ++at_;
        end_line();
        continue;
      }
      logical.begin_part(line_, static_cast<std::uint32_t>(at_ - line_start + 1));
      bool odd_backslash = false;
      for (; at_ < text_.size() && !is_line_end(text_[at_]); ++at_) {
        logical.append(text_[at_]);
        odd_backslash = text_[at_] == '\\' && !odd_backslash;
      }
      end_line();
      if (odd_backslash) {
        logical.drop_last();
        if (at_ == text_.size()) return true;  // as in Java, even if nothing stands before the backslash
      } else if (logical.text().empty()) {
        logical.clear();
      } else {
        return true;
      }
    }
    return !logical.text().empty();
  }

 private:
  void end_line() {
    if (at_ < text_.size()) {
      if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
      ++at_;
    }
    ++line_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
};

std::optional<char32_t> hex_digits(std::string_view text) {
  if (text.size() != 4) return std::nullopt;
  char32_t value = 0;
  for (const char c : text) {
    const char lower = to_lower(c);
    if (lower >= '0' && lower <= '9') {
      value = value * 16 + static_cast<char32_t>(lower - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<char32_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

struct Unescaped {
  std::string text;
  std::optional<std::size_t> bad_escape;      ///< offset of the first \u that is none
  std::optional<std::size_t> lone_surrogate;  ///< offset of the first half of a pair that stands alone
};

bool is_high_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

class Unescaper {
 public:
  explicit Unescaper(std::string_view raw) : raw_(raw) {}

  Unescaped run() && {
    while (at_ < raw_.size()) {
      const char c = raw_[at_];
      if (c != '\\') {
        result_.text += c;
        ++at_;
      } else if (at_ + 1 < raw_.size() && raw_[at_ + 1] == 'u') {
        unicode();
      } else {
        // A backslash at the very end cannot be: it would have joined lines.
        if (at_ + 1 < raw_.size()) result_.text += named(raw_[at_ + 1]);
        at_ += 2;
      }
    }
    return std::move(result_);
  }

 private:
  static char named(char c) {
    switch (c) {
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 'f':
        return '\f';
      default:
        return c;
    }
  }

  // At `\u`. Two escapes that form a surrogate pair are one character.
  void unicode() {
    const auto unit = unit_at(at_);
    if (!unit) {
      if (!result_.bad_escape) result_.bad_escape = at_;
      at_ += 2;
      return;
    }
    if (is_high_surrogate(*unit)) {
      const auto low = unit_at(at_ + 6);
      if (low && is_low_surrogate(*low)) {
        append_utf8(result_.text, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
        at_ += 12;
        return;
      }
    }
    if (is_high_surrogate(*unit) || is_low_surrogate(*unit)) {
      if (!result_.lone_surrogate) result_.lone_surrogate = at_;
      append_utf8(result_.text, 0xFFFD);
    } else {
      append_utf8(result_.text, *unit);
    }
    at_ += 6;
  }

  [[nodiscard]] std::optional<char32_t> unit_at(std::size_t at) const {
    if (at + 6 > raw_.size() || raw_[at] != '\\' || raw_[at + 1] != 'u') return std::nullopt;
    return hex_digits(raw_.substr(at + 2, 4));
  }

  std::string_view raw_;
  std::size_t at_ = 0;
  Unescaped result_;
};

struct Split {
  std::size_t key_end;
  std::size_t value_begin;
};

Split split(std::string_view line) {
  std::size_t key_end = 0;
  bool escaped = false;
  for (; key_end < line.size(); ++key_end) {
    const char c = line[key_end];
    if (!escaped && (c == '=' || c == ':' || is_gap(c))) break;
    escaped = c == '\\' && !escaped;
  }
  std::size_t value = key_end;
  while (value < line.size() && is_gap(line[value])) ++value;
  if (value < line.size() && (line[value] == '=' || line[value] == ':')) ++value;
  while (value < line.size() && is_gap(line[value])) ++value;
  return {key_end, value};
}

}  // namespace

ParsedProperties parse_properties(const Location& file, std::string_view text, Diagnostics& diagnostics) {
  ParsedProperties parsed;
  LineReader reader(text);
  for (LogicalLine line; reader.next(line);) {
    const std::string_view raw = line.text();
    const Split at = split(raw);
    Unescaped key = Unescaper(raw.substr(0, at.key_end)).run();
    Unescaped value = Unescaper(raw.substr(at.value_begin)).run();
    if (value.bad_escape) *value.bad_escape += at.value_begin;
    if (value.lone_surrogate) *value.lone_surrogate += at.value_begin;
    if (const auto bad = key.bad_escape ? key.bad_escape : value.bad_escape) {
      parsed.well_formed = false;
      diagnostics.error(line.place(file, *bad), key.text, "\\u is not followed by four hexadecimal digits",
                        "a backslash itself is written twice: \\\\");
    }
    if (const auto lone = key.lone_surrogate ? key.lone_surrogate : value.lone_surrogate) {
      diagnostics.warning(line.place(file, *lone), key.text, "\\u names half of a surrogate pair; U+FFFD is used",
                          "write both halves, or the character itself in UTF-8");
    }
    parsed.entries.push_back({std::move(key.text), std::move(value.text), line.place(file, 0), line.place(file, at.value_begin)});
  }
  return parsed;
}

void PropertySet::merge(std::vector<Property> entries, Diagnostics& diagnostics) {
  std::set<std::size_t> seen_in_this_file;
  for (Property& entry : entries) {
    const auto [found, is_new] = index_.try_emplace(entry.key, entries_.size());
    if (is_new) {
      entries_.push_back(std::move(entry));
    } else {
      Property& held = entries_[found->second];
      if (seen_in_this_file.contains(found->second)) {
        diagnostics.warning(held.key_at, held.key, "ignored: set again at " + to_string(entry.key_at) + ", and the last one counts",
                            "remove one of the two");
      }
      replaced_.push_back(std::exchange(held, std::move(entry)));
    }
    seen_in_this_file.insert(found->second);
  }
}

std::size_t PropertySet::index_of(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? entries_.size() : found->second;
}

const Property* PropertySet::find(std::string_view key) const {
  const std::size_t index = index_of(key);
  return index == entries_.size() ? nullptr : &entries_[index];
}

}  // namespace flume::config
