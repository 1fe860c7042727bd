#include "clients/flume_rpc/rpc_connection.h"

#include <limits>

namespace flume::rpc {
namespace {

using Fate = CallAnswer::Fate;

}  // namespace

RpcConnection::RpcConnection(EventLoop& loop, std::unique_ptr<Stream> stream, std::string server)
    : loop_(loop), server_(std::move(server)), outbox_filled_(loop), connection_(loop, std::move(stream)) {}

Task<Status> RpcConnection::greet(Deadline deadline) {
  Result<HandshakeResponse> answer = co_await exchange_greetings(first_greeting(), deadline);
  if (answer && answer->match == Match::None) answer = co_await exchange_greetings(second_greeting(*answer), deadline);
  if (!answer) co_return std::move(answer).status().with_context("greet " + server_);
  if (answer->match == Match::None) {
    co_return retryable("greet " + server_ + ": the server refuses the protocol of Flume's Avro source: is it one?", Cause::Unsupported);
  }
  is_usable_ = true;
  reading_ = RunningTask::start(loop_, read_on());
  writing_ = RunningTask::start(loop_, write_on());
  co_return Status();
}

Task<Result<HandshakeResponse>> RpcConnection::exchange_greetings(HandshakeRequest greeting, Deadline deadline) {
  const std::int32_t serial = ++last_serial_;
  const std::string message = encode_greeting(serial, greeting);
  FLUME_CO_TRY(co_await connection_.write_all(as_bytes(message), deadline));
  Result<Response> response = co_await read_response(ResponseReader::Expected::Greeting, deadline);
  if (!response) co_return std::move(response).status();
  if (response->serial != serial) co_return breach("an answer to message " + std::to_string(response->serial) + ", which was not sent");
  co_return std::move(*response->handshake);
}

Task<Result<Response>> RpcConnection::read_response(ResponseReader::Expected expected, Deadline deadline) {
  for (;;) {
    if (connection_.buffered().empty()) FLUME_CO_TRY(co_await connection_.fill(1, deadline));
    ByteView bytes = connection_.buffered();
    const std::size_t before = bytes.size();
    Result<std::optional<Response>> response = responses_.feed(bytes, expected);
    connection_.consume(before - bytes.size());
    if (!response) co_return std::move(response).status();
    if (response->has_value()) co_return std::move(**response);
  }
}

Task<CallAnswer> RpcConnection::append_batch(EventBatch events, Metadata metadata, Deadline deadline) {
  CallAnswer answer;
  if (!is_usable_) {
    answer.why = retryable("the connection to " + server_ + " is gone", Cause::Disconnected);
    co_return answer;
  }
  last_serial_ = last_serial_ == std::numeric_limits<std::int32_t>::max() ? 0 : last_serial_ + 1;
  const std::int32_t serial = last_serial_;
  const auto call = std::make_shared<Call>(loop_);
  call->request = encode_append_batch(serial, metadata, std::move(events));
  call->deadline = deadline;
  calls_[serial] = call;
  outbox_.push_back(call);
  outbox_filled_.notify_all();
  while (!call->answer) {
    const bool woken = co_await call->changed.wait(deadline);
    if (!woken && !call->answer) {
      // Java's client does so, too: an answer that comes later would be one to nobody.
      reading_.cancel();
      end_calls(retryable("no answer in time", Cause::Timeout));
    }
  }
  answer = std::move(*call->answer);
  co_return answer;
}

Task<void> RpcConnection::write_on() {
  for (;;) {
    if (outbox_.empty()) {
      co_await outbox_filled_.wait(Deadline::never());
      continue;
    }
    const std::shared_ptr<Call> call = outbox_.front();
    outbox_.pop_front();
    // A stream that compresses or encrypts may have sent what it was only offered.
    call->is_begun = true;
    const Status written = co_await connection_.write_all(call->request.pieces(), call->deadline);
    if (!written.ok()) {
      // What the server said before it closed counts: the reader finds it, and the end behind it.
      is_usable_ = false;
      co_return;
    }
    // The slabs are no longer needed here; the one who called has the batch.
    call->request = {};
  }
}

Task<void> RpcConnection::read_on() {
  for (;;) {
    Result<Response> response = co_await read_response(ResponseReader::Expected::Call, Deadline::never());
    Status done = response ? dispatch(std::move(*response)) : std::move(response).status();
    if (!done.ok()) {
      end_calls(done);
      co_return;
    }
  }
}

Status RpcConnection::dispatch(Response response) {
  const auto found = calls_.find(response.serial);
  if (found == calls_.end() || !found->second->is_begun) {
    return breach("an answer to message " + std::to_string(response.serial) + ", which was not sent or is answered");
  }
  const std::shared_ptr<Call> call = std::move(found->second);
  calls_.erase(found);
  call->answer = answer_of(response);
  call->answer->metadata = std::move(response.metadata);
  call->changed.notify_all();
  return {};
}

CallAnswer RpcConnection::answer_of(const Response& response) const {
  CallAnswer answer;
  if (response.error) {
    answer.why = retryable(server_ + " answers with an error: " + *response.error);
  } else if (response.status != AppendStatus::Ok) {
    answer.why = retryable(server_ + " has not stored the events (" +
                           (response.status == AppendStatus::Failed ? std::string("FAILED") : std::string("UNKNOWN")) +
                           "): its channel is full or fails; its log says more");
  } else {
    answer.fate = Fate::Stored;
  }
  return answer;
}

void RpcConnection::end_calls(const Status& why) {
  is_usable_ = false;
  writing_.cancel();
  connection_.close();
  outbox_.clear();
  for (const auto& [serial, call] : std::exchange(calls_, {})) {
    CallAnswer& answer = call->answer.emplace();
    answer.fate = call->is_begun ? Fate::InDoubt : Fate::NotStored;
    answer.why = Status(why).with_context(server_);
    call->changed.notify_all();
  }
}

}  // namespace flume::rpc
