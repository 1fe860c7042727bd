#include "cli/standard_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace flume::cli {

Status print_to_standard_output(std::string_view text) {
  const bool is_taken = text.empty() || std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (is_taken && std::ferror(stdout) == 0) return {};
  const int error = errno;
  if (error == EPIPE) return retryable("nobody reads standard output", Cause::Disconnected);
  return Status::from_errno(error, "write standard output");
}

void tell_on_standard_error(const std::string& line) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s\n", line.c_str());
}

bool flush_standard_output(std::string_view tool) {
  if (std::fflush(stdout) == 0 || errno == EPIPE) return true;
  std::fprintf(stderr, "%.*s: standard output: %s\n", static_cast<int>(tool.size()), tool.data(), std::strerror(errno));
  return false;
}

}  // namespace flume::cli
