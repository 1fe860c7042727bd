#include <algorithm>
#include <charconv>
#include <optional>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "components/sources/http/request_events.h"
#include "text/ascii.h"
#include "text/base64.h"
#include "text/charset.h"
#include "text/charset_encoder.h"
#include "text/utf8.h"

namespace flume {
namespace {

namespace ondemand = simdjson::ondemand;
using Refusal = std::optional<RequestRefusal>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// The charset that a Content-Type names, in lower case; UTF-8 when it names none.
std::string charset_of(std::string_view content_type) {
  for (std::size_t at = content_type.find(';'); at != std::string_view::npos;) {
    const std::size_t end = content_type.find(';', at + 1);
    const std::string parameter = to_lower(trimmed(content_type.substr(at + 1, end == std::string_view::npos ? end : end - at - 1)));
    constexpr std::string_view kName = "charset=";
    if (parameter.starts_with(kName)) {
      std::string name = parameter.substr(kName.size());
      if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
      return name;
    }
    at = end;
  }
  return "utf-8";
}

/// The value is all there is.
bool is_at_end(ondemand::document& document) { return document.current_location().error() == simdjson::OUT_OF_BOUNDS; }

/// simdjson refuses \u escapes of half a pair; Java's clients send them. They become those of U+FFFD, which are as long.
/// False: there is none.
bool replace_lone_surrogates(std::string& json) {
  const auto code_at = [&json](std::size_t at) -> unsigned {
    unsigned code = 0;
    if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u') return 0;
    const auto [end, error] = std::from_chars(json.data() + at + 2, json.data() + at + 6, code, 16);
    return error == std::errc() && end == json.data() + at + 6 ? code : 0;
  };
  bool has_replaced = false;
  for (std::size_t at = json.find('\\'); at < json.size(); at = json.find('\\', at)) {
    const unsigned code = code_at(at);
    const bool is_high = code >= 0xD800 && code < 0xDC00;
    const unsigned next = is_high ? code_at(at + 6) : 0;
    if (is_high && next >= 0xDC00 && next < 0xE000) {
      at += 12;
    } else if (code >= 0xD800 && code < 0xE000) {
      json.replace(at + 2, 4, "fffd");
      has_replaced = true;
      at += 6;
    } else {
      at += 2;
    }
  }
  return has_replaced;
}

Refusal wrong(std::string why) { return RequestRefusal{400, std::move(why)}; }
Refusal wrong(simdjson::error_code error) {
  return wrong(std::string("not JSON as an HTTP source takes it: ") + simdjson::error_message(error));
}

class JsonEvents final : public RequestEvents {
 public:
  Refusal build(HttpRequest& request, BatchBuilder& builder) override {
    const std::string_view content_type = request.header("Content-Type").value_or("");
    const std::string charset = charset_of(content_type);
    if (charset != "utf-8" && charset != "utf-16" && charset != "utf-32") {
      return RequestRefusal{500, "charset " + charset + " is not supported; UTF-8, UTF-16 and UTF-32 are"};
    }
    if (request.body.empty()) return RequestRefusal{500, "the request has no body"};
    encoder_.reset();
    if (charset != "utf-8") {
      auto decoder = CharsetDecoder::open(charset);
      auto encoder = CharsetEncoder::open(charset);
      if (!decoder || !encoder) return RequestRefusal{500, "charset " + charset + " is not available on this system"};
      std::string text;
      decoder->decode(request.body, text);
      decoder->finish(text);
      request.body = std::move(text);
      encoder_.emplace(*std::move(encoder));
    } else if (!is_valid_utf8(request.body)) {
      std::string text;
      append_valid_utf8(request.body, Utf8End::Replace, text);
      request.body = std::move(text);
    }
    request.body.reserve(request.body.size() + simdjson::SIMDJSON_PADDING);
    const bool is_lines = to_lower(trimmed(content_type.substr(0, content_type.find(';')))) == "application/x-ndjson";
    const auto build_all = [&] { return is_lines ? build_lines(request.body, builder) : build_array(request.body, builder); };
    Refusal refused = build_all();
    if (refused && refused->status == 400 && replace_lone_surrogates(request.body)) {
      builder.abort();
      refused = build_all();
    }
    if (parser_.capacity() > kMostKept) parser_ = ondemand::parser();
    return refused;
  }

 private:
  // A large request must not hold its memory for ever.
  static constexpr std::size_t kMostKept = std::size_t{4} << 20U;

  static simdjson::padded_string_view padded(std::string_view part, const std::string& whole) {
    const auto offset = static_cast<std::size_t>(part.data() - whole.data());
    return simdjson::padded_string_view(part.data(), part.size(), whole.capacity() - offset);
  }

  Refusal build_array(const std::string& body, BatchBuilder& builder) {
    ondemand::document document;
    if (const auto error = parser_.iterate(padded(body, body)).get(document)) return wrong(error);
    ondemand::array events;
    if (const auto error = document.get_array().get(events)) {
      return error == simdjson::INCORRECT_TYPE ? wrong("the body must be an array of events") : wrong(error);
    }
    for (auto element : events) {
      ondemand::object event;
      if (const auto error = element.get_object().get(event)) {
        return error == simdjson::INCORRECT_TYPE ? wrong("an event must be an object with headers and body") : wrong(error);
      }
      if (Refusal refused = build_event(event, builder)) return refused;
    }
    if (!is_at_end(document)) return wrong("there is something behind the array");
    return std::nullopt;
  }

