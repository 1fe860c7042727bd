// Flume's Avro protocol (AvroSourceProtocol): its text, the hashes by which peers name it, and the bounds that both ends keep.
// Constants; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flume::rpc {

/// MD5 of a protocol's text (Avro specification, "Protocol Wire Format").
using Hash = std::array<std::uint8_t, 16>;

/// That of Flume's own text, which every Java peer from 1.4 to 1.11 sends and knows.
inline constexpr Hash kFlumeHash{0x86, 0xaa, 0xda, 0xe2, 0xc4, 0x54, 0x74, 0xc0, 0xfe, 0x93, 0xff, 0xd0, 0xf2, 0x35, 0x0a, 0x65};

/// Ours: the same protocol. For peers that want a text; Java takes any.
[[nodiscard]] std::string_view protocol_text() noexcept;
/// Of protocol_text().
[[nodiscard]] const Hash& protocol_hash() noexcept;

/// What a message may cost, whoever sends it.
struct Limits {
  std::uint64_t frame_bytes = std::uint64_t{256} << 20U;  ///< its pieces together
  std::uint32_t pieces = 1'000'000;
  std::size_t metadata_entries = 1000;
};

/// What the peer did with the events; its position is the number on the wire.
enum class EventStatus : std::uint8_t { Ok, Failed, Unknown };

}  // namespace flume::rpc
