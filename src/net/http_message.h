// What an HTTP handler sees and answers. Values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flume {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;  // "GET"
  std::string target;  // as it came: "/metrics?pretty"
  HttpHeaders headers;
  std::string body;
  std::string peer;  // "10.0.0.7:51234"

  /// The target without its query.
  [[nodiscard]] std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  /// The first header of that name, in any case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "text/plain;charset=utf-8";  // empty: no such header
  std::string body = {};
  HttpHeaders headers = {};  // further ones; length and connection are the server's affair
};

}  // namespace flume
