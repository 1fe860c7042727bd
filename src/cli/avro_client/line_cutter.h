// Lines out of bytes that come in any pieces, as Java's BufferedReader cuts them: they end at \n, \r or \r\n, the last one also at the
// end of the bytes. One thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume::cli {

class LineCutter {
 public:
  /// A line, valid during the call. An error ends the work, and is the caller's answer.
  using OnLine = std::function<Status(std::string_view line)>;
  static constexpr std::size_t kLongestLine = std::size_t{64} << 20;

  explicit LineCutter(OnLine on_line) : on_line_(std::move(on_line)) {}

  /// Rejected: a line is longer than kLongestLine bytes.
  Status add(std::string_view bytes);
  /// No more comes.
  Status end();

 private:
  Status line_ended(std::string_view rest_of_line);

  const OnLine on_line_;
  std::string begun_;
  std::size_t lines_ = 0;
  bool has_begun_ = false;
  bool skips_newline_ = false;  // behind a \r
};

}  // namespace flume::cli