  Refusal build_lines(const std::string& body, BatchBuilder& builder) {
    for (std::size_t at = 0; at < body.size();) {
      const std::size_t end = std::min(body.find('\n', at), body.size());
      const std::string_view line = trimmed(std::string_view(body).substr(at, end - at));
      at = end + 1;
      if (line.empty()) continue;
      ondemand::document document;
      if (const auto error = parser_.iterate(padded(line, body)).get(document)) return wrong(error);
      ondemand::object event;
      if (const auto error = document.get_object().get(event)) return wrong(error);
      if (Refusal refused = build_event(event, builder)) return refused;
      if (!is_at_end(document)) return wrong("there is something behind the event of a line");
    }
    return std::nullopt;
  }

  Refusal build_event(ondemand::object event, BatchBuilder& builder) {
    std::string_view body;
    bool has_headers = false;
    bool has_body = false;
    bool is_bytes = false;
    for (auto field : event) {
      std::string_view name;
      if (const auto error = field.unescaped_key().get(name)) return wrong(error);
      ondemand::value value;
      if (const auto error = field.value().get(value)) return wrong(error);
      if (name == "headers") {
        if (std::exchange(has_headers, true)) return wrong("an event has headers twice");
        if (Refusal refused = build_headers(value, builder)) return refused;
      } else if (name == "body" || name == "bodyBase64") {
        if (std::exchange(has_body, true)) return wrong("an event has a body twice");
        bool is_null = false;
        is_bytes = name == "bodyBase64";
        if (Refusal refused = scalar(value, body, is_null)) return refused;
      }
    }
    if (is_bytes) {
      auto bytes = bytes_of_base64(body);
      if (!bytes) return wrong("bodyBase64 is no Base64");
      encoded_ = *std::move(bytes);
      body = encoded_;
    } else if (encoder_) {
      encoded_.clear();
      encoder_->encode(body, encoded_);
      body = encoded_;
    }
    if (!builder.body(body).ok()) return RequestRefusal{413, "an event is too large"};
    return std::nullopt;
  }

  Refusal build_headers(ondemand::value value, BatchBuilder& builder) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return wrong(error);
    if (type == ondemand::json_type::null) {
      bool is_null = false;
      if (const auto error = value.is_null().get(is_null)) return wrong(error);
      return is_null ? std::nullopt : wrong("headers must be an object");
    }
    ondemand::object headers;
    if (const auto error = value.get_object().get(headers)) {
      return error == simdjson::INCORRECT_TYPE ? wrong("headers must be an object") : wrong(error);
    }
    names_.clear();
    for (auto field : headers) {
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return wrong(error);
      names_.push_back(key);
      ondemand::value each;
      if (const auto error = field.value().get(each)) return wrong(error);
      std::string_view text;
      bool is_null = false;
      if (Refusal refused = scalar(each, text, is_null)) return refused;
      if (!is_null) builder.header(key, text);
    }
    std::ranges::sort(names_);
    const auto twice = std::ranges::adjacent_find(names_);
    if (twice != names_.end()) return wrong("an event has the header " + std::string(*twice) + " twice");
    return std::nullopt;
  }

  /// The characters of a string, a number or a boolean; null has none.
  static Refusal scalar(ondemand::value value, std::string_view& text, bool& is_null) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return wrong(error);
    switch (type) {
      case ondemand::json_type::string:
        if (const auto error = value.get_string().get(text)) return wrong(error);
        return std::nullopt;
      case ondemand::json_type::number: {
        text = trimmed(value.raw_json_token());
        double number = 0;
        // Of any size: its characters are what is wanted.
        if (const auto error = value.get_double().get(number); error && error != simdjson::NUMBER_ERROR) return wrong(error);
        return text.find_first_not_of("0123456789+-.eE") == std::string_view::npos ? std::nullopt : wrong(simdjson::NUMBER_ERROR);
      }
      case ondemand::json_type::boolean: {
        bool is_true = false;
        if (const auto error = value.get_bool().get(is_true)) return wrong(error);
        text = is_true ? "true" : "false";
        return std::nullopt;
      }
      case ondemand::json_type::null:
        if (const auto error = value.is_null().get(is_null)) return wrong(error);
        text = {};
        return is_null ? std::nullopt : wrong("a value is no JSON");
      default:
        return wrong("values of headers and bodies must be strings, numbers, booleans or null");
    }
  }

  ondemand::parser parser_;
  std::optional<CharsetEncoder> encoder_;  // of this request; none: UTF-8
  std::string encoded_;                    // scratch
  std::vector<std::string_view> names_;    // of an event's headers; scratch
};

}  // namespace

std::unique_ptr<RequestEvents> make_json_events() { return std::make_unique<JsonEvents>(); }

}  // namespace flume
