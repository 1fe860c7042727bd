// The blocks of a simulated NameNode's files, and the replicas that its DataNodes have of them.
#include <algorithm>
#include <utility>

#include "support/sim_hdfs/sim_datanode.h"
#include "support/sim_hdfs/sim_namespace.h"

namespace flume::hdfs {

using namespace sim;

const Datanode& SimNamespace::Node::identity() const { return simulated == nullptr ? name : simulated->identity(); }

void SimNamespace::add_datanode(SimDatanode& node) { nodes_.push_back({.name = {}, .simulated = &node}); }

std::vector<Datanode> SimNamespace::datanodes() const {
  std::vector<Datanode> all;
  for (const Node& node : nodes_) all.push_back(node.identity());
  return all;
}

bool SimNamespace::is_simulated() const {
  return std::ranges::any_of(nodes_, [](const Node& node) { return node.simulated != nullptr; });
}

SimDatanode* SimNamespace::find_datanode(const std::string& uuid) const {
  const auto found = std::ranges::find_if(nodes_, [&](const Node& node) { return node.identity().uuid == uuid; });
  return found == nodes_.end() ? nullptr : found->simulated;
}

Block* SimNamespace::find_block(std::uint64_t id) {
  for (auto& [path, file] : files_) {
    for (Block& block : file.blocks) {
      if (block.id == id) return &block;
    }
  }
  return nullptr;
}

bool SimNamespace::is_offered(const Node& node) const {
  if (dead_.contains(node.identity().uuid)) return false;
  return node.simulated == nullptr || !node.simulated->dead_since() || now_ - *node.simulated->dead_since() <= heartbeat_timeout;
}

std::vector<Datanode> SimNamespace::choose(const File& file, std::size_t count, const std::set<std::string>& excluded) const {
  std::vector<Datanode> chosen;
  for (std::size_t i = 0; i < nodes_.size() && chosen.size() < count; ++i) {
    const Node& node = nodes_[(i + file.blocks.size()) % nodes_.size()];
    const bool has_room = node.simulated == nullptr || node.simulated->free_bytes() >= file.block_size;
    if (is_offered(node) && has_room && !excluded.contains(node.identity().uuid)) chosen.push_back(node.identity());
  }
  return chosen;
}

std::vector<Datanode> SimNamespace::holders(const File& file, const Block& block) const {
  if (!is_simulated()) return choose(file, file.replication, {});
  const bool is_unfinished = file.is_last_unfinished && &block == &file.blocks.back();
  std::vector<Datanode> found;
  for (const Node& node : nodes_) {
    const SimDatanode::Replica* const replica = node.simulated->find_replica(block.id);
    const bool has_it = is_unfinished ? std::ranges::find(file.pipeline, node.identity().uuid) != file.pipeline.end()
                                      : replica != nullptr && replica->is_finalized() && replica->stamp == block.generation_stamp;
    if (has_it && is_offered(node)) found.push_back(node.identity());
  }
  return found;
}

std::size_t SimNamespace::finished_replicas(const Block& block) const {
  if (!is_simulated()) return nodes_.size();
  return static_cast<std::size_t>(std::ranges::count_if(nodes_, [&](const Node& node) {
    const SimDatanode::Replica* const replica = node.simulated->find_replica(block.id);
    return replica != nullptr && replica->is_finalized() && replica->stamp == block.generation_stamp &&
           replica->bytes.size() == block.bytes;
  }));
}

bool SimNamespace::has_replica(const Block& block) const {
  return std::ranges::any_of(nodes_, [&](const Node& node) { return node.simulated->find_replica(block.id) != nullptr; });
}

void SimNamespace::remove_replicas(const Block& block) {
  for (const Node& node : nodes_) {
    if (node.simulated != nullptr) node.simulated->remove_replica(block.id);
  }
}

LocatedBlock SimNamespace::located(const Block& block, std::uint64_t offset, std::vector<Datanode> nodes) const {
  LocatedBlock answer;
  answer.block = block;
  answer.offset = offset;
  for (const Datanode& node : nodes) {
    answer.storage_ids.push_back("DS-" + node.uuid);
    answer.storage_types.push_back(StorageType::Disk);
  }
  answer.nodes = std::move(nodes);
  return answer;
}

std::vector<LocatedBlock> SimNamespace::located_blocks(const std::string& path) const {
  const File& file = files_.at(path);
  std::vector<LocatedBlock> all;
  std::uint64_t offset = 0;
  for (const Block& block : file.blocks) {
    all.push_back(located(block, offset, holders(file, block)));
    offset += block.bytes;
  }
  return all;
}

std::optional<std::string> SimNamespace::mismatch(const File& file, const wire::AddBlockRequest& request) {
  if (file.blocks.empty()) return std::nullopt;
  const Block& last = file.blocks.back();
  if (!request.has_previous()) {
    if (!file.is_last_unfinished && last.bytes >= file.block_size) return std::nullopt;
    return "add_block without the block before";
  }
  if (request.previous().id() == last.id && request.previous().generation_stamp() == last.generation_stamp) return std::nullopt;
  return "add_block names another block before";
}

SimAnswer SimNamespace::add_block(const wire::AddBlockRequest& request) {
  const Found lease = leased(request.path(), request.file_id(), request.client());
  if (const auto* why = std::get_if<SimException>(&lease)) return *why;
  if (is_in_safe_mode) return *refusal(request.path());
  File& file = *std::get<File*>(lease);
  SimException not_yet{"org.apache.hadoop.hdfs.server.namenode.NotReplicatedYetException", "Not replicated yet: " + request.path()};
  if (not_ready > 0) {
    --not_ready;
    return not_yet;
  }
  std::set<std::string> excluded;
  for (const wire::Datanode& node : request.excluded()) excluded.insert(node.id().uuid());
  const std::uint64_t previous = request.has_previous() ? request.previous().id() : 0;
  const std::size_t count = file.blocks.size();
  // The answer to the same request was lost: the block that it made is still empty.
  const std::uint64_t before_last = count >= 2 ? file.blocks[count - 2].id : 0;
  if (file.is_last_unfinished && file.blocks.back().bytes == 0 && previous == before_last) {
    const Block& made = file.blocks.back();
    return block_answer(located(made, file.length(), nodes_of(file)));
  }
  if (const auto what = mismatch(file, request)) {
    complaints_.push_back(*what);
    return io("Cannot allocate block in " + request.path() + ": " + *what);
  }
  std::vector<Datanode> nodes = choose(file, file.replication, excluded);
  if (nodes.empty()) {
    const auto running = std::ranges::count_if(nodes_, [this](const Node& node) { return is_offered(node); });
    return io("File " + request.path() + " could only be written to 0 of the 1 minReplication nodes. There are " + std::to_string(running) +
              " datanode(s) running and " + std::to_string(excluded.size()) + " node(s) are excluded in this operation.");
  }
  if (is_over_quota(file)) {
    return SimException{"org.apache.hadoop.hdfs.protocol.DSQuotaExceededException", "The DiskSpace quota is exceeded"};
  }
  if (file.is_last_unfinished) {
    if (!commit(file, from_wire(request.previous()))) return not_yet;
  }
  const std::uint64_t offset = file.length();
  file.blocks.push_back({.pool = std::string(kPool), .id = next_block_++, .generation_stamp = next_stamp_++, .bytes = 0});
  file.is_last_unfinished = true;
  set_pipeline(file, nodes);
  return block_answer(located(file.blocks.back(), offset, std::move(nodes)));
}

bool SimNamespace::is_over_quota(const File& file) const {
  std::uint64_t used = 0;
  for (const auto& [path, other] : files_) used += other.length() * other.replication;
  const std::uint64_t wanted = file.block_size * file.replication;
  return wanted > most_bytes || used > most_bytes - wanted;
}

bool SimNamespace::commit(File& file, const Block& last) {
  Block& block = file.blocks.back();
  block.bytes = last.bytes;
  if (finished_replicas(block) < least_replicas) {
    if (has_replica(block)) complaints_.emplace_back("the end of a block that no node has finished");
    return false;
  }
  file.is_last_unfinished = false;
  file.pipeline.clear();
  return true;
}

void SimNamespace::set_pipeline(File& file, const std::vector<Datanode>& nodes) {
  file.pipeline.clear();
  for (const Datanode& node : nodes) file.pipeline.push_back(node.uuid);
}

std::vector<Datanode> SimNamespace::nodes_of(const File& file) const {
  std::vector<Datanode> nodes;
  for (const std::string& uuid : file.pipeline) {
    nodes.push_back(std::ranges::find_if(nodes_, [&](const Node& node) { return node.identity().uuid == uuid; })->identity());
  }
  return nodes;
}

SimAnswer SimNamespace::abandon_block(const wire::AbandonBlockRequest& request) {
  if (is_in_safe_mode) return *refusal(request.path());
  const Found lease = leased(request.path(), request.file_id(), request.client());
  if (const auto* why = std::get_if<SimException>(&lease)) return *why;
  File& file = *std::get<File*>(lease);
  const auto found = std::ranges::find(file.blocks, request.block().id(), &Block::id);
  if (found == file.blocks.end()) return std::string();  // done already: the answer was lost
  if (found + 1 != file.blocks.end() || !file.is_last_unfinished) {
    complaints_.emplace_back("abandon_block of a finished block");
    return std::string();
  }
  remove_replicas(*found);
  file.blocks.pop_back();
  file.is_last_unfinished = false;
  file.pipeline.clear();
  return std::string();
}

SimAnswer SimNamespace::complete(const wire::CompleteRequest& request) {
  if (is_in_safe_mode) return *refusal(request.path());
  if (const File* const file = find_file(request.path(), request.file_id()); file != nullptr && !file->is_open()) {
    // Closed already: fine for a repeated call, which names the last block that the file has.
    const bool is_same = file->blocks.empty() || (request.has_last() && request.last().id() == file->blocks.back().id);
    if (is_same) return yes_or_no(true);
  }
  const Found lease = leased(request.path(), request.file_id(), request.client());
  if (const auto* why = std::get_if<SimException>(&lease)) return *why;
  File& file = *std::get<File*>(lease);
  if (not_ready > 0) {
    --not_ready;
    return yes_or_no(false);
  }
  if (file.is_last_unfinished) {
    const Block& last = file.blocks.back();
    if (!request.has_last() || request.last().id() != last.id || request.last().generation_stamp() != last.generation_stamp) {
      complaints_.emplace_back(request.has_last() ? "complete names another block" : "complete without the last block");
      return io("Commit block with mismatching id or generation stamp of " + request.path());
    }
    if (!commit(file, from_wire(request.last()))) return yes_or_no(false);
  }
  close(file);
  return yes_or_no(true);
}

SimAnswer SimNamespace::fsync(const wire::FsyncRequest& request) {
  if (is_in_safe_mode) return *refusal(request.path());
  const Found lease = leased(request.path(), request.file_id(), request.client());
  if (const auto* why = std::get_if<SimException>(&lease)) return *why;
  File& file = *std::get<File*>(lease);
  if (request.last_block_length() > 0 && file.is_last_unfinished) {
    file.blocks.back().bytes = static_cast<std::uint64_t>(request.last_block_length());
  }
  return std::string();
}

SimAnswer SimNamespace::block_locations(const wire::GetBlockLocationsRequest& request) const {
  const auto found = files_.find(request.path());
  if (found == files_.end() || found->second.is_directory) return not_found(request.path());
  const File& file = found->second;
  wire::GetBlockLocationsAnswer answer;
  wire::LocatedBlocks& blocks = *answer.mutable_locations();
  std::uint64_t length = 0;
  const std::vector<LocatedBlock> all = located_blocks(request.path());
  for (const LocatedBlock& block : all) {
    const bool is_last = &block == &all.back();
    if (is_last) to_wire(block, *blocks.mutable_last_block());
    const std::uint64_t end = block.offset + block.block.bytes;
    if (block.offset < request.offset() + request.length() && end > request.offset()) to_wire(block, *blocks.add_blocks());
    if (!is_last || !file.is_last_unfinished) length = end;
  }
  blocks.set_file_length(length);
  blocks.set_is_under_construction(file.is_open());
  blocks.set_is_last_block_complete(!file.is_last_unfinished);
  return text(answer);
}

SimAnswer SimNamespace::visible_length(const wire::VisibleLengthRequest& request) const {
  const Block block = from_wire(request.block());
  for (const Node& node : nodes_) {
    const SimDatanode::Replica* const replica = node.simulated == nullptr ? nullptr : node.simulated->find_replica(block.id);
    if (replica == nullptr) continue;
    wire::VisibleLengthAnswer answer;
    answer.set_length(replica->visible_bytes());
    return text(answer);
  }
  return SimException{"org.apache.hadoop.hdfs.server.datanode.ReplicaNotFoundException", "Replica not found for " + to_text(block)};
}

SimAnswer SimNamespace::additional_datanode(const wire::GetAdditionalDatanodeRequest& request) {
  if (is_in_safe_mode) return *refusal(request.path());
  const Found lease = leased(request.path(), request.file_id(), request.client());
  if (const auto* why = std::get_if<SimException>(&lease)) return *why;
  std::set<std::string> excluded;
  std::vector<Datanode> nodes;
  for (const wire::Datanode& node : request.excluded()) excluded.insert(node.id().uuid());
  for (const wire::Datanode& node : request.existing()) {
    excluded.insert(node.id().uuid());
    if (Result<Datanode> known = from_wire(node)) nodes.push_back(std::move(*known));
  }
  for (Datanode& node : choose(*std::get<File*>(lease), request.count(), excluded)) nodes.push_back(std::move(node));
  return block_answer(located(from_wire(request.block()), 0, std::move(nodes)));
}

SimNamespace::Found SimNamespace::being_written(std::uint64_t block, const std::string& client) {
  const auto found = std::ranges::find_if(files_, [block](const auto& entry) {
    const File& file = entry.second;
    return file.is_last_unfinished && !file.closing && file.blocks.back().id == block;
  });
  if (found == files_.end()) return io("Block " + std::to_string(block) + " does not exist or is not under construction");
  if (found->second.lease != client) return lease_expired(found->first);
  return &found->second;
}

SimAnswer SimNamespace::update_block_for_pipeline(const wire::UpdateBlockForPipelineRequest& request) {
  if (is_in_safe_mode) return *refusal("a pipeline");
  const Found file = being_written(request.block().id(), request.client());
  if (const auto* why = std::get_if<SimException>(&file)) return *why;
  Block block = from_wire(request.block());
  block.generation_stamp = next_stamp_++;
  return block_answer(located(block, 0, {}));
}

SimAnswer SimNamespace::update_pipeline(const wire::UpdatePipelineRequest& request) {
  if (is_in_safe_mode) return *refusal("a pipeline");
  const Found found = being_written(request.old_block().id(), request.client());
  if (const auto* why = std::get_if<SimException>(&found)) return *why;
  File& file = *std::get<File*>(found);
  Block& block = file.blocks.back();
  const Block fresh = from_wire(request.new_block());
  bool fits = fresh.id == block.id && request.old_block().generation_stamp() == block.generation_stamp &&
              fresh.generation_stamp > block.generation_stamp && fresh.bytes >= block.bytes &&
              request.nodes_size() == request.storage_ids_size();
  std::vector<std::string> pipeline;
  for (const wire::DatanodeId& node : request.nodes()) {
    pipeline.push_back(node.uuid());
    const SimDatanode* const simulated = find_datanode(node.uuid());
    const SimDatanode::Replica* const replica = simulated == nullptr ? nullptr : simulated->find_replica(fresh.id);
    fits = fits && (replica == nullptr || replica->stamp == fresh.generation_stamp);
  }
  if (!fits) {
    complaints_.emplace_back("update_pipeline does not fit");
    return io("Update of block " + std::to_string(block.id) + " does not fit");
  }
  block = fresh;
  file.pipeline = std::move(pipeline);
  return std::string();
}

}  // namespace flume::hdfs
