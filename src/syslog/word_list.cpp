#include "syslog/word_list.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "text/ascii.h"
#include "text/did_you_mean.h"

namespace flume::syslog {

Status switch_words(std::string_view text, std::span<const WordSwitch> words) {
  static constexpr std::string_view kSeparators = " \t,;";
  std::vector<std::string_view> known;
  for (const WordSwitch& each : words) known.push_back(each.word);
  Status problem;
  for (std::size_t at = text.find_first_not_of(kSeparators); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kSeparators, at), text.size());
    const std::string_view written = text.substr(at, end - at);
    const std::string word = to_lower(written);
    bool is_known = false;
    for (const WordSwitch& each : words) {
      if (each.word != word) continue;
      *each.is_on = true;
      is_known = true;
    }
    if (!is_known && problem.ok()) {
      const std::string near = did_you_mean(nearest_name(word, std::span<const std::string_view>(known)));
      problem = invalid_config(
          fmt::format("'{}' is none of: none, all, or a list of {}{}{}", written, fmt::join(known, ", "), near.empty() ? "" : "; ", near));
    }
    at = text.find_first_not_of(kSeparators, end);
  }
  return problem;
}

std::string switched_words(std::span<const WordSwitch> words) {
  std::string text;
  for (const WordSwitch& each : words) {
    if (!*each.is_on) continue;
    if (!text.empty()) text += ' ';
    text += each.word;
  }
  return text.empty() ? "none" : text;
}

}  // namespace flume::syslog
