// Replacements of Matcher.replaceAll(): the first line is the replacement, the rest the subject.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "text/java_replacement.h"
#include "text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  if (end > 64 || size > 1024) return 0;  // or no line ends
  static Regex regex = *Regex::compile("(?<word>[a-z]+)(\\d)?|$");
  const auto replacement = JavaReplacement::compile(input.substr(0, end), regex);
  if (!replacement) return 0;
  std::string out;
  const auto is_changed = replace_all(regex, *replacement, input.substr(end + 1), out);
  if (!is_changed || !*is_changed) std::abort();  // every text has an end
  if (is_valid_utf8(input.substr(0, end)) && !is_valid_utf8(out)) std::abort();
  return 0;
}
