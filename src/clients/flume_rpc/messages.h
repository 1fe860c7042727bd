// The messages of Avro RPC (Avro specification, "Protocol Wire Format"), as Flume's peers write and read them: handshake, call, answer.
// Pure functions; any thread. Views point into what was given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clients/flume_rpc/protocol.h"
#include "flume/result.h"

namespace flume::rpc {

/// How the server's idea of the protocol and the client's fit; its position is the number on the wire.
enum class Match : std::uint8_t {
  Both,    ///< each knows the other's
  Client,  ///< the server knows the client's, and tells its own
  None     ///< the server wants the client's text first; the call was not looked at
};

using Metadata = std::vector<std::pair<std::string_view, std::string_view>>;

struct HandshakeRequest {
  Hash client_hash{};
  std::optional<std::string_view> client_protocol;
  Hash server_hash{};  ///< what the client takes for the server's
};

struct HandshakeResponse {
  Match match = Match::Both;
  std::optional<std::string_view> server_protocol;
  std::optional<Hash> server_hash;
};

enum class Method : std::uint8_t { Append, AppendBatch, Ping, Other };

/// What stands behind the handshake.
struct Call {
  Metadata metadata;
  Method method = Method::Other;
  std::string_view name;
  std::string_view parameters;  ///< an event, or an array of events
};

struct Answer {
  Metadata metadata;
  std::optional<EventStatus> status;  ///< none: the call failed
  std::string_view error;             ///< then why
};

// Reading. Rejected: the bytes are no such message. `message` is advanced behind what was read.
Result<HandshakeRequest> read_handshake_request(std::string_view& message, const Limits& limits = {});
Result<HandshakeResponse> read_handshake_response(std::string_view& message, const Limits& limits = {});
Result<Call> read_call(std::string_view message, const Limits& limits = {});
Result<Answer> read_answer(std::string_view message, const Limits& limits = {});

// Writing: appended to `out`.
void append_handshake_request(const HandshakeRequest& request, std::string& out);
void append_handshake_response(const HandshakeResponse& response, std::string& out);
/// All of a call in front of its first event: of Append that is the event's place, of AppendBatch one block of `events` follows, and
/// behind it kEndOfBatch.
void append_call_head(const Metadata& metadata, Method method, std::uint32_t events, std::string& out);
inline constexpr std::string_view kEndOfBatch{"\0", 1};
void append_metadata(const Metadata& metadata, std::string& out);
void append_status(EventStatus status, std::string& out);
/// Behind the metadata, instead of the status.
void append_error(std::string_view error, std::string& out);

}  // namespace flume::rpc
