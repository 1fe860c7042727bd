// format.*: a form of messages that the user describes, tried before those of the RFCs.
//
// One thread: the patterns have a state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flume/result.h"
#include "syslog/message_fields.h"
#include "syslog/parser_options.h"
#include "text/java_date_format.h"
#include "text/java_replacement.h"
#include "text/regex.h"

namespace flume::syslog {

class UserFormat {
 public:
  /// Nothing when format.regex is not set: Flume then does not look at the other keys. InvalidConfig names the key.
  static Result<std::optional<UserFormat>> make(const FormatOptions& options);

  /// Whether the whole message is of this form. Its groups are, by number, the fields in the order of MessageFields; one that is not
  /// there or took no part is empty. Views into the message, or into this object (until the next call) when it is not UTF-8.
  /// Rejected: too many steps.
  Result<bool> match(std::string_view message, MessageFields& fields);

  /// The time of a stamp that match() found, in `zone` if it names none; none: format.dateFormat is not set, or does not fit.
  std::optional<std::int64_t> instant_of(std::string_view stamp, std::int64_t now, const TimeZone& zone);

 private:
  struct Replacing {
    Regex search;
    JavaReplacement replacement;
  };
  UserFormat(Regex regex, std::optional<Replacing> replacing, std::optional<JavaDateFormat> date_format)
      : regex_(std::move(regex)), replacing_(std::move(replacing)), date_format_(std::move(date_format)) {}

  Regex regex_;
  std::optional<Replacing> replacing_;
  std::optional<JavaDateFormat> date_format_;
  Regex::Groups groups_;
  std::string replaced_;
};

}  // namespace flume::syslog
