// A DataNode in memory: stores replicas, forwards packets to the next node of the pipeline, acknowledges, copies, serves
// and recovers replicas as the real one does, and refuses what the real one would refuse. It can be told to misbehave,
// stall, die and come back (its replicas survive, as files do). Cuts and delays are the network's.
// Owned by the test; outlived by what its site names. Loop thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/hdfs/packet_queue.h"
#include "clients/hdfs/transfer.h"
#include "support/sim_hdfs/sim_site.h"

namespace flume::hdfs {

namespace wire {
class WriteBlock;
}

class SimDatanode {
 public:
  struct Replica {
    /// Waiting: it was being written when the node crashed; nobody reads or writes it until the block is recovered.
    enum class State : std::uint8_t { Finalized, BeingWritten, Waiting };
    State state = State::BeingWritten;
    std::uint64_t stamp = 0;
    std::string bytes;
    std::uint64_t acknowledged = 0;  ///< by this node and all behind it
    std::size_t writers = 0;         ///< so many pipelines have written it: only the latest may
    std::size_t syncs = 0;           ///< packets that asked for the disk
    Checksum checksum;

    [[nodiscard]] bool is_finalized() const { return state == State::Finalized; }
    /// So many bytes are for readers.
    [[nodiscard]] std::uint64_t visible_bytes() const;
  };
  /// What it does wrong; each but the last three happens once.
  struct Faults {
    std::size_t refused_operations = 0;     ///< the next so many are answered with an error
    std::optional<std::size_t> bad_ack_at;  ///< the packet of this place is acknowledged with `bad_ack`
    TransferStatus bad_ack = TransferStatus::Error;
    std::optional<std::size_t> silent_from;     ///< no packet from this one on is acknowledged
    std::optional<std::size_t> foolish_ack_at;  ///< acknowledged under another number
    std::size_t packets_until_death = SIZE_MAX;
    bool refuses_checksums = false;  ///< of every packet that it gets
    bool damages_reads = false;
  };

  /// `identity` gets the port that it really has.
  /// Listens at `host`, by whatever name or address it is known.
  SimDatanode(const SimSite& site, Datanode identity, const std::string& host);
  SimDatanode(const SimDatanode&) = delete;
  SimDatanode& operator=(const SimDatanode&) = delete;
  ~SimDatanode() = default;

  [[nodiscard]] const Datanode& identity() const { return identity_; }
  [[nodiscard]] bool is_alive() const { return port_.is_open(); }
  /// It can be talked to.
  [[nodiscard]] bool answers() const { return is_alive() && !is_stalled_; }
  [[nodiscard]] std::optional<Instant> dead_since() const { return dead_since_; }
  /// A crash, unless it has told that it restarts. Not from a task of its own.
  void die();
  void come_back();
  /// As a stopped process: connections are accepted and bytes taken, nothing is done. Until resume().
  void stall() { is_stalled_ = true; }
  void resume();

  std::map<std::uint64_t, Replica>& replicas() { return replicas_; }
  [[nodiscard]] const std::map<std::uint64_t, Replica>& replicas() const { return replicas_; }
  [[nodiscard]] const Replica* find_replica(std::uint64_t block) const;
  void remove_replica(std::uint64_t block) { replicas_.erase(block); }
  /// The end of a block's recovery: stops who writes, cuts to `bytes` and finishes under `stamp`. It is there.
  void finish_recovery(std::uint64_t block, std::uint64_t stamp, std::uint64_t bytes);

  [[nodiscard]] std::uint64_t free_bytes() const;
  std::uint64_t capacity = UINT64_MAX;  ///< of its disk; what does not fit breaks the pipeline
  Faults faults;
  /// What a client did that a real DataNode would not take, or that loses data.
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  static constexpr std::uint32_t kTransferStage = 7;  // TRANSFER_RBW
  static constexpr std::size_t kLongestMessage = std::size_t{64} << 10;
  static constexpr Instant::duration kTimeout = std::chrono::seconds(65);

  struct Pending {
    PacketHeader header;
    TransferStatus status = TransferStatus::Success;
  };
  struct Receiving;

  // sim_datanode.cpp: writing
  Task<void> serve(std::unique_ptr<Stream> stream);
  Task<void> hold();
  Task<void> write_block(Connection& client, std::string message);
  Task<void> acknowledge(Receiving& receiving);
  Task<Status> receive_packets(Receiving& receiving);
  Task<Status> open_mirror(Receiving& receiving, const wire::WriteBlock& write, std::string& first_bad_link);
  /// Empty: the replica is ready to be written. Otherwise why not.
  std::string prepare(const wire::WriteBlock& write);
  TransferStatus store(const Receiving& receiving, Replica& replica, const PacketHeader& header, ByteView checksums, ByteView data);
  [[nodiscard]] Replica* being_written(const Receiving& receiving);
  Task<Status> answer(Connection& client, TransferStatus status, std::string message, std::string bad_link = std::string());

  // sim_datanode_reads.cpp
  Task<void> read_block(Connection& client, std::string message);
  Task<void> transfer_block(Connection& client, std::string message);
  Task<Status> copy(Datanode to, Replica replica, std::string operation);

  const SimSite site_;
  EventLoop& loop_;
  Datanode identity_;
  std::map<std::uint64_t, Replica> replicas_;
  std::vector<std::string> complaints_;
  std::optional<Instant> dead_since_;
  bool is_stalled_ = false;
  bool tells_restart_ = false;
  Signal resumed_;
  std::unique_ptr<LoopTimer> death_;
  TaskSet tasks_;
  SimPort port_;  // last: it starts tasks
};

}  // namespace flume::hdfs
