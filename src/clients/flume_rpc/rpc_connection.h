// One connection to an Avro source of Flume, Java's or ours, with any number of calls under way. It is greeted once, carries calls
// until something fails, and is of no use after that: its owner makes a new one. Everything on the loop's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "clients/flume_rpc/request.h"
#include "clients/flume_rpc/response.h"
#include "flume/net.h"
#include "net/awaitables.h"

namespace flume::rpc {

/// What became of a call.
struct CallAnswer {
  enum class Fate : std::uint8_t {
    Stored,
    NotStored,  ///< surely: nothing of it was sent, or the server says so
    InDoubt,    ///< it was sent, in part at least, and nobody answered
  };
  Fate fate = Fate::NotStored;
  Status why{};         ///< ok when stored
  Metadata metadata{};  ///< what the server said beside its answer
};

class RpcConnection {
 public:
  /// `server`: host:port, for errors.
  RpcConnection(EventLoop& loop, std::unique_ptr<Stream> stream, std::string server);
  RpcConnection(const RpcConnection&) = delete;
  RpcConnection& operator=(const RpcConnection&) = delete;
  ~RpcConnection() = default;

  /// The handshake, before all calls and once. An error: there is no Avro source of Flume.
  Task<Status> greet(Deadline deadline);
  /// One appendBatch. Several may be under way: they are sent in the order of their calls. At the deadline the connection breaks,
  /// and every call that was begun is in doubt. A call whose task is destroyed is still sent.
  Task<CallAnswer> append_batch(EventBatch events, Metadata metadata, Deadline deadline);

  [[nodiscard]] bool is_usable() const noexcept { return is_usable_; }

 private:
  struct Call {
    explicit Call(EventLoop& loop) : changed(loop) {}
    EncodedRequest request;
    Deadline deadline = Deadline::never();
    bool is_begun = false;
    std::optional<CallAnswer> answer;
    Signal changed;
  };

  Task<Result<HandshakeResponse>> exchange_greetings(HandshakeRequest greeting, Deadline deadline);
  Task<Result<Response>> read_response(ResponseReader::Expected expected, Deadline deadline);
  Task<void> read_on();
  Task<void> write_on();
  Status dispatch(Response response);
  /// Nothing more is written, and all calls are answered. Not from the writer.
  void end_calls(const Status& why);
  [[nodiscard]] CallAnswer answer_of(const Response& response) const;

  EventLoop& loop_;
  const std::string server_;
  bool is_usable_ = false;
  std::int32_t last_serial_ = 0;
  ResponseReader responses_;
  std::map<std::int32_t, std::shared_ptr<Call>> calls_;  // unanswered, by serial
  std::deque<std::shared_ptr<Call>> outbox_;
  Signal outbox_filled_;
  Connection connection_;
  RunningTask reading_;
  RunningTask writing_;  // both end before what they use
};

}  // namespace flume::rpc
