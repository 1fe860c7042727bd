// json: each event as a JSON object on a line of its own, in the form that Flume's HTTP source takes: {"headers":{..},"body":".."}.
// What is not UTF-8 is not bent into it: such a body is written as "bodyBase64", and its bytes can be had back.
#include <array>
#include <utility>

#include "flume/component.h"
#include "text/utf8.h"

namespace flume {
namespace {

enum class JsonBody : std::uint8_t { Text, Base64 };

std::span<const EnumName<JsonBody>> enum_names(JsonBody) {
  static constexpr std::array kNames{EnumName<JsonBody>{"text", JsonBody::Text}, EnumName<JsonBody>{"base64", JsonBody::Base64}};
  return kNames;
}

struct JsonSerializerOptions {
  bool headers = true;
  JsonBody body = JsonBody::Text;
};

constexpr auto kJsonSerializerOptions = options(
    option<&JsonSerializerOptions::headers>("includeHeaders", "Write the headers, too.", {.extension = true}),
    option<&JsonSerializerOptions::body>(
        "body", "text: as \"body\", or as \"bodyBase64\" where it is not UTF-8; base64: always as \"bodyBase64\".", {.extension = true}));

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

void append_base64(std::string_view bytes, std::string& out) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out.push_back('"');
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view three = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8U | (k < three.size() ? static_cast<unsigned char>(three[k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out.push_back(k <= three.size() ? kDigits[bits >> (18 - 6 * k) & 63U] : '=');
  }
  out.push_back('"');
}

class JsonSerializer final : public EventSerializer {
 public:
  JsonSerializer(const JsonSerializerOptions& options, const Services&) : options_(options) {}

  Status write(std::span<const EventView> events, std::string& out, std::size_t& written) override {
    for (const EventView& event : events) {
      out.push_back('{');
      if (options_.headers) append_headers(event, out);
      const std::string_view body = event.body();
      if (options_.body == JsonBody::Text && is_valid_utf8(body)) {
        append_string(body, out.append("\"body\":"));
      } else {
        append_base64(body, out.append("\"bodyBase64\":"));
      }
      out.append("}\n");
    }
    written = events.size();
    return {};
  }
  [[nodiscard]] bool ends_in_newline() const override { return true; }

 private:
  static void append_headers(const EventView& event, std::string& out) {
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

  const JsonSerializerOptions options_;
};

}  // namespace

namespace components {
extern const ComponentInfo serializer_json;
constinit const ComponentInfo serializer_json = describe<JsonSerializer, kJsonSerializerOptions>(
    "json", "Writes headers and body of each event as a JSON object on a line of its own.", {}, {.extension = true});
}  // namespace components
}  // namespace flume
