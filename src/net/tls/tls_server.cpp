#include "net/tls/tls_server.h"

#include <chrono>

#include "net/tls/tls_context.h"
#include "net/tls/tls_stream.h"
#include "net/tls/watched_context.h"

namespace flume::tls {
namespace {

/// Under the load of ten thousand clients that come at once; Netty gives one client 10 s.
constexpr std::chrono::seconds kLongestHandshake{30};

}  // namespace

TlsServer::TlsServer(std::unique_ptr<WatchedContext> context, const Clock& clock) : context_(std::move(context)), clock_(clock) {}
TlsServer::~TlsServer() = default;

Result<std::unique_ptr<TlsServer>> TlsServer::open(const TlsServerOptions& options, const TlsSeams& seams) {
  auto context = std::make_unique<WatchedContext>(seams.files, seams.clock, seams.log, files_of(options),
                                                  [&files = seams.files, options] { return make_server_context(files, options); });
  FLUME_TRY(context->open());
  return std::unique_ptr<TlsServer>(new TlsServer(std::move(context), seams.clock));
}

std::unique_ptr<Stream> TlsServer::wrap(std::unique_ptr<Stream> stream, EventLoop& loop) {
  Ssl ssl(SSL_new(context_->current().get()));
  if (ssl) {
    SSL_set_accept_state(ssl.get());
    X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl.get()), std::chrono::system_clock::to_time_t(clock_.wall()));
  }
  auto wrapped = std::make_unique<TlsStream>(std::move(ssl), std::move(stream), loop);
  wrapped->limit_handshake(kLongestHandshake);
  return wrapped;
}

bool looks_like_tls(ByteView first_bytes) noexcept {
  // A handshake record (22) of version 3.x with a ClientHello (1) in it.
  const auto is = [&](std::size_t at, unsigned value) { return std::to_integer<unsigned>(first_bytes[at]) == value; };
  return first_bytes.size() >= 6 && is(0, 22) && is(1, 3) && is(5, 1);
}

}  // namespace flume::tls
