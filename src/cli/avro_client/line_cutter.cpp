#include "cli/avro_client/line_cutter.h"

#include <algorithm>

namespace flume::cli {

Status LineCutter::line_ended(std::string_view rest_of_line) {
  ++lines_;
  if (!has_begun_) return on_line_(rest_of_line);
  begun_ += rest_of_line;
  const Status done = on_line_(begun_);
  begun_.clear();
  has_begun_ = false;
  return done;
}

Status LineCutter::add(std::string_view bytes) {
  while (!bytes.empty()) {
    if (skips_newline_ && bytes.front() == '\n') bytes.remove_prefix(1);
    skips_newline_ = false;
    if (bytes.empty()) break;
    const std::size_t end = bytes.find_first_of("\n\r");
    if (begun_.size() + std::min(end, bytes.size()) > kLongestLine) {
      return rejected("line " + std::to_string(lines_ + 1) + " is longer than " + std::to_string(kLongestLine) + " bytes");
    }
    if (end == std::string_view::npos) {
      begun_ += bytes;
      has_begun_ = true;
      break;
    }
    FLUME_TRY(line_ended(bytes.substr(0, end)));
    skips_newline_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
  }
  return {};
}

Status LineCutter::end() { return has_begun_ ? line_ended("") : Status(); }

}  // namespace flume::cli
