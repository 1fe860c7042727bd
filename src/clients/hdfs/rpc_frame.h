// What goes over a Hadoop RPC connection, as bytes: the preamble, requests, pings, responses. Pure functions.
//
//   preamble := "hrpc" 09 00(service class) 00(no authentication protocol)  frame(call -3, connection context)
//   frame    := u32 big endian: length of the rest;  delimited RequestHeader;  [delimited Method;  delimited request]
//   response := u32 big endian: length of the rest;  delimited ResponseHeader; [delimited answer]
// (delimited: a varint length, then the message.) What a peer sends is bounded before it is believed.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "flume/files.h"
#include "flume/result.h"

namespace flume::hdfs {

inline constexpr std::int32_t kPingCallId = -4;
/// Hadoop's own client takes up to 128 MiB; the longest answers that we ask for, pages of listings and of block lists, are far
/// below this.
inline constexpr std::size_t kLongestResponse = std::size_t{16} << 20;

/// Sixteen random bytes; with the call id they name a call for the server, which executes it once however often it comes.
using ClientId = std::array<std::byte, 16>;

struct RpcRequest {
  std::int32_t call_id = 0;
  std::int32_t retry_count = 0;
  std::string_view protocol;  ///< Java's name of the interface
  std::string_view method;
  std::string_view message;  ///< the serialised request
};

struct RpcResponse {
  enum class Outcome : std::uint8_t { Success, Error, Fatal };
  std::int32_t call_id = 0;  ///< below zero: about the connection, not about a call
  Outcome outcome = Outcome::Success;
  std::string exception_class;
  std::string error_message;
  std::uint32_t error_detail = 0;
  ByteView message;  ///< the serialised answer, in the frame's bytes; empty unless Success
};

[[nodiscard]] std::string encode_preamble(const ClientId& client, std::string_view user, std::string_view protocol);
[[nodiscard]] std::string encode_request(const ClientId& client, const RpcRequest& request);
[[nodiscard]] std::string encode_ping(const ClientId& client);

/// Length of a response from its first four bytes. Refuses (Cause Unsupported) what cannot be one, and says what answers
/// instead when that is plain to see.
[[nodiscard]] Result<std::size_t> response_length(ByteView first_four);
/// `frame` is what follows the length; it must outlive the response. Fails when it is malformed.
[[nodiscard]] Result<RpcResponse> decode_response(ByteView frame);

/// Parsed, a field of two bytes can take hundreds. A page of 10,000 names has 200,000 fields.
inline constexpr std::size_t kMostFields = 500'000;
/// False: the message may have more fields than that, counting those of what may be messages in it. What is no message has none.
[[nodiscard]] bool has_few_fields(ByteView message, std::size_t most = kMostFields);

}  // namespace flume::hdfs
