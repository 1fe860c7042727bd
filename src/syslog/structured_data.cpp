#include "syslog/structured_data.h"

#include <optional>

#include "text/utf8.h"

namespace flume::syslog {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// PRINTUSASCII.
bool is_printable(char c) { return c > ' ' && c < '\x7F'; }
/// SD-NAME: none of these ends or divides it.
bool is_name(char c) { return is_printable(c) && c != '=' && c != ']' && c != '"'; }

/// Takes what consists of `is_part` off the front.
template <typename IsPart>
std::string_view take_while(std::string_view& text, IsPart is_part) {
  std::size_t size = 0;
  while (size < text.size() && is_part(text[size])) ++size;
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// A word and the blank behind it; `-` is nothing.
bool take_word(std::string_view& text, std::string_view& word) {
  word = take_while(text, is_printable);
  if (word.empty() || !take(text, ' ')) return false;
  if (word == "-") word = {};
  return true;
}

struct Parameter {
  std::string_view name;
  std::string_view value;  // as written, escapes and all
};

/// ` NAME="VALUE"`; false when there is none or it does not end.
bool take_parameter(std::string_view& text, Parameter& parameter) {
  if (!take(text, ' ')) return false;
  parameter.name = take_while(text, is_name);
  if (parameter.name.empty() || !take(text, '=') || !take(text, '"')) return false;
  std::size_t end = 0;
  while (end < text.size() && text[end] != '"' && text[end] != ']') end += text[end] == '\\' ? 2 : 1;
  if (end >= text.size() || text[end] != '"') return false;
  parameter.value = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

/// Takes `[ID NAME="VALUE" ...]` off, and tells each parameter; false: it is not of that form.
template <typename Tell>
bool take_element(std::string_view& text, Tell tell) {
  if (!take(text, '[')) return false;
  const std::string_view id = take_while(text, is_name);
  if (id.empty()) return false;
  Parameter parameter;
  while (!text.empty() && text.front() == ' ') {
    if (!take_parameter(text, parameter)) return false;
    tell(id, parameter);
  }
  return take(text, ']');
}

/// A backslash in front of anything else stands for itself (RFC 5424, 6.3.3).
void append_unescaped(std::string_view value, std::string& out) {
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] == '\\' && at + 1 < value.size() && (value[at + 1] == '"' || value[at + 1] == '\\' || value[at + 1] == ']')) ++at;
    out.push_back(value[at]);
  }
}

void add_parameter(std::string_view id, const Parameter& parameter, BatchBuilder& event, std::string& scratch) {
  scratch.assign(id);
  scratch += '.';
  scratch += parameter.name;
  const std::size_t key_size = scratch.size();
  append_unescaped(parameter.value, scratch);
  const std::size_t end = scratch.size();
  if (!is_valid_utf8(std::string_view(scratch).substr(key_size))) {
    const std::string raw = scratch.substr(key_size);
    append_valid_utf8(raw, Utf8End::Replace, scratch);
    scratch.erase(key_size, end - key_size);
  }
  event.header(std::string_view(scratch).substr(0, key_size), std::string_view(scratch).substr(key_size));
}

}  // namespace

bool read_rfc5424_tail(std::string_view text, Rfc5424Tail& tail) noexcept {
  if (!take_word(text, tail.app_name) || !take_word(text, tail.procid) || !take_word(text, tail.msgid)) return false;
  tail.structured_data = {};
  if (!take(text, '-')) {
    const std::string_view start = text;
    do {
      if (!take_element(text, [](std::string_view, const Parameter&) {})) return false;
    } while (!text.empty() && text.front() == '[');
    tail.structured_data = start.substr(0, start.size() - text.size());
  }
  if (!text.empty() && !take(text, ' ')) return false;
  tail.message = text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
  return true;
}

void add_headers(const Rfc5424Tail& tail, const Rfc5424Headers& wanted, BatchBuilder& event, std::string& scratch) {
  if (wanted.app_name && !tail.app_name.empty()) event.header("app-name", tail.app_name);
  if (wanted.procid && !tail.procid.empty()) event.header("procid", tail.procid);
  if (wanted.msgid && !tail.msgid.empty()) event.header("msgid", tail.msgid);
  if (!wanted.structured_data) return;
  std::size_t count = 0;
  for (std::string_view rest = tail.structured_data; !rest.empty();) {
    const bool taken = take_element(rest, [&](std::string_view id, const Parameter& parameter) {
      if (++count <= kMostParameters) add_parameter(id, parameter, event, scratch);
    });
    if (!taken) return;
  }
}

}  // namespace flume::syslog
