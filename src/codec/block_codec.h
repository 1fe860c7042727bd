// Compression of one whole block of bytes by the codecs of Avro container files, under Avro's names. Compression only: what a
// reader does with the blocks is its own affair. Owner: who writes the file; one thread per object.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace flume::codec {

enum class BlockCodec : std::uint8_t { Null, Deflate, Snappy, Bzip2, Xz, Zstandard };

/// As `avro.codec` says it: "null", "deflate", "snappy", "bzip2", "xz", "zstandard".
[[nodiscard]] std::string_view to_string(BlockCodec codec) noexcept;
/// By exactly that name.
[[nodiscard]] std::optional<BlockCodec> block_codec_named(std::string_view name) noexcept;

class BlockCompressor {
 public:
  virtual ~BlockCompressor() = default;
  /// Appends `block`, compressed, to `out`. Out of memory ends the process; nothing else can fail.
  virtual void compress(std::string_view block, std::string& out) = 0;
};

/// With the levels of Avro's Java library. Not for Null, which changes nothing.
[[nodiscard]] std::unique_ptr<BlockCompressor> make_block_compressor(BlockCodec codec);

}  // namespace flume::codec
