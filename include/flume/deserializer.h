// Event deserializers (Flume's EventDeserializer): the bytes of a file -> events. They read from a ByteInput and never open a file.
// One object per open file; used by one thread.
#pragma once

#include <cstdint>

#include "flume/batch_builder.h"
#include "flume/byte_input.h"
#include "flume/result.h"

namespace flume {

/// How far a file is read: `events` events behind byte `offset`. What is before `offset` is never needed again, but for what the
/// format has at the beginning of its files.
struct DeserializerPosition {
  std::uint64_t offset = 0;
  std::uint64_t events = 0;
  friend bool operator==(const DeserializerPosition&, const DeserializerPosition&) = default;
};

class EventDeserializer {
 public:
  virtual ~EventDeserializer() = default;
  /// Goes on at `position`: the beginning, a position() of the same file and options, or an offset that Apache Flume left
  /// behind. `input` outlives this. Corrupt or Rejected: no file of this format.
  virtual Status open(ByteInput& input, DeserializerPosition position) = 0;
  /// The next events, `most` (at least 1) of them, into `builder`; fewer only at the end of the file or before something that
  /// cannot be read. How many; 0 means that the file is at its end. Corrupt or Rejected: the file is damaged, or no such file, at
  /// position(); the builder is as it was.
  virtual Result<std::uint32_t> read(BatchBuilder& builder, std::uint32_t most) = 0;
  /// Behind the last event that was read.
  [[nodiscard]] virtual DeserializerPosition position() const = 0;
};

}  // namespace flume
