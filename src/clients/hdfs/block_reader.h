// Reads bytes of one block from its replicas: every chunk's checksum is verified, and when a node fails, or sends what
// does not fit, the next one goes on where it stopped.
// Loop thread only. Destroyed, it drops its connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "clients/hdfs/transfer.h"

namespace flume::hdfs {

class BlockReader {
 public:
  /// Precondition: offset + bytes is no more than the block has.
  BlockReader(EventLoop& loop, Dialer& dialer, TransferSettings settings, LocatedBlock block, std::uint64_t offset, std::uint64_t bytes);
  BlockReader(const BlockReader&) = delete;
  BlockReader& operator=(const BlockReader&) = delete;
  ~BlockReader() = default;

  /// The next verified bytes, as many as came at once (at most kLargestPacket); none at the end. The error, after all
  /// replicas have failed, names each node with its reason; Corrupt when each had wrong checksums.
  Task<Result<std::string>> next(Deadline deadline);

  /// How the replica that brought the last bytes has its checksums. Precondition: next() has brought some.
  [[nodiscard]] const Checksum& checksum() const { return checksum_; }

 private:
  struct ReadHeader {
    PacketSizes sizes;
    PacketHeader packet;
  };
  Task<Status> open(Deadline deadline);
  Task<Status> thank(Deadline deadline);
  Task<Result<ReadHeader>> read_header(Deadline deadline);
  Task<Result<std::string>> read_packet(Deadline deadline);
  Task<Result<std::string>> read_wanted(Deadline deadline);
  [[nodiscard]] Deadline soonest(Deadline deadline) const;
  [[nodiscard]] Status all_failed() const;

  EventLoop& loop_;
  Dialer& dialer_;
  const TransferSettings settings_;
  const LocatedBlock block_;
  std::uint64_t at_;  // the next byte for the caller
  const std::uint64_t end_;
  std::size_t node_ = 0;         // the replica in use, or to be tried next
  std::uint64_t packet_at_ = 0;  // the next byte of the node
  Checksum checksum_;
  std::unique_ptr<Connection> connection_;
  std::vector<std::string> errors_;
  std::size_t corrupt_replicas_ = 0;
};

/// How the replicas of a block that is not empty have their checksums. Who appends to it has to keep the size of the chunks:
/// DataNodes refuse another one, whatever the settings of the present client are.
Task<Result<Checksum>> checksum_of(EventLoop& loop, Dialer& dialer, TransferSettings settings, LocatedBlock block, Deadline deadline);

}  // namespace flume::hdfs
