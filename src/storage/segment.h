// A segment: one use of a slot, that is of a file of fixed name, from its head to where its records end. And the reader of
// records. Layout: FORMAT.md.
//
// Shared by the log and by readers; whoever holds a pointer keeps the slot from being used again. `end` and `ids` are guarded by
// the log's lock while the segment is written, and constant afterwards. A RecordReader belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/data_key.h"
#include "crypto/record_cipher.h"
#include "flume/files.h"
#include "flume/ids.h"
#include "storage/log_format.h"

namespace flume::storage {

struct Slot {
  std::string path;
  std::unique_ptr<File> file;
  std::uint64_t bytes = 0;  ///< that a segment in it may have
  std::uint64_t size = 0;   ///< of the file: below `bytes` writing makes it longer
};

struct Segment {
  SegmentHead head;
  Slot slot;
  std::uint64_t records_start = kRecordsStart;  ///< behind the STATE record
  std::uint64_t end = kRecordsStart;            ///< of its records
  IdRange ids;                                  ///< of the events put into it
  std::shared_ptr<const crypto::DataKey> key;   ///< null: not encrypted
  bool is_damaged = false;                      ///< its slot is put aside when it is empty, not used again
};
using SegmentPointer = std::shared_ptr<Segment>;

struct FoundRecord {
  RecordHead head;
  std::uint64_t at = 0;
  std::string_view payload;  ///< valid until the reader's next call
  [[nodiscard]] std::uint64_t end() const noexcept { return at + record_bytes(head.payload_bytes); }
};

/// Goes over records one by one, by large reads.
class RecordReader {
 public:
  /// From `start` to at most `limit`. Segment and file outlive the reader.
  RecordReader(File& file, std::uint64_t salt, std::uint64_t start, std::uint64_t limit, const crypto::DataKey* key = nullptr)
      : file_(file), salt_(salt), at_(start), limit_(limit), key_(key) {}
  /// Of a segment's records, from `start`.
  RecordReader(const Segment& segment, std::uint64_t start, std::uint64_t limit)
      : RecordReader(*segment.slot.file, segment.head.salt, start, limit, segment.key.get()) {}

  /// The record at position(), which moves behind it; nothing when there is no whole and undamaged one. Retryable: the disk
  /// cannot be read.
  Result<std::optional<FoundRecord>> next();
  /// The same by the record's head alone: the payload is neither read nor checked.
  Result<std::optional<FoundRecord>> next_head();
  /// The first head at or behind `from`, wherever it lies: to go on behind damage.
  Result<std::optional<FoundRecord>> find_head(std::uint64_t from);

  [[nodiscard]] std::uint64_t position() const noexcept { return at_; }
  void move_to(std::uint64_t position) noexcept { at_ = position; }

 private:
  /// The payload decrypted; nothing when it is not what was written.
  Result<std::optional<std::string_view>> opened(const FoundRecord& found, std::string_view sealed);
  /// The bytes [offset, offset + count) as far as they are there and below the limit.
  Result<std::string_view> bytes(std::uint64_t offset, std::uint64_t count);
  /// The buffer begins at `offset` then, and has `count` bytes if there are so many.
  Status fill(std::uint64_t offset, std::uint64_t count);

  File& file_;
  const std::uint64_t salt_;
  std::uint64_t at_;
  const std::uint64_t limit_;
  const crypto::DataKey* key_;
  std::optional<crypto::RecordCipher> cipher_;
  std::string plain_;
  std::unique_ptr<char[]> buffer_;  // not a string: that sets to zero what is read over then
  std::uint64_t buffer_capacity_ = 0;
  std::uint64_t buffer_bytes_ = 0;
  std::uint64_t buffer_at_ = 0;
};

/// The head of a slot's segment: of the first of the two copies that is whole. Nothing: neither is.
Result<std::optional<SegmentHead>> read_segment_head(File& file);

}  // namespace flume::storage
