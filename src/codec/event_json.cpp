#include "codec/event_json.h"

#include <utility>

#include "text/base64.h"
#include "text/utf8.h"

namespace flume {
namespace {

/// A JSON string. What is not UTF-8 becomes U+FFFD.
void append_string(std::string_view text, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string repaired;
  if (!is_valid_utf8(text)) {
    append_valid_utf8(text, Utf8End::Replace, repaired);
    text = repaired;
  }
  out.push_back('"');
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(done, i - done)).push_back('\\');
    done = i + 1;
    switch (c) {
      case '\n':
        out.push_back('n');
        break;
      case '\r':
        out.push_back('r');
        break;
      case '\t':
        out.push_back('t');
        break;
      case '"':
      case '\\':
        out.push_back(c);
        break;
      default:
        out.append("u00");
        out.push_back(kDigits[static_cast<unsigned char>(c) >> 4U]);
        out.push_back(kDigits[static_cast<unsigned char>(c) & 15U]);
    }
  }
  out.append(text.substr(done)).push_back('"');
}

void append_headers(const EventView& event, std::string& out) {
  out.append("\"headers\":{");
  bool is_first = true;
  event.each_header([&](std::string_view key, std::string_view value) {
    if (!std::exchange(is_first, false)) out.push_back(',');
    append_string(key, out);
    out.push_back(':');
    append_string(value, out);
  });
  out.append("},");
}

}  // namespace

void append_event_json(const EventView& event, EventJsonForm form, std::string& out) {
  out.push_back('{');
  if (form.headers) append_headers(event, out);
  const std::string_view body = event.body();
  if (!form.always_base64 && is_valid_utf8(body)) {
    append_string(body, out.append("\"body\":"));
  } else {
    out.append("\"bodyBase64\":\"").append(to_base64(body)).push_back('"');
  }
  out.push_back('}');
}

}  // namespace flume
