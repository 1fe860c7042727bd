// Gives batches to one Avro source, over a connection that it makes when it is needed and keeps. Nothing is repeated here: whoever
// calls knows what becomes of a batch. One append() at a time, in the loop's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "clients/flume_rpc/rpc_connection.h"
#include "net/wrap_stream.h"

namespace flume::rpc {

struct HostAddress {
  std::string host;
  std::uint16_t port = 0;
};

struct HostSettings {
  Instant::duration connect_timeout = std::chrono::seconds(20);  ///< for connecting, and again for the handshake
  Instant::duration request_timeout = std::chrono::seconds(20);
  Instant::duration longest_connected = Instant::duration::max();  ///< calls that begin later get a new connection
  /// Calls of one append() that are sent before the first is answered. Java's source works on several side by side, in any order.
  std::size_t most_under_way = 1;
  WrapStream wrap{};
};

/// One call: a batch, and what travels beside it.
struct Append {
  EventBatch events;
  Metadata metadata{};
};

enum class ConnectionChange : std::uint8_t { Opened, Closed, Failed };
using OnConnectionChange = std::function<void(ConnectionChange)>;

class HostClient {
 public:
  /// `on_change`: what happens to connections, from the loop. Failed: none could be made.
  HostClient(EventLoop& loop, Dialer& dialer, HostAddress address, const HostSettings& settings, const OnConnectionChange& on_change);
  HostClient(const HostClient&) = delete;
  HostClient& operator=(const HostClient&) = delete;
  ~HostClient() { close(); }

  /// An answer for each call, in their order. They are sent in this order, too, several at a time; after one that was not stored no
  /// further one is sent. Unless all are stored the connection is closed, as Flume does.
  Task<std::vector<CallAnswer>> append(std::vector<Append> calls);
  void close();

  /// host:port, for people.
  [[nodiscard]] const std::string& server() const noexcept { return server_; }

 private:
  struct Round;
  Task<Status> be_connected();
  Task<void> append_one(Round& round, std::size_t index);

  EventLoop& loop_;
  Dialer& dialer_;
  const HostAddress address_;
  const HostSettings& settings_;
  const OnConnectionChange& on_change_;
  const std::string server_;
  std::unique_ptr<RpcConnection> connection_;
  Instant connected_since_{};
};

}  // namespace flume::rpc
