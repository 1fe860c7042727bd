// Where simulated servers live: on a SimNetwork, in the test's own thread and time, or on the real network's loopback.
// Values and ports of the loop's thread; network and loop outlive them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "flume/net.h"

namespace flume {
class SimEventLoop;
class SimNetwork;
}  // namespace flume

namespace flume::hdfs {

struct SimSite {
  Listener& listener;
  Dialer& dialer;
  EventLoop& loop;
  /// Breaks what is connected to this place as a crash does; null: closing is all that can be done.
  std::function<void(const std::string& host, std::uint16_t port)> cut;
  /// Every server is at 127.0.0.1 then, each at a port that the system chose.
  bool is_loopback = false;
};

/// `network` and `loop` belong together.
[[nodiscard]] SimSite site_on(SimNetwork& network, SimEventLoop& loop);
/// A network of the system: `listener` and `dialer` are one object, `loop` is made by it.
[[nodiscard]] SimSite site_on_loopback(Listener& listener, Dialer& dialer, EventLoop& loop);

/// A server's port, which opens and closes. On loopback it is never given back, since somebody else could have it by the
/// time it is wanted again: while it is closed, connections to it end at once.
class SimPort {
 public:
  using OnAccept = std::function<void(std::unique_ptr<Stream>)>;

  /// Opens it; ends the program when it cannot be had. Port 0: any.
  SimPort(SimSite site, std::string host, std::uint16_t port, OnAccept on_accept);
  SimPort(const SimPort&) = delete;
  SimPort& operator=(const SimPort&) = delete;
  ~SimPort() = default;

  void open();
  void close();
  [[nodiscard]] bool is_open() const { return is_open_; }
  [[nodiscard]] const std::string& host() const { return host_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  const SimSite site_;
  const std::string host_;
  std::uint16_t port_;
  const OnAccept on_accept_;
  bool is_open_ = false;
  std::unique_ptr<ListeningSocket> socket_;
};

}  // namespace flume::hdfs
