#include "saved_events/save_file_reader.h"

#include <utility>

#include "codec/crc32c.h"

namespace flume::saved_events {
namespace {

class Reader {
 public:
  Reader(File& file, const std::string& path, std::uint64_t size) : file_(file), path_(path), size_(size) {}

  Result<FileHeader> header() {
    FLUME_TRY(read(kFixedHeaderBytes));
    if (!bytes_.starts_with(kMagic)) return damaged("it does not begin as a file of saved events does");
    if (const auto version = little_endian_at<std::uint32_t>(bytes_, 8); version > kVersion) {
      return Status(ErrorKind::Corrupt,
                    path_ + ": saved events of format " + std::to_string(version) + ", and this version knows formats up to " +
                        std::to_string(kVersion),
                    Cause::Unsupported);
    } else if (version == 0) {
      return damaged("it has no version");
    }
    const auto header_bytes = little_endian_at<std::uint32_t>(bytes_, 12);
    if (header_bytes < kFixedHeaderBytes + kCrcBytes || header_bytes > kFixedHeaderBytes + kLongestChannelName + kCrcBytes)
      return damaged("its header cannot be " + std::to_string(header_bytes) + " bytes long");
    at_ = 0;
    FLUME_TRY(read(header_bytes));
    const std::string_view checked = std::string_view(bytes_).substr(0, header_bytes - kCrcBytes);
    if (codec::crc32c(0, checked) != little_endian_at<std::uint32_t>(bytes_, checked.size()))
      return damaged("the checksum of its header is wrong");
    FileHeader header;
    header.events = little_endian_at<std::uint64_t>(bytes_, 16);
    header.blocks = little_endian_at<std::uint64_t>(bytes_, 24);
    header.file_bytes = little_endian_at<std::uint64_t>(bytes_, 32);
    header.saved_at = WallTime(std::chrono::milliseconds(little_endian_at<std::int64_t>(bytes_, 40)));
    header.channel = checked.substr(kFixedHeaderBytes);
    if (header.file_bytes != size_) {
      return damaged("it is " + std::to_string(size_) + " bytes long, and was " + std::to_string(header.file_bytes));
    }
    return header;
  }

  /// The next block's events.
  Result<EventBatch> block(std::uint64_t number, BatchBuilder& builder) {
    FLUME_TRY(read(kBlockHeaderBytes));
    const std::string head = bytes_;
    const auto crc = little_endian_at<std::uint32_t>(head, 0);
    const auto events = little_endian_at<std::uint32_t>(head, 8);
    const auto bytes = little_endian_at<std::uint32_t>(head, 12);
    const std::string where = "block " + std::to_string(number) + ": ";
    if (bytes > kLargestBlock) return damaged(where + "it cannot have " + std::to_string(bytes) + " bytes");
    FLUME_TRY(read(bytes).with_context("block " + std::to_string(number)));
    if (codec::crc32c(codec::crc32c(0, std::string_view(head).substr(kCrcBytes)), bytes_) != crc)
      return damaged(where + "its checksum is wrong");
    if (little_endian_at<std::uint32_t>(head, 4) != static_cast<std::uint32_t>(number)) return damaged(where + "it is out of order");
    for (std::string_view rest = bytes_; !rest.empty();) {
      const auto taken = builder.adopt_avro(rest);
      if (!taken) return damaged(where + taken.status().message());
      rest.remove_prefix(*taken);
    }
    EventBatch batch = builder.take();
    if (batch.empty() || batch.size() != events) return damaged(where + "the number of its events is wrong");
    return batch;
  }

  [[nodiscard]] bool is_at_end() const noexcept { return at_ == size_; }
  [[nodiscard]] Status damaged(const std::string& what) const { return corrupt(path_ + ": " + what); }

 private:
  Status read(std::uint64_t count) {
    if (count > size_ - at_) return damaged("it ends too early, at " + std::to_string(size_) + " bytes");
    bytes_.resize(count);
    auto got = file_.read_at(at_, std::as_writable_bytes(std::span(bytes_)));
    if (!got) return std::move(got).status();
    if (*got != count) return damaged("it became shorter while it was read");
    at_ += count;
    return {};
  }

  File& file_;
  const std::string& path_;
  const std::uint64_t size_;
  std::uint64_t at_ = 0;
  std::string bytes_;
};

struct OpenFile {
  std::unique_ptr<File> file;
  std::uint64_t size;
};

Result<OpenFile> open(Files& files, const std::string& path) {
  auto file = files.open(path, OpenMode::Read);
  if (!file) return std::move(file).status();
  auto size = (*file)->size();
  if (!size) return std::move(size).status();
  return OpenFile{*std::move(file), *size};
}

}  // namespace

Result<FileHeader> read_save_file_header(Files& files, const std::string& path) {
  const auto opened = open(files, path);
  if (!opened) return opened.status();
  return Reader(*opened->file, path, opened->size).header();
}

Result<SaveFile> read_save_file(Files& files, const std::string& path) {
  const auto opened = open(files, path);
  if (!opened) return opened.status();
  Reader reader(*opened->file, path, opened->size);
  auto header = reader.header();
  if (!header) return std::move(header).status();
  SaveFile file{*std::move(header), {}};
  // The pool keeps none for later: a slab goes when its last event does.
  const SlabPool::Handle pool = SlabPool::make(0);
  BatchBuilder builder(*pool);
  std::uint64_t events = 0;
  while (!reader.is_at_end()) {
    auto block = reader.block(file.blocks.size(), builder);
    if (!block) return std::move(block).status();
    events += block->size();
    file.blocks.push_back(*std::move(block));
  }
  if (events != file.header.events || file.blocks.size() != file.header.blocks) {
    return reader.damaged("it has " + std::to_string(events) + " events in " + std::to_string(file.blocks.size()) +
                          " blocks, and its header says " + std::to_string(file.header.events) + " in " +
                          std::to_string(file.header.blocks));
  }
  return file;
}

}  // namespace flume::saved_events
