#include "components/sinks/irc/irc_text.h"

#include <algorithm>

namespace flume {
namespace {

std::string_view next_word(std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return word;
}

/// At most so many bytes, and no part of a character.
std::size_t piece_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text.size();
  std::size_t size = most;
  const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
  while (size > 0 && most - size < 4 && continues(size)) --size;
  return size == 0 || continues(size) ? most : size;  // not UTF-8: anywhere
}

}  // namespace

IrcLine parse_irc_line(std::string_view line) {
  IrcLine parsed;
  if (line.starts_with(':')) {
    parsed.prefix = next_word(line);
    parsed.prefix.remove_prefix(1);
  }
  parsed.command = next_word(line);
  while (!line.empty()) {
    if (line.front() == ':') {
      parsed.parameters.push_back(line.substr(1));
      break;
    }
    parsed.parameters.push_back(next_word(line));
  }
  return parsed;
}

std::vector<std::string> irc_messages(std::string_view body, std::string_view separators, std::size_t most_bytes) {
  std::vector<std::string> messages;
  while (!body.empty()) {
    const std::size_t end = separators.empty() ? std::string_view::npos : body.find_first_of(separators);
    std::string_view line = body.substr(0, end);
    body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    while (!line.empty()) {
      std::string text(line.substr(0, piece_of(line, most_bytes)));
      line.remove_prefix(text.size());
      std::replace_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
      messages.push_back(std::move(text));
    }
  }
  return messages;
}

bool is_irc_word(std::string_view text) {
  using namespace std::string_view_literals;
  return !text.empty() && text.front() != ':' && text.find_first_of(" \r\n\0"sv) == std::string_view::npos;
}

}  // namespace flume
