#include "clients/hdfs/rpc_frame.h"

#include <algorithm>
#include <limits>

#include <google/protobuf/io/coded_stream.h>

#include "rpc.pb.h"

namespace flume::hdfs {
namespace {

using google::protobuf::MessageLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr std::uint32_t kProtocolBuffers = 2;
constexpr std::uint32_t kWholeRequest = 0;
constexpr std::int32_t kConnectionContextCallId = -3;

std::string_view text_of(const ClientId& client) { return as_text(ByteView(client)); }

void append_varint(std::string& to, std::size_t value) {
  std::array<std::uint8_t, 10> bytes{};
  const std::uint8_t* const begin = bytes.data();
  const std::uint8_t* const end = CodedOutputStream::WriteVarint64ToArray(value, bytes.data());
  to.append(begin, end);
}

void append_delimited(std::string& to, const MessageLite& message) {
  append_varint(to, message.ByteSizeLong());
  message.AppendToString(&to);
}

wire::RequestHeader header_of(const ClientId& client, std::int32_t call_id, std::int32_t retry_count) {
  wire::RequestHeader header;
  header.set_rpc_kind(kProtocolBuffers);
  header.set_operation(kWholeRequest);
  header.set_call_id(call_id);
  header.set_client_id(std::string(text_of(client)));
  header.set_retry_count(retry_count);
  return header;
}

std::string framed(const std::string& rest) {
  std::string frame;
  frame.reserve(rest.size() + 4);
  for (int shift = 24; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(rest.size() >> shift & 0xff));
  return frame += rest;
}

/// Counts the fields of `bytes` as if they were a message, and what may be messages in it; false when they cannot be one.
bool count_fields(ByteView bytes, std::size_t depth, std::size_t most, std::size_t& fields) {
  constexpr std::size_t kDeepest = 8;  // ours are less deep; what is deeper our messages do not know, and it stays bytes
  CodedInputStream input(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  while (fields <= most) {
    const std::uint32_t tag = input.ReadTag();
    if (tag == 0) return input.ConsumedEntireMessage();
    ++fields;
    std::uint64_t number = 0;
    std::uint32_t length = 0;
    switch (tag & 7U) {
      case 0:
        if (!input.ReadVarint64(&number)) return false;
        break;
      case 1:
        if (!input.Skip(8)) return false;
        break;
      case 2: {
        if (!input.ReadVarint32(&length)) return false;
        const auto at = static_cast<std::size_t>(input.CurrentPosition());
        if (length > bytes.size() - at) return false;
        const std::size_t before = fields;
        const bool is_message = depth < kDeepest && count_fields(bytes.subspan(at, length), depth + 1, most, fields);
        if (!is_message && fields <= most) fields = before;  // a text
        if (!input.Skip(static_cast<int>(length))) return false;
        break;
      }
      case 5:
        if (!input.Skip(4)) return false;
        break;
      default:
        return false;  // groups: no message of ours has any
    }
  }
  return true;
}

Status malformed(std::string_view what) { return retryable("a malformed RPC response: " + std::string(what), Cause::Io); }

}  // namespace

std::string encode_preamble(const ClientId& client, std::string_view user, std::string_view protocol) {
  wire::ConnectionContext context;
  context.mutable_user()->set_effective_user(std::string(user));
  context.set_protocol(std::string(protocol));
  std::string rest;
  append_delimited(rest, header_of(client, kConnectionContextCallId, -1));
  append_delimited(rest, context);
  constexpr std::string_view kVersion9NoAuthentication("hrpc\x09\x00\x00", 7);
  return std::string(kVersion9NoAuthentication) + framed(rest);
}

std::string encode_request(const ClientId& client, const RpcRequest& request) {
  wire::Method method;
  method.set_name(std::string(request.method));
  method.set_protocol(std::string(request.protocol));
  method.set_version(1);
  std::string rest;
  append_delimited(rest, header_of(client, request.call_id, request.retry_count));
  append_delimited(rest, method);
  append_varint(rest, request.message.size());
  rest += request.message;
  return framed(rest);
}

std::string encode_ping(const ClientId& client) {
  std::string rest;
  append_delimited(rest, header_of(client, kPingCallId, -1));
  return framed(rest);
}

bool has_few_fields(ByteView message, std::size_t most) {
  std::size_t fields = 0;
  count_fields(message, 0, most, fields);
  return fields <= most;
}

Result<std::size_t> response_length(ByteView first_four) {
  if (as_text(first_four) == "HTTP") {
    return retryable("an HTTP server answers there, not a NameNode: is this the port of its web page?", Cause::Unsupported);
  }
  if (first_four[0] == std::byte{0x15} && first_four[1] == std::byte{0x03}) {
    return retryable("a TLS server answers there, not a NameNode's RPC port", Cause::Unsupported);
  }
  std::size_t length = 0;
  for (const std::byte byte : first_four) length = length << 8 | std::to_integer<std::size_t>(byte);
  if (length == 0 || length > kLongestResponse) {
    return retryable("what answers there does not speak Hadoop's RPC (it announces a response of " + std::to_string(length) + " bytes)",
                     Cause::Unsupported);
  }
  return length;
}

Result<RpcResponse> decode_response(ByteView frame) {
  if (frame.size() > kLongestResponse) return malformed("too long");
  CodedInputStream input(reinterpret_cast<const std::uint8_t*>(frame.data()), static_cast<int>(frame.size()));
  std::uint32_t header_bytes = 0;
  if (!input.ReadVarint32(&header_bytes)) return malformed("no length of its header");
  const auto header_at = static_cast<std::size_t>(input.CurrentPosition());
  if (header_bytes > frame.size() - header_at) return malformed("its header is cut");
  wire::ResponseHeader header;
  if (!header.ParseFromArray(frame.data() + header_at, static_cast<int>(header_bytes))) return malformed("its header cannot be read");
  if (header.status() > 2) return malformed("an unknown status " + std::to_string(header.status()));

  RpcResponse response;
  response.call_id = static_cast<std::int32_t>(header.call_id());
  response.outcome = static_cast<RpcResponse::Outcome>(header.status());
  response.exception_class = header.exception_class();
  response.error_message = header.error_message();
  response.error_detail = header.error_detail();
  if (response.outcome != RpcResponse::Outcome::Success) return response;

  const ByteView rest = frame.subspan(header_at + header_bytes);
  CodedInputStream body(reinterpret_cast<const std::uint8_t*>(rest.data()), static_cast<int>(rest.size()));
  std::uint32_t body_bytes = 0;
  if (!body.ReadVarint32(&body_bytes)) return malformed("no length of its message");
  const auto body_at = static_cast<std::size_t>(body.CurrentPosition());
  if (body_bytes != rest.size() - body_at) return malformed("its message is not as long as it says");
  response.message = rest.subspan(body_at);
  return response;
}

}  // namespace flume::hdfs
