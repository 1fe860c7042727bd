#include "clients/flume_rpc/response.h"

#include <utility>

namespace flume::rpc {
namespace {

/// An error may bring a stack trace.
constexpr FrameLimits kResponseLimits{.message_bytes = kLongestHead, .buffers = 1024};

void put_buffer(std::string& message, const std::string& bytes) {
  put_int32(message, static_cast<std::uint32_t>(bytes.size()));
  message += bytes;
}

}  // namespace

std::string encode_response(const Response& response) {
  std::string handshake;
  std::string metadata;
  std::string rest;
  if (response.handshake) put_handshake(handshake, *response.handshake);
  put_metadata(metadata, response.metadata);
  rest += response.error ? '\1' : '\0';
  if (response.error) {
    put_long(rest, 0);  // the first branch of the errors that a message without its own has: a string
    put_bytes(rest, *response.error);
  } else {
    put_long(rest, static_cast<std::int64_t>(response.status));
  }
  std::string message;
  put_int32(message, static_cast<std::uint32_t>(response.serial));
  put_int32(message, 3);
  for (const std::string* buffer : {&handshake, &metadata, &rest}) put_buffer(message, *buffer);
  return message;
}

std::string encode_handshake_response(std::int32_t serial, const HandshakeResponse& handshake) {
  std::string bytes;
  put_handshake(bytes, handshake);
  std::string message;
  put_frame(message, serial, bytes.size());
  return message + bytes;
}

std::string no_such_message(std::string_view method) {
  return "org.apache.avro.AvroRuntimeException: No such remote message: " + std::string(method);
}

ResponseReader::ResponseReader() : frame_(kResponseLimits) {}

Result<std::optional<Response>> ResponseReader::feed(ByteView& bytes, Expected expected) {
  while (!frame_.is_complete()) {
    const Result<ByteView> own = frame_.next(bytes);
    if (!own) return own.status();
    if (own->empty() && !frame_.is_complete()) return std::optional<Response>();
    bytes_ += as_text(*own);
  }
  Result<Response> response = parse(expected);
  frame_.begin_next();
  bytes_.clear();
  if (!response) return std::move(response).status();
  return std::optional<Response>(*std::move(response));
}

Result<Response> ResponseReader::parse(Expected expected) const {
  WireReader reader(bytes_);
  Response response;
  response.serial = frame_.serial();
  if (expected == Expected::Greeting) {
    if (!read_handshake(reader, response.handshake.emplace())) return reader.problem();
    // Java's server says no more; one that answers the message without a name, too, may.
    return response;
  }
  std::string_view flag;
  std::int64_t status = 0;
  if (!reader.read_metadata(response.metadata) || !reader.read_fixed(1, flag)) return reader.problem();
  if (flag[0] == '\0') {
    if (!reader.read_long(status)) return reader.problem();
    if (status < 0 || status > 2) return breach("a status of number " + std::to_string(status));
    response.status = static_cast<AppendStatus>(status);
  } else if (flag[0] == '\1') {
    std::string_view error;
    if (!reader.read_long(status)) return reader.problem();
    if (status != 0) return breach("an error that the protocol has not");
    if (!reader.read_bytes(error)) return reader.problem();
    response.error.emplace(error);
  } else {
    return breach("neither answer nor error");
  }
  if (!reader.rest().empty()) return breach("bytes behind an answer");
  return response;
}

}  // namespace flume::rpc
