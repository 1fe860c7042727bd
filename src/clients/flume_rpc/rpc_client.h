// The clients of Flume's SDK: of one host, with others to fall back on, or with turns among several. The hosts of a client are one
// destination: what one of them did not store is given to the next; what is in doubt is not, and goes first to the same host when it
// is given again. Source: org.apache.flume.api.NettyAvroRpcClient, FailoverRpcClient, LoadBalancingRpcClient.
// One append() at a time, in the loop's thread.
#pragma once

#include <memory>
#include <vector>

#include "balance/turns.h"
#include "clients/flume_rpc/host_client.h"

namespace flume::rpc {

struct RpcClientSettings {
  enum class Type : std::uint8_t { Default, Failover, LoadBalance };
  Type type = Type::Default;
  std::vector<HostAddress> hosts{};  ///< at least one; Default: one
  HostSettings host{};
  std::size_t most_attempts = 0;  ///< hosts tried with a batch; 0: each once. Failover only
  TurnSettings turns{};           ///< load balancing only
};

class RpcClient {
 public:
  RpcClient(EventLoop& loop, Dialer& dialer, RpcClientSettings settings, OnConnectionChange on_change);
  RpcClient(const RpcClient&) = delete;
  RpcClient& operator=(const RpcClient&) = delete;
  ~RpcClient() = default;

  /// An answer for each call, in their order; the calls of one append() are sent to the same host as long as it stores them. An
  /// error of the whole: cut short, nobody knows what became of the calls.
  Task<Result<std::vector<CallAnswer>>> append(std::vector<Append> calls);
  /// Ends the connections; the next append() makes new ones.
  void close();

 private:
  [[nodiscard]] std::vector<std::size_t> order();
  void note_failure(std::size_t host, bool is_in_doubt);

  EventLoop& loop_;
  const RpcClientSettings settings_;
  const OnConnectionChange on_change_;
  std::vector<std::unique_ptr<HostClient>> hosts_;
  Turns turns_;
  std::size_t current_ = 0;              // failover: the host that works
  std::optional<std::size_t> in_doubt_;  // the host that may have what comes again
};

}  // namespace flume::rpc
