// A web server on the loopback whose answers a test decides, byte by byte: slow, cut, wrong, too long. With TLS if told so. It serves
// one connection after the other, in a thread of its own. Owned by the test.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace flume {

struct ScriptedRequest {
  std::string line;                            ///< "POST /x HTTP/1.1"
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

struct ScriptedAnswer {
  std::string bytes;                                                                  ///< as they go out
  enum class Then : std::uint8_t { KeepOpen, Close, Silence } then = Then::KeepOpen;  ///< Silence: until the client closes
  std::size_t piece = SIZE_MAX;                                                       ///< so many bytes at a time,
  std::chrono::milliseconds pause{0};                                                 ///< and this between them
  bool waits_for_acknowledgement = false;  ///< of a piece before the next, as systems do unless told otherwise (Nagle)
};

/// "HTTP/1.1 200 OK" with a length and this body.
[[nodiscard]] std::string http_answer(int status, const std::string& body = {}, const std::string& headers = {});

class ScriptedHttpServer {
 public:
  using Script = std::function<ScriptedAnswer(const ScriptedRequest&)>;
  struct Tls {
    std::string certificate_pem;   ///< with its key; empty: no TLS
    std::string client_authority;  ///< clients must have a certificate of this authority; empty: need none
  };

  explicit ScriptedHttpServer(Script script) : ScriptedHttpServer(std::move(script), Tls{}) {}
  ScriptedHttpServer(Script script, Tls tls);
  ScriptedHttpServer(const ScriptedHttpServer&) = delete;
  ScriptedHttpServer& operator=(const ScriptedHttpServer&) = delete;
  /// Breaks what is open.
  ~ScriptedHttpServer();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/") const;
  /// All that came whole, in their order.
  [[nodiscard]] std::vector<ScriptedRequest> requests() const;
  [[nodiscard]] std::vector<std::string> bodies() const;
  [[nodiscard]] int connections() const;

 private:
  class Peer;
  void serve(const std::stop_token& stop);
  void serve(Peer& peer);

  const Script script_;
  const Tls tls_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<ScriptedRequest> requests_;  // guarded by mutex_
  int connections_ = 0;                    // guarded by mutex_
  int open_ = -1;                          // guarded by mutex_
  std::jthread thread_;
};

}  // namespace flume
