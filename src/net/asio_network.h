// The real network: Boost.Asio waits (epoll), accepts and connects; reads and writes are plain system calls.
// Owned by main; nothing in it changes.
#pragma once

#include "flume/net.h"
#include "net/resolve.h"

namespace flume {

class AsioNetwork final : public Listener, public Dialer {
 public:
  /// `resolve` runs on a thread of its own for each name that is looked up.
  explicit AsioNetwork(Resolve resolve = resolve_by_system) : resolve_(std::move(resolve)) {}

  std::unique_ptr<EventLoop> make_loop() override;
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                  AcceptHandlers handlers) override;
  Result<std::unique_ptr<DatagramSocket>> open_datagrams(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                         std::size_t buffer_bytes) override;
  [[nodiscard]] std::unique_ptr<Dialing> connect(const std::string& host, std::uint16_t port, EventLoop& loop, Deadline deadline,
                                                 Callback callback) override;

 private:
  const Resolve resolve_;
};

}  // namespace flume
