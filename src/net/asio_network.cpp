#include "net/asio_network.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/socket.h>
#include <sys/uio.h>

namespace flume {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

/// While alive, callbacks that were asked for are wanted; held weakly by what the reactor keeps.
using Wanted = std::shared_ptr<char>;
Wanted make_wanted() { return std::make_shared<char>(); }

class AsioTimer final : public LoopTimer {
 public:
  explicit AsioTimer(asio::io_context& context) : timer_(context) {}

  void set(Deadline deadline, std::function<void()> callback) override {
    cancel();
    if (deadline.is_never()) return;
    wanted_ = make_wanted();
    timer_.expires_at(deadline.when());
    timer_.async_wait([wanted = std::weak_ptr(wanted_), callback = std::move(callback)](error_code) {
      if (!wanted.expired()) callback();
    });
  }
  void cancel() override {
    wanted_.reset();
    timer_.cancel();
  }

 private:
  asio::steady_timer timer_;
  Wanted wanted_;
};

class AsioEventLoop final : public EventLoop {
 public:
  void run(std::stop_token stop) override {
    context_.restart();
    const std::stop_callback end(stop, [this] { context_.stop(); });
    if (!stop.stop_requested()) context_.run();
  }
  void post(std::function<void()> task) override { asio::post(context_, std::move(task)); }
  std::unique_ptr<LoopTimer> make_timer() override { return std::make_unique<AsioTimer>(context_); }
  [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }

  asio::io_context& context() { return context_; }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
};

std::string text_of(const tcp::endpoint& endpoint) { return host_and_port(endpoint.address().to_string(), endpoint.port()); }

class AsioStream final : public Stream {
 public:
  AsioStream(tcp::socket socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {}
  AsioStream(const AsioStream&) = delete;
  AsioStream& operator=(const AsioStream&) = delete;
  ~AsioStream() override { close(); }

  Result<Transfer> read_some(std::span<std::byte> buffer) override {
    if (buffer.empty()) return Transfer{};
    for (;;) {
      const ssize_t got = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got > 0) return Transfer{Transfer::State::Moved, static_cast<std::size_t>(got)};
      if (got == 0) return Transfer{Transfer::State::End, 0};
      if (errno == EAGAIN || errno == EWOULDBLOCK) return Transfer{Transfer::State::WouldBlock, 0};
      if (errno != EINTR) return failure("read from");
    }
  }

  Result<Transfer> write_some(std::span<const ByteView> pieces) override {
    std::array<iovec, 64> vectors;
    std::size_t count = 0;
    for (const ByteView piece : pieces.first(std::min(pieces.size(), vectors.size()))) {
      vectors[count++] = {const_cast<std::byte*>(piece.data()), piece.size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    for (;;) {
      const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent >= 0) return Transfer{Transfer::State::Moved, static_cast<std::size_t>(sent)};
      if (errno == EAGAIN || errno == EWOULDBLOCK) return Transfer{Transfer::State::WouldBlock, 0};
      if (errno != EINTR) return failure("write to");
    }
  }

  void wait_readable(std::function<void()> callback) override { wait(tcp::socket::wait_read, reading_, std::move(callback)); }
  void wait_writable(std::function<void()> callback) override { wait(tcp::socket::wait_write, writing_, std::move(callback)); }

  void shutdown_write() override {
    error_code ignored;  // the peer may be gone already; the next read tells
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    reading_.reset();
    writing_.reset();
    error_code ignored;  // nothing is to be saved by knowing it
    socket_.close(ignored);
  }
  [[nodiscard]] const std::string& peer() const override { return peer_; }

 private:
  void wait(tcp::socket::wait_type what, Wanted& wanted, std::function<void()> callback) {
    wanted = make_wanted();
    // An error wakes too: the read or write that follows finds out what it is.
    socket_.async_wait(what, [still = std::weak_ptr(wanted), callback = std::move(callback)](error_code) {
      if (!still.expired()) callback();
    });
  }
  [[nodiscard]] Status failure(std::string_view what) const { return Status::from_errno(errno, std::string(what) + " " + peer_); }

  tcp::socket socket_;
  const std::string peer_;
  Wanted reading_;
  Wanted writing_;
};

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
    if (error) return;                              // gone already
    socket.set_option(tcp::no_delay(true), error);  // without it answers are late, not wrong
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
    return retryable(place + ": address already in use (`ss -ltnp` shows by whom)", Cause::Exists);
  }
  return Status::from_errno(error.value(), "listen on " + place);
}

}  // namespace

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

}  // namespace flume
