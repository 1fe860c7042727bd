// The events of a dead-letter file, one after the other: an Avro container file of AvroFlumeEvents, as the serializer avro_event
// writes it. Reads only; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "codec/avro_container.h"
#include "flume/batch_builder.h"
#include "flume/files.h"

namespace flume::cli {

class DeadLetterFile {
 public:
  /// Corrupt: not such a file; the message does not name it.
  static Result<std::unique_ptr<DeadLetterFile>> open(Files& files, const std::string& path);

  /// Of this file and no other, whatever it is called.
  [[nodiscard]] std::string identity() const { return codec::to_text(marker_); }
  /// The next event; none behind the last one. Valid until the next call. Corrupt: the file is damaged there, or ends too soon.
  Result<std::optional<EventView>> next();

 private:
  DeadLetterFile(std::unique_ptr<File> file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
  /// Bytes of the file, fewer at its end.
  Result<std::string> read(std::uint64_t at, std::uint64_t bytes);
  Status next_block();

  const std::unique_ptr<File> file_;
  const std::uint64_t size_;
  codec::AvroMarker marker_{};
  std::uint64_t at_ = 0;  // behind the block
  std::string block_;
  std::size_t block_at_ = 0;
  std::uint64_t records_left_ = 0;
  const SlabPool::Handle pool_ = SlabPool::make(2);
  BatchBuilder builder_{*pool_};
  EventBatch event_;
};

}  // namespace flume::cli
