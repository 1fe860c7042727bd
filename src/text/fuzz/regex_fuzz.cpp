// Regular expressions: the first line is the pattern, the rest the subject. What the translation
// accepts must compile for every kind of subject, and match within its bounds.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "text/regex.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos || end > 256 || size > 1024) return 0;
  auto regex = Regex::compile(input.substr(0, end));
  if (!regex) {
    if (regex.status().message().find("regular expression") == std::string::npos) std::abort();
    return 0;
  }
  Regex::Groups groups;
  const auto found = regex->find(input.substr(end + 1), groups);
  if (found && *found && groups.size() != regex->group_count() + 1) std::abort();
  return 0;
}
