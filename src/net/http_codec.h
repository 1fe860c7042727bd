// HTTP/1.1 as bytes, without any I/O: requests out of a byte stream, responses into one. Boost.Beast does
// the work behind this header. One parser per connection, its thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_message.h"

namespace flume {

struct HttpLimits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 1024 * 1024;
};

/// Parses one request after the other. After Bad it is of no more use.
class HttpRequestParser {
 public:
  enum class State { NeedMore, Done, Bad };

  explicit HttpRequestParser(HttpLimits limits);
  ~HttpRequestParser();

  /// Takes from the front of `input` what it could use and removes it there; never reads beyond a request.
  State parse(std::string& input);

  /// After Bad: 400, 413 (body too large) or 431 (headers too large), and why.
  [[nodiscard]] unsigned error_status() const { return error_status_; }
  [[nodiscard]] const std::string& error() const { return error_; }

  /// After Done: the request (without peer); the parser is ready for the next one.
  HttpRequest take();
  /// After Done, before take(): the client wants the connection to stay.
  [[nodiscard]] bool keep_alive() const;
  /// The headers are complete and the client waits for "100 Continue" before it sends the body.
  [[nodiscard]] bool expects_continue() const;
  /// Some of a request has come.
  [[nodiscard]] bool has_begun() const { return has_begun_; }

 private:
  struct Beast;
  State bad(unsigned status, std::string why);

  const HttpLimits limits_;
  std::unique_ptr<Beast> beast_;
  bool has_begun_ = false;
  unsigned error_status_ = 0;
  std::string error_;
};

/// The response as it goes over the wire. A HEAD response has the Content-Length of its body, not the body.
/// A response that cannot be written as HTTP (a line break in a header, a status outside 200-599) becomes a 500.
[[nodiscard]] std::string encode_http_response(const HttpResponse& response, bool is_head, bool keep_alive);

}  // namespace flume
