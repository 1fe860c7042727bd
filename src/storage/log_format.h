// The bytes of a segment: its head and the heads of its records. What they mean and why: FORMAT.md. Numbers are little-endian.
// Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "flume/files.h"

namespace flume::storage {

inline constexpr std::string_view kSegmentMagic = "FLUMSEG1";
inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::size_t kHeadBytes = 512;        ///< what of a head is checked; it lies at both places
inline constexpr std::uint64_t kSecondHead = 4096;    ///< where its copy is
inline constexpr std::uint64_t kRecordsStart = 8192;  ///< the STATE record, then the others
inline constexpr std::size_t kRecordHeadBytes = 40;
inline constexpr std::uint32_t kMaxPayload = 1U << 31;  ///< of one record
inline constexpr std::size_t kMaxKeyAlias = 128;

inline constexpr std::uint32_t kMaxTag = 64;  ///< of it, what encryption may add

using ChannelUuid = std::array<std::uint8_t, 16>;

/// How the payloads of an encrypted segment were made: which key, and how a right one is told from a wrong one.
struct SegmentKey {
  std::string alias;  ///< at most kMaxKeyAlias bytes
  std::array<std::uint8_t, 32> salt{};
  std::array<std::uint8_t, 8> check{};
};

struct SegmentHead {
  std::uint32_t version = kFormatVersion;
  ChannelUuid channel{};
  std::uint64_t number = 0;           ///< of the segment: 1, 2, ...; never used again
  std::uint64_t salt = 0;             ///< random for each use of a slot: begins every record's checksum
  std::uint64_t first_id = 0;         ///< of the first event put into it
  std::uint64_t previous_number = 0;  ///< 0: none
  std::uint64_t previous_end = 0;     ///< where the previous segment's records end
  std::uint32_t state_bytes = 0;      ///< of the payload of the STATE record
  std::uint32_t state_crc = 0;
  std::optional<SegmentKey> key;

  [[nodiscard]] std::array<std::byte, kHeadBytes> encode() const;
  /// Nothing when the bytes are no whole head. A head of a later version is decoded as far as version and channel.
  static std::optional<SegmentHead> decode(std::span<const std::byte, kHeadBytes> bytes);
};

enum class RecordType : std::uint8_t { Put = 1, Take = 2, Note = 3, Settle = 4, State = 5, Close = 6 };
[[nodiscard]] std::string_view to_string(RecordType type) noexcept;

struct RecordHead {
  RecordType type = RecordType::Put;
  std::uint32_t payload_bytes = 0;
  std::uint32_t events = 0;
  std::uint32_t payload_crc = 0;
  std::uint32_t attempt = 0;  ///< how many writes of the segment had failed: a record of an earlier attempt behind a later one is dead
  std::uint64_t first_id = 0;
  std::uint64_t durable_end = 0;  ///< up to here the segment was known synced when the record was made

  [[nodiscard]] std::array<std::byte, kRecordHeadBytes> encode(std::uint64_t salt) const;
  /// How many ids it gives or passes over: the next record's begin behind them.
  [[nodiscard]] std::uint32_t used_ids() const noexcept { return type == RecordType::Put || type == RecordType::Settle ? events : 0; }
  /// What an encrypted payload is bound to, besides its place: which record it is of.
  [[nodiscard]] std::array<std::byte, 13> associated() const;
  /// Nothing when the bytes are no whole head of a segment with this salt.
  static std::optional<RecordHead> decode(std::span<const std::byte, kRecordHeadBytes> bytes, std::uint64_t salt);
};

/// With its head and padding: where the next record begins behind it.
[[nodiscard]] constexpr std::uint64_t record_bytes(std::uint64_t payload_bytes) noexcept {
  return (kRecordHeadBytes + payload_bytes + 7) & ~std::uint64_t{7};
}

}  // namespace flume::storage
