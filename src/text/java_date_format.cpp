#include "text/java_date_format.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "text/civil_time.h"
#include "text/java_date_names.h"

namespace flume {
namespace {

constexpr std::size_t kLongestPattern = 4096;
constexpr std::string_view kLetters = "yMdHhkKmsSEaDzZX";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void append_number(std::int64_t value, std::uint32_t width, std::string& out) {
  std::array<char, 20> digits{};
  std::size_t at = digits.size();
  do {
    digits[--at] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  const std::size_t length = digits.size() - at;
  if (length < width) out.append(width - length, '0');
  out.append(digits.data() + at, length);
}

/// "+0130", or with a separator "+01:30"; hours only when that is asked for.
void append_offset(std::int64_t offset, std::string_view separator, bool with_minutes, std::string& out) {
  const std::int64_t minutes = (offset < 0 ? -offset : offset) / kMillisPerMinute;
  out.push_back(offset < 0 ? '-' : '+');
  append_number(minutes / 60, 2, out);
  if (!with_minutes) return;
  out.append(separator);
  append_number(minutes % 60, 2, out);
}

void append_name(std::string_view name, bool whole, std::string& out) { out.append(whole ? name : name.substr(0, 3)); }

}  // namespace

Result<JavaDateFormat> JavaDateFormat::compile(std::string_view pattern) {
  if (pattern.size() > kLongestPattern)
    return invalid_config(fmt::format("date format of {} bytes: {} is the most", pattern.size(), kLongestPattern));
  JavaDateFormat format;
  const auto literal = [&format](char c) {
    if (format.fields_.empty() || format.fields_.back().letter != '\0') format.fields_.emplace_back();
    format.fields_.back().text.push_back(c);
  };
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '\'') {
      const std::size_t opened = at++;
      if (at < pattern.size() && pattern[at] == '\'') {  // '' outside quotes
        literal('\'');
        ++at;
        continue;
      }
      for (bool open = true; open;) {
        if (at == pattern.size())
          return invalid_config(fmt::format("date format '{}': the quote in column {} is not closed", pattern, opened + 1));
        if (pattern[at] != '\'') {
          literal(pattern[at++]);
        } else if (at + 1 < pattern.size() && pattern[at + 1] == '\'') {  // '' inside quotes
          literal('\'');
          at += 2;
        } else {
          ++at;
          open = false;
        }
      }
      continue;
    }
    if (!is_letter(c)) {
      literal(c);
      ++at;
      continue;
    }
    const std::size_t end = std::min(pattern.find_first_not_of(c, at), pattern.size());
    const auto count = static_cast<std::uint32_t>(end - at);
    if (kLetters.find(c) == std::string_view::npos)
      return invalid_config(
          fmt::format("date format '{}': letter '{}' in column {} is not known; known are {}, and text stands between quotes", pattern, c,
                      at + 1, kLetters));
    if (c == 'X' && count > 3) return invalid_config(fmt::format("date format '{}': more than three X in column {}", pattern, at + 1));
    if (c == 'z' && count > 3)
      return invalid_config(
          fmt::format("date format '{}': the long zone name in column {} is not available; use z, Z or XXX", pattern, at + 1));
    format.fields_.push_back(Field{c, count, {}});
    at = end;
  }
  return format;
}

void JavaDateFormat::append(std::int64_t instant, ZoneCursor& zone, std::string& out) const {
  const TimeZone::Period& period = zone.period_at(instant);
  const std::int64_t local = saturating_add(instant, period.offset);
  const CivilDate date = java_date_from_days(floor_divide(local, kMillisPerDay));
  const std::int64_t in_day = floor_modulo(local, kMillisPerDay);
  const std::int64_t hour = in_day / kMillisPerHour;
  for (const Field& field : fields_) {
    switch (field.letter) {
      case '\0':
        out.append(field.text);
        break;
      case 'y': {
        const std::int64_t year = date.year > 0 ? date.year : 1 - date.year;  // of its era
        if (field.count == 2)
          append_number(year % 100, 2, out);
        else
          append_number(year, field.count, out);
        break;
      }
      case 'M':
        if (field.count >= 3)
          append_name(kMonthNames[date.month - 1], field.count > 3, out);
        else
          append_number(date.month, field.count, out);
        break;
      case 'd':
        append_number(date.day, field.count, out);
        break;
      case 'D':
        append_number(date.day_of_year, field.count, out);
        break;
      case 'E':
        append_name(kWeekdayNames[date.weekday], field.count > 3, out);
        break;
      case 'H':
        append_number(hour, field.count, out);
        break;
      case 'k':
        append_number(hour == 0 ? 24 : hour, field.count, out);
        break;
      case 'K':
        append_number(hour % 12, field.count, out);
        break;
      case 'h':
        append_number(hour % 12 == 0 ? 12 : hour % 12, field.count, out);
        break;
      case 'a':
        out.append(hour < 12 ? "AM" : "PM");
        break;
      case 'm':
        append_number(in_day / kMillisPerMinute % 60, field.count, out);
        break;
      case 's':
        append_number(in_day / kMillisPerSecond % 60, field.count, out);
        break;
      case 'S':
        append_number(in_day % kMillisPerSecond, field.count, out);
        break;
      case 'z':
        out.append(period.abbreviation);
        break;
      case 'Z':
        append_offset(period.offset, "", true, out);
        break;
      case 'X':
        if (period.offset == 0)
          out.push_back('Z');
        else
          append_offset(period.offset, field.count == 3 ? ":" : "", field.count > 1, out);
        break;
    }
  }
}

std::int64_t JavaDateFormat::granularity() const noexcept {
  std::int64_t finest = kMillisPerHour;
  for (const Field& field : fields_) {
    if (field.letter == 'S') return 1;
    if (field.letter == 's')
      finest = kMillisPerSecond;
    else if (field.letter == 'm')
      finest = std::min(finest, kMillisPerMinute);
  }
  return finest;
}

}  // namespace flume
