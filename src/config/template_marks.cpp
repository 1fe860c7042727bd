#include "config/template_marks.h"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>

#include "config/characters.h"

namespace flume::config {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_of_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == ' '; }

bool takes_any_text(std::string_view key) {
  const std::string lower = to_lower(key);
  constexpr std::array<std::string_view, 9> kWords{"regex",   "pattern", "command", "replace", "value",
                                                   "literal", "script",  "shell",   "always"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

/// The first `open`, a word that begins with a letter, `close`.
std::string_view between(std::string_view value, std::string_view open, std::string_view close, bool is_upper) {
  for (std::size_t at = value.find(open); at != std::string_view::npos; at = value.find(open, at + 1)) {
    std::size_t begin = at + open.size();
    while (!is_upper && begin < value.size() && value[begin] == ' ') ++begin;
    std::size_t end = begin;
    while (end < value.size() && is_of_word(value[end])) ++end;
    const std::string_view word = value.substr(begin, end - begin);
    if (word.empty() || !is_letter(word.front()) || !value.substr(end).starts_with(close)) continue;
    if (is_upper && std::any_of(word.begin(), word.end(), [](char c) { return c == ' ' || (c >= 'a' && c <= 'z'); })) continue;
    return value.substr(at, end + close.size() - at);
  }
  return {};
}

}  // namespace

std::string_view template_mark(std::string_view key, std::string_view value) {
  if (takes_any_text(key)) return {};
  for (const auto& [open, close, is_upper] : {std::tuple("<", ">", false), std::tuple("{{", "}}", false), std::tuple("@", "@", true)}) {
    if (const std::string_view mark = between(value, open, close, is_upper); !mark.empty()) return mark;
  }
  const std::string lower = to_lower(value);
  for (const std::string_view word : {"changeme", "change_me", "change-me"}) {
    if (const std::size_t at = lower.find(word); at != std::string::npos) return value.substr(at, word.size());
  }
  return {};
}

}  // namespace flume::config
