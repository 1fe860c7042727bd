#include "support/sim_hdfs/sim_blocks.h"

#include <algorithm>
#include <utility>

namespace flume::hdfs {

Task<Status> SimBlocks::begin(std::string call) {
  calls_.push_back(std::move(call));
  const Instant::duration late = delay ? delay() : Instant::duration::zero();
  co_await sleep_until(loop_, loop_.in(late));
  co_return refusal.value_or(Status());
}

std::vector<Datanode> SimBlocks::choose(std::size_t count, const std::vector<Datanode>& excluded,
                                        const std::vector<Datanode>& existing) const {
  std::vector<Datanode> chosen;
  for (std::size_t i = 0; i < nodes_.size() && chosen.size() < count; ++i) {
    const Datanode& node = nodes_[(i + blocks_.size()) % nodes_.size()]->identity();
    if (std::ranges::find(excluded, node) == excluded.end() && std::ranges::find(existing, node) == existing.end()) chosen.push_back(node);
  }
  return chosen;
}

void SimBlocks::set_nodes(LocatedBlock& block, std::vector<Datanode> nodes) const {
  block.nodes = std::move(nodes);
  block.storage_ids.clear();
  for (const Datanode& node : block.nodes) block.storage_ids.push_back("DS-" + node.uuid);
  block.storage_types.assign(block.nodes.size(), StorageType::Disk);
}

Task<Result<LocatedBlock>> SimBlocks::add_block(OpenFile file, std::optional<Block> previous, std::vector<Datanode> excluded,
                                                Deadline deadline) {
  static_cast<void>(deadline);
  FLUME_CO_TRY(co_await begin("add_block"));
  if (not_ready > 0) {
    --not_ready;
    co_return retryable("NotReplicatedYetException: " + file.path, Cause::NotReady);
  }
  if (!blocks_.empty()) {
    if (!previous) {
      if (blocks_.size() != complete_blocks_) complaints_.emplace_back("add_block without the block before");
    } else if (previous->id != blocks_.back().block.id || previous->generation_stamp != blocks_.back().block.generation_stamp) {
      complaints_.emplace_back("add_block names another block before");
    } else {
      blocks_.back().block.bytes = previous->bytes;
    }
  }
  is_complete_ = false;
  LocatedBlock block;
  block.block = {.pool = "BP-1", .id = next_id_++, .generation_stamp = next_stamp_++, .bytes = 0};
  set_nodes(block, choose(replication_, excluded, {}));
  if (block.nodes.empty()) co_return retryable("could only be written to 0 of the 1 minReplication nodes", Cause::NoSpace);
  blocks_.push_back(block);
  co_return block;
}

Task<Status> SimBlocks::abandon_block(OpenFile file, Block block, Deadline deadline) {
  static_cast<void>(deadline);
  static_cast<void>(file);
  FLUME_CO_TRY(co_await begin("abandon_block"));
  if (blocks_.empty() || blocks_.back().block.id != block.id) {
    complaints_.emplace_back("abandon_block of another block");
  } else {
    blocks_.pop_back();
  }
  co_return Status();
}

Task<Result<bool>> SimBlocks::complete(OpenFile file, std::optional<Block> last, Deadline deadline) {
  static_cast<void>(deadline);
  static_cast<void>(file);
  FLUME_CO_TRY(co_await begin("complete"));
  if (not_ready > 0) {
    --not_ready;
    co_return false;
  }
  if (last && (blocks_.empty() || last->id != blocks_.back().block.id || last->generation_stamp != blocks_.back().block.generation_stamp)) {
    complaints_.emplace_back("complete names another block");
  }
  if (!last && !blocks_.empty() && !is_complete_) complaints_.emplace_back("complete without the last block");
  if (last && !blocks_.empty()) {
    blocks_.back().block.bytes = last->bytes;
    const bool is_there = std::ranges::any_of(nodes_, [&](SimDatanode* node) {
      const auto replica = node->replicas().find(last->id);
      return replica != node->replicas().end() && replica->second.is_finalized && replica->second.stamp == last->generation_stamp &&
             replica->second.bytes.size() == last->bytes;
    });
    if (!is_there) {
      complaints_.emplace_back("complete of a block that no node has finished");
      co_return false;
    }
  }
  is_complete_ = true;
  complete_blocks_ = blocks_.size();
  co_return true;
}

Task<Status> SimBlocks::fsync(OpenFile file, std::uint64_t last_block_length, Deadline deadline) {
  static_cast<void>(deadline);
  static_cast<void>(file);
  FLUME_CO_TRY(co_await begin("fsync"));
  if (!blocks_.empty()) blocks_.back().block.bytes = last_block_length;
  co_return Status();
}

Task<Result<LocatedBlock>> SimBlocks::additional_datanodes(OpenFile file, LocatedBlock existing, std::vector<Datanode> excluded,
                                                           std::uint32_t count, Deadline deadline) {
  static_cast<void>(deadline);
  static_cast<void>(file);
  FLUME_CO_TRY(co_await begin("additional_datanodes"));
  std::vector<Datanode> nodes = existing.nodes;
  const std::vector<Datanode> added = choose(count, excluded, nodes);
  nodes.insert(nodes.end(), added.begin(), added.end());
  set_nodes(existing, std::move(nodes));
  co_return existing;
}

Task<Result<LocatedBlock>> SimBlocks::update_block_for_pipeline(Block block, Deadline deadline) {
  static_cast<void>(deadline);
  FLUME_CO_TRY(co_await begin("update_block_for_pipeline"));
  LocatedBlock renewed;
  renewed.block = block;
  renewed.block.generation_stamp = next_stamp_++;
  co_return renewed;
}

Task<Status> SimBlocks::update_pipeline(Block before, Block after, std::vector<Datanode> nodes, std::vector<std::string> storage_ids,
                                        Deadline deadline) {
  static_cast<void>(deadline);
  FLUME_CO_TRY(co_await begin("update_pipeline"));
  if (blocks_.empty() || blocks_.back().block.id != before.id || blocks_.back().block.generation_stamp != before.generation_stamp ||
      nodes.size() != storage_ids.size() || after.generation_stamp <= before.generation_stamp) {
    complaints_.emplace_back("update_pipeline does not fit");
    co_return retryable("update_pipeline does not fit");
  }
  blocks_.back().block = after;
  set_nodes(blocks_.back(), std::move(nodes));
  co_return Status();
}

std::optional<LocatedBlock> SimBlocks::reopen(std::uint64_t block_size) {
  if (blocks_.empty() || blocks_.back().block.bytes >= block_size) return std::nullopt;
  is_complete_ = false;
  complete_blocks_ = 0;
  return blocks_.back();
}

}  // namespace flume::hdfs
