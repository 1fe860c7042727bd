#include "net/http_codec.h"

#include <algorithm>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http.hpp>

namespace flume {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

bool is_header_safe(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

bool is_writable(const HttpResponse& response) {
  return response.status >= 200 && response.status < 600 && is_header_safe(response.content_type) &&
         std::ranges::all_of(
             response.headers,
             [](const auto& header) {
               return !header.first.empty() && header.first.find_first_of(": \t") == std::string::npos && is_header_safe(header.first) &&
                      is_header_safe(header.second);
             });
}

beast::string_view beast_view(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::optional<std::string_view> HttpRequest::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const auto& header) { return beast::iequals(beast_view(header.first), beast_view(name)); });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

struct HttpRequestParser::Beast {
  std::optional<http::request_parser<http::string_body>> parser;

  void renew(const HttpLimits& limits) {
    parser.emplace();
    parser->eager(true);
    parser->header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser->body_limit(limits.body_bytes);
  }
};

HttpRequestParser::HttpRequestParser(HttpLimits limits) : limits_(limits), beast_(std::make_unique<Beast>()) { beast_->renew(limits_); }

HttpRequestParser::~HttpRequestParser() = default;

HttpRequestParser::State HttpRequestParser::bad(unsigned status, std::string why) {
  error_status_ = status;
  error_ = std::move(why);
  return State::Bad;
}

HttpRequestParser::State HttpRequestParser::parse(std::string& input) {
  auto& parser = *beast_->parser;
  std::size_t used = 0;
  // Empty lines before a request: RFC 9112, 2.2, wants them ignored.
  while (!has_begun_ && used < input.size() && (input[used] == '\r' || input[used] == '\n')) ++used;
  while (used < input.size() && !parser.is_done()) {
    // What may be the last chunk of a chunked body, five bytes at least: Beast asserts that it gets so many at once. (Bytes
    // of a chunk may wait here, too: behind them at least as many follow.)
    constexpr std::size_t kLastChunk = 5;
    if (input[used] == '0' && input.size() - used < kLastChunk && parser.is_header_done() && parser.chunked()) break;
    has_begun_ = true;
    beast::error_code error;
    const std::size_t taken = parser.put(boost::asio::buffer(input.data() + used, input.size() - used), error);
    used += taken;
    if (error == http::error::need_more) {
      // Not yet a whole header or chunk head: it stays in `input`, so its size is bounded here.
      if (input.size() - used > limits_.header_bytes)
        return bad(431, "headers larger than " + std::to_string(limits_.header_bytes) + " bytes");
      if (taken == 0) break;
      continue;
    }
    if (error == http::error::header_limit) return bad(431, "headers larger than " + std::to_string(limits_.header_bytes) + " bytes");
    if (error == http::error::body_limit) return bad(413, "body larger than " + std::to_string(limits_.body_bytes) + " bytes");
    if (error) return bad(400, error.message());
    if (taken == 0) break;
  }
  input.erase(0, used);
  if (!parser.is_done()) return State::NeedMore;
  if (parser.get().version() == 11 && parser.get().count(http::field::host) != 1) return bad(400, "exactly one Host header is needed");
  return State::Done;
}

HttpRequest HttpRequestParser::take() {
  auto message = beast_->parser->release();
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  request.body = std::move(message.body());
  beast_->renew(limits_);
  has_begun_ = false;
  return request;
}

bool HttpRequestParser::keep_alive() const { return beast_->parser->get().keep_alive(); }

bool HttpRequestParser::expects_continue() const {
  const auto& parser = *beast_->parser;
  return parser.is_header_done() && !parser.is_done() && parser.get().version() == 11 &&
         beast::iequals(parser.get()[http::field::expect], "100-continue");
}

std::string encode_http_response(const HttpResponse& response, bool is_head, bool keep_alive) {
  if (!is_writable(response)) {
    return encode_http_response({.status = 500, .body = "the response could not be written as HTTP\n"}, is_head, keep_alive);
  }
  const bool may_have_body = response.status != 204 && response.status != 304;
  http::response<http::string_body> message;
  message.version(11);
  message.result(response.status);
  for (const auto& [name, value] : response.headers) message.insert(beast_view(name), beast_view(value));
  if (may_have_body) {
    if (!response.content_type.empty()) message.set(http::field::content_type, beast_view(response.content_type));
    message.body() = response.body;
  }
  message.prepare_payload();
  message.keep_alive(keep_alive);

  std::string bytes;
  http::response_serializer<http::string_body> serializer(message);
  serializer.split(true);
  beast::error_code error;
  while (!error && !serializer.is_done() && !(is_head && serializer.is_header_done())) {
    serializer.next(error, [&](beast::error_code&, const auto& buffers) {
      for (const auto buffer : beast::buffers_range_ref(buffers)) bytes.append(static_cast<const char*>(buffer.data()), buffer.size());
      serializer.consume(beast::buffer_bytes(buffers));
    });
  }
  return bytes;
}

}  // namespace flume
