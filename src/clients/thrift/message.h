// Thrift's messages as bytes, without their structs: what a call is, frames, and the two ways to answer one. Pure functions.
//
//   frame    := u32 big endian: length of the message; message
//   message  := method, kind (call, reply, exception), sequence number; a struct
//   reply    := the struct has the result in field 0
// Encodings: https://github.com/apache/thrift/blob/master/doc/specs. libthrift reads and writes them (ADR 0009).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "flume/options.h"
#include "flume/result.h"

namespace flume::thrift {

/// How values are written. OldBinary: Binary whose messages carry no version (Scribe). Both are understood where one is expected.
enum class Encoding : std::uint8_t { Compact, Binary, OldBinary };
/// "compact", "binary".
[[nodiscard]] std::span<const EnumName<Encoding>> enum_names(Encoding) noexcept;

/// Longest message that Thrift's own servers and clients take unless told otherwise.
inline constexpr std::uint32_t kLongestMessage = 16'384'000;
inline constexpr std::size_t kFrameHead = 4;

/// What a request asks for.
struct Call {
  std::string method;
  std::int32_t sequence = 0;
};

/// A request as its server understands it.
struct Request {
  enum class State : std::uint8_t { Understood, UnknownMethod, BadArguments };
  Call call;
  State state = State::Understood;
  std::string problem;  ///< of bad arguments
};

/// Length of a message from the first four bytes of its frame. Rejected when it is none or too long; says what the peer seems to
/// speak when that is plain to see.
[[nodiscard]] Result<std::uint32_t> message_length(std::string_view frame_head, std::uint32_t longest = kLongestMessage);

/// Frames, length included.
[[nodiscard]] std::string enum_reply(Encoding encoding, const Call& call, std::int32_t value);
[[nodiscard]] std::string void_reply(Encoding encoding, const Call& call);
/// What Thrift's servers say to a request that they do not understand. Precondition: it is one.
[[nodiscard]] std::string refusal(Encoding encoding, const Request& request);

/// The enum that `message`, the answer to `sequence`, has. Rejected: the server says that it did not carry the call out.
/// Retryable: no answer to this call, and nobody knows what became of it.
[[nodiscard]] Result<std::int32_t> read_enum_reply(Encoding encoding, std::string_view message, std::int32_t sequence);

}  // namespace flume::thrift
