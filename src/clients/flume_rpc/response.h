// Answers of Flume's AvroSourceProtocol, written and read. Pure; one connection's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "clients/flume_rpc/frame.h"
#include "clients/flume_rpc/handshake.h"

namespace flume::rpc {

struct Response {
  std::int32_t serial = 0;
  std::optional<HandshakeResponse> handshake{};
  Metadata metadata{};
  AppendStatus status = AppendStatus::Ok;
  std::optional<std::string> error{};  ///< the server could not do the call, and why; then there is no status
};

/// In three buffers, as Java's server: handshake (or none), metadata, rest.
[[nodiscard]] std::string encode_response(const Response& response);
/// To a handshake alone, and to one whose call was not executed (Match::None): one buffer.
[[nodiscard]] std::string encode_handshake_response(std::int32_t serial, const HandshakeResponse& handshake);
/// What Java's server says to a call of a message that it has not.
[[nodiscard]] std::string no_such_message(std::string_view method);

/// Puts responses together from bytes that come in any pieces.
class ResponseReader {
 public:
  /// What is still to be said of the connection.
  enum class Expected : std::uint8_t { Greeting, Call };

  ResponseReader();

  /// Takes from the front of `bytes` what belongs to the present response; a response when it is complete. An error: the
  /// connection cannot go on.
  Result<std::optional<Response>> feed(ByteView& bytes, Expected expected);

 private:
  Result<Response> parse(Expected expected) const;

  FrameParser frame_;
  std::string bytes_;
};

}  // namespace flume::rpc
