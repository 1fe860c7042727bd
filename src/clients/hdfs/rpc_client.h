// A client of a Hadoop RPC service: calls that survive broken connections and the fail-over between NameNodes.
//
// A call has one id for all its attempts, and the server remembers ids (its retry cache), so that repeating a call whose
// answer was lost does not do it twice. Attempts go on, with pauses, until the call's deadline: a NameNode that restarts,
// a standby, a "try again later" are waited out; what the server refuses is told at once.
// Loop thread only. Outlives its calls; a call that is cancelled leaves nothing behind here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clients/hdfs/rpc_connection.h"

namespace flume::hdfs {

struct RpcSettings {
  std::vector<RpcServer> servers;  ///< one, or those of a high-availability pair; at least one
  std::string user;
  std::string protocol = "org.apache.hadoop.hdfs.protocol.ClientProtocol";
  RpcTimes times;
  Instant::duration first_pause = std::chrono::milliseconds(100);  ///< between attempts; doubles
  Instant::duration longest_pause = std::chrono::seconds(5);
};

class RpcClient {
 public:
  RpcClient(EventLoop& loop, Dialer& dialer, RpcSettings settings, const ClientId& client);

  /// The serialised answer to `message`, the serialised request. The error names the server; its cause tells the reason
  /// (rpc_error.cpp has the table): Permission, NotFound, Exists, NotReady, Busy, Lost, NoSpace, ..., or, when nobody
  /// answered until the deadline, why not: Refused, Timeout, ... Then the call may have been executed all the same. Of a pair
  /// of which none was active both are named, each with its reason; the cause is that of the last one asked.
  Task<Result<std::string>> call(std::string method, std::string message, Deadline deadline);

  [[nodiscard]] EventLoop& loop() const { return loop_; }

 private:
  std::shared_ptr<RpcConnection> connection();
  void move_on(const RpcConnection& from);

  EventLoop& loop_;
  Dialer& dialer_;
  const RpcSettings settings_;
  const ClientId client_;
  std::size_t server_ = 0;  // the one to ask
  std::int32_t next_call_id_ = 0;
  std::shared_ptr<RpcConnection> connection_;
};

}  // namespace flume::hdfs
