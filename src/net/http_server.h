// The project's one HTTP/1.1 server: metrics, health and pages now, the HTTP source later. Requests of a
// connection are answered in order; slow, oversized and broken ones cannot hold it up.
// Lives in its event loop's thread (or while the loop does not run); the loop outlives it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "flume/net.h"
#include "net/http_codec.h"

namespace flume {

struct HttpServerSettings {
  std::string host = "0.0.0.0";
  std::uint16_t port = 0;
  HttpLimits limits = {};
  std::size_t max_connections = 256;                             // one more is answered with 503
  Instant::duration request_timeout = std::chrono::seconds(30);  // from a request's first byte to its last
  Instant::duration idle_timeout = std::chrono::seconds(60);     // between requests
  Instant::duration write_timeout = std::chrono::seconds(30);    // a client that takes nothing
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
  class Connection;
  void accept(std::unique_ptr<Stream> stream);

  Listener& listener_;
  EventLoop& loop_;
  const HttpServerSettings settings_;
  const Handler handler_;
  Counts counts_;
  std::unique_ptr<ListeningSocket> socket_;
  std::map<const Connection*, std::unique_ptr<Connection>> connections_;
};

}  // namespace flume
