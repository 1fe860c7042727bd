#include "cli/channel/dead_letter_file.h"

namespace flume::cli {

Result<std::unique_ptr<DeadLetterFile>> DeadLetterFile::open(Files& files, const std::string& path) {
  auto input = FileInput::open(files, path);
  if (!input) return std::move(input).status();
  auto reader = codec::AvroContainerReader::open(**input);
  if (!reader) return std::move(reader).status();
  return std::unique_ptr<DeadLetterFile>(new DeadLetterFile(*std::move(input), *std::move(reader)));
}

Result<std::optional<EventView>> DeadLetterFile::next() {
  const auto place = [this] { return "the block at byte " + std::to_string(reader_.block_offset()); };
  if (records_left_ == 0) {
    if (at_ != reader_.block().size()) return corrupt(place() + " has more than its records");
    const auto is_there = reader_.next_block();
    if (!is_there) return is_there.status();
    if (!*is_there) return std::optional<EventView>();
    at_ = 0;
    records_left_ = reader_.records();
  }
  const auto size = builder_.adopt_avro(reader_.block().substr(at_));
  if (!size) return corrupt(place() + " has something else than an event: " + size.status().message());
  at_ += *size;
  --records_left_;
  event_ = builder_.take();
  return std::optional(event_[0]);
}

}  // namespace flume::cli
