// Any bytes to the HTTP server over the simulated network: the first two choose how they are cut into
// pieces and how much the client takes. Whatever comes, the server answers HTTP or nothing, and ends.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/http_server.h"
#include "support/sim_network.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume;
  if (size < 2) return 0;
  SimClock clock;
  SimNetwork network(clock);
  SimEventLoop loop(clock);
  loop.shuffle_wake_ups(data[0]);
  HttpServer server(network, loop, {.connection = {.limits = {.header_bytes = 1024, .body_bytes = 4096}}}, [](const HttpRequest& request) {
    if (request.body.size() > 4096) std::abort();
    return HttpResponse{.body = request.method + " " + request.target + "\n" + request.body};
  });
  if (!server.start().ok()) std::abort();
  const auto client = network.connect(server.port());
  if (data[0] != 0) client->fragment(data[0]);
  if (data[1] != 0) client->set_window(data[1] * std::size_t{16});
  client->send({reinterpret_cast<const char*>(data) + 2, size - 2});
  loop.run_until_idle();
  client->shutdown_write();
  loop.advance(std::chrono::minutes(5));
  if (!client->is_closed() || server.counts().open_connections != 0) std::abort();
  if (!client->received().empty() && !std::string_view("HTTP/1.1 ").starts_with(std::string_view(client->received()).substr(0, 9))) {
    std::abort();
  }
  return 0;
}
