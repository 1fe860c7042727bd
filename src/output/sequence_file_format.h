// Hadoop SequenceFile, version 6, uncompressed, as Flume's hdfs sink writes it: key LongWritable (header `timestamp`, else the
// time of writing), value BytesWritable or Text (the body), a sync marker after every batch and each 2,000 bytes (Hadoop 2).
#pragma once

#include <array>
#include <cstdint>

#include "flume/clock.h"
#include "output/file_format.h"

namespace flume::output {

enum class SequenceValue : std::uint8_t { BytesWritable, Text };

class SequenceFileFormat final : public FileFormat {
 public:
  static constexpr std::size_t kSyncBytes = 16;
  /// A marker is written before the first record that begins so many bytes or more behind the last marker.
  static constexpr std::uint64_t kSyncInterval = 100 * (4 + kSyncBytes);
  using SyncMarker = std::array<char, kSyncBytes>;

  /// `marker` must not come up in data by chance: make_sync_marker(). The clock gives keys to events without a timestamp.
  SequenceFileFormat(SequenceValue value, const SyncMarker& marker, const Clock& clock) : value_(value), marker_(marker), clock_(clock) {}

  [[nodiscard]] std::string_view structure() const noexcept override { return kSequence; }
  void begin(std::string& out) override;
  Status append(std::span<const EventView> events, std::string& out, std::size_t& appended) override;
  void end_of_batch(std::string& out) override;
  void end(std::string& out) override { end_of_batch(out); }
  [[nodiscard]] std::string resume_state() const override;
  Status resume(std::uint64_t length, std::string_view state) override;

 private:
  void write_marker(std::string& out);

  const SequenceValue value_;
  SyncMarker marker_;
  const Clock& clock_;
  std::uint64_t position_ = 0;   // length of the file with what is in the buffer
  std::uint64_t last_sync_ = 0;  // position behind the last marker that was not the header's
};

/// Sixteen bytes that differ for every file, clock reading and path.
[[nodiscard]] SequenceFileFormat::SyncMarker make_sync_marker(std::string_view path, const Clock& clock);

}  // namespace flume::output
