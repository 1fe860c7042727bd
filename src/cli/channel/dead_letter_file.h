// The events of a dead-letter file, one after the other: an Avro container file of AvroFlumeEvents, as the serializer avro_event
// writes it, whatever its blocks are compressed by. Reads only; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "codec/avro_container_reader.h"
#include "flume/batch_builder.h"
#include "flume/files.h"
#include "io/file_input.h"

namespace flume::cli {

class DeadLetterFile {
 public:
  /// Corrupt: not such a file; the message does not name it.
  static Result<std::unique_ptr<DeadLetterFile>> open(Files& files, const std::string& path);

  /// Of this file and no other, whatever it is called.
  [[nodiscard]] std::string identity() const { return codec::to_text(reader_.header().marker); }
  /// The next event; none behind the last one. Valid until the next call. Corrupt: the file is damaged there, or ends too soon.
  Result<std::optional<EventView>> next();

 private:
  DeadLetterFile(std::unique_ptr<FileInput> input, codec::AvroContainerReader reader)
      : input_(std::move(input)), reader_(std::move(reader)) {}

  const std::unique_ptr<FileInput> input_;
  codec::AvroContainerReader reader_;
  std::size_t at_ = 0;  // in the block
  std::uint64_t records_left_ = 0;
  const SlabPool::Handle pool_ = SlabPool::make(2);
  BatchBuilder builder_{*pool_};
  EventBatch event_;
};

}  // namespace flume::cli
