#include "net/tls/wrapping.h"

#include <utility>

#include "net/chosen_stream.h"
#include "net/deflate_stream.h"
#include "net/tls/tls_options.h"

namespace flume::tls {
namespace {

/// Of a TLS record that has a part of a handshake (RFC 8446, 5.1). zlib's format begins with 0x?8.
constexpr std::byte kHandshakeRecord{22};

WrapStream deflating(int level) {
  return [level](std::unique_ptr<Stream> stream, EventLoop& loop, const std::string&) {
    return std::make_unique<DeflateStream>(std::move(stream), loop, level);
  };
}

}  // namespace

Result<WrapStream> client_wrapping(const TlsClientOptions& options, const TlsDefaults* defaults, std::optional<int> deflate_level,
                                   const TlsSeams& seams) {
  WrapStream deflate = deflate_level ? deflating(*deflate_level) : nullptr;
  if (!options.ssl) return deflate;
  auto opened = TlsClient::open(with_defaults(options, defaults), seams);
  if (!opened) return std::move(opened).status();
  return WrapStream(
      [client = std::shared_ptr(*std::move(opened)), deflate](std::unique_ptr<Stream> stream, EventLoop& loop, const std::string& host) {
        if (deflate) stream = deflate(std::move(stream), loop, host);
        return client->wrap(std::move(stream), loop, host);
      });
}

Result<WrapStream> server_wrapping(const TlsServerOptions& options, const TlsDefaults* defaults, std::optional<int> deflate_level,
                                   const TlsSeams& seams) {
  WrapStream deflate = deflate_level ? deflating(*deflate_level) : nullptr;
  if (!options.ssl) return deflate;
  auto opened = TlsServer::open(with_defaults(options, defaults), seams);
  if (!opened) return std::move(opened).status();
  const std::shared_ptr<TlsServer> server = *std::move(opened);
  if (!deflate) {
    return WrapStream(
        [server](std::unique_ptr<Stream> stream, EventLoop& loop, const std::string&) { return server->wrap(std::move(stream), loop); });
  }
  return WrapStream([server, deflate](std::unique_ptr<Stream> stream, EventLoop& loop, const std::string& host) {
    const auto choose = [server, deflate, &loop, host](std::unique_ptr<Stream> begun, std::byte first) {
      if (first == kHandshakeRecord) return deflate(server->wrap(std::move(begun), loop), loop, host);
      return server->wrap(deflate(std::move(begun), loop, host), loop);
    };
    return std::make_unique<ChosenStream>(std::move(stream), choose);
  });
}

}  // namespace flume::tls
