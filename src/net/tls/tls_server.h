// The server's side of TLS: turns accepted streams into encrypted ones. Certificates are read again when their files change.
// Owned by the component that listens; wrap() from any thread.
#pragma once

#include <memory>
#include <string>

#include "flume/clock.h"
#include "flume/files.h"
#include "flume/log.h"
#include "flume/net.h"
#include "flume/tls_options.h"

namespace flume::tls {

class WatchedContext;

/// What TLS needs of the agent.
struct TlsSeams {
  Files& files;
  const Clock& clock;
  Log log;
};

class TlsServer {
 public:
  /// Reads the files that `options` (with_defaults()) name. InvalidConfig: one cannot be used, and why.
  [[nodiscard]] static Result<std::unique_ptr<TlsServer>> open(const TlsServerOptions& options, const TlsSeams& seams);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  /// `loop` is that of `stream`. The handshake happens in the first reads and writes; reads and writes fail when it takes longer
  /// than half a minute.
  [[nodiscard]] std::unique_ptr<Stream> wrap(std::unique_ptr<Stream> stream, EventLoop& loop);

 private:
  TlsServer(std::unique_ptr<WatchedContext> context, const Clock& clock);

  const std::unique_ptr<WatchedContext> context_;
  const Clock& clock_;
};

/// True: these are how a TLS client begins. For servers that expect something else, to say so.
[[nodiscard]] bool looks_like_tls(ByteView first_bytes) noexcept;

}  // namespace flume::tls
