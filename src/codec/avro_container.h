// Avro object container files (Avro specification 1.11, "Object Container Files"): header, blocks of records, sync markers.
//   file   := "Obj" 1, map of metadata (avro.schema, avro.codec), marker[16], block*
//   block  := long records, long bytes, the records (compressed), marker
// A file can end behind every block, and go on there by who knows its marker. Records come in encoded: what is in them is the
// caller's affair. No I/O. The writer belongs to one file and one thread; the functions are pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "codec/block_codec.h"
#include "flume/result.h"

namespace flume::codec {

inline constexpr std::size_t kAvroMarkerBytes = 16;
using AvroMarker = std::array<char, kAvroMarkerBytes>;

class AvroContainerWriter {
 public:
  /// A block ends when its records have so many bytes or more, before compression.
  AvroContainerWriter(BlockCodec codec, std::uint64_t sync_interval);

  /// Begins a file: its header into `out`. Forgets what was not written of another.
  void begin(std::string_view schema, const AvroMarker& marker, std::string& out);
  /// Goes on with a file behind one of its blocks. Forgets what was not written.
  void resume(const AvroMarker& marker);
  /// One encoded record; a block that is full goes to `out`.
  void append(std::string_view record, std::string& out) {
    block_.append(record);
    ++records_;
    if (block_.size() >= sync_interval_) end_block(out);
  }
  /// What there is of a block goes to `out`: the file can end there.
  void end_block(std::string& out);
  [[nodiscard]] const AvroMarker& marker() const noexcept { return marker_; }

 private:
  const BlockCodec codec_;
  const std::uint64_t sync_interval_;
  std::unique_ptr<BlockCompressor> compressor_;  // made with the first block
  AvroMarker marker_{};
  std::string block_;
  std::uint64_t records_ = 0;
};

struct AvroHeader {
  std::map<std::string, std::string, std::less<>> metadata;
  AvroMarker marker{};
  std::size_t size = 0;  ///< of the header in bytes
};
inline constexpr std::size_t kLongestAvroHeader = 4U << 20U;

/// The header that `bytes` begin with. Corrupt: they do not, it is longer than kLongestAvroHeader, or it does not end in them
/// (Cause::None in all cases; give more bytes, up to that bound, to tell the last one).
[[nodiscard]] Result<AvroHeader> read_avro_header(std::string_view bytes);

/// Where a block begins: how many records, where its bytes begin and how many there are.
struct AvroBlockHead {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::size_t size = 0;  ///< of this head
};
inline constexpr std::size_t kLongestAvroBlockHead = 20;
/// Of the block that `bytes` begin with; nothing when none can begin so.
[[nodiscard]] std::optional<AvroBlockHead> read_avro_block_head(std::string_view bytes);

/// 32 hexadecimal digits and back. Corrupt: not such a text.
[[nodiscard]] std::string to_text(const AvroMarker& marker);
[[nodiscard]] Result<AvroMarker> avro_marker_from(std::string_view text);

}  // namespace flume::codec
