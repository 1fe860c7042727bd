// The real network: Boost.Asio waits (epoll) and accepts, reads and writes are plain system calls.
// Stateless; owned by main.
#pragma once

#include "flume/net.h"

namespace flume {

class AsioNetwork final : public Listener {
 public:
  std::unique_ptr<EventLoop> make_loop() override;
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                  AcceptHandlers handlers) override;
};

}  // namespace flume
