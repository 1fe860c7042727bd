#include "net/asio_network.h"

#include <array>
#include <utility>

#include <arpa/inet.h>

#include "net/asio_datagrams.h"
#include "net/asio_dialing.h"
#include "net/asio_parts.h"

namespace flume {
namespace {

using namespace asio_net;

class AsioListeningSocket final : public ListeningSocket {
 public:
  AsioListeningSocket(AsioEventLoop& loop, tcp::acceptor acceptor, AcceptHandlers handlers)
      : acceptor_(std::move(acceptor)), pause_(loop.context()), handlers_(std::move(handlers)) {
    error_code ignored;
    port_ = acceptor_.local_endpoint(ignored).port();
    accept();
  }
  AsioListeningSocket(const AsioListeningSocket&) = delete;
  AsioListeningSocket& operator=(const AsioListeningSocket&) = delete;
  ~AsioListeningSocket() override { close(); }

  [[nodiscard]] std::uint16_t port() const override { return port_; }
  void close() override {
    wanted_.reset();
    pause_.cancel();
    error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  void accept() {
    acceptor_.async_accept([this, wanted = std::weak_ptr(wanted_)](const error_code& error, tcp::socket socket) {
      if (wanted.expired()) return;
      if (!error) {
        is_troubled_ = false;
        give(std::move(socket));
        if (!wanted.expired()) accept();
        return;
      }
      if (error == asio::error::connection_aborted) return accept();  // the client went away before we came
      // Out of handles or memory: the connection stays in the queue, so an accept at once would spin.
      constexpr auto kPause = std::chrono::milliseconds(100);
      pause_.set(Deadline(std::chrono::steady_clock::now() + kPause), [this] { accept(); });
      if (!std::exchange(is_troubled_, true)) {
        handlers_.on_trouble(Status::from_errno(error.value(), "accept on port " + std::to_string(port_)));
      }
    });
  }

  void give(tcp::socket socket) {
    error_code error;
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) return;  // gone already
    handlers_.on_accept(std::make_unique<AsioStream>(std::move(socket), text_of(peer)));
  }

  tcp::acceptor acceptor_;
  AsioTimer pause_;
  AcceptHandlers handlers_;
  Wanted wanted_ = make_wanted();
  std::uint16_t port_ = 0;
  bool is_troubled_ = false;
};

Result<tcp::endpoint> look_up(asio::io_context& context, const std::string& host, std::uint16_t port) {
  error_code error;
  if (host.empty()) {
    // All addresses, as Java does; a system may have no IPv6.
    tcp::acceptor probe(context);
    probe.open(tcp::v6(), error);
    return tcp::endpoint(error ? tcp::v4() : tcp::v6(), port);
  }
  const asio::ip::address address = asio::ip::make_address(host, error);
  if (!error) return tcp::endpoint(address, port);
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
  if (error || found.empty()) {
    return retryable(host_and_port(host, port) + ": unknown host (" + error.message() + "); give an address of this machine",
                     Cause::NotFound);
  }
  return tcp::endpoint(found.begin()->endpoint());
}

Status listen_error(const error_code& error, const std::string& place) {
  if (error == asio::error::address_in_use) {
    return retryable(place + ": address already in use (`ss -lntup` shows by whom)", Cause::Exists);
  }
  return Status::from_errno(error.value(), "listen on " + place);
}

}  // namespace

std::string DatagramSender::host() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(is_ipv6 ? AF_INET6 : AF_INET, address.data(), text.data(), text.size());
}

std::string host_and_port(const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::unique_ptr<EventLoop> AsioNetwork::make_loop() { return std::make_unique<AsioEventLoop>(); }

Result<std::unique_ptr<ListeningSocket>> AsioNetwork::listen(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                             AcceptHandlers handlers) {
  auto& asio_loop = dynamic_cast<AsioEventLoop&>(loop);
  const auto endpoint = look_up(asio_loop.context(), host, port);
  if (!endpoint) return endpoint.status();
  error_code error;
  tcp::acceptor acceptor(asio_loop.context());
  acceptor.open(endpoint->protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(*endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (error) return listen_error(error, host_and_port(host, port));
  return std::unique_ptr<ListeningSocket>(std::make_unique<AsioListeningSocket>(asio_loop, std::move(acceptor), std::move(handlers)));
}

Result<std::unique_ptr<DatagramSocket>> AsioNetwork::open_datagrams(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                                    std::size_t buffer_bytes) {
  auto& asio_loop = dynamic_cast<AsioEventLoop&>(loop);
  const auto found = look_up(asio_loop.context(), host, port);
  if (!found) return found.status();
  const udp::endpoint endpoint(found->address(), port);
  error_code error;
  udp::socket socket(asio_loop.context());
  socket.open(endpoint.protocol(), error);
  if (!error) socket.bind(endpoint, error);
  if (error) return listen_error(error, host_and_port(host, port));
  return make_datagram_socket(std::move(socket), buffer_bytes);
}

std::unique_ptr<Dialing> AsioNetwork::connect(const std::string& host, std::uint16_t port, EventLoop& loop, Deadline deadline,
                                              Callback callback) {
  return asio_net::make_dialing(dynamic_cast<asio_net::AsioEventLoop&>(loop), resolve_, host, port, deadline, std::move(callback));
}

}  // namespace flume
