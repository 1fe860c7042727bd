#include "clients/hdfs/rpc_connection.h"

#include <algorithm>
#include <utility>

#include "clients/hdfs/rpc_error.h"

namespace flume::hdfs {
namespace {

constexpr std::size_t kLengthBytes = 4;

}  // namespace

/// A call's entry in the table, for as long as the call waits.
class RpcConnection::Registration {
 public:
  Registration(std::map<std::int32_t, Call*>& calls, std::int32_t call_id, Call& call) : calls_(calls), call_id_(call_id) {
    calls_[call_id] = &call;
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  ~Registration() { calls_.erase(call_id_); }

 private:
  std::map<std::int32_t, Call*>& calls_;
  const std::int32_t call_id_;
};

RpcConnection::RpcConnection(EventLoop& loop, Dialer& dialer, RpcServer server, const ClientId& client, std::string preamble,
                             const RpcTimes& times)
    : loop_(loop),
      dialer_(dialer),
      server_(std::move(server)),
      client_(client),
      times_(times),
      last_heard_(loop.now()),
      outbox_(std::move(preamble)),
      outbox_filled_(loop) {
  living_ = RunningTask::start(loop_, live());
}

Task<Result<RpcConnection::Answer>> RpcConnection::exchange(std::int32_t call_id, std::string frame, Deadline deadline) {
  if (state_ == State::Broken) co_return failure_;
  const Instant sent = loop_.now();
  Call call(loop_);
  const Registration registration(calls_, call_id, call);
  send(std::move(frame));
  while (!call.is_answered) {
    if (state_ == State::Broken) co_return failure_;
    // While anything comes, the server works and this call may take its time; silence is another matter.
    const bool woken = co_await call.changed.wait(std::min(deadline, Deadline(std::max(sent, last_heard_) + times_.silence)));
    if (woken || call.is_answered) continue;
    const Instant now = loop_.now();
    const bool is_late = now >= deadline.when();
    const bool is_dead = now >= std::max(sent, last_heard_) + times_.silence || (is_late && state_ == State::Open && last_heard_ <= sent);
    if (is_dead && state_ != State::Broken) fail(retryable("no answer in time", Cause::Timeout));
    if (is_late) co_return retryable(state_ == State::Connecting ? "not connected in time" : "no answer in time", Cause::Timeout);
  }
  co_return std::move(call.answer);
}

void RpcConnection::send(std::string frame) {
  outbox_ += frame;
  outbox_filled_.notify_all();
}

Task<void> RpcConnection::live() {
  Status done = co_await connect();
  if (done.ok()) {
    state_ = State::Open;
    last_heard_ = loop_.now();
    writing_ = RunningTask::start(loop_, write_out());
    done = co_await read_responses();
  }
  // Not fail(): a task must not cancel itself.
  writing_.cancel();
  if (connection_) connection_->close();
  state_ = State::Broken;
  failure_ = std::move(done);
  for (const auto& [id, call] : calls_) call->changed.notify_all();
}

Task<Status> RpcConnection::connect() {
  Result<std::unique_ptr<Stream>> stream = co_await dial(dialer_, server_.host, server_.port, loop_, loop_.in(times_.connect));
  if (!stream) co_return std::move(stream).status();
  connection_ = std::make_unique<Connection>(loop_, std::move(*stream));
  co_return Status();
}

Task<void> RpcConnection::write_out() {
  for (;;) {
    if (outbox_.empty()) {
      co_await outbox_filled_.wait(Deadline::never());
      continue;
    }
    const std::string bytes = std::exchange(outbox_, {});
    Status written = co_await connection_->write_all(as_bytes(bytes), loop_.in(times_.silence));
    if (!written.ok()) {
      // What the server said before it closed tells more than the failed write: let the reader find it.
      co_return;
    }
  }
}

Task<Status> RpcConnection::read_responses() {
  for (;;) {
    const bool is_in_message = !connection_->buffered().empty();
    const Status first = co_await connection_->fill(kLengthBytes, loop_.in(times_.ping));
    if (!first.ok()) {
      if (first.cause() == Cause::Timeout) {
        if (!calls_.empty()) send(encode_ping(client_));
        continue;
      }
      if (is_in_message || !calls_.empty()) co_return first;
      co_return retryable("the server closed the idle connection", Cause::Disconnected);
    }
    Result<Answer> answer = co_await read_response();
    if (!answer) co_return std::move(answer).status();
    last_heard_ = loop_.now();
    if (answer->response.call_id < 0 || answer->response.outcome == RpcResponse::Outcome::Fatal) {
      Status connection_error = note_connection_error(answer->response);
      dispatch(std::move(*answer));
      co_return connection_error;
    }
    dispatch(std::move(*answer));
  }
}

Task<Result<RpcConnection::Answer>> RpcConnection::read_response() {
  const Result<std::size_t> length = response_length(connection_->buffered().first(kLengthBytes));
  if (!length) {
    is_hopeless_ = true;
    co_return length.status();
  }
  connection_->consume(kLengthBytes);
  // Memory follows what really comes, not what is announced.
  constexpr std::size_t kStep = std::size_t{256} << 10;
  Answer answer;
  while (answer.bytes.size() < *length) {
    const std::size_t before = answer.bytes.size();
    const std::size_t step = std::min(*length - before, kStep);
    answer.bytes.resize(before + step);
    FLUME_CO_TRY(co_await connection_->read_exactly(std::span(answer.bytes).subspan(before, step), loop_.in(times_.silence)));
  }
  Result<RpcResponse> response = decode_response(answer.bytes);
  if (!response) co_return response.status();
  answer.response = std::move(*response);
  co_return std::move(answer);
}

Status RpcConnection::note_connection_error(const RpcResponse& response) {
  if (response.outcome == RpcResponse::Outcome::Success) {
    return retryable("the server answered a call that nobody made", Cause::Io);
  }
  RemoteError error = remote_error(response);
  is_hopeless_ = error.action == RemoteAction::GiveUp;
  return std::move(error.status);
}

void RpcConnection::dispatch(Answer answer) {
  const auto found = calls_.find(answer.response.call_id);
  if (found == calls_.end()) return;  // too late: the call gave up
  Call& call = *found->second;
  if (call.is_answered) return;  // twice
  call.is_answered = true;
  call.answer = std::move(answer);
  call.changed.notify_all();
}

void RpcConnection::fail(Status why) {
  living_.cancel();
  writing_.cancel();
  if (connection_) connection_->close();
  state_ = State::Broken;
  failure_ = std::move(why);
  for (const auto& [id, call] : calls_) call->changed.notify_all();
}

}  // namespace flume::hdfs
