// Any bytes from the peer of a TLS server or client: the first byte chooses which, and whether the peer's client certificate is
// asked for; the second how the bytes are cut into pieces. No bytes finish a handshake without its secrets: whatever comes,
// nothing is heard, and what is told names the peer.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/tls/tls_client.h"
#include "net/tls/tls_server.h"
#include "support/captured_log.h"
#include "support/sim_files.h"
#include "support/sim_network.h"
#include "support/test_certificates.h"

namespace {

using namespace flume;

/// What is made once for all inputs.
struct World {
  World() {
    const TestAuthority authority;
    files.add_file("/c/server.pem", authority.issue().both());
    files.add_file("/c/ca.pem", authority.pem());
    const tls::TlsSeams seams{files, clock, Log(log, "tls")};
    server = opened(tls::TlsServer::open({.ssl = true, .keys = {.keystore = "/c/server.pem"}}, seams));
    asking_server = opened(tls::TlsServer::open(
        {.ssl = true, .keys = {.keystore = "/c/server.pem"}, .client_auth = ClientAuth::Need, .trust = {.truststore = "/c/ca.pem"}},
        seams));
    client = opened(tls::TlsClient::open({.ssl = true, .trust = {.truststore = "/c/ca.pem"}}, seams));
  }
  template <typename T>
  static std::unique_ptr<T> opened(Result<std::unique_ptr<T>> made) {
    if (!made) std::abort();
    return *std::move(made);
  }

  SimClock clock;
  SimFiles files{&clock};
  CapturedLog log;
  std::unique_ptr<tls::TlsServer> server;
  std::unique_ptr<tls::TlsServer> asking_server;
  std::unique_ptr<tls::TlsClient> client;
};

/// Reads until the end or an error.
void read(Stream& stream) {
  std::array<std::byte, 1000> buffer{};
  const auto got = stream.read_some(buffer);
  if (!got) {
    if (got.status().message().find(stream.peer()) == std::string::npos) std::abort();
    return stream.close();
  }
  if (got->state == Transfer::State::Moved) std::abort();
  if (got->state == Transfer::State::WouldBlock) stream.wait_readable([&stream] { read(stream); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  if (size < 2) return 0;
  SimClock clock;
  SimNetwork network(clock);
  SimEventLoop loop(clock);
  std::unique_ptr<Stream> stream;
  const auto socket = network.listen("0.0.0.0", 1, loop, {.on_accept = [&](std::unique_ptr<Stream> plain) {
                                       switch (data[0] % 3) {
                                         case 0:
                                           stream = world.server->wrap(std::move(plain), loop);
                                           break;
                                         case 1:
                                           stream = world.asking_server->wrap(std::move(plain), loop);
                                           break;
                                         default:
                                           stream = world.client->wrap(std::move(plain), loop, "server.example");
                                       }
                                       read(*stream);
                                     }});
  if (!socket.ok()) std::abort();
  const auto peer = network.connect(1);
  if (data[1] != 0) peer->fragment(data[1]);
  peer->send({reinterpret_cast<const char*>(data) + 2, size - 2});
  loop.run_until_idle();
  peer->shutdown_write();
  loop.run_until_idle();
  if (stream == nullptr || (peer->received().empty() && data[0] % 3 == 2)) std::abort();
  return 0;
}
