// Reads uncompressed SequenceFiles of version 6, record by record: for recovery, and to count and check what was written.
// Every length is bounded before memory is taken. One thread; the source outlives the reader.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flume/result.h"

namespace flume::output {

class SequenceFileReader {
 public:
  /// Fills the buffer from `offset`; fewer bytes only at the end.
  using ReadAt = std::function<Result<std::size_t>(std::uint64_t offset, std::span<std::byte> buffer)>;
  static constexpr std::uint32_t kLongestRecord = 1U << 30U;

  explicit SequenceFileReader(ReadAt read_at) : read_at_(std::move(read_at)) {}
  /// Over bytes in memory, which outlive the reader.
  explicit SequenceFileReader(std::string_view bytes);

  /// Reads the header. Corrupt: no SequenceFile of version 6, or a compressed one.
  Status open();
  /// The next record: false at the end. Corrupt: what follows is no whole record; the earlier ones stand.
  Result<bool> next();

  [[nodiscard]] const std::string& key_class() const noexcept { return key_class_; }
  [[nodiscard]] const std::string& value_class() const noexcept { return value_class_; }
  /// Of the current record: key and value as serialised, and where the record ends (a sync marker behind it included).
  [[nodiscard]] std::string_view key() const noexcept { return std::string_view(record_).substr(0, key_length_); }
  [[nodiscard]] std::string_view value() const noexcept { return std::string_view(record_).substr(key_length_); }
  [[nodiscard]] std::uint64_t record_end() const noexcept { return record_end_; }
  /// The number in a LongWritable key. Corrupt when the key is none.
  [[nodiscard]] Result<std::int64_t> long_key() const;
  /// The bytes in a BytesWritable or Text value. Corrupt when the value is neither or its length does not fit.
  [[nodiscard]] Result<std::string_view> body() const;
  /// Sync markers passed so far, the header's not counted.
  [[nodiscard]] std::uint64_t markers() const noexcept { return markers_; }

 private:
  /// Bytes [at_, at_ + size) in buffer_; false when the file ends before.
  Result<bool> load(std::size_t size);
  [[nodiscard]] std::string_view loaded(std::size_t size) const { return std::string_view(buffer_).substr(at_ - buffer_start_, size); }
  Status read_int(std::uint32_t& value);
  Status read_text(std::string& text);
  Status skip_marker();

  ReadAt read_at_;
  std::string buffer_;
  std::uint64_t buffer_start_ = 0;
  std::uint64_t at_ = 0;
  std::string key_class_;
  std::string value_class_;
  std::string marker_;
  std::string record_;
  std::uint32_t key_length_ = 0;
  std::uint64_t record_end_ = 0;
  std::uint64_t markers_ = 0;
};

}  // namespace flume::output
