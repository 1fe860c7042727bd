// One connection to a Hadoop RPC server, with any number of calls in flight. It connects by itself, at once, and never
// again: when it breaks, its owner makes a new one. Everything on the loop's thread; owned by the RpcClient and by the
// calls that are on it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "clients/hdfs/rpc_frame.h"
#include "flume/net.h"
#include "net/awaitables.h"

namespace flume::hdfs {

struct RpcServer {
  std::string host;
  std::uint16_t port = 8020;
};

struct RpcTimes {
  Instant::duration connect = std::chrono::seconds(20);
  /// A connection on which nothing came for so long while a call waits is taken for dead.
  Instant::duration silence = std::chrono::seconds(60);
  /// So often a ping is sent while calls wait: a machine that is gone is noticed by our own system then.
  Instant::duration ping = std::chrono::seconds(20);
};

class RpcConnection {
 public:
  RpcConnection(EventLoop& loop, Dialer& dialer, RpcServer server, const ClientId& client, std::string preamble, const RpcTimes& times);
  RpcConnection(const RpcConnection&) = delete;
  RpcConnection& operator=(const RpcConnection&) = delete;
  ~RpcConnection() = default;

  /// A response, whose `message` points into `bytes`.
  struct Answer {
    std::vector<std::byte> bytes;
    RpcResponse response;
  };
  /// Sends `frame` and waits for the response to `call_id`: whatever the server says is an Answer. An error (Timeout,
  /// Disconnected, ...) says that nobody knows what became of the call.
  Task<Result<Answer>> exchange(std::int32_t call_id, std::string frame, Deadline deadline);

  /// No call can succeed on it any more.
  [[nodiscard]] bool is_broken() const { return state_ == State::Broken; }
  /// Not even on another connection to this server (it is no NameNode, it demands authentication, ...).
  [[nodiscard]] bool is_hopeless() const { return is_hopeless_; }
  [[nodiscard]] const RpcServer& server() const { return server_; }

 private:
  enum class State : std::uint8_t { Connecting, Open, Broken };
  struct Call {
    explicit Call(EventLoop& loop) : changed(loop) {}
    Signal changed;
    bool is_answered = false;
    Answer answer;
  };
  class Registration;

  Task<void> live();
  Task<Status> connect();
  Task<Status> read_responses();
  Task<Result<Answer>> read_response();
  Task<void> write_out();
  void send(std::string frame);
  void dispatch(Answer answer);
  Status note_connection_error(const RpcResponse& response);
  void fail(Status why);

  EventLoop& loop_;
  Dialer& dialer_;
  const RpcServer server_;
  const ClientId client_;
  const RpcTimes times_;
  State state_ = State::Connecting;
  bool is_hopeless_ = false;
  Status failure_;
  Instant last_heard_;
  std::string outbox_;  // the preamble first
  std::map<std::int32_t, Call*> calls_;
  Signal outbox_filled_;
  std::unique_ptr<Connection> connection_;
  RunningTask living_;   // connects, then reads
  RunningTask writing_;  // both end before what they use
};

}  // namespace flume::hdfs
