// The value of keepFields: which parts of a message stay in the body, in front of its text. Plain data; any thread.
#pragma once

#include <string>

#include "flume/options.h"

namespace flume::syslog {

struct KeepFields {
  bool whole_message = false;  ///< all, true: the body is the message as it came
  bool priority = false;
  bool version = false;
  bool timestamp = false;
  bool host = false;

  [[nodiscard]] bool any() const noexcept { return whole_message || priority || version || timestamp || host; }
  friend bool operator==(const KeepFields&, const KeepFields&) = default;
};

}  // namespace flume::syslog

namespace flume {

/// none or false; all or true; or a list, separated by blanks or commas, of priority, version, timestamp, hostname. Any case.
/// With another word the known ones are set, and the status says which one is not known: Flume looks for the known ones, too.
template <>
struct OptionType<syslog::KeepFields> {
  static constexpr std::string_view kName = "fields";
  static Status parse(const OptionInfo& row, OptionInput& input, syslog::KeepFields& out);
  static std::string print(const syslog::KeepFields& value);
};

}  // namespace flume
