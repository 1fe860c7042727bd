// One pipeline: a chain of DataNodes that store one block, from its setup to its last packet or its first error. It takes
// packets from a PacketQueue, sends them, and tells the queue what all nodes have acknowledged; recovery is the owner's.
// Owned by a FileWriter, which is told through `changed`. Loop thread only; the destructor breaks the connection.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "clients/hdfs/packet_queue.h"
#include "clients/hdfs/transfer.h"

namespace flume::hdfs {

/// How a pipeline ended.
struct PipelineFailure {
  Status status;               ///< names the node
  std::size_t bad_node = 0;    ///< its place in the pipeline
  bool is_restarting = false;  ///< it said that it will be back soon
};

class BlockWriter {
 public:
  /// So many packets are under way at most; bytes are bounded by whoever fills the queue.
  static constexpr std::size_t kMostPacketsUnderWay = 80;

  BlockWriter(EventLoop& loop, Dialer& dialer, TransferSettings settings, PacketQueue& queue, Signal& changed);
  BlockWriter(const BlockWriter&) = delete;
  BlockWriter& operator=(const BlockWriter&) = delete;
  ~BlockWriter() = default;

  /// Sets the pipeline up. False: failure() tells. Once, and not cancelled before it is done but with this.
  Task<bool> open(WriteOperation operation);
  /// Begins to send. After open(), unless the operation has closed the block (CloseRecovery).
  void start();

  [[nodiscard]] const std::optional<PipelineFailure>& failure() const { return failure_; }
  /// All nodes have the whole block, and its end.
  [[nodiscard]] bool is_finished() const { return is_finished_; }

 private:
  Task<void> send_packets();
  Task<void> receive_acks();
  /// The next packet, if it may go now.
  [[nodiscard]] const Packet* next_to_send() const;
  /// False: failure() tells.
  bool take_ack(const PipelineAck& ack);
  void fail(Status status, std::size_t node, bool is_restarting = false);

  EventLoop& loop_;
  Dialer& dialer_;
  const TransferSettings settings_;
  PacketQueue& queue_;
  Signal& changed_;
  std::vector<Datanode> nodes_;
  std::unique_ptr<Connection> connection_;
  std::optional<PipelineFailure> failure_;
  const Packet* being_sent_ = nullptr;
  std::vector<std::byte> heartbeat_;
  bool is_finished_ = false;
  RunningTask sending_;
  RunningTask receiving_;
};

}  // namespace flume::hdfs
