#include "config/shown_value.h"

#include <algorithm>
#include <array>

#include "config/characters.h"

namespace flume::config {

namespace {

constexpr std::string_view kHidden = "***";
constexpr std::array<std::string_view, 8> kSecretWords{"password", "passwd", "passphrase", "secret",
                                                       "token",    "jaas",   "credential", "apikey"};
constexpr std::size_t kLongestShown = 120;      // characters
constexpr std::size_t kLongestLookedAt = 4096;  // bytes

bool ends_a_parameter(char c) { return is_blank(c) || c == '&' || c == ';' || c == ',' || c == '"' || c == '\''; }

// Where the value of `word=...` or `word:...` that starts at or after `from` begins; npos = none.
std::size_t secret_parameter(std::string_view lower, std::size_t from) {
  std::size_t first = std::string_view::npos;
  for (const std::string_view word : kSecretWords) {
    for (std::size_t at = lower.find(word, from); at != std::string_view::npos; at = lower.find(word, at + 1)) {
      std::size_t end = at + word.size();
      while (end < lower.size() && is_blank(lower[end])) ++end;
      if (end >= lower.size() || (lower[end] != '=' && lower[end] != ':')) continue;
      ++end;
      while (end < lower.size() && (is_blank(lower[end]) || lower[end] == '"' || lower[end] == '\'')) ++end;
      first = std::min(first, end);
      break;
    }
  }
  return first;
}

std::string without_secret_parameters(std::string_view value) {
  const std::string lower = to_lower(value);
  std::string shown;
  std::size_t done = 0;
  for (;;) {
    const std::size_t begin = secret_parameter(lower, done);
    if (begin == std::string_view::npos || begin >= value.size()) break;
    std::size_t end = begin;
    if (const char quote = value[begin - 1]; quote == '"' || quote == '\'') {
      end = std::min(value.find(quote, begin), value.size());
    } else {
      while (end < value.size() && !ends_a_parameter(value[end])) ++end;
    }
    shown.append(value.substr(done, begin - done));
    if (end > begin) shown += kHidden;
    done = end;
    if (end == begin) shown += value[done++];
  }
  shown.append(value.substr(std::min(done, value.size())));
  return shown;
}

std::string without_url_users(std::string_view value) {
  std::string shown;
  std::size_t done = 0;
  for (;;) {
    const std::size_t scheme_end = value.find("://", done);
    if (scheme_end == std::string_view::npos) break;
    const std::size_t begin = scheme_end + 3;
    const std::size_t end = std::min(value.find_first_of("/?# \t\n\r,", begin), value.size());
    // The last @ counts: a password may hold one.
    const std::size_t at = value.substr(begin, end - begin).rfind('@');
    shown.append(value.substr(done, begin - done));
    done = begin;
    if (at != std::string_view::npos) {
      shown += kHidden;
      done = begin + at;
    }
  }
  shown.append(value.substr(done));
  return shown;
}

// At most kLongestShown characters, never cutting one in two.
std::string shortened(std::string text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_utf8_continuation(text[i])) continue;
    if (characters++ == kLongestShown) return text.substr(0, i) + "...";
  }
  return text;
}

}  // namespace

bool is_secret_key(std::string_view key) {
  std::string lower = to_lower(key);
  std::erase_if(lower, [](char c) { return c == '-' || c == '_' || c == '.'; });
  return std::any_of(kSecretWords.begin(), kSecretWords.end(),
                     [&lower](std::string_view word) { return lower.find(word) != std::string::npos; });
}

std::string without_secrets(std::string_view value) { return without_secret_parameters(without_url_users(value)); }

std::string shown_value(std::string_view key, std::string_view value) {
  if (is_secret_key(key)) return std::string(kHidden);
  if (value.size() > kLongestLookedAt) return "a value of " + std::to_string(value.size()) + " bytes";
  return without_control_characters(shortened(without_secrets(value)));
}

std::string without_control_characters(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string shown;
  shown.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      shown += "\\n";
    } else if (c == '\r') {
      shown += "\\r";
    } else if (c == '\t') {
      shown += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      shown += "\\x";
      shown += kHex[byte >> 4];
      shown += kHex[byte & 15];
    } else {
      shown += c;
    }
  }
  return shown;
}

}  // namespace flume::config
