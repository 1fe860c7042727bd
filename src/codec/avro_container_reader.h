// Avro object container files, read block by block (codec/avro_container.h has what a file is made of). The files are foreign:
// every length is held against the file, and what is decompressed against a bound.
// Owner: who reads the file; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "codec/avro_container.h"
#include "codec/block_decompressor.h"
#include "flume/byte_input.h"

namespace flume::codec {

class AvroContainerReader {
 public:
  /// Of one block, as it is in the file and decompressed.
  static constexpr std::size_t kLongestBlock = 256U << 20U;

  /// Reads the header at the beginning of `input`, which outlives the reader. Corrupt: it is no such file, or of a codec that is
  /// not known.
  static Result<AvroContainerReader> open(ByteInput& input);

  [[nodiscard]] const AvroHeader& header() const noexcept { return header_; }

  /// The next block will be the one at `offset`; where none begins, the first one behind the next sync marker, as Avro's Java
  /// library does it.
  Status seek(std::uint64_t offset);
  /// Reads the next block; false behind the last one. Corrupt: it is damaged, cut short or too long; it is then tried again.
  Result<bool> next_block();

  /// Of the block that was read: its records, one after the other; how many; where it begins in the file and where the next one does.
  [[nodiscard]] std::string_view block() const noexcept { return block_; }
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
  [[nodiscard]] std::uint64_t block_offset() const noexcept { return block_offset_; }
  [[nodiscard]] std::uint64_t next_offset() const noexcept { return next_offset_; }

 private:
  AvroContainerReader(ByteInput& input, AvroHeader header, BlockCodec codec);

  ByteInput* input_;
  AvroHeader header_;
  std::unique_ptr<BlockDecompressor> decompressor_;  // none: blocks are as they are
  std::string block_;
  std::uint64_t records_ = 0;
  std::uint64_t block_offset_;
  std::uint64_t next_offset_;
};

}  // namespace flume::codec
