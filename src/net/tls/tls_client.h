// The client's side of TLS: turns connected streams into encrypted ones, and checks who is there. Certificates are read again
// when their files change. Owned by the component that connects; wrap() from any thread.
#pragma once

#include <memory>
#include <string>

#include "flume/net.h"
#include "flume/tls_options.h"
#include "net/tls/tls_server.h"

namespace flume::tls {

class TlsClient {
 public:
  /// Reads the files that `options` (with_defaults()) name. InvalidConfig: one cannot be used, and why. What is not checked, by
  /// Flume's defaults, is warned of once.
  [[nodiscard]] static Result<std::unique_ptr<TlsClient>> open(const TlsClientOptions& options, const TlsSeams& seams);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// `loop` is that of `stream`; `host` is what was connected to, a name or an address: the server is told the name (SNI), and
  /// with verify-hostname its certificate must have it.
  [[nodiscard]] std::unique_ptr<Stream> wrap(std::unique_ptr<Stream> stream, EventLoop& loop, const std::string& host);

 private:
  TlsClient(std::unique_ptr<WatchedContext> context, const Clock& clock, bool verifies_host);

  const std::unique_ptr<WatchedContext> context_;
  const Clock& clock_;
  const bool verifies_host_;
};

}  // namespace flume::tls
