#include "components/sources/exec/command_words.h"

namespace flume {
namespace {

void append_words(std::string_view text, std::vector<std::string>& words) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = text.find_first_of(kBlanks, at);
    words.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
}

}  // namespace

std::vector<std::string> command_words(std::string_view shell, std::string_view command) {
  std::vector<std::string> words;
  append_words(shell.empty() ? command : shell, words);
  if (!shell.empty()) words.emplace_back(command);
  return words;
}

}  // namespace flume
