#include "text/joda_date_pattern.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "text/ascii.h"
#include "text/civil_time.h"

namespace flume {
namespace {

constexpr std::size_t kLongestPattern = 256;
constexpr std::size_t kMostYearDigits = 9;

constexpr std::array<std::string_view, 12> kMonths{"January", "February", "March",     "April",   "May",      "June",
                                                   "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 2> kHalfdays{"AM", "PM"};

struct ZoneAbbreviation {
  std::string_view name;
  std::string_view id;
};
constexpr std::array<ZoneAbbreviation, 11> kAbbreviations{{{"UTC", "UTC"},
                                                           {"UT", "UTC"},
                                                           {"GMT", "UTC"},
                                                           {"EST", "America/New_York"},
                                                           {"EDT", "America/New_York"},
                                                           {"CST", "America/Chicago"},
                                                           {"CDT", "America/Chicago"},
                                                           {"MST", "America/Denver"},
                                                           {"MDT", "America/Denver"},
                                                           {"PST", "America/Los_Angeles"},
                                                           {"PDT", "America/Los_Angeles"}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool starts_with_any_case(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

/// As it is written, in lower case, or in upper case; not mixed.
bool starts_with_word(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  const std::string_view begin = text.substr(0, word.size());
  const auto is = [&](char (*changed)(char)) {
    return std::equal(word.begin(), word.end(), begin.begin(), [changed](char a, char b) { return changed(a) == b; });
  };
  return begin == word || is(lower) || is(upper);
}

/// The earlier one of two instants with this local time; nothing when the clocks skipped it.
std::optional<std::int64_t> instant_of(std::int64_t local, ZoneCursor& zone) {
  constexpr std::int64_t kFarthest = 2 * kMillisPerDay;  // no zone is as far from UTC
  const std::int64_t before = saturating_add(local, -kFarthest);
  const TimeZone::Period& period = zone.period_at(before);
  if (period.end > saturating_add(local, kFarthest)) return saturating_add(local, -period.offset);
  const std::int64_t offset_before = period.offset;
  const std::int64_t offset_behind = zone.period_at(saturating_add(local, kFarthest)).offset;
  for (const std::int64_t offset : {std::max(offset_before, offset_behind), std::min(offset_before, offset_behind)}) {
    const std::int64_t instant = saturating_add(local, -offset);
    if (zone.period_at(instant).offset == offset) return instant;
  }
  return std::nullopt;
}

}  // namespace

ZoneCursor* JodaZones::named(std::string_view id) {
  auto found = named_.find(id);
  if (found == named_.end()) {
    if (named_.size() >= kMostNames) named_.clear();
    // Custom names such as GMT+3 are Java's, not Joda-Time's.
    const bool is_custom = id.starts_with("GMT+") || id.starts_with("GMT-");
    ZoneByName zone = is_custom ? ZoneByName{{}, rejected("custom")} : TimeZone::by_name(id);
    found = named_.emplace(std::string(id), std::nullopt).first;
    if (zone.problem.ok()) found->second.emplace(std::move(zone.zone));
  }
  return found->second ? &*found->second : nullptr;
}

/// A run of one letter, or text that stands for itself.
struct JodaDatePattern::Token {
  char letter = '\0';  // '\0': text
  std::size_t count = 0;
  std::string text;
  std::size_t column = 1;

  [[nodiscard]] bool is_number() const {
    return letter == 'M' ? count <= 2 : letter != '\0' && std::string_view("xyYdhHmsSeDwkK").find(letter) != std::string_view::npos;
  }
};

std::vector<JodaDatePattern::Token> JodaDatePattern::tokens_of(std::string_view pattern) {
  std::vector<Token> tokens;
  bool is_quoted = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (!is_quoted && is_letter(c)) {
      if (tokens.empty() || tokens.back().letter != c || pattern[i - 1] != c) tokens.push_back({c, 0, {}, i + 1});
      ++tokens.back().count;
      continue;
    }
    const bool is_doubled = c == '\'' && i + 1 < pattern.size() && pattern[i + 1] == '\'';
    if (tokens.empty() || tokens.back().letter != '\0') tokens.push_back({'\0', 0, {}, i + 1});
    if (is_doubled) ++i;
    if (c == '\'' && !is_doubled) {
      is_quoted = !is_quoted;
    } else {
      tokens.back().text += c;
    }
  }
  return tokens;
}

Result<JodaDatePattern::Part> JodaDatePattern::part_of(const Token& token, bool is_number_next) {
  Part part;
  const auto number = [&](JodaField field, std::size_t digits) {
    part = {.form = Form::Number, .field = field, .max_digits = std::max(digits, token.count), .text = {}};
  };
  const auto year = [&](JodaField field) {
    if (token.count == 2) {
      part = {.form = Form::TwoDigitYear,
              .field = field == JodaField::YearOfEra ? JodaField::Year : field,
              .is_lenient = !is_number_next,
              .text = {}};
    } else {
      number(field, is_number_next ? token.count : kMostYearDigits);
      part.is_signed = field != JodaField::YearOfEra;
    }
  };
  switch (token.letter) {
    case '\0':
      part.text = token.text;
      return part;
    case 'y':
      year(JodaField::Year);
      return part;
    case 'Y':
      year(JodaField::YearOfEra);
      return part;
    case 'x':
      year(JodaField::WeekYear);
      return part;
    case 'M':
      number(JodaField::MonthOfYear, 2);
      if (token.count > 2) part.form = Form::Month;
      return part;
    case 'w':
      number(JodaField::WeekOfWeekYear, 2);
      return part;
    case 'D':
      number(JodaField::DayOfYear, 3);
      return part;
    case 'd':
      number(JodaField::DayOfMonth, 2);
      return part;
    case 'e':
      number(JodaField::DayOfWeek, 1);
      return part;
    case 'E':
      part = {.form = Form::Weekday, .field = JodaField::DayOfWeek, .text = {}};
      return part;
    case 'a':
      part = {.form = Form::Halfday, .field = JodaField::HalfdayOfDay, .text = {}};
      return part;
    case 'K':
      number(JodaField::HourOfHalfday, 2);
      return part;
    case 'h':
      number(JodaField::ClockOfHalfday, 2);
      return part;
    case 'H':
      number(JodaField::HourOfDay, 2);
      return part;
    case 'k':
      number(JodaField::ClockOfDay, 2);
      return part;
    case 'm':
      number(JodaField::MinuteOfHour, 2);
      return part;
    case 's':
      number(JodaField::SecondOfMinute, 2);
      return part;
    case 'S':
      part = {.form = Form::Fraction, .field = JodaField::MilliOfSecond, .max_digits = token.count, .text = {}};
      return part;
    case 'Z':
      part.form = token.count < 3 ? Form::ZoneOffset : Form::ZoneId;
      return part;
    case 'z':
      if (token.count > 3) return invalid_config(fmt::format("column {}: full names of time zones cannot be read; use ZZZ", token.column));
      part.form = Form::ZoneName;
      return part;
    default:
      return invalid_config(
          fmt::format("column {}: there is no letter '{}' (text that stands for itself is 'quoted')", token.column, token.letter));
  }
}

Result<JodaDatePattern> JodaDatePattern::compile(std::string_view pattern, std::int64_t this_year) {
  const auto refused = [&](std::string_view why) { return invalid_config(fmt::format("date pattern '{}': {}", pattern, why)); };
  if (pattern.empty()) return refused("is empty");
  if (pattern.size() > kLongestPattern) return invalid_config(fmt::format("date pattern: has more than {} bytes", kLongestPattern));
  const std::vector<Token> tokens = tokens_of(pattern);
  JodaDatePattern compiled;
  compiled.pivot_year_ = this_year - 30;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    auto part = part_of(tokens[i], i + 1 < tokens.size() && tokens[i + 1].is_number());
    if (!part) return refused(part.status().message());
    compiled.parts_.push_back(*std::move(part));
  }
  const bool is_only_text = std::all_of(compiled.parts_.begin(), compiled.parts_.end(),
                                        [](const Part& part) { return part.text.empty() && part.form == Form::Literal; });
  if (is_only_text) return refused("says nothing");
  return compiled;
}

/// What one text gives. Each read_..() takes its part from the front of the rest; false: it is not there.
class JodaDatePattern::Reader {
 public:
  Reader(std::string_view text, JodaZones& zones, std::int64_t pivot_year) : rest_(text), zones_(zones), pivot_year_(pivot_year) {}

  bool read(const Part& part) {
    switch (part.form) {
      case Form::Literal:
        if (!starts_with_any_case(rest_, part.text)) return false;
        rest_.remove_prefix(part.text.size());
        return true;
      case Form::Number:
        return read_number(part);
      case Form::TwoDigitYear:
        return read_two_digit_year(part);
      case Form::Fraction:
        return read_fraction(part);
      case Form::Month:
        return read_word(kMonths, part.field, 1);
      case Form::Weekday:
        return read_word(kWeekdays, part.field, 1);
      case Form::Halfday:
        return read_word(kHalfdays, part.field, 0);
      case Form::ZoneName:
        return read_zone_name();
      case Form::ZoneOffset:
        return read_zone_offset();
      case Form::ZoneId:
        return read_zone_id();
    }
    return false;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

  Result<std::int64_t> instant() {
    auto local = local_time_of(std::move(fields_));
    if (!local) return local;
    if (offset_) return saturating_add(*local, -*offset_);
    const auto instant = instant_of(*local, zone_ == nullptr ? zones_.own() : *zone_);
    if (!instant) return rejected("the clocks skipped this time");
    return *instant;
  }

 private:
  [[nodiscard]] std::size_t digits(std::size_t from, std::size_t most) const {
    std::size_t count = 0;
    while (count < most && from + count < rest_.size() && is_digit(rest_[from + count])) ++count;
    return count;
  }
  std::int64_t take_number(std::size_t count) {
    std::int64_t value = 0;
    for (const char c : rest_.substr(0, count)) value = value * 10 + (c - '0');
    rest_.remove_prefix(count);
    return value;
  }
  /// Takes a sign that a digit follows: -1 or 1; 0 when there is none.
  int take_sign() {
    if (rest_.size() < 2 || (rest_[0] != '-' && rest_[0] != '+') || !is_digit(rest_[1])) return 0;
    const int sign = rest_[0] == '-' ? -1 : 1;
    rest_.remove_prefix(1);
    return sign;
  }
  void save(JodaField field, std::int64_t value) { fields_.push_back({field, value}); }

  bool read_number(const Part& part) {
    const int sign = part.is_signed ? take_sign() : 0;
    const std::size_t count = digits(0, part.max_digits);
    if (count == 0 || count > kMostDigits) return false;
    const std::int64_t value = take_number(count);
    save(part.field, sign < 0 ? -value : value);
    return true;
  }

  bool read_two_digit_year(const Part& part) {
    const int sign = part.is_lenient ? take_sign() : 0;
    const std::size_t count = digits(0, part.is_lenient ? rest_.size() : 2);
    if (count == 0 || count > kMostDigits || (!part.is_lenient && count != 2)) return false;
    const std::int64_t value = take_number(count);
    if (sign != 0 || count != 2) {
      save(part.field, sign < 0 ? -value : value);
    } else {
      const std::int64_t first = pivot_year_ - 50;  // of the hundred years that two digits can mean
      save(part.field, first + floor_modulo(value - first, 100));
    }
    return true;
  }

  bool read_fraction(const Part& part) {
    const std::size_t count = digits(0, part.max_digits);
    if (count == 0) return false;
    std::int64_t millis = 0;
    std::int64_t worth = 100;
    for (const char c : rest_.substr(0, count)) {
      millis += (c - '0') * worth;
      worth /= 10;
    }
    rest_.remove_prefix(count);
    save(part.field, millis);
    return true;
  }

  /// A whole name, or its first three letters.
  template <std::size_t N>
  bool read_word(const std::array<std::string_view, N>& words, JodaField field, std::int64_t first) {
    for (const std::size_t length : {std::string_view::npos, std::size_t{3}}) {
      for (std::size_t i = 0; i < N; ++i) {
        const std::string_view word = words[i].substr(0, length);
        if (!starts_with_word(rest_, word)) continue;
        rest_.remove_prefix(word.size());
        save(field, first + static_cast<std::int64_t>(i));
        return true;
      }
    }
    return false;
  }

  bool read_zone_name() {
    for (const ZoneAbbreviation& each : kAbbreviations) {
      if (!rest_.starts_with(each.name)) continue;
      rest_.remove_prefix(each.name.size());
      zone_ = zones_.named(each.id);
      return zone_ != nullptr;
    }
    return false;
  }

  bool read_zone_id() {
    std::size_t length = 0;
    while (length < rest_.size() && length < kLongestZoneId &&
           (is_letter(rest_[length]) || is_digit(rest_[length]) || std::string_view("/_+-").find(rest_[length]) != std::string_view::npos))
      ++length;
    for (; length > 0; --length) {  // the longest id that the text begins with
      zone_ = zones_.named(rest_.substr(0, length));
      if (zone_ == nullptr) continue;
      rest_.remove_prefix(length);
      return true;
    }
    return false;
  }

  /// Z, +hh, +hhmm, +hhmmss, +hhmmssSSS, or with colons and a decimal point.
  bool read_zone_offset() {
    if (!rest_.empty() && upper(rest_[0]) == 'Z') {
      rest_.remove_prefix(1);
      offset_ = 0;
      return true;
    }
    if (rest_.empty() || (rest_[0] != '+' && rest_[0] != '-')) return false;
    const bool is_west = rest_[0] == '-';
    rest_.remove_prefix(1);
    std::int64_t offset = 0;
    if (digits(0, 2) < 2 || !take_two_digits(kMillisPerHour, 24, offset)) return false;
    const bool has_colons = rest_.starts_with(':');
    for (const std::int64_t unit : {kMillisPerMinute, kMillisPerSecond, std::int64_t{0}}) {
      if (rest_.empty()) break;
      if (has_colons) {
        if (unit != 0 ? rest_[0] != ':' : rest_[0] != '.' && rest_[0] != ',') break;
        rest_.remove_prefix(1);
      }
      const std::size_t count = digits(0, unit != 0 ? 2 : 3);
      if (count == 0 && !has_colons) break;
      if (unit == 0) {
        if (count == 0) return false;
        std::int64_t worth = 100;
        for (const char c : rest_.substr(0, count)) {
          offset += (c - '0') * worth;
          worth /= 10;
        }
        rest_.remove_prefix(count);
      } else if (count < 2 || !take_two_digits(unit, 60, offset)) {
        return false;
      }
    }
    offset_ = is_west ? -offset : offset;
    return true;
  }
  bool take_two_digits(std::int64_t unit, std::int64_t end, std::int64_t& offset) {
    const std::int64_t value = take_number(2);
    offset += value * unit;
    return value < end;
  }

  static constexpr std::size_t kMostDigits = 9;  // what is longer is no number of 32 bits that a field can have
  static constexpr std::size_t kLongestZoneId = 40;

  std::string_view rest_;
  JodaZones& zones_;
  const std::int64_t pivot_year_;
  std::vector<JodaFieldValue> fields_;
  ZoneCursor* zone_ = nullptr;
  std::optional<std::int64_t> offset_;  // counts more than a zone
};

Result<std::int64_t> JodaDatePattern::parse(std::string_view text, JodaZones& zones) const {
  Reader reader(text, zones, pivot_year_);
  const auto refused = [&](std::string_view why) {
    constexpr std::size_t kShown = 60;
    return rejected(fmt::format("'{}{}' {}", text.substr(0, kShown), text.size() > kShown ? ".." : "", why));
  };
  for (const Part& part : parts_) {
    if (!reader.read(part))
      return refused(fmt::format("is not of the date pattern: see character {}", text.size() - reader.rest().size() + 1));
  }
  if (!reader.rest().empty())
    return refused(fmt::format("goes on behind the date pattern: see character {}", text.size() - reader.rest().size() + 1));
  auto instant = reader.instant();
  if (!instant) return refused("is no time: " + instant.status().message());
  return instant;
}

}  // namespace flume
