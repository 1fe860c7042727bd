// A port that answers HTTP/1.1 requests at once: metrics, health and pages. Its connections are those of the HTTP source, too: see
// HttpConnection.
// Lives in its event loop's thread (or while the loop does not run); the loop outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flume/net.h"
#include "net/http_connection.h"

namespace flume {

struct HttpServerSettings {
  std::string host = "0.0.0.0";
  std::uint16_t port = 0;
  std::size_t max_connections = 256;  // one more is answered with 503
  HttpConnectionSettings connection = {};
};

class HttpServer {
 public:
  /// Called in the loop's thread; must not block.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  struct Counts {
    std::uint64_t requests = 0;
    std::uint64_t bad_requests = 0;  // answered with 4xx by the server itself
    std::uint64_t refused_connections = 0;
    std::uint64_t open_connections = 0;
  };

  HttpServer(Listener& listener, EventLoop& loop, HttpServerSettings settings, Handler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  /// Opens the port; the error says which and why not. `on_trouble`: accepting fails for a while.
  Status start(std::function<void(const Status&)> on_trouble = [](const Status&) {});
  /// Closes the port and every connection at once.
  void stop();
  [[nodiscard]] std::uint16_t port() const { return socket_->port(); }
  [[nodiscard]] Counts counts() const;

 private:
  void accept(std::unique_ptr<Stream> stream);

  Listener& listener_;
  EventLoop& loop_;
  const HttpServerSettings settings_;
  const Handler handler_;
  Counts counts_;
  std::unique_ptr<ListeningSocket> socket_;
  std::vector<std::byte> buffer_;
  std::uint64_t last_connection_ = 0;
  std::map<std::uint64_t, std::unique_ptr<HttpConnection>> connections_;
};

}  // namespace flume
