// The value of keys that name a time zone. Plain data; any thread.
#pragma once

#include <string>

#include "flume/options.h"
#include "text/time_zone.h"

namespace flume {

/// As it was written. An unknown one is taken for GMT, as in Flume, with a warning when the key is read.
struct ZoneName {
  std::string text;
};

template <>
struct OptionType<ZoneName> {
  static constexpr std::string_view kName = "text";
  static Status parse(const OptionInfo&, OptionInput& input, ZoneName& out) {
    out.text = input.text;
    if (const ZoneByName found = TimeZone::by_name(input.text); !found.problem.ok()) input.warning = found.problem.message();
    return {};
  }
  static std::string print(const ZoneName& value) { return value.text; }
};

}  // namespace flume
