#include "clients/thrift/event_client.h"

#include <array>
#include <span>

#include "clients/thrift/event_protocol.h"

namespace flume::thrift {
namespace {

/// A status takes some thirty bytes, the text of an exception some hundred.
constexpr std::uint32_t kLongestAnswer = std::uint32_t{1} << 20U;

using Fate = EventAnswer::Fate;

}  // namespace

EventClient::EventClient(EventLoop& loop, Dialer& dialer, EventClientSettings settings, std::function<void(Change)> on_change)
    : loop_(loop),
      dialer_(dialer),
      settings_(std::move(settings)),
      on_change_(std::move(on_change)),
      server_(host_and_port(settings_.host, settings_.port)) {}

Task<EventAnswer> EventClient::append_batch(EventBatch events) {
  Status connected = co_await be_connected();
  if (!connected.ok()) co_return EventAnswer(Fate::NotStored, std::move(connected));
  const std::int32_t sequence = ++last_sequence_;
  const std::string frame = append_batch_frame(settings_.encoding, sequence, events);
  const Deadline deadline = loop_.in(settings_.request_timeout);
  Status written = co_await connection_->write_all(as_bytes(frame), deadline);
  // A server does nothing with a part of a frame.
  if (!written.ok()) co_return failed(Fate::NotStored, std::move(written));
  Result<std::int32_t> status = co_await read_status(sequence, deadline);
  if (!status) {
    const Fate fate = status.status().kind() == ErrorKind::Rejected ? Fate::NotStored : Fate::InDoubt;
    co_return failed(fate, retryable(server_ + ": " + status.status().message(), status.cause()));
  }
  const auto answered = static_cast<EventStatus>(*status);
  if (answered != EventStatus::Ok) co_return failed(Fate::NotStored, retryable(server_ + " answers " + to_string(answered)));
  co_return EventAnswer(Fate::Stored, Status());
}

Task<Status> EventClient::be_connected() {
  if (connection_) {
    const bool is_good = co_await is_still_good();
    if (is_good) co_return Status();
    close();
  }
  Result<std::unique_ptr<Stream>> stream =
      co_await dial(dialer_, settings_.host, settings_.port, loop_, loop_.in(settings_.connect_timeout));
  if (stream && settings_.wrap) *stream = settings_.wrap(*std::move(stream), loop_, settings_.host);
  if (!stream) {
    on_change_(Change::Failed);
    co_return std::move(stream).status();
  }
  connection_ = std::make_unique<Connection>(loop_, *std::move(stream));
  connected_since_ = loop_.now();
  on_change_(Change::Opened);
  co_return Status();
}

/// False also when the server has closed it meanwhile: that shows before anything is sent, and leaves no batch in doubt.
Task<bool> EventClient::is_still_good() {
  if (loop_.now() - connected_since_ >= settings_.longest_connected) co_return false;
  const Status unasked = co_await connection_->fill(1, Deadline::immediate());
  co_return unasked.cause() == Cause::Timeout;
}

Task<Result<std::int32_t>> EventClient::read_status(std::int32_t sequence, Deadline deadline) {
  std::array<std::byte, kFrameHead> head{};
  FLUME_CO_TRY(co_await connection_->read_exactly(head, deadline));
  const auto length = message_length({reinterpret_cast<const char*>(head.data()), head.size()});
  // Whatever this is, it is no answer of Thrift.
  if (!length) co_return retryable("no answer but " + length.status().message(), Cause::Io);
  if (*length > kLongestAnswer) co_return retryable("an answer of " + std::to_string(*length) + " bytes", Cause::Io);
  std::string message(*length, '\0');
  FLUME_CO_TRY(co_await connection_->read_exactly(std::as_writable_bytes(std::span(message)), deadline));
  co_return read_enum_reply(settings_.encoding, message, sequence);
}

EventAnswer EventClient::failed(Fate fate, Status why) {
  close();
  return {fate, std::move(why)};
}

void EventClient::close() {
  if (!connection_) return;
  connection_->close();
  connection_.reset();
  on_change_(Change::Closed);
}

}  // namespace flume::thrift
