#include "text/path_escapes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "text/civil_time.h"

namespace flume {
namespace {

constexpr std::size_t kLongestPattern = 64 * 1024;
constexpr std::string_view kTimestampHeader = "timestamp";

struct Letter {
  char letter;
  std::string_view format;
};

constexpr std::array kLetters{
    Letter{'a', "EEE"}, Letter{'A', "EEEE"},     Letter{'b', "MMM"}, Letter{'B', "MMMM"}, Letter{'c', "EEE MMM d HH:mm:ss yyyy"},
    Letter{'d', "dd"},  Letter{'D', "MM/dd/yy"}, Letter{'e', "d"},   Letter{'H', "HH"},   Letter{'I', "hh"},
    Letter{'j', "DDD"}, Letter{'k', "H"},        Letter{'l', "h"},   Letter{'m', "MM"},   Letter{'M', "mm"},
    Letter{'n', "M"},   Letter{'p', "a"},        Letter{'S', "ss"},  Letter{'y', "yy"},   Letter{'Y', "yyyy"},
    Letter{'z', "ZZZ"},
};

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_header_name(char c) { return is_word(c) || c == '.' || c == '-'; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

/// The text between brackets when every byte of it is allowed and there is one; else empty.
template <typename Predicate>
std::string_view bracketed(std::string_view text, char close, Predicate allowed) {
  std::size_t length = 0;
  while (length < text.size() && allowed(text[length])) ++length;
  return length > 0 && length < text.size() && text[length] == close ? text.substr(0, length) : std::string_view();
}

bool has_parent_component(std::string_view path) {
  for (std::size_t at = path.find(".."); at != std::string_view::npos; at = path.find("..", at + 1)) {
    const bool begins = at == 0 || path[at - 1] == '/';
    const bool ends = at + 2 == path.size() || path[at + 2] == '/';
    if (begins && ends) return true;
  }
  return false;
}

/// As java.lang.Long.valueOf reads it.
std::optional<std::int64_t> parse_long(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The stretch of local time that rounds to one value, and that value.
struct Stretch {
  std::int64_t begin;
  std::int64_t end;
};

Stretch rounded(std::int64_t local, const PathRounding& rounding) {
  const std::int64_t unit = rounding.unit == PathRounding::Unit::Second   ? kMillisPerSecond
                            : rounding.unit == PathRounding::Unit::Minute ? kMillisPerMinute
                                                                          : kMillisPerHour;
  const std::int64_t whole = rounding.unit == PathRounding::Unit::Second   ? kMillisPerMinute
                             : rounding.unit == PathRounding::Unit::Minute ? kMillisPerHour
                                                                           : kMillisPerDay;
  const std::int64_t step = unit * static_cast<std::int64_t>(rounding.value);
  const std::int64_t in_whole = floor_modulo(local, whole);
  const std::int64_t begin = in_whole - in_whole % step;
  return {local - in_whole + begin, saturating_add(local - in_whole, std::min(begin + step, whole))};
}

}  // namespace

Result<PathTemplate> PathTemplate::compile(std::string_view pattern, PathTime time) {
  if (pattern.size() > kLongestPattern)
    return invalid_config(fmt::format("path of {} bytes: {} is the most", pattern.size(), kLongestPattern));
  if (time.rounding) {
    const std::uint32_t most = time.rounding->unit == PathRounding::Unit::Hour ? 24 : 60;
    if (time.rounding->value < 1 || time.rounding->value > most)
      return invalid_config(fmt::format("round value {} is not between 1 and {}", time.rounding->value, most));
  }
  PathTemplate result(std::move(time));
  result.pattern_ = pattern;
  FLUME_TRY(result.parse());
  return result;
}

void PathTemplate::add_literal(std::string_view text) {
  if (pieces_.empty() || pieces_.back().kind != PieceKind::Literal) pieces_.emplace_back();
  pieces_.back().text.append(text);
}

Status PathTemplate::add_letter(char letter) {
  if (first_letter_.empty()) first_letter_ = {'%', letter};
  if (granularity_ == kNoTime) granularity_ = kMillisPerHour;
  if (letter == '%') {
    add_literal("%");
  } else if (letter == 't') {
    has_raw_timestamp_ = true;
    pieces_.push_back({PieceKind::RawTimestamp, {}, {}});
  } else if (letter == 's') {
    granularity_ = kMillisPerSecond;
    pieces_.push_back({PieceKind::Seconds, {}, {}});
  } else if (const auto* known =
                 std::find_if(kLetters.begin(), kLetters.end(), [letter](const Letter& row) { return row.letter == letter; });
             known != kLetters.end()) {
    auto format = JavaDateFormat::compile(known->format);
    if (!format) return std::move(format).status();
    granularity_ = std::min(granularity_, format->granularity());
    pieces_.push_back({PieceKind::Date, {}, *std::move(format)});
  }
  return {};  // any other letter stands for nothing, as in Flume
}

Status PathTemplate::parse() {
  const std::string_view text = pattern_;
  std::size_t literal_from = 0;
  bool has_escape = false;
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at)) {
    const std::string_view rest = text.substr(at + 1);
    std::string_view name;
    std::size_t end = at + 2;
    enum { none, letter, header, host } escape = none;
    if (!rest.empty() && (is_word(rest[0]) || rest[0] == '%')) {
      escape = letter;
    } else if (rest.starts_with('{') && !(name = bracketed(rest.substr(1), '}', is_header_name)).empty()) {
      escape = header;
      end = at + name.size() + 3;
    } else if (rest.starts_with('[') && !(name = bracketed(rest.substr(1), ']', is_word)).empty()) {
      escape = host;
      end = at + name.size() + 3;
    }
    if (escape == none) {  // a percent sign as it stands
      ++at;
      continue;
    }
    if (at > literal_from) add_literal(text.substr(literal_from, at - literal_from));
    if (!std::exchange(has_escape, true)) prefix_length_ = at;
    if (escape == letter) {
      FLUME_TRY(add_letter(rest[0]));
    } else if (escape == header) {
      has_headers_ = true;
      pieces_.push_back({PieceKind::Header, std::string(name), {}});
    } else {
      const std::string key = lower(name);
      if (key != "localhost" && key != "ip" && key != "fqdn")
        return invalid_config(fmt::format("'{}': %[{}] in column {} is none of %[localhost], %[IP], %[FQDN]", pattern_, name, at + 1));
      needs_local_host_ = true;
      pieces_.push_back({PieceKind::LocalHost, key, {}});
    }
    at = literal_from = end;
  }
  if (literal_from < text.size()) add_literal(text.substr(literal_from));
  if (!has_escape) prefix_length_ = text.size();
  if (has_headers_ && has_parent_component(text.substr(prefix_length_)))
    return invalid_config(
        fmt::format("'{}': '..' behind an escape: a path that takes headers must not climb; write the folder that is meant", pattern_));
  return {};
}

void PathTemplate::set_local_host(const LocalHost& host) {
  for (Piece& piece : pieces_) {
    if (piece.kind != PieceKind::LocalHost) continue;
    piece.kind = PieceKind::Literal;
    piece.text = piece.text == "ip" ? host.address : piece.text == "fqdn" ? host.canonical_name : host.name;
  }
  needs_local_host_ = false;
}

std::string PathTemplate::with_wildcards(char any) const {
  std::string text;
  ZoneCursor cursor(time_.zone);
  for (const Piece& piece : pieces_) {
    if (piece.kind == PieceKind::Literal) {
      text += piece.text;
      continue;
    }
    text += any;
    if (piece.kind != PieceKind::Date) continue;
    std::string date;
    piece.format.append(0, cursor, date);
    for (const char c : date) {
      if (c == '/') text.append({c, any});
    }
  }
  return text;
}

Result<std::int64_t> PathTemplate::time_of(const std::optional<std::string_view>& timestamp, WallTime now) const {
  std::int64_t instant = now.time_since_epoch().count();
  if (!time_.use_local_time) {
    constexpr std::string_view kRemedy = "put a timestamp interceptor on the source, or set hdfs.useLocalTimeStamp = true";
    if (!timestamp)
      return rejected(
          fmt::format("'{}': {} needs the event header '{}', which is missing: {}", pattern_, first_letter_, kTimestampHeader, kRemedy));
    const auto parsed = parse_long(*timestamp);
    if (!parsed)
      return rejected(fmt::format("'{}': {} needs the event header '{}' as milliseconds since 1970, but it is '{}': {}", pattern_,
                                  first_letter_, kTimestampHeader, timestamp->substr(0, 64), kRemedy));
    instant = *parsed;
  }
  if (time_.rounding && instant <= 0)
    return rejected(
        fmt::format("'{}': a time of {} ms (header '{}') cannot be rounded: it must be above 0", pattern_, instant, kTimestampHeader));
  return instant;
}

void PathTemplate::refresh_time(std::int64_t instant) {
  const TimeZone::Period period = cursor_.period_at(instant);
  const std::int64_t local = saturating_add(instant, period.offset);
  Stretch stretch{};
  std::int64_t shown = instant;
  if (time_.rounding) {
    stretch = rounded(local, *time_.rounding);
    shown = time_.zone.instant_of(stretch.begin);
  } else {
    stretch.begin = saturating_add(local, -floor_modulo(local, granularity_));
    stretch.end = saturating_add(stretch.begin, granularity_);
  }
  valid_from_ = std::max(saturating_add(stretch.begin, -period.offset), period.begin);
  valid_to_ = std::min(saturating_add(stretch.end, -period.offset), period.end);
  for (Piece& piece : pieces_) {
    if (piece.kind == PieceKind::Seconds) {
      piece.text = std::to_string(shown / kMillisPerSecond);  // towards zero, as Flume divides
    } else if (piece.kind == PieceKind::Date) {
      piece.text.clear();
      piece.format.append(shown, cursor_, piece.text);
    }
  }
}

Result<std::string_view> PathTemplate::expand(const HeaderLookup& headers, WallTime now) {
  if (needs_local_host_) return fatal(fmt::format("'{}': expanded before the local host's names were set", pattern_));
  std::optional<std::string_view> timestamp;
  bool same_time = true;
  if (granularity_ != kNoTime) {
    if (!time_.use_local_time) timestamp = headers(kTimestampHeader);
    const auto instant = time_of(timestamp, now);
    if (!instant) return instant.status();
    if (*instant < valid_from_ || *instant >= valid_to_) {
      refresh_time(*instant);
      same_time = false;
    }
  }
  if (has_result_ && same_time && !has_headers_ && !has_raw_timestamp_) return std::string_view(result_);

  next_.clear();
  for (const Piece& piece : pieces_) {
    if (piece.kind == PieceKind::Header) {
      if (const auto value = headers(piece.text)) next_.append(*value);
    } else if (piece.kind == PieceKind::RawTimestamp) {
      if (timestamp)
        next_.append(*timestamp);
      else
        next_.append(std::to_string(now.time_since_epoch().count()));
    } else {
      next_.append(piece.text);
    }
  }
  if (has_result_ && next_ == result_) return std::string_view(result_);
  if (has_headers_) FLUME_TRY(check_inside(literal_prefix(), next_).with_context(fmt::format("'{}'", pattern_)));
  result_.swap(next_);
  has_result_ = true;
  ++generation_;
  return std::string_view(result_);
}

Status PathTemplate::check_inside(std::string_view prefix, std::string_view expanded) {
  const auto refuse = [expanded](std::string_view reason) {
    std::string shown(expanded.substr(0, 256));
    std::replace_if(shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
    return rejected(fmt::format("the event's headers make the path '{}', which {}", shown, reason));
  };
  if (!expanded.starts_with(prefix)) return refuse(fmt::format("does not begin with '{}'", prefix));
  if (expanded.find('\0') != std::string_view::npos) return refuse("contains a NUL byte");
  const std::size_t slash = prefix.rfind('/');
  if (has_parent_component(expanded.substr(slash == std::string_view::npos ? 0 : slash))) return refuse("contains a '..'");
  if (prefix.empty()) {
    if (expanded.starts_with('/')) return refuse("is absolute, while the pattern names no folder");
    const std::size_t colon = expanded.find(':');
    if (colon != std::string_view::npos && expanded.find('/') == colon + 1) return refuse("names a file system of its own");
  }
  return {};
}

}  // namespace flume
