// A DataNode in memory, on a simulated network: stores replicas, forwards packets to the next node of the pipeline,
// acknowledges, copies and serves replicas as the real one does, and refuses what the real one would refuse. It can be
// told to misbehave, die and come back (its replicas survive, as files do). Cuts, delays and stalls are the network's.
// Owned by the test; outlived by network and loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/hdfs/packet_queue.h"
#include "clients/hdfs/transfer.h"
#include "support/sim_network.h"

namespace flume::hdfs {

namespace wire {
class WriteBlock;
}

class SimDatanode {
 public:
  struct Replica {
    std::uint64_t stamp = 0;
    std::string bytes;
    std::uint64_t acknowledged = 0;  ///< by this node and all behind it
    bool is_finalized = false;
    std::size_t writers = 0;  ///< so many pipelines have written it: only the latest may
    std::size_t syncs = 0;    ///< packets that asked for the disk
    Checksum checksum;
  };
  /// What it does wrong; each but the last two happens once.
  struct Faults {
    std::size_t refused_operations = 0;     ///< the next so many are answered with an error
    std::optional<std::size_t> bad_ack_at;  ///< the packet of this place is acknowledged with `bad_ack`
    TransferStatus bad_ack = TransferStatus::Error;
    std::optional<std::size_t> silent_from;     ///< no packet from this one on is acknowledged
    std::optional<std::size_t> foolish_ack_at;  ///< acknowledged under another number
    std::size_t packets_until_death = SIZE_MAX;
    bool damages_reads = false;
  };

  SimDatanode(SimNetwork& network, SimEventLoop& loop, Datanode identity);
  SimDatanode(const SimDatanode&) = delete;
  SimDatanode& operator=(const SimDatanode&) = delete;
  ~SimDatanode() = default;

  [[nodiscard]] const Datanode& identity() const { return identity_; }
  [[nodiscard]] bool is_alive() const { return socket_ != nullptr; }
  /// Not from a task of its own.
  void die();
  void come_back();

  std::map<std::uint64_t, Replica>& replicas() { return replicas_; }
  Faults faults;
  /// What a client did that a real DataNode would not take, or that loses data.
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  struct Pending {
    PacketHeader header;
    TransferStatus status = TransferStatus::Success;
  };
  struct Receiving;

  Task<void> serve(std::unique_ptr<Stream> stream);
  Task<void> write_block(Connection& client, std::string message);
  Task<void> read_block(Connection& client, std::string message);
  Task<void> transfer_block(Connection& client, std::string message);
  Task<void> acknowledge(Receiving& receiving);
  Task<Status> receive_packets(Receiving& receiving);
  Task<Status> open_mirror(Receiving& receiving, const wire::WriteBlock& write, std::string& first_bad_link);
  /// Empty: the replica is ready to be written. Otherwise why not.
  std::string prepare(const wire::WriteBlock& write);
  TransferStatus store(Receiving& receiving, const PacketHeader& header, ByteView checksums, ByteView data);
  Task<Status> answer(Connection& client, TransferStatus status, std::string message, std::string bad_link = std::string());

  SimNetwork& network_;
  SimEventLoop& loop_;
  const Datanode identity_;
  std::map<std::uint64_t, Replica> replicas_;
  std::vector<std::string> complaints_;
  std::unique_ptr<ListeningSocket> socket_;
  std::unique_ptr<LoopTimer> death_;
  TaskSet tasks_;
};

}  // namespace flume::hdfs
