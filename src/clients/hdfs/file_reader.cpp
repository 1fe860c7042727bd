#include "clients/hdfs/file_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace flume::hdfs {

FileReader::FileReader(EventLoop& loop, Dialer& dialer, TransferSettings settings, std::string path, LocatedBlocks blocks)
    : loop_(loop), dialer_(dialer), settings_(std::move(settings)), path_(std::move(path)), blocks_(std::move(blocks.blocks)) {
  if (blocks.last_block) {
    // Often it is among the others, too; `last_block` has the length that counts.
    if (!blocks_.empty() && blocks_.back().block.id == blocks.last_block->block.id) blocks_.pop_back();
    blocks_.push_back(std::move(*blocks.last_block));
  }
  // A file without holes: a block begins where the one before ends.
  for (LocatedBlock& block : blocks_) {
    block.offset = length_;
    length_ += block.block.bytes;
  }
}

void FileReader::seek(std::uint64_t offset) {
  if (offset >= at_ && offset - at_ <= rest_.size()) {
    rest_.erase(0, static_cast<std::size_t>(offset - at_));
  } else {
    rest_.clear();
    reader_.reset();
  }
  at_ = offset;
}

Task<Result<std::string>> FileReader::next_bytes(Deadline deadline) {
  if (!reader_) {
    const auto behind = std::ranges::find_if(blocks_, [this](const LocatedBlock& block) { return at_ < block.offset + block.block.bytes; });
    const std::uint64_t offset = at_ - behind->offset;
    reader_ = std::make_unique<BlockReader>(loop_, dialer_, settings_, *behind, offset, behind->block.bytes - offset);
  }
  Result<std::string> bytes = co_await reader_->next(deadline);
  if (!bytes) {
    reader_.reset();
    co_return std::move(bytes).status().with_context(path_);
  }
  if (bytes->empty()) {
    reader_.reset();  // the end of its block
    co_return co_await next_bytes(deadline);
  }
  co_return bytes;
}

Task<Result<std::size_t>> FileReader::read_at(std::uint64_t offset, std::span<std::byte> into, Deadline deadline) {
  seek(offset);
  std::size_t filled = 0;
  while (filled < into.size() && at_ < length_) {
    if (rest_.empty()) {
      Result<std::string> bytes = co_await next_bytes(deadline);
      if (!bytes) co_return std::move(bytes).status();
      rest_ = std::move(*bytes);
    }
    const std::size_t some = std::min(rest_.size(), into.size() - filled);
    std::memcpy(into.data() + filled, rest_.data(), some);
    rest_.erase(0, some);
    at_ += some;
    filled += some;
  }
  co_return filled;
}

}  // namespace flume::hdfs
