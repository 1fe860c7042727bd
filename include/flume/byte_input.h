// ByteInput: the bytes of one file, from a position on, for those who take it apart piece by piece. Over a file: src/io/file_input.h;
// whoever opens the file may stand another charset or a decompressor in between.
// Owned by who opened the file; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "flume/result.h"

namespace flume {

class ByteInput {
 public:
  virtual ~ByteInput() = default;
  /// What comes at the position: at least `bytes`, fewer only where the file ends before. No memory is taken for bytes that the
  /// file has not. Valid until the next call of peek() or seek().
  virtual Result<std::string_view> peek(std::size_t bytes) = 0;
  /// Moves behind bytes that peek() has shown.
  virtual void advance(std::size_t bytes) = 0;
  /// Anywhere; what is behind the end of the file is empty.
  virtual void seek(std::uint64_t position) = 0;
  [[nodiscard]] virtual std::uint64_t position() const = 0;
};

}  // namespace flume
