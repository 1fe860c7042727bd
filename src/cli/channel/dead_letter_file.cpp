#include "cli/channel/dead_letter_file.h"

#include <algorithm>

namespace flume::cli {

Result<std::unique_ptr<DeadLetterFile>> DeadLetterFile::open(Files& files, const std::string& path) {
  auto file = files.open(path, OpenMode::Read);
  if (!file) return std::move(file).status();
  const auto size = (*file)->size();
  if (!size) return size.status();
  std::unique_ptr<DeadLetterFile> letters(new DeadLetterFile(*std::move(file), *size));
  const auto begin = letters->read(0, codec::kLongestAvroHeader);
  if (!begin) return begin.status();
  const auto header = codec::read_avro_header(*begin);
  if (!header) return header.status();
  const auto codec = header->metadata.find("avro.codec");
  if (codec != header->metadata.end() && codec->second != "null") {
    return corrupt("its blocks are compressed (" + codec->second + "), which no file of dead letters is");
  }
  letters->marker_ = header->marker;
  letters->at_ = header->size;
  return letters;
}

Result<std::string> DeadLetterFile::read(std::uint64_t at, std::uint64_t bytes) {
  std::string buffer(std::min(bytes, size_ - std::min(at, size_)), '\0');
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const auto rest = std::as_writable_bytes(std::span(buffer)).subspan(filled);
    const auto got = file_->read_at(at + filled, rest);
    if (!got) return got.status();
    if (*got == 0) break;
    filled += *got;
  }
  buffer.resize(filled);
  return buffer;
}

Status DeadLetterFile::next_block() {
  const auto bytes = read(at_, codec::kLongestAvroBlockHead);
  if (!bytes) return bytes.status();
  const auto head = codec::read_avro_block_head(*bytes);
  const std::uint64_t left = size_ - at_;
  if (!head || head->bytes > left || head->size + head->bytes + codec::kAvroMarkerBytes > left) {
    return corrupt("the block at byte " + std::to_string(at_) + " is damaged or cut short");
  }
  auto block = read(at_ + head->size, head->bytes + codec::kAvroMarkerBytes);
  if (!block) return std::move(block).status();
  const std::string_view marker(marker_.data(), marker_.size());
  if (block->size() != head->bytes + marker.size() || !block->ends_with(marker)) {
    return corrupt("the block at byte " + std::to_string(at_) + " does not end in the file's marker");
  }
  block_ = *std::move(block);
  block_.resize(head->bytes);
  block_at_ = 0;
  records_left_ = head->records;
  at_ += head->size + head->bytes + marker.size();
  return {};
}

Result<std::optional<EventView>> DeadLetterFile::next() {
  if (records_left_ == 0) {
    if (block_at_ != block_.size()) return corrupt("the block before byte " + std::to_string(at_) + " has more than its records");
    if (at_ == size_) return std::optional<EventView>();
    FLUME_TRY(next_block());
  }
  const auto size = builder_.adopt_avro(std::string_view(block_).substr(block_at_));
  if (!size)
    return corrupt("the block before byte " + std::to_string(at_) + " has something else than an event: " + size.status().message());
  block_at_ += *size;
  --records_left_;
  event_ = builder_.take();
  return std::optional(event_[0]);
}

}  // namespace flume::cli
