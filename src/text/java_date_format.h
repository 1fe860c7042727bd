// The part of java.text.SimpleDateFormat that Flume's configuration reaches: path escapes, names of
// rolled files and ${date:...}.
//
// A compiled pattern is an immutable value; any thread. The cursor passed in belongs to the caller.
#pragma once

#include <cstdint>
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

  /// How long, in milliseconds, a local time that begins on a multiple of it keeps its text:
  /// one of 1, a second, a minute, an hour.
  [[nodiscard]] std::int64_t granularity() const noexcept;

 private:
  struct Field {
    char letter = '\0';  // '\0': text as it stands
    std::uint32_t count = 0;
    std::string text;
  };
  std::vector<Field> fields_;
};

}  // namespace flume
