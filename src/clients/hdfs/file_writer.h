// Writes one HDFS file: cuts bytes into packets and blocks, keeps a pipeline for the block at its end, and repairs it.
//
// A task of its own (the streamer) does all that, so a caller may cancel any call, or let its deadline pass, and the file
// is none the worse: what was appended stays appended and is still being sent. When no DataNode is left, or the NameNode
// refuses, the writer has failed for good and each call tells why; what was flushed before is safe.
// Loop thread only; calls one at a time. Destroyed without close() it leaves the file open and its lease with the client.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clients/hdfs/block_writer.h"
#include "clients/hdfs/file_namenode.h"

namespace flume::hdfs {

/// Whether a broken pipeline gets a new node (dfs.client.block.write.replace-datanode-on-failure.*).
struct ReplacementPolicy {
  enum class When : std::uint8_t {
    Never,
    Default,  ///< at replication 3 and more, when half of the nodes or fewer are left, or the file was flushed or appended
    Always,
  };
  When when = When::Default;
  bool is_best_effort = false;  ///< goes on without, when none can be had ...
  std::size_t least_nodes = 0;  ///< ... and so many nodes are left; 0: one suffices
};

struct FileWriterSettings {
  TransferSettings transfer;
  Checksum checksum;
  std::uint64_t block_size = std::uint64_t{128} << 20;
  std::uint16_t replication = 3;
  std::size_t packet_bytes = std::size_t{64} << 10;       ///< of data, rounded down to whole chunks
  std::size_t most_waiting_bytes = std::size_t{1} << 20;  ///< appended and not acknowledged; above it write() waits
  bool syncs_blocks = false;                              ///< the end of each block goes to disk (SYNC_BLOCK)
  ReplacementPolicy replacement;
  std::size_t block_attempts = 4;                                ///< to set up the pipeline of a new block, each with other nodes
  std::size_t recovery_attempts = 5;                             ///< without any progress in between
  Instant::duration restart_timeout = std::chrono::seconds(30);  ///< dfs.client.datanode-restart.timeout
  Instant::duration excluded_for = std::chrono::minutes(10);     ///< a node that failed gets no new block of this file
  Instant::duration namenode_timeout = std::chrono::seconds(60);
  Instant::duration first_pause = std::chrono::milliseconds(400);  ///< before asking the NameNode again; doubles ...
  Instant::duration longest_pause = std::chrono::seconds(5);       ///< ... up to this
};

class FileWriter {
 public:
  /// `last_block` is what append() of a file answered: writing goes on at its end. None: the next bytes begin a block.
  /// `packets`: whose memory is used again; outlives the writer.
  FileWriter(EventLoop& loop, Dialer& dialer, FileNameNode& namenode, OpenFile file, FileWriterSettings settings,
             std::optional<LocatedBlock> last_block = std::nullopt, PacketPool* packets = nullptr);
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() = default;

  /// Takes all of it, whatever has_room() says; it goes out when a packet is full, or at the next flush.
  Status append(ByteView bytes);
  /// Less than most_waiting_bytes are waiting.
  [[nodiscard]] bool has_room() const { return queue_.bytes() < settings_.most_waiting_bytes; }
  /// Waits for room, then appends. All or nothing.
  Task<Status> write(ByteView bytes, Deadline deadline);
  /// Ok: every byte appended before is in the memory of all nodes of the pipeline, and readers can see it.
  Task<Status> flush(Deadline deadline);
  /// Ok: and on their disks, as far as the present block goes (earlier ones only with syncs_blocks).
  Task<Status> sync(Deadline deadline);
  /// Ok: the file is finished. After a passed deadline it may be called again, and nothing else.
  Task<Status> close(Deadline deadline);

  /// Why the writer has failed; ok: it has not.
  [[nodiscard]] const Status& failure() const { return failure_; }
  /// Nodes that hold the block at the end of the file; 0 between blocks.
  [[nodiscard]] std::size_t live_replicas() const { return target_ ? target_->nodes.size() : 0; }

 private:
  enum class Stage : std::uint8_t { NoBlock, Append, Streaming };
  struct Excluded {
    Datanode node;
    Instant until;
  };

  // file_writer.cpp: bytes to packets
  void begin_packet();
  void seal_packet(bool syncs);
  void push_end_of_block();
  void push(std::unique_ptr<Packet> packet);
  Task<Status> flush_through(bool syncs, Deadline deadline);
  Task<Status> wait_acknowledged(std::int64_t seqno, Deadline deadline);
  Task<Status> complete(Deadline deadline);
  /// Of the pipeline, and what was wrong with those that it had; begins with a blank.
  [[nodiscard]] std::string nodes() const;
  [[nodiscard]] Status what(Status status) const;
  /// Repeats a call to the NameNode while that is not ready (safe mode, ...), until the deadline. `call` makes a task.
  template <typename Call>
  auto when_ready(Call call, Deadline deadline) -> decltype(call());

  // file_writer_blocks.cpp: the streamer
  Task<void> stream();
  Task<Status> stream_until_error();
  Task<Status> begin_block();
  Task<Result<LocatedBlock>> add_block();
  Task<Status> recover(PipelineFailure failure);
  Task<Status> establish(bool is_recovery);
  Task<Status> replace_node();
  Task<Status> extend_pipeline();
  void drop_node(std::size_t node);
  void exclude(const Datanode& node);
  std::vector<Datanode> excluded();
  void finish_block();
  [[nodiscard]] bool wants_replacement() const;
  [[nodiscard]] WriteOperation operation(PipelineStage stage, std::uint64_t new_stamp) const;
  [[nodiscard]] Status no_node_left() const;
  [[nodiscard]] Deadline namenode_deadline() const { return loop_.in(settings_.namenode_timeout); }

  EventLoop& loop_;
  Dialer& dialer_;
  FileNameNode& namenode_;
  const OpenFile file_;
  FileWriterSettings settings_;

  std::unique_ptr<Packet> current_;  // being filled
  std::string carried_;              // the begun chunk that was sent already: the next packet repeats it
  std::uint64_t block_offset_ = 0;   // where the next new byte goes that is not in current_
  std::int64_t next_seqno_ = 0;
  bool is_block_begun_ = false;  // the block under block_offset_ has packets, or was appended to
  bool is_end_pushed_ = false;

  PacketQueue queue_;
  Signal changed_;
  Status failure_;
  Stage stage_ = Stage::NoBlock;
  std::optional<LocatedBlock> target_;  // the block at the end of the file, and the nodes of its pipeline
  std::optional<Block> previous_;       // the block before, finished
  bool was_appended_ = false;
  bool was_flushed_ = false;         // the present block
  bool is_block_unknown_ = false;    // to the NameNode's log, until an fsync
  std::vector<Excluded> excluded_;   // they failed us
  std::vector<std::string> errors_;  // of the nodes of this block
  std::size_t recoveries_ = 0;       // since the last progress
  std::int64_t progress_ = -1;
  std::optional<Deadline> restart_deadline_;
  std::unique_ptr<BlockWriter> pipeline_;
  RunningTask streaming_;  // last: it uses all the others
};

template <typename Call>
auto FileWriter::when_ready(Call call, Deadline deadline) -> decltype(call()) {
  Instant::duration pause = settings_.first_pause;
  for (;;) {
    auto answer = co_await call();
    if (answer.ok() || answer.cause() != Cause::NotReady || loop_.in(pause) >= deadline) co_return std::move(answer);
    co_await sleep_until(loop_, loop_.in(pause));
    pause = std::min(2 * pause, settings_.longest_pause);
  }
}

}  // namespace flume::hdfs
