#include "text/time_zone.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <absl/time/time.h>
#include <fmt/format.h>

#include "text/ascii.h"
#include "text/civil_time.h"
#include "text/did_you_mean.h"

namespace flume {

struct ZoneRules {
  absl::TimeZone zone;
};

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

constexpr std::string_view kMachinesZone = "/etc/localtime";
constexpr std::string_view kZoneData = "/usr/share/zoneinfo/";

/// Null when the file is not there or holds no zone.
std::shared_ptr<const ZoneRules> load(std::string_view name) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone({name.data(), name.size()}, &zone)) return nullptr;
  return std::make_shared<const ZoneRules>(ZoneRules{zone});
}

/// False for files of the data folder that are no zones to Java.
bool is_name_in_java(std::string_view name) {
  return !name.starts_with("posix/") && !name.starts_with("right/") && name != "posixrules" && name != "localtime" && name != "Factory";
}

/// Null when the zone data does not have it.
std::shared_ptr<const ZoneRules> find_rules(std::string_view name) {
  // A name is the path of a file below the zone data, and the library knows forms of its own: neither is to Java.
  const bool is_path = name.empty() || name.front() == '/' || name.find("..") != std::string_view::npos ||
                       name.find_first_of(std::string_view(":\0", 2)) != std::string_view::npos;
  if (is_path || name.starts_with("Fixed/") || !is_name_in_java(name)) return nullptr;
  return load(name);
}

/// Names of the files of the zone data, in order; among them some that hold no zone.
std::vector<std::string> zone_names() {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(kZoneData, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().string().substr(kZoneData.size());
    if (is_name_in_java(name)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

/// A zone that an unknown name stands for: `europe/berlin`, `Berlin`, `Europe/Berln`, `UTC+2`; empty: none is near.
std::string nearest_zone(std::string_view name) {
  if (name.starts_with("UTC")) {
    if (const auto offset = custom_offset("GMT" + std::string(name.substr(3)))) return custom_name(*offset);
  }
  constexpr std::size_t kShortest = 4;  // a name of three letters has too many neighbours
  if (name.size() < kShortest) return {};
  std::string written(name);
  std::ranges::replace(written, ' ', '_');
  const std::vector<std::string> names = zone_names();
  const std::string lower = to_lower(written);
  for (const std::string& zone : names) {
    if (to_lower(std::string_view(zone).substr(zone.rfind('/') + 1)) == lower && load(zone) != nullptr) return zone;
  }
  const std::optional<std::string> nearest = nearest_name(written, names);
  return nearest && load(*nearest) != nullptr ? *nearest : std::string();
}

bool has_zone_data() { return load("Europe/London") != nullptr; }

std::int64_t to_millis(absl::Time time) { return absl::ToUnixMillis(time); }

/// The same month, day and time in a year before 2037 that has the same calendar.
std::int64_t equivalent_before_2037(std::int64_t instant) {
  const CivilDate date = civil_from_days(floor_divide(instant, kMillisPerDay));
  const auto first_weekday = [](std::int64_t year) { return floor_modulo(days_from_civil(year, 1, 1) + 4, 7); };
  std::int64_t year = 2036;
  while (is_leap_year(year) != is_leap_year(date.year) || first_weekday(year) != first_weekday(date.year)) --year;
  const std::int64_t days = days_from_civil(year, 1, 1) + static_cast<std::int64_t>(date.day_of_year) - 1;
  return days * kMillisPerDay + floor_modulo(instant, kMillisPerDay);
}

/// When the clocks change to what `transition` says.
std::int64_t instant_of(const absl::TimeZone& zone, const absl::TimeZone::CivilTransition& transition) {
  const absl::TimeZone::TimeInfo info = zone.At(transition.to);
  return to_millis(info.kind == absl::TimeZone::TimeInfo::REPEATED ? info.trans : info.pre);
}

TimeZone::Period look_up(const absl::TimeZone& zone, std::int64_t instant) {
  const absl::Time time = absl::FromUnixMillis(instant);
  const absl::TimeZone::CivilInfo info = zone.At(time);
  absl::TimeZone::CivilTransition transition;
  TimeZone::Period period;
  period.begin = zone.PrevTransition(time + absl::Nanoseconds(1), &transition) ? instant_of(zone, transition) : INT64_MIN;
  period.end = zone.NextTransition(time, &transition) ? instant_of(zone, transition) : INT64_MAX;
  period.offset = info.offset * kMillisPerSecond;
  period.abbreviation = info.zone_abbr;
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
  if (std::shared_ptr<const ZoneRules> rules = find_rules(meaning)) {
    found.zone.rules_ = std::move(rules);
    found.zone.name_ = name;
    return found;
  }
  if (!has_zone_data()) {
    found.problem = invalid_config(fmt::format("time zone '{}': there is no zone data: GMT is used; install tzdata", name));
    return found;
  }
  const std::string nearest = nearest_zone(name);
  found.problem =
      invalid_config(fmt::format("time zone '{}' is unknown: GMT is used, as Java does; {}", name,
                                 nearest.empty() ? "use an IANA name such as Europe/Berlin, or GMT+02:00" : did_you_mean(nearest)));
  return found;
}

ZoneByName TimeZone::system(std::string_view setting) {
  if (setting.starts_with(':')) setting.remove_prefix(1);
  if (!setting.empty()) return by_name(setting);
  // Usually a link into the zone data, which tells the name.
  std::error_code no_link;
  const std::string target = std::filesystem::read_symlink(kMachinesZone, no_link).string();
  constexpr std::string_view kData = "zoneinfo/";
  if (const std::size_t data = target.find(kData); data != std::string::npos) {
    ZoneByName named = by_name(std::string_view(target).substr(data + kData.size()));
    if (named.problem.ok()) return named;
  }
  ZoneByName found;
  found.zone.rules_ = load(kMachinesZone);
  if (found.zone.rules_ == nullptr) {
    found.problem =
        invalid_config(fmt::format("the system's time zone is not to be found ({} is no zone): GMT is used; set TZ", kMachinesZone));
    return found;
  }
  found.zone.name_ = "localtime";
  return found;
}

TimeZone::Period TimeZone::period_at(std::int64_t instant) const {
  if (rules_ == nullptr)
    return {.begin = INT64_MIN,
            .end = INT64_MAX,
            .offset = fixed_offset_,
            .abbreviation = fixed_offset_ == 0 ? name_ : custom_name(fixed_offset_)};
  if (instant < kRulesRepeatFrom) {
    Period period = look_up(rules_->zone, instant);
    if (period.end > kRulesRepeatFrom) period.end = kRulesRepeatFrom;
    return period;
  }
  Period period = look_up(rules_->zone, equivalent_before_2037(instant));
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
