#include "saved_events/save_file_writer.h"

#include <algorithm>
#include <vector>

#include "codec/crc32c.h"
#include "saved_events/save_file_format.h"

namespace flume::saved_events {
namespace {

/// A sync takes as long as there is unsynced data: the deadline is looked at after so much of it.
constexpr std::uint64_t kSyncEvery = 16 * 1024 * 1024;

std::string encode(const FileHeader& header) {
  std::string out(kMagic);
  append_little_endian(out, kVersion);
  append_little_endian(out, static_cast<std::uint32_t>(kFixedHeaderBytes + header.channel.size() + kCrcBytes));
  append_little_endian(out, header.events);
  append_little_endian(out, header.blocks);
  append_little_endian(out, header.file_bytes);
  append_little_endian(out, static_cast<std::uint64_t>(header.saved_at.time_since_epoch().count()));
  out += header.channel;
  append_little_endian(out, codec::crc32c(0, out));
  return out;
}

/// How many of the slice's first events have at most `bytes` together.
std::uint32_t fitting(const Slice& slice, std::uint64_t bytes) {
  Slice front = slice;
  for (front.hi = front.lo; front.hi != slice.hi; ++front.hi) {
    Slice next = front;
    ++next.hi;
    if (next.bytes() > bytes) break;
  }
  return front.size();
}

class Writer {
 public:
  Writer(File& file, const Clock& clock, std::uint64_t first_block, Deadline deadline)
      : file_(file), clock_(clock), deadline_(deadline), length_(first_block) {}

  /// The event's block is written when the next one does not fit in.
  Status add(Slice slice) {
    while (slice.size() != 0) {
      std::uint32_t count = fitting(slice, kBlockBytes - std::min(kBlockBytes, block_.bytes()));
      if (count == 0 && !block_.empty()) {
        FLUME_TRY(write_block());
        continue;
      }
      count = std::max(count, 1U);
      Slice part = slice;
      part.hi = part.lo + count;
      block_.append(std::move(part));
      slice.lo += count;
    }
    return {};
  }

  Status write_block() {
    if (block_.empty()) return {};
    if (clock_.passed(deadline_)) return retryable("the time for saving is over", Cause::Timeout);
    pieces_.clear();
    block_.avro_iov(pieces_);
    std::string head;
    append_little_endian(head, static_cast<std::uint32_t>(blocks_));
    append_little_endian(head, block_.size());
    append_little_endian(head, static_cast<std::uint32_t>(block_.bytes()));
    std::uint32_t crc = codec::crc32c(0, head);
    for (const iovec& piece : pieces_) crc = codec::crc32c(crc, {static_cast<const char*>(piece.iov_base), piece.iov_len});
    std::string crc_text;
    append_little_endian(crc_text, crc);
    head.insert(0, crc_text);
    std::vector<ByteView> views{as_bytes(head)};
    for (const iovec& piece : pieces_) views.emplace_back(static_cast<const std::byte*>(piece.iov_base), piece.iov_len);
    FLUME_TRY(file_.write_at(length_, std::span<const ByteView>(views)));
    const std::uint64_t written = head.size() + block_.bytes();
    length_ += written;
    unsynced_ += written;
    events_ += block_.size();
    ++blocks_;
    block_.clear();
    return {};
  }

  /// An error here is of the whole file: nobody knows what of it is on the disk.
  Status sync_now_and_then() {
    if (unsynced_ < kSyncEvery) return {};
    unsynced_ = 0;
    return file_.sync();
  }

  [[nodiscard]] std::uint64_t length() const { return length_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] std::uint64_t blocks() const { return blocks_; }

 private:
  File& file_;
  const Clock& clock_;
  const Deadline deadline_;
  std::uint64_t length_;
  std::uint64_t unsynced_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t blocks_ = 0;
  EventBatch block_;
  std::vector<iovec> pieces_;
};

}  // namespace

Result<Written> write_save_file(Files& files, const Clock& clock, const std::string& path, std::string_view channel,
                                std::span<const Slice> events, Deadline deadline) {
  if (channel.size() > kLongestChannelName) return retryable("the channel's name is too long for a save file", Cause::TooLarge);
  auto opened = files.open(path, OpenMode::CreateNew, 0600);
  if (!opened) return std::move(opened).status();
  File& file = **opened;
  FileHeader header{.channel = std::string(channel), .saved_at = clock.wall()};
  Writer writer(file, clock, encode(header).size(), deadline);
  Written written;
  for (const Slice& slice : events) {
    written.why_not_all = writer.add(slice);
    if (!written.why_not_all.ok()) break;
    FLUME_TRY(writer.sync_now_and_then());
  }
  if (written.why_not_all.ok()) written.why_not_all = writer.write_block();
  if (!written.why_not_all.ok()) {
    if (writer.events() == 0) return std::move(written.why_not_all);
    // A block that was written in part goes; that the header can be written is sure: its place is taken since the first block.
    FLUME_TRY(file.truncate(writer.length()));
  }
  written.events = header.events = writer.events();
  header.blocks = writer.blocks();
  header.file_bytes = writer.length();
  FLUME_TRY(file.write_at(0, as_bytes(encode(header))));
  FLUME_TRY(file.sync());
  FLUME_TRY(file.close());
  return written;
}

}  // namespace flume::saved_events
