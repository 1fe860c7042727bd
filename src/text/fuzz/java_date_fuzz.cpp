// JavaDateFormat::parse(): the first line is the pattern, the rest a stamp. Reading is pure: twice the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "text/java_date_format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return 0;
  const auto format = JavaDateFormat::compile(input.substr(0, end));
  if (!format) return 0;
  static const TimeZone zone = TimeZone::by_name("Europe/Berlin").zone;
  const auto first = format->parse(input.substr(end + 1), 1710072000000, zone);
  if (first != format->parse(input.substr(end + 1), 1710072000000, zone)) std::abort();
  return 0;
}
