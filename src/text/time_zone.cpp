#include "text/time_zone.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include <date/tz.h>
#include <fmt/format.h>

#include "text/civil_time.h"

namespace flume {
namespace {

struct OldName {
  std::string_view name;
  std::string_view meaning;
};

// The three-letter ids that Java resolves beside the zone data's own names.
constexpr std::array kOldNames{
    OldName{"ACT", "Australia/Darwin"},     OldName{"AET", "Australia/Sydney"},    OldName{"AGT", "America/Argentina/Buenos_Aires"},
    OldName{"ART", "Africa/Cairo"},         OldName{"AST", "America/Anchorage"},   OldName{"BET", "America/Sao_Paulo"},
    OldName{"BST", "Asia/Dhaka"},           OldName{"CAT", "Africa/Harare"},       OldName{"CNT", "America/St_Johns"},
    OldName{"CST", "America/Chicago"},      OldName{"CTT", "Asia/Shanghai"},       OldName{"EAT", "Africa/Addis_Ababa"},
    OldName{"ECT", "Europe/Paris"},         OldName{"EST", "Etc/GMT+5"},           OldName{"HST", "Etc/GMT+10"},
    OldName{"IET", "America/Indianapolis"}, OldName{"IST", "Asia/Kolkata"},        OldName{"JST", "Asia/Tokyo"},
    OldName{"MIT", "Pacific/Apia"},         OldName{"MST", "Etc/GMT+7"},           OldName{"NET", "Asia/Yerevan"},
    OldName{"NST", "Pacific/Auckland"},     OldName{"PLT", "Asia/Karachi"},        OldName{"PNT", "America/Phoenix"},
    OldName{"PRT", "America/Puerto_Rico"},  OldName{"PST", "America/Los_Angeles"}, OldName{"SST", "Pacific/Guadalcanal"},
    OldName{"VST", "Asia/Ho_Chi_Minh"},
};

// The zone data's own transitions reach to 2037; after that the rules of its last years go on.
constexpr std::int64_t kRulesRepeatFrom = days_from_civil(2037, 1, 1) * kMillisPerDay;
constexpr std::int64_t kQuarterHour = 15 * kMillisPerMinute;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The offset of GMT+h, GMT+hh, GMT+h:mm, GMT+hh:mm, GMT+hmm, GMT+hhmm.
std::optional<std::int64_t> custom_offset(std::string_view name) {
  if (name.size() < 5 || !name.starts_with("GMT") || (name[3] != '+' && name[3] != '-')) return std::nullopt;
  const std::string_view digits = name.substr(4);
  const std::size_t colon = digits.find(':');
  std::string_view hours = digits.substr(0, colon);
  std::string_view minutes = colon == std::string_view::npos ? std::string_view() : digits.substr(colon + 1);
  if (colon != std::string_view::npos && minutes.size() != 2) return std::nullopt;
  if (colon == std::string_view::npos && digits.size() > 2) {
    hours = digits.substr(0, digits.size() - 2);
    minutes = digits.substr(digits.size() - 2);
  }
  if (hours.empty() || hours.size() > 2) return std::nullopt;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  for (const char c : hours) {
    if (!is_digit(c)) return std::nullopt;
    hour = hour * 10 + (c - '0');
  }
  for (const char c : minutes) {
    if (!is_digit(c)) return std::nullopt;
    minute = minute * 10 + (c - '0');
  }
  if (hour > 23 || minute > 59) return std::nullopt;
  const std::int64_t offset = hour * kMillisPerHour + minute * kMillisPerMinute;
  return name[3] == '-' ? -offset : offset;
}

std::string custom_name(std::int64_t offset) {
  if (offset == 0) return "GMT";
  const std::int64_t minutes = (offset < 0 ? -offset : offset) / kMillisPerMinute;
  return fmt::format("GMT{}{:02}:{:02}", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/// False for files of the data folder that are no zones to Java.
bool is_name_in_java(std::string_view name) {
  return !name.starts_with("posix/") && !name.starts_with("right/") && name != "posixrules" && name != "localtime" && name != "Factory";
}

/// Null when the zone data does not have it; `failure` tells when there is no zone data at all.
const date::time_zone* find_rules(std::string_view name, std::string& failure) {
  if (name.empty() || !is_name_in_java(name)) return nullptr;
  try {
    for (const date::time_zone& zone : date::get_tzdb().zones)
      if (zone.name() == name) return &zone;
  } catch (const std::exception& error) {
    failure = error.what();
  }
  return nullptr;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == ' ' ? '_' : c; }

/// In any case and with blanks for underscores; at most one letter more, less or other, or two neighbours swapped.
bool is_nearly(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) { return lower(x) == lower(y); };
  while (!a.empty() && !b.empty() && same(a.front(), b.front())) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  while (!a.empty() && !b.empty() && same(a.back(), b.back())) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
  if (a.size() <= 1 && b.size() <= 1) return true;
  return a.size() == 2 && b.size() == 2 && same(a[0], b[1]) && same(a[1], b[0]);
}

/// A zone that an unknown name stands for: `europe/berlin`, `Berlin`, `Europe/Berln`, `UTC+2`; empty: none is near.
std::string nearest_zone(std::string_view name) {
  if (name.starts_with("UTC")) {
    if (const auto offset = custom_offset("GMT" + std::string(name.substr(3)))) return custom_name(*offset);
  }
  constexpr std::size_t kShortest = 4;  // a name of three letters has too many neighbours
  if (name.size() < kShortest) return {};
  std::string nearest;
  try {
    for (const date::time_zone& zone : date::get_tzdb().zones) {
      if (!is_name_in_java(zone.name())) continue;
      const std::string_view city = std::string_view(zone.name()).substr(zone.name().rfind('/') + 1);
      if (std::ranges::equal(name, city, {}, lower, lower)) return zone.name();
      if (nearest.empty() && is_nearly(name, zone.name())) nearest = zone.name();
    }
  } catch (const std::exception&) {
    return {};  // find_rules() has told
  }
  return nearest;
}

std::int64_t to_millis(date::sys_seconds time) {
  const std::int64_t seconds = time.time_since_epoch().count();
  if (seconds > INT64_MAX / kMillisPerSecond) return INT64_MAX;
  if (seconds < INT64_MIN / kMillisPerSecond) return INT64_MIN;
  return seconds * kMillisPerSecond;
}

/// The same month, day and time in a year before 2037 that has the same calendar.
std::int64_t equivalent_before_2037(std::int64_t instant) {
  const CivilDate date = civil_from_days(floor_divide(instant, kMillisPerDay));
  const auto first_weekday = [](std::int64_t year) { return floor_modulo(days_from_civil(year, 1, 1) + 4, 7); };
  std::int64_t year = 2036;
  while (is_leap_year(year) != is_leap_year(date.year) || first_weekday(year) != first_weekday(date.year)) --year;
  const std::int64_t days = days_from_civil(year, 1, 1) + static_cast<std::int64_t>(date.day_of_year) - 1;
  return days * kMillisPerDay + floor_modulo(instant, kMillisPerDay);
}

TimeZone::Period look_up(const date::time_zone& rules, std::int64_t instant) {
  const date::sys_info info = rules.get_info(date::sys_seconds(std::chrono::seconds(floor_divide(instant, kMillisPerSecond))));
  TimeZone::Period period;
  period.begin = to_millis(info.begin);
  period.end = to_millis(info.end);
  period.offset = info.offset.count() * kMillisPerSecond;
  period.abbreviation = info.abbrev;
  // Numeric abbreviations ("-03") are no names; Java shows the offset for zones that it cannot name.
  if (period.abbreviation.find_first_of("+-0123456789") != std::string::npos) period.abbreviation = custom_name(period.offset);
  return period;
}

}  // namespace

ZoneByName TimeZone::by_name(std::string_view name) {
  ZoneByName found;
  if (name == "UTC" || name == "GMT" || name == "Z") {
    found.zone.name_ = name == "Z" ? "GMT" : name;
    return found;
  }
  if (const auto offset = custom_offset(name)) {
    found.zone.fixed_offset_ = *offset;
    found.zone.name_ = custom_name(*offset);
    return found;
  }
  std::string_view meaning = name;
  for (const OldName& old : kOldNames)
    if (old.name == name) meaning = old.meaning;
  std::string failure;
  if (const date::time_zone* rules = find_rules(meaning, failure)) {
    found.zone.rules_ = rules;
    found.zone.name_ = name;
    return found;
  }
  const std::string nearest = failure.empty() ? nearest_zone(name) : std::string();
  found.problem = failure.empty()
                      ? invalid_config(fmt::format(
                            "time zone '{}' is unknown: GMT is used, as Java does; {}", name,
                            nearest.empty() ? "use an IANA name such as Europe/Berlin, or GMT+02:00" : "did you mean " + nearest + "?"))
                      : invalid_config(fmt::format("time zone '{}': no zone data ({}): GMT is used; install tzdata", name, failure));
  return found;
}

ZoneByName TimeZone::system(std::string_view setting) {
  if (setting.starts_with(':')) setting.remove_prefix(1);
  if (!setting.empty()) return by_name(setting);
  ZoneByName found;
  try {
    found.zone.rules_ = date::current_zone();
    found.zone.name_ = found.zone.rules_->name();
  } catch (const std::exception& error) {
    found.problem = invalid_config(fmt::format("the system's time zone is not to be found ({}): GMT is used; set TZ", error.what()));
  }
  return found;
}

TimeZone::Period TimeZone::period_at(std::int64_t instant) const {
  if (rules_ == nullptr)
    return {.begin = INT64_MIN,
            .end = INT64_MAX,
            .offset = fixed_offset_,
            .abbreviation = fixed_offset_ == 0 ? name_ : custom_name(fixed_offset_)};
  if (instant < kRulesRepeatFrom) {
    Period period = look_up(*rules_, instant);
    if (period.end > kRulesRepeatFrom) period.end = kRulesRepeatFrom;
    return period;
  }
  Period period = look_up(*rules_, equivalent_before_2037(instant));
  // Changes fall on quarter hours, so that this stretch holds whichever year the rules were read in.
  period.begin = instant - floor_modulo(instant, kQuarterHour);
  period.end = saturating_add(period.begin, kQuarterHour);
  return period;
}

std::int64_t TimeZone::instant_of(std::int64_t local) const {
  if (rules_ == nullptr) return saturating_add(local, -fixed_offset_);
  const std::int64_t before = period_at(saturating_add(local, -kMillisPerDay)).offset;
  const std::int64_t after = period_at(saturating_add(local, kMillisPerDay)).offset;
  const std::int64_t later = saturating_add(local, -after);
  if (before == after || period_at(later).offset == after) return later;
  return saturating_add(local, -before);
}

}  // namespace flume
