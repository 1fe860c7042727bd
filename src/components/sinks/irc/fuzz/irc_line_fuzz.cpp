// Any line of a server is taken apart into views of itself; any body becomes messages that fit and hold every byte that is no line end.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "components/sinks/irc/irc_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const IrcLine line = parse_irc_line(text);
  std::size_t bytes = line.prefix.size() + line.command.size();
  for (const std::string_view parameter : line.parameters) bytes += parameter.size();
  if (bytes > size) std::abort();
  for (const std::string_view separators : {std::string_view(), std::string_view("\n"), std::string_view(",;")}) {
    for (const std::string& message : irc_messages(text, separators, 7)) {
      if (message.empty() || message.size() > 7) std::abort();
      if (message.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) std::abort();
    }
  }
  return 0;
}
