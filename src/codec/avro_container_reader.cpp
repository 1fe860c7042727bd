#include "codec/avro_container_reader.h"

#include <algorithm>

namespace flume::codec {
namespace {

constexpr std::size_t kStep = 64 * 1024;

std::string_view text_of(const AvroMarker& marker) { return {marker.data(), marker.size()}; }

Status damaged(std::uint64_t offset, std::string_view how) {
  return corrupt("the block at byte " + std::to_string(offset) + " " + std::string(how));
}

}  // namespace

AvroContainerReader::AvroContainerReader(ByteInput& input, AvroHeader header, BlockCodec codec)
    : input_(&input),
      header_(std::move(header)),
      decompressor_(make_block_decompressor(codec)),
      block_offset_(header_.size),
      next_offset_(header_.size) {}

Result<AvroContainerReader> AvroContainerReader::open(ByteInput& input) {
  // Most headers are short: more is looked at only where that does not do.
  for (std::size_t bytes = kStep;; bytes = kLongestAvroHeader) {
    input.seek(0);
    const auto begin = input.peek(bytes);
    if (!begin) return begin.status();
    auto header = read_avro_header(begin->substr(0, bytes));
    if (!header && bytes < kLongestAvroHeader && begin->size() >= bytes) continue;
    if (!header) return std::move(header).status();
    const auto named = header->metadata.find("avro.codec");
    const auto codec = named == header->metadata.end() ? BlockCodec::Null : block_codec_named(named->second);
    if (!codec) return corrupt("its blocks are compressed by '" + named->second.substr(0, 100) + "', which is not known here");
    return AvroContainerReader(input, *std::move(header), *codec);
  }
}

Status AvroContainerReader::seek(std::uint64_t offset) {
  const std::string_view marker = text_of(header_.marker);
  records_ = 0;
  block_.clear();
  block_offset_ = next_offset_ = std::max<std::uint64_t>(offset, header_.size);
  if (offset <= header_.size) return {};
  input_->seek(offset - marker.size());
  for (bool is_first = true;; is_first = false) {
    const auto bytes = input_->peek(kStep);
    if (!bytes) return bytes.status();
    if (is_first && bytes->starts_with(marker)) return {};
    const std::size_t from = is_first ? std::min(marker.size(), bytes->size()) : 0;
    const std::size_t found = bytes->find(marker, from);
    if (found != std::string_view::npos) {
      block_offset_ = next_offset_ = input_->position() + found + marker.size();
      return {};
    }
    if (bytes->size() < kStep) {  // no block begins behind it
      block_offset_ = next_offset_ = input_->position() + bytes->size();
      return {};
    }
    input_->advance(bytes->size() - marker.size() + 1);
  }
}

Result<bool> AvroContainerReader::next_block() {
  input_->seek(next_offset_);
  const auto begin = input_->peek(kLongestAvroBlockHead);
  if (!begin) return begin.status();
  if (begin->empty()) return false;
  const auto head = read_avro_block_head(begin->substr(0, kLongestAvroBlockHead));
  if (!head) return damaged(next_offset_, "is damaged or cut short");
  if (head->bytes > kLongestBlock) return damaged(next_offset_, "says that it is " + std::to_string(head->bytes) + " bytes long");
  const std::size_t size = head->size + head->bytes + kAvroMarkerBytes;
  const auto all = input_->peek(size);
  if (!all) return all.status();
  if (all->size() < size) return damaged(next_offset_, "is cut short");
  if (!all->substr(0, size).ends_with(text_of(header_.marker))) return damaged(next_offset_, "does not end in the file's marker");
  const std::string_view bytes = all->substr(head->size, head->bytes);
  if (decompressor_ == nullptr) {
    block_.assign(bytes);
  } else if (Status status = decompressor_->decompress(bytes, kLongestBlock, block_); !status.ok()) {
    return damaged(next_offset_, "cannot be read: " + status.message());
  }
  records_ = head->records;
  block_offset_ = next_offset_;
  next_offset_ += size;
  return true;
}

}  // namespace flume::codec
