// Path escapes: the first line is the pattern, the second the header value, the third the timestamp.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "text/path_escapes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto line = [&rest] {
    const std::size_t end = rest.find('\n');
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return text;
  };
  const std::string_view pattern = line();
  const std::string_view value = line();
  const std::string_view timestamp = line();
  for (const bool round : {false, true}) {
    PathTime time;
    if (round) time.rounding = PathRounding{PathRounding::Unit::Minute, 7};
    auto path = PathTemplate::compile(pattern, time);
    if (!path) return 0;
    if (path->needs_local_host()) path->set_local_host({"h", "1.2.3.4", "h.example"});
    const auto headers = [&](std::string_view name) -> std::optional<std::string_view> { return name == "timestamp" ? timestamp : value; };
    const auto expanded = path->expand(headers, WallTime());
    if (expanded && !expanded->starts_with(path->literal_prefix())) std::abort();
  }
  return 0;
}
