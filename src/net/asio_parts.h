// What AsioNetwork is made of: its loop, timer and stream. Only src/net includes it; each belongs to the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "flume/net.h"

namespace flume::asio_net {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using udp = asio::ip::udp;

/// While alive, callbacks that were asked for are wanted; held weakly by what the reactor keeps.
using Wanted = std::shared_ptr<char>;
inline Wanted make_wanted() { return std::make_shared<char>(); }

class AsioTimer final : public LoopTimer {
 public:
  explicit AsioTimer(asio::io_context& context) : timer_(context) {}

  void set(Deadline deadline, std::function<void()> callback) override {
    cancel();
    if (deadline.is_never()) return;
    wanted_ = make_wanted();
    auto run = [wanted = std::weak_ptr(wanted_), callback = std::move(callback)] {
      if (!wanted.expired()) callback();
    };
    // Tasks wake each other by timers that are due: these need neither the kernel's timer nor a round of epoll.
    if (deadline.when() <= std::chrono::steady_clock::now()) return asio::post(timer_.get_executor(), std::move(run));
    timer_.expires_at(deadline.when());
    timer_.async_wait([run = std::move(run)](error_code) { run(); });
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

/// An IPv4 peer of a port for all addresses is shown as what it is.
inline std::string text_of(const tcp::endpoint& endpoint) {
  const asio::ip::address address = endpoint.address();
  const bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  return host_and_port(is_mapped ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string() : address.to_string(),
                       endpoint.port());
}

class AsioStream final : public Stream {
 public:
  /// `socket` is connected.
  explicit AsioStream(tcp::socket socket, std::string peer);
  AsioStream(const AsioStream&) = delete;
  AsioStream& operator=(const AsioStream&) = delete;
  ~AsioStream() override;

  Result<Transfer> read_some(std::span<std::byte> buffer) override;
  Result<Transfer> write_some(std::span<const ByteView> pieces) override;
  void wait_readable(std::function<void()> callback) override;
  void wait_writable(std::function<void()> callback) override;
  void shutdown_write() override;
  void close() override;
  void reset() override;
  [[nodiscard]] const std::string& peer() const override { return peer_; }

 private:
  void wait(tcp::socket::wait_type what, Wanted& wanted, std::function<void()> callback);
  [[nodiscard]] Status failure(std::string_view what) const;

  tcp::socket socket_;
  const std::string peer_;
  Wanted reading_;
  Wanted writing_;
};

}  // namespace flume::asio_net
