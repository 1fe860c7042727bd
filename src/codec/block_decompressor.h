// Decompression of one whole block of bytes that BlockCodec made, here or elsewhere. The blocks are foreign bytes: what they become
// is bounded before memory is taken.
// Owner: who reads the file; one thread per object.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "codec/block_codec.h"
#include "flume/result.h"

namespace flume::codec {

class BlockDecompressor {
 public:
  virtual ~BlockDecompressor() = default;
  /// Replaces what is in `out`. Corrupt: these are no bytes of the codec, or more is behind them, or a checksum does not fit; with
  /// Cause::TooLarge: they become more than `most` bytes. `out` then holds anything.
  virtual Status decompress(std::string_view block, std::size_t most, std::string& out) = 0;
};

/// Not for Null, which changes nothing.
[[nodiscard]] std::unique_ptr<BlockDecompressor> make_block_decompressor(BlockCodec codec);

}  // namespace flume::codec
