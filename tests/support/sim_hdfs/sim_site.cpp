#include "support/sim_hdfs/sim_site.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "support/sim_network.h"

namespace flume::hdfs {

SimSite site_on(SimNetwork& network, SimEventLoop& loop) {
  return {.listener = network, .dialer = network, .loop = loop, .cut = [&network](const std::string& host, std::uint16_t port) {
            network.cut_all(host, port);
          }};
}

SimSite site_on_loopback(Listener& listener, Dialer& dialer, EventLoop& loop) {
  return {.listener = listener, .dialer = dialer, .loop = loop, .cut = nullptr, .is_loopback = true};
}

SimPort::SimPort(SimSite site, std::string host, std::uint16_t port, OnAccept on_accept)
    : site_(std::move(site)), host_(std::move(host)), port_(port), on_accept_(std::move(on_accept)) {
  open();
}

void SimPort::open() {
  if (std::exchange(is_open_, true) || socket_) return;
  auto socket = site_.listener.listen(host_, port_, site_.loop, {.on_accept = [this](std::unique_ptr<Stream> stream) {
                                        if (is_open_) on_accept_(std::move(stream));
                                      }});
  if (!socket) {
    std::fprintf(stderr, "a simulated server has no port: %s\n", socket.status().message().c_str());
    std::abort();
  }
  socket_ = std::move(*socket);
  port_ = socket_->port();
}

void SimPort::close() {
  if (!std::exchange(is_open_, false)) return;
  if (!site_.is_loopback) socket_.reset();
  if (site_.cut) site_.cut(host_, port_);
}

}  // namespace flume::hdfs
