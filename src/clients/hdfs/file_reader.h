// Reads a file of HDFS: its blocks one after the other, every byte verified against its checksum.
// What is read is the file as it was when it was opened; of a file that is being written, as far as `blocks` says.
// Loop thread only. Destroyed, it drops its connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "clients/hdfs/block_reader.h"

namespace flume::hdfs {

class FileReader {
 public:
  FileReader(EventLoop& loop, Dialer& dialer, TransferSettings settings, std::string path, LocatedBlocks blocks);
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader() = default;

  [[nodiscard]] std::uint64_t length() const noexcept { return length_; }
  /// Fills `into` from `offset`; fewer bytes only at the end of the file. Cheap when it goes on where the last one stopped.
  /// The error names the file and each node that failed; Corrupt when all replicas have wrong checksums.
  Task<Result<std::size_t>> read_at(std::uint64_t offset, std::span<std::byte> into, Deadline deadline);

 private:
  Task<Result<std::string>> next_bytes(Deadline deadline);
  void seek(std::uint64_t offset);

  EventLoop& loop_;
  Dialer& dialer_;
  const TransferSettings settings_;
  const std::string path_;
  std::vector<LocatedBlock> blocks_;
  std::uint64_t length_ = 0;
  std::uint64_t at_ = 0;                 // of the first byte that has not been handed out
  std::string rest_;                     // verified bytes from at_ on
  std::unique_ptr<BlockReader> reader_;  // goes on behind rest_
};

}  // namespace flume::hdfs
