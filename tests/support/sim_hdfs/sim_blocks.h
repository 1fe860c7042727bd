// The blocks of one file as a NameNode keeps them, for a FileWriter under test: no network, but delays, refusals and the
// checks that a real NameNode makes. Knows the SimDatanodes, which it offers dead or alive.
// Owned by the test; outlives the writers that ask it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/hdfs/file_namenode.h"
#include "support/sim_hdfs/sim_datanode.h"

namespace flume::hdfs {

class SimBlocks final : public FileNameNode {
 public:
  SimBlocks(SimEventLoop& loop, std::size_t replication) : loop_(loop), replication_(replication) {}

  void add_node(SimDatanode& node) { nodes_.push_back(&node); }

  Task<Result<LocatedBlock>> add_block(OpenFile file, std::optional<Block> previous, std::vector<Datanode> excluded,
                                       Deadline deadline) override;
  Task<Status> abandon_block(OpenFile file, Block block, Deadline deadline) override;
  Task<Result<bool>> complete(OpenFile file, std::optional<Block> last, Deadline deadline) override;
  Task<Status> fsync(OpenFile file, std::uint64_t last_block_length, Deadline deadline) override;
  Task<Result<LocatedBlock>> additional_datanodes(OpenFile file, LocatedBlock existing, std::vector<Datanode> excluded, std::uint32_t count,
                                                  Deadline deadline) override;
  Task<Result<LocatedBlock>> update_block_for_pipeline(Block block, Deadline deadline) override;
  Task<Status> update_pipeline(Block before, Block after, std::vector<Datanode> nodes, std::vector<std::string> storage_ids,
                               Deadline deadline) override;

  [[nodiscard]] const std::vector<LocatedBlock>& blocks() const { return blocks_; }
  /// The last block is opened again, as append() does; none when it is full.
  std::optional<LocatedBlock> reopen(std::uint64_t block_size);
  [[nodiscard]] bool is_complete() const { return is_complete_; }
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
  /// Names what has been asked for, in order.
  [[nodiscard]] const std::vector<std::string>& calls() const { return calls_; }

  std::function<Instant::duration()> delay;  ///< of each call; null: none
  std::size_t not_ready = 0;                 ///< the next so many add_block() and complete() are told to ask again
  std::optional<Status> refusal;             ///< of everything

 private:
  Task<Status> begin(std::string call);
  [[nodiscard]] std::vector<Datanode> choose(std::size_t count, const std::vector<Datanode>& excluded,
                                             const std::vector<Datanode>& existing) const;
  void set_nodes(LocatedBlock& block, std::vector<Datanode> nodes) const;

  SimEventLoop& loop_;
  const std::size_t replication_;
  std::vector<SimDatanode*> nodes_;
  std::vector<LocatedBlock> blocks_;
  std::vector<std::string> complaints_;
  std::vector<std::string> calls_;
  bool is_complete_ = false;
  std::size_t complete_blocks_ = 0;  // so many when the file was closed: the next one needs no block before
  std::uint64_t next_id_ = 1073741825;
  std::uint64_t next_stamp_ = 1001;
};

}  // namespace flume::hdfs
