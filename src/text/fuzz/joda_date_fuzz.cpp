// Joda-Time's date patterns: the first line is the pattern, the rest the text. Reading is pure: twice the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "text/joda_date_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return 0;
  const auto pattern = JodaDatePattern::compile(input.substr(0, end), 2026);
  if (!pattern) return 0;
  JodaZones zones(TimeZone::by_name("Europe/Berlin").zone);
  const auto first = pattern->parse(input.substr(end + 1), zones);
  const auto second = pattern->parse(input.substr(end + 1), zones);
  if (first.ok() != second.ok() || (first && *first != *second)) std::abort();
  return 0;
}
