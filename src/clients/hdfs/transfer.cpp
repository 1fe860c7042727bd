#include "clients/hdfs/transfer.h"

#include <utility>

namespace flume::hdfs {
namespace {

constexpr std::size_t kLongestResponse = std::size_t{64} << 10;

}  // namespace

Deadline answer_deadline(const EventLoop& loop, const TransferSettings& settings, std::size_t nodes) {
  return loop.in(settings.socket_timeout + settings.for_each_node * static_cast<Instant::rep>(nodes));
}

Deadline write_deadline(const EventLoop& loop, const TransferSettings& settings, std::size_t nodes) {
  return loop.in(settings.write_timeout + settings.for_each_node * static_cast<Instant::rep>(nodes));
}

std::string transfer_address(const Datanode& node) { return host_and_port(node.address, node.transfer_port); }

std::string to_text(const Datanode& node) {
  if (node.host.empty() || node.host == node.address) return transfer_address(node);
  return node.host + " (" + transfer_address(node) + ")";
}

std::string to_text(const Block& block) { return "blk_" + std::to_string(block.id) + "_" + std::to_string(block.generation_stamp); }

Task<Result<std::unique_ptr<Connection>>> dial_node(EventLoop& loop, Dialer& dialer, TransferSettings settings, Datanode node,
                                                    Deadline deadline) {
  const std::string& host = settings.uses_hostname ? node.host : node.address;
  Result<std::unique_ptr<Stream>> stream = co_await dial(dialer, host, node.transfer_port, loop, deadline);
  if (!stream) co_return std::move(stream).status();
  co_return std::make_unique<Connection>(loop, std::move(*stream));
}

Task<Result<std::string>> read_message(Connection& connection, std::size_t longest, Deadline deadline) {
  std::optional<MessageLength> length;
  while (!length) {
    const Result<std::optional<MessageLength>> decoded = decode_length(connection.buffered(), longest);
    if (!decoded) co_return decoded.status();
    length = *decoded;
    if (!length) FLUME_CO_TRY(co_await connection.fill(connection.buffered().size() + 1, deadline));
  }
  connection.consume(length->taken);
  std::string message(length->value, '\0');
  FLUME_CO_TRY(co_await connection.read_exactly(std::as_writable_bytes(std::span(message)), deadline));
  co_return message;
}

Task<Result<OperationResponse>> ask(Connection& connection, std::string operation, Deadline deadline) {
  FLUME_CO_TRY(co_await connection.write_all(as_bytes(operation), deadline));
  const Result<std::string> message = co_await read_message(connection, kLongestResponse, deadline);
  if (!message) co_return message.status();
  co_return decode_transfer_response(as_bytes(*message));
}

Status refusal(const OperationResponse& response) {
  std::string text = "it answered " + to_text(response.status);
  if (!response.first_bad_link.empty()) text += ", bad link " + response.first_bad_link;
  if (!response.message.empty()) text += ": " + response.message;
  return retryable(std::move(text), response.status == TransferStatus::AccessToken ? Cause::Permission : Cause::None);
}

Task<Status> transfer_replica(EventLoop& loop, Dialer& dialer, TransferSettings settings, Datanode from, LocatedBlock to,
                              Deadline deadline) {
  const std::string what = "copy " + to_text(to.block) + " from " + to_text(from) + " to " + to_text(to.nodes.front());
  const Result<std::unique_ptr<Connection>> connection = co_await dial_node(loop, dialer, settings, from, deadline);
  if (!connection) co_return connection.status().with_context(what);
  const Result<OperationResponse> response = co_await ask(**connection, encode_transfer(to, settings.client), deadline);
  if (!response) co_return response.status().with_context(what);
  if (response->status != TransferStatus::Success) co_return refusal(*response).with_context(what);
  co_return Status();
}

}  // namespace flume::hdfs
