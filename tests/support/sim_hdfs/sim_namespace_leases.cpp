// Who may write a simulated NameNode's files, and how those are recovered that nobody writes any more.
#include <algorithm>
#include <limits>
#include <utility>

#include "support/sim_hdfs/sim_datanode.h"
#include "support/sim_hdfs/sim_namespace.h"

namespace flume::hdfs {

using namespace sim;

namespace {

constexpr const char* kNameNode = "HDFS_NameNode";  // holds the leases that it recovers by itself

}  // namespace

void SimNamespace::settle(Instant now) {
  now_ = std::max(now_, now);
  for (auto& [path, file] : files_) {
    if (file.is_open() && !file.closing && is_expired(file.lease, hard_limit)) release(file, kNameNode);
    if (file.closing && *file.closing <= now_) finish_recovery(file);
  }
}

void SimNamespace::take_lease(File& file, const std::string& client) {
  file.lease = client;
  renewed_[client] = now_;
}

void SimNamespace::steal_lease(const std::string& path, std::string client) { take_lease(files_.at(path), client); }

bool SimNamespace::is_expired(const std::string& client, Instant::duration limit) const {
  const auto renewed = renewed_.find(client);
  return renewed != renewed_.end() && now_ - renewed->second > limit;
}

SimAnswer SimNamespace::renew_lease(const wire::RenewLeaseRequest& request) {
  if (const auto renewed = renewed_.find(request.client()); renewed != renewed_.end()) renewed->second = now_;
  return std::string();
}

SimNamespace::Found SimNamespace::leased(const std::string& path, std::uint64_t id, const std::string& client) {
  File* const file = find_file(path, id);
  if (file == nullptr) return not_found(path);
  if (file->lease != client || file->closing) return lease_expired(path);
  return file;
}

std::optional<SimException> SimNamespace::refusal_of_open(const std::string& path, File& file, const std::string& client) {
  if (file.lease == client && !file.closing) return being_created(path, client);
  if (file.closing) return in_recovery(path);
  if (!is_expired(file.lease, soft_limit)) return being_created(path, file.lease);
  if (!release(file, kNameNode)) return in_recovery(path);
  return std::nullopt;
}

bool SimNamespace::release(File& file, const std::string& new_holder) {
  if (file.closing) return false;
  if (!file.is_last_unfinished) {
    close(file);
    return true;
  }
  take_lease(file, new_holder);
  file.closing = now_ + recovery_time;
  return false;
}

void SimNamespace::close(File& file) {
  file.lease.clear();
  file.closing.reset();
  file.pipeline.clear();
  file.is_last_unfinished = false;
  file.is_being_cut = false;
}

void SimNamespace::finish_recovery(File& file) {
  if (is_simulated()) {
    if (!recover_replicas(file)) {
      file.closing = now_ + recovery_time;
      return;
    }
  } else {
    file.blocks.back().generation_stamp = next_stamp_++;
  }
  close(file);
}

bool SimNamespace::recover_replicas(File& file) {
  using State = SimDatanode::Replica::State;
  struct Candidate {
    SimDatanode* node;
    const SimDatanode::Replica* replica;
  };
  Block& block = file.blocks.back();
  std::vector<Candidate> candidates;
  State best = State::Waiting;
  bool somebody_answers = false;
  for (const std::string& uuid : file.pipeline) {
    SimDatanode* const node = find_datanode(uuid);
    if (node == nullptr || !node->answers()) continue;
    somebody_answers = true;
    const SimDatanode::Replica* const replica = node->find_replica(block.id);
    if (replica == nullptr || replica->stamp < block.generation_stamp || replica->bytes.empty()) continue;
    if (file.is_being_cut && replica->bytes.size() < block.bytes) continue;
    candidates.push_back({node, replica});
    best = std::min(best, replica->state);
  }
  if (!somebody_answers || (candidates.empty() && file.is_being_cut)) return false;
  if (candidates.empty()) {  // nobody has a byte of it
    remove_replicas(block);
    file.blocks.pop_back();
    return true;
  }
  // A finished replica decides; else the shortest of those whose nodes have lived on, or, when none has, of the others.
  std::uint64_t length = std::numeric_limits<std::uint64_t>::max();
  for (const Candidate& candidate : candidates) {
    const std::uint64_t bytes = candidate.replica->bytes.size();
    if (candidate.replica->state != best) continue;
    if (best == State::Finalized && length != std::numeric_limits<std::uint64_t>::max() && bytes != length) return false;
    length = std::min(length, bytes);
  }
  block.generation_stamp = next_stamp_++;
  block.bytes = file.is_being_cut ? block.bytes : length;
  for (const Candidate& candidate : candidates) {
    const bool is_as_long = candidate.replica->state == State::BeingWritten && candidate.replica->bytes.size() == length;
    if (candidate.replica->state == best || is_as_long) {
      candidate.node->finish_recovery(block.id, block.generation_stamp, block.bytes);
    }
  }
  for (const Node& node : nodes_) {
    const SimDatanode::Replica* const replica = node.simulated->find_replica(block.id);
    if (replica != nullptr && replica->stamp != block.generation_stamp) node.simulated->remove_replica(block.id);
  }
  return true;
}

SimAnswer SimNamespace::append(const wire::AppendRequest& request) {
  const std::string& path = request.path();
  if (const auto why = refusal(path)) return *why;
  File* const file = find_file(path, 0);
  if (file == nullptr) return not_found(path);
  if (file->is_open()) {
    if (const auto why = refusal_of_open(path, *file, request.client())) return *why;
  }
  std::vector<Datanode> nodes = file->blocks.empty() ? std::vector<Datanode>() : holders(*file, file->blocks.back());
  if (!file->blocks.empty() && nodes.size() < least_replicas) {
    return io("append: the last block of " + path + " is not sufficiently replicated yet.");
  }
  take_lease(*file, request.client());
  wire::AppendAnswer answer;
  if (!file->blocks.empty() && file->blocks.back().bytes < file->block_size) {
    const Block& last = file->blocks.back();
    file->is_last_unfinished = true;
    set_pipeline(*file, nodes);
    to_wire(located(last, file->length() - last.bytes, std::move(nodes)), *answer.mutable_block());
  }
  describe("", *file, *answer.mutable_status());
  return text(answer);
}

SimAnswer SimNamespace::truncate(const wire::TruncateRequest& request) {
  const std::string& path = request.path();
  if (const auto why = refusal(path)) return *why;
  File* const file = find_file(path, 0);
  if (file == nullptr) return not_found(path);
  if (file->is_open()) {
    if (const auto why = refusal_of_open(path, *file, request.client())) return *why;
  }
  if (request.length() > file->length()) {
    return SimException{"org.apache.hadoop.HadoopIllegalArgumentException", "Cannot truncate to a larger file size."};
  }
  std::uint64_t over = file->length() - request.length();
  while (over > 0 && file->blocks.back().bytes <= over) {
    over -= file->blocks.back().bytes;
    remove_replicas(file->blocks.back());
    file->blocks.pop_back();
  }
  if (over == 0) return yes_or_no(true);
  set_pipeline(*file, holders(*file, file->blocks.back()));
  file->blocks.back().bytes -= over;
  file->is_last_unfinished = true;
  file->is_being_cut = true;
  take_lease(*file, request.client());
  file->closing = now_ + recovery_time;
  return yes_or_no(false);
}

SimAnswer SimNamespace::recover_lease(const wire::PathAndClientRequest& request) {
  if (const auto why = refusal(request.path())) return *why;
  File* const file = find_file(request.path(), 0);
  if (file == nullptr) return not_found(request.path());
  return yes_or_no(!file->is_open() || release(*file, request.client()));
}

}  // namespace flume::hdfs
