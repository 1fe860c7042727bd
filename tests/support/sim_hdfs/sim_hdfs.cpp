#include "support/sim_hdfs/sim_hdfs.h"

#include <algorithm>
#include <utility>

namespace flume::hdfs {

SimHdfs::SimHdfs(const SimSite& site, SimHdfsSize size) : loop_(site.loop) {
  for (std::size_t i = 0; i < size.datanodes; ++i) {
    const std::string number = std::to_string(i);
    Datanode identity{.address = site.is_loopback ? "127.0.0.1" : "10.0.1." + number,
                      .host = site.is_loopback ? "127.0.0.1" : "dn" + number,
                      .uuid = "uuid-" + number,
                      .transfer_port = static_cast<std::uint16_t>(site.is_loopback ? 0 : 9866),
                      .info_port = 9864,
                      .ipc_port = 9867,
                      .location = "/default-rack"};
    const std::string listens_at = size.has_named_datanodes_only ? identity.host : identity.address;
    datanodes_.push_back(std::make_unique<SimDatanode>(site, std::move(identity), listens_at));
    names_.add_datanode(*datanodes_.back());
  }
  for (std::size_t i = 0; i < size.namenodes; ++i) {
    const std::string host = site.is_loopback ? "127.0.0.1" : "nn" + std::to_string(i + 1);
    const auto port = static_cast<std::uint16_t>(site.is_loopback ? 0 : 8020);
    namenodes_.push_back(std::make_unique<SimNameNode>(site, names_, host, port));
  }
  make_active(0);
}

std::vector<RpcServer> SimHdfs::servers() const {
  std::vector<RpcServer> all;
  for (const auto& node : namenodes_) all.push_back({.host = node->host(), .port = node->port()});
  return all;
}

void SimHdfs::make_active(std::size_t place) {
  for (std::size_t i = 0; i < namenodes_.size(); ++i) {
    namenodes_[i]->set_kind(i == place ? SimNameNode::Kind::NameNode : SimNameNode::Kind::Standby);
  }
}

Result<std::string> SimHdfs::read(const std::string& path) {
  names_.settle(loop_.now());
  const auto found = names_.files().find(path);
  if (found == names_.files().end() || found->second.is_directory) return retryable(path + ": no such file", Cause::NotFound);
  std::string all;
  const std::vector<LocatedBlock> blocks = names_.located_blocks(path);
  for (const LocatedBlock& block : blocks) {
    if (found->second.is_last_unfinished && &block == &blocks.back()) return all + read_unfinished(block);
    const Result<std::string> bytes = read_block(block);
    if (!bytes) return bytes.status().with_context(path + ": " + to_text(block.block));
    all += *bytes;
  }
  return all;
}

Result<std::string> SimHdfs::read_block(const LocatedBlock& block) const {
  const SimDatanode::Replica* first = nullptr;
  for (const auto& node : datanodes_) {
    const SimDatanode::Replica* const replica = node->find_replica(block.block.id);
    if (replica == nullptr || !replica->is_finalized() || replica->stamp != block.block.generation_stamp) continue;
    const std::string who = to_text(node->identity());
    if (replica->bytes.size() != block.block.bytes) {
      return fatal(who + " has " + std::to_string(replica->bytes.size()) + " bytes, the NameNode knows of " +
                   std::to_string(block.block.bytes));
    }
    if (first != nullptr && first->bytes != replica->bytes) return fatal(who + " has other bytes than another node");
    first = replica;
  }
  if (first == nullptr) return retryable("no node has a finished replica", Cause::NotFound);
  return first->bytes;
}

std::string SimHdfs::read_unfinished(const LocatedBlock& block) const {
  std::optional<std::string> shortest;
  for (const Datanode& node : block.nodes) {
    const auto simulated = std::ranges::find_if(datanodes_, [&](const auto& known) { return known->identity().uuid == node.uuid; });
    const SimDatanode::Replica* const replica = (*simulated)->find_replica(block.block.id);
    if (replica == nullptr || replica->stamp < block.block.generation_stamp) continue;
    const std::uint64_t visible = replica->visible_bytes();
    if (!shortest || visible < shortest->size()) shortest = replica->bytes.substr(0, visible);
  }
  return shortest.value_or(std::string());
}

std::vector<std::string> SimHdfs::files() {
  names_.settle(loop_.now());
  std::vector<std::string> all;
  for (const auto& [path, file] : names_.files()) {
    if (!file.is_directory) all.push_back(path);
  }
  return all;
}

bool SimHdfs::is_open(const std::string& path) {
  names_.settle(loop_.now());
  const auto found = names_.files().find(path);
  return found != names_.files().end() && found->second.is_open();
}

std::vector<std::string> SimHdfs::complaints() const {
  std::vector<std::string> all = names_.complaints();
  for (const auto& node : datanodes_) all.insert(all.end(), node->complaints().begin(), node->complaints().end());
  return all;
}

void SimHdfs::delete_replicas(const std::string& path, std::size_t block) {
  const std::uint64_t id = names_.files().at(path).blocks.at(block).id;
  for (const auto& node : datanodes_) node->remove_replica(id);
}

}  // namespace flume::hdfs
