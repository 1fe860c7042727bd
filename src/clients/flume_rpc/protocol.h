// Flume's AvroSourceProtocol: messages, statuses, and the two hashes by which it is known. A hash is the MD5 of a protocol's text.
// Flume's own text carries its licence as a comment, and its hash covers that; this version has a text of its own, of the same
// types, and the hash of it. A server knows the hash of Flume 1.4 to 1.11, its own, without any text: so we name that one first,
// which costs no second round; a server that does not know it gets our text with our hash. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "flume/result.h"

namespace flume::rpc {

using ProtocolHash = std::array<std::uint8_t, 16>;

/// Of Flume 1.4 to 1.11: what servers and clients of all these versions say, and know.
inline constexpr ProtocolHash kFlumeHash = {0x86, 0xaa, 0xda, 0xe2, 0xc4, 0x54, 0x74, 0xc0, 0xfe, 0x93, 0xff, 0xd0, 0xf2, 0x35, 0x0a, 0x65};

/// Of protocol_text().
[[nodiscard]] const ProtocolHash& own_hash() noexcept;
[[nodiscard]] std::string_view protocol_text() noexcept;

inline constexpr std::string_view kAppend = "append";
inline constexpr std::string_view kAppendBatch = "appendBatch";

/// What a source answers.
enum class AppendStatus : std::uint8_t { Ok, Failed, Unknown };

/// Whether calls of a client with this protocol are read as ours are. The error says what differs.
[[nodiscard]] Status check_client_protocol(std::string_view text);

}  // namespace flume::rpc
