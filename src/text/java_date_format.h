// The part of java.text.SimpleDateFormat that Flume's configuration reaches: path escapes, names of
// rolled files and ${date:...}, and the times that a syslog source's format.dateFormat reads.
//
// A compiled pattern is an immutable value; any thread. The cursor passed in belongs to the caller.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flume/result.h"
#include "text/time_zone.h"

namespace flume {

class JavaDateFormat {
 public:
  /// Letters y M d H h k K m s S E a D z Z X, 'quoted text' and ''; names are English.
  /// Another letter, or an open quote, is InvalidConfig with its column.
  static Result<JavaDateFormat> compile(std::string_view pattern);

  /// Appends the text for `instant` (milliseconds since 1970) in the cursor's zone.
  void append(std::int64_t instant, ZoneCursor& zone, std::string& out) const;

  /// The time, in milliseconds since 1970, of which `text` begins with what this pattern writes, read as Java's parse() does: lenient
  /// (month 13 is January of the next year), names in any case, blanks in front of a field passed over, S a number of milliseconds.
  /// What is missing is that of 1970-01-01T00:00 in `zone`. Two digits for yy or y are a year from 80 before `now` to 19 after it. None:
  /// not of this pattern, or a year beyond ten million. Differs from Java: a weekday says nothing; of zone names only GMT, UTC, and those
  /// of the United States (EST, PDT, ..) are known.
  [[nodiscard]] std::optional<std::int64_t> parse(std::string_view text, std::int64_t now, const TimeZone& zone) const;

  /// How long, in milliseconds, a local time that begins on a multiple of it keeps its text:
  /// one of 1, a second, a minute, an hour.
  [[nodiscard]] std::int64_t granularity() const noexcept;

 private:
  struct Field {
    char letter = '\0';  // '\0': text as it stands
    std::uint32_t count = 0;
    std::string text;

    /// Of the letters that are read as a number.
    [[nodiscard]] bool is_number() const noexcept;
  };
  class Reader;
  std::vector<Field> fields_;
};

}  // namespace flume
