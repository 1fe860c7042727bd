#include "support/sim_hdfs/sim_namespace.h"

#include <algorithm>
#include <utility>

namespace flume::hdfs {
namespace {

constexpr std::string_view kPool = "BP-1-127.0.0.1-1";

SimException io(std::string message) { return {"java.io.IOException", std::move(message)}; }
SimException not_found(const std::string& path) { return {"java.io.FileNotFoundException", "File does not exist: " + path}; }
SimException exists(const std::string& path) { return {"org.apache.hadoop.fs.FileAlreadyExistsException", path + " already exists"}; }
SimException lease_expired(const std::string& path) {
  return {"org.apache.hadoop.hdfs.server.namenode.LeaseExpiredException", "File " + path + " is not open for writing by this client"};
}
SimException being_created(const std::string& path, const std::string& holder) {
  return {"org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException", "Failed to open " + path + ": its lease is owned by " + holder};
}

template <typename Message>
std::string text(const Message& message) {
  return message.SerializeAsString();
}
std::string yes_or_no(bool result) {
  wire::Answer answer;
  answer.set_result(result);
  return text(answer);
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }
std::string with_slash(const std::string& path) { return path == "/" ? path : path + "/"; }

template <typename Request>
Request parsed(std::string_view bytes) {
  Request request;
  request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  return request;
}

}  // namespace

std::uint64_t SimNamespace::File::length() const {
  std::uint64_t sum = 0;
  for (const Block& block : blocks) sum += block.bytes;
  return sum;
}

SimNamespace::SimNamespace(std::size_t datanodes) {
  files_["/"].is_directory = true;
  for (std::size_t i = 1; i <= datanodes; ++i) {
    Datanode node;
    node.address = "10.0.1." + std::to_string(i);
    node.host = "dn" + std::to_string(i);
    node.uuid = "uuid-" + std::to_string(i);
    node.transfer_port = 9866;
    node.info_port = 9864;
    node.ipc_port = 9867;
    node.location = "/default-rack";
    datanodes_.push_back(std::move(node));
  }
}

SimAnswer SimNamespace::handle(std::string_view method, std::string_view request, Instant now) {
  finish_recoveries(now);
  if (method == "mkdirs") return mkdirs(parsed<wire::MkdirsRequest>(request));
  if (method == "create") return create(parsed<wire::CreateRequest>(request));
  if (method == "append") return append(parsed<wire::AppendRequest>(request));
  if (method == "addBlock") return add_block(parsed<wire::AddBlockRequest>(request));
  if (method == "abandonBlock") return abandon_block(parsed<wire::AbandonBlockRequest>(request));
  if (method == "complete") return complete(parsed<wire::CompleteRequest>(request));
  if (method == "fsync") return fsync(parsed<wire::FsyncRequest>(request));
  if (method == "rename2") return rename(parsed<wire::RenameRequest>(request));
  if (method == "delete") return remove(parsed<wire::DeleteRequest>(request));
  if (method == "truncate") return truncate(parsed<wire::TruncateRequest>(request), now);
  if (method == "recoverLease") return recover_lease(parsed<wire::PathAndClientRequest>(request), now);
  if (method == "isFileClosed") return is_file_closed(parsed<wire::PathRequest>(request));
  if (method == "setPermission") return set_permission(parsed<wire::SetPermissionRequest>(request));
  if (method == "getFileInfo") return file_info(parsed<wire::PathRequest>(request));
  if (method == "getListing") return listing(parsed<wire::GetListingRequest>(request));
  if (method == "getBlockLocations") return block_locations(parsed<wire::GetBlockLocationsRequest>(request));
  if (method == "getServerDefaults") return server_defaults();
  if (method == "getAdditionalDatanode") return additional_datanode(parsed<wire::GetAdditionalDatanodeRequest>(request));
  if (method == "updateBlockForPipeline") return update_block_for_pipeline(parsed<wire::UpdateBlockForPipelineRequest>(request));
  if (method == "updatePipeline") return update_pipeline(parsed<wire::UpdatePipelineRequest>(request));
  if (method == "renewLease") return std::string();
  return SimException{"org.apache.hadoop.ipc.RpcNoSuchMethodException", "Unknown method " + std::string(method)};
}

Block* SimNamespace::find_block(std::uint64_t id) {
  for (auto& [path, file] : files_) {
    for (Block& block : file.blocks) {
      if (block.id == id) return &block;
    }
  }
  return nullptr;
}

void SimNamespace::finish_recoveries(Instant now) {
  for (auto& [path, file] : files_) {
    if (file.closing && *file.closing <= now) {
      file.closing.reset();
      file.lease.clear();
    }
  }
}

std::optional<SimException> SimNamespace::refusal(const std::string& path) const {
  if (is_in_safe_mode) {
    return SimException{"org.apache.hadoop.hdfs.server.namenode.SafeModeException",
                        "Cannot change " + path + ". Name node is in safe mode.\nThe reported blocks 0 needs additional 1 blocks."};
  }
  if (forbidden_ && (path == *forbidden_ || path.starts_with(with_slash(*forbidden_)))) {
    return SimException{"org.apache.hadoop.security.AccessControlException",
                        "Permission denied: user=flume, access=WRITE, inode=\"" + *forbidden_ + "\":root:root:drwxr-xr-x\n\tat java.base"};
  }
  return std::nullopt;
}

std::optional<SimException> SimNamespace::make_parents(const std::string& path) {
  const std::string parent = parent_of(path);
  const auto found = files_.find(parent);
  if (found == files_.end()) {
    if (auto problem = make_parents(parent)) return problem;
    if (files_.size() >= most_entries) {
      return SimException{"org.apache.hadoop.hdfs.protocol.NSQuotaExceededException", "The NameSpace quota is exceeded"};
    }
    File& made = files_[parent];
    made.is_directory = true;
    made.id = next_id_++;
  } else if (!found->second.is_directory) {
    return SimException{"org.apache.hadoop.fs.ParentNotDirectoryException", parent + " (is not a directory)"};
  }
  return std::nullopt;
}

std::variant<SimNamespace::File*, SimException> SimNamespace::leased(const std::string& path, const std::string& client) {
  const auto found = files_.find(path);
  if (found == files_.end() || found->second.is_directory) return not_found(path);
  if (found->second.lease != client || found->second.closing) return lease_expired(path);
  return &found->second;
}

std::vector<Datanode> SimNamespace::choose(std::size_t count, const std::set<std::string>& excluded) const {
  std::vector<Datanode> chosen;
  for (const Datanode& node : datanodes_) {
    if (chosen.size() < count && !dead_.contains(node.uuid) && !excluded.contains(node.uuid)) chosen.push_back(node);
  }
  return chosen;
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

namespace {

void to_wire(const LocatedBlock& block, wire::LocatedBlock& to) {
  to_wire(block.block, *to.mutable_block());
  to.set_offset(block.offset);
  for (const Datanode& node : block.nodes) to_wire(node, *to.add_nodes());
  for (const std::string& storage : block.storage_ids) to.add_storage_ids(storage);
  for (const StorageType type : block.storage_types) to.add_storage_types(static_cast<std::uint32_t>(type));
  to_wire(block.token, *to.mutable_token());
  to.set_is_corrupt(block.is_corrupt);
}

std::string block_answer(const LocatedBlock& block) {
  wire::BlockAnswer answer;
  to_wire(block, *answer.mutable_block());
  return text(answer);
}

}  // namespace

void SimNamespace::describe(const std::string& name, const File& file, wire::FileStatus& to) const {
  to.set_type(file.is_directory ? 1 : 2);
  to.set_name(name);
  to.set_length(file.length());
  to.mutable_permission()->set_bits(file.permission);
  to.set_owner("flume");
  to.set_group("supergroup");
  to.set_modified(0);
  to.set_accessed(0);
  to.set_replication(file.is_directory ? 0 : file.replication);
  to.set_block_size(file.block_size);
  to.set_file_id(file.id);
}

SimAnswer SimNamespace::mkdirs(const wire::MkdirsRequest& request) {
  const std::string& path = request.path();
  if (const auto found = files_.find(path); found != files_.end()) {
    if (!found->second.is_directory) return exists(path);
    return yes_or_no(true);
  }
  if (const auto why = refusal(path)) return *why;
  if (const auto why = make_parents(path + "/")) return *why;
  files_.at(path).permission = static_cast<std::uint16_t>(request.masked().bits());
  return yes_or_no(true);
}

SimAnswer SimNamespace::create(const wire::CreateRequest& request) {
  const std::string& path = request.path();
  if (const auto why = refusal(path)) return *why;
  if (const auto found = files_.find(path); found != files_.end()) {
    if (found->second.is_directory) return exists(path);
    const bool overwrites = (request.flags() & 2U) != 0;
    if (!overwrites && found->second.is_open()) return being_created(path, found->second.lease);
    if (!overwrites) return exists(path);
    files_.erase(found);
  }
  if (!request.create_parent() && !files_.contains(parent_of(path))) return not_found(parent_of(path));
  if (const auto why = make_parents(path)) return *why;
  if (files_.size() >= most_entries) {
    return SimException{"org.apache.hadoop.hdfs.protocol.NSQuotaExceededException", "The NameSpace quota is exceeded"};
  }
  File& file = files_[path];
  file.id = next_id_++;
  file.permission = static_cast<std::uint16_t>(request.masked().bits());
  file.replication = static_cast<std::uint16_t>(request.replication());
  file.block_size = request.block_size();
  file.lease = request.client();
  wire::StatusAnswer answer;
  describe("", file, *answer.mutable_status());
  return text(answer);
}

SimAnswer SimNamespace::append(const wire::AppendRequest& request) {
  const std::string& path = request.path();
  if (const auto why = refusal(path)) return *why;
  const auto found = files_.find(path);
  if (found == files_.end() || found->second.is_directory) return not_found(path);
  File& file = found->second;
  if (file.closing) return SimException{"org.apache.hadoop.hdfs.protocol.RecoveryInProgressException", "Failed to append " + path};
  if (file.is_open()) return being_created(path, file.lease);
  file.lease = request.client();
  wire::AppendAnswer answer;
  if (!file.blocks.empty() && file.blocks.back().bytes < file.block_size) {
    const Block& last = file.blocks.back();
    to_wire(located(last, file.length() - last.bytes, choose(file.replication, {})), *answer.mutable_block());
  }
  describe("", file, *answer.mutable_status());
  return text(answer);
}

SimAnswer SimNamespace::add_block(const wire::AddBlockRequest& request) {
  const auto lease = leased(request.path(), request.client());
  if (const auto* why = std::get_if<SimException>(&lease)) return *why;
  if (is_in_safe_mode) return *refusal(request.path());
  File& file = *std::get<File*>(lease);
  std::set<std::string> excluded;
  for (const wire::Datanode& node : request.excluded()) excluded.insert(node.id().uuid());
  std::vector<Datanode> nodes = choose(file.replication, excluded);
  const std::uint64_t previous = request.has_previous() ? request.previous().id() : 0;
  const std::size_t count = file.blocks.size();
  // The answer to the same request was lost: the block that it made is still empty.
  const std::uint64_t before_last = count >= 2 ? file.blocks[count - 2].id : 0;
  if (count >= 1 && file.blocks.back().bytes == 0 && previous == before_last && !nodes.empty()) {
    return block_answer(located(file.blocks.back(), file.length(), std::move(nodes)));
  }
  if (previous != (count == 0 ? 0 : file.blocks.back().id)) return io("Request looked up a stale block of " + request.path());
  if (request.has_previous()) file.blocks.back().bytes = request.previous().bytes();
  if (nodes.empty()) {
    return io("File " + request.path() + " could only be written to 0 of the 1 minReplication nodes. There are " +
              std::to_string(datanodes_.size() - dead_.size()) + " datanode(s) running and " + std::to_string(excluded.size()) +
              " node(s) are excluded in this operation.");
  }
  const std::uint64_t offset = file.length();
  file.blocks.push_back({.pool = std::string(kPool), .id = next_block_++, .generation_stamp = next_stamp_++, .bytes = 0});
  return block_answer(located(file.blocks.back(), offset, std::move(nodes)));
}

SimAnswer SimNamespace::abandon_block(const wire::AbandonBlockRequest& request) {
  const auto lease = leased(request.path(), request.client());
  if (const auto* why = std::get_if<SimException>(&lease)) return *why;
  std::erase_if(std::get<File*>(lease)->blocks, [&](const Block& block) { return block.id == request.block().id(); });
  return std::string();
}

SimAnswer SimNamespace::complete(const wire::CompleteRequest& request) {
  if (const auto found = files_.find(request.path()); found != files_.end() && !found->second.is_open() && !found->second.is_directory) {
    // Closed already: fine for a repeated call, which names the last block that the file has.
    const bool is_same = found->second.blocks.empty() || (request.has_last() && request.last().id() == found->second.blocks.back().id);
    if (is_same) return yes_or_no(true);
  }
  const auto lease = leased(request.path(), request.client());
  if (const auto* why = std::get_if<SimException>(&lease)) return *why;
  File& file = *std::get<File*>(lease);
  if (request.has_last() && !file.blocks.empty()) {
    if (request.last().id() != file.blocks.back().id) return io("BlockID mismatch of " + request.path());
    file.blocks.back().bytes = request.last().bytes();
  }
  file.lease.clear();
  return yes_or_no(true);
}

SimAnswer SimNamespace::fsync(const wire::FsyncRequest& request) {
  const auto lease = leased(request.path(), request.client());
  if (const auto* why = std::get_if<SimException>(&lease)) return *why;
  File& file = *std::get<File*>(lease);
  if (request.last_block_length() > 0 && !file.blocks.empty()) {
    file.blocks.back().bytes = static_cast<std::uint64_t>(request.last_block_length());
  }
  return std::string();
}

SimAnswer SimNamespace::rename(const wire::RenameRequest& request) {
  const std::string& from = request.from();
  const std::string& to = request.to();
  if (const auto why = refusal(from)) return *why;
  if (const auto why = refusal(to)) return *why;
  if (!files_.contains(from)) return not_found(from);
  if (from == to) return exists(to);
  if (to.starts_with(with_slash(from))) return io("Rename destination " + to + " is under source " + from);
  if (files_.contains(to) && !request.overwrites()) return exists(to);
  const auto parent = files_.find(parent_of(to));
  if (parent == files_.end()) return SimException{"java.io.FileNotFoundException", "rename destination parent " + to + " not found."};
  if (!parent->second.is_directory) return SimException{"org.apache.hadoop.fs.ParentNotDirectoryException", parent_of(to) + " is a file."};
  std::map<std::string, File> moved;
  for (auto entry = files_.begin(); entry != files_.end();) {
    if (entry->first == from || entry->first.starts_with(with_slash(from))) {
      moved[to + entry->first.substr(from.size())] = std::move(entry->second);
      entry = files_.erase(entry);
    } else {
      ++entry;
    }
  }
  files_.merge(moved);
  return std::string();
}

SimAnswer SimNamespace::remove(const wire::DeleteRequest& request) {
  const std::string& path = request.path();
  if (const auto why = refusal(path)) return *why;
  if (!files_.contains(path) || path == "/") return yes_or_no(false);
  const auto is_below = [&](const auto& entry) { return entry.first.starts_with(with_slash(path)); };
  if (!request.recursive() && std::ranges::any_of(files_, is_below)) {
    return SimException{"org.apache.hadoop.fs.PathIsNotEmptyDirectoryException", path + " is non empty"};
  }
  std::erase_if(files_, [&](const auto& entry) { return entry.first == path || is_below(entry); });
  return yes_or_no(true);
}

SimAnswer SimNamespace::truncate(const wire::TruncateRequest& request, Instant now) {
  const std::string& path = request.path();
  if (const auto why = refusal(path)) return *why;
  const auto found = files_.find(path);
  if (found == files_.end() || found->second.is_directory) return not_found(path);
  File& file = found->second;
  if (file.is_open()) return being_created(path, file.lease);
  if (request.length() > file.length()) {
    return SimException{"org.apache.hadoop.HadoopIllegalArgumentException", "Cannot truncate to a larger file size."};
  }
  if (request.length() == file.length()) return yes_or_no(true);
  std::uint64_t kept = 0;
  std::erase_if(file.blocks, [&](Block& block) {
    const std::uint64_t start = kept;
    kept += block.bytes;
    return start >= request.length();
  });
  const std::uint64_t over = file.length() - request.length();
  if (over == 0) return yes_or_no(true);
  file.blocks.back().bytes -= over;
  file.blocks.back().generation_stamp = next_stamp_++;
  file.lease = request.client();
  file.closing = now + recovery_time;
  return yes_or_no(false);
}

SimAnswer SimNamespace::recover_lease(const wire::PathAndClientRequest& request, Instant now) {
  if (const auto why = refusal(request.path())) return *why;
  const auto found = files_.find(request.path());
  if (found == files_.end() || found->second.is_directory) return not_found(request.path());
  File& file = found->second;
  if (!file.is_open()) return yes_or_no(true);
  if (!file.closing) file.closing = now + recovery_time;
  return yes_or_no(false);
}

SimAnswer SimNamespace::is_file_closed(const wire::PathRequest& request) {
  const auto found = files_.find(request.path());
  if (found == files_.end() || found->second.is_directory) return not_found(request.path());
  return yes_or_no(!found->second.is_open());
}

SimAnswer SimNamespace::set_permission(const wire::SetPermissionRequest& request) {
  if (const auto why = refusal(request.path())) return *why;
  const auto found = files_.find(request.path());
  if (found == files_.end()) return not_found(request.path());
  found->second.permission = static_cast<std::uint16_t>(request.permission().bits());
  return std::string();
}

SimAnswer SimNamespace::file_info(const wire::PathRequest& request) const {
  wire::StatusAnswer answer;
  if (const auto found = files_.find(request.path()); found != files_.end()) describe("", found->second, *answer.mutable_status());
  return text(answer);
}

SimAnswer SimNamespace::listing(const wire::GetListingRequest& request) const {
  wire::GetListingAnswer answer;
  const auto found = files_.find(request.path());
  if (found == files_.end()) return text(answer);
  wire::Listing& listing = *answer.mutable_listing();
  listing.set_remaining(0);
  if (!found->second.is_directory) {
    describe("", found->second, *listing.add_entries());
    return text(answer);
  }
  for (const auto& [path, file] : files_) {
    if (path == "/" || parent_of(path) != request.path() || name_of(path) <= request.start_after()) continue;
    if (std::cmp_less(listing.entries_size(), listing_page)) {
      describe(name_of(path), file, *listing.add_entries());
    } else {
      listing.set_remaining(listing.remaining() + 1);
    }
  }
  return text(answer);
}

SimAnswer SimNamespace::block_locations(const wire::GetBlockLocationsRequest& request) const {
  const auto found = files_.find(request.path());
  if (found == files_.end() || found->second.is_directory) return not_found(request.path());
  const File& file = found->second;
  wire::GetBlockLocationsAnswer answer;
  wire::LocatedBlocks& blocks = *answer.mutable_locations();
  std::uint64_t offset = 0;
  for (const Block& block : file.blocks) {
    const bool is_last = &block == &file.blocks.back();
    const LocatedBlock place = located(block, offset, choose(file.replication, {}));
    if (is_last) to_wire(place, *blocks.mutable_last_block());
    if (!(is_last && file.is_open()) && offset < request.offset() + request.length() && offset + block.bytes > request.offset()) {
      to_wire(place, *blocks.add_blocks());
    }
    if (!(is_last && file.is_open())) offset += block.bytes;
  }
  blocks.set_file_length(offset);
  blocks.set_is_under_construction(file.is_open());
  blocks.set_is_last_block_complete(!file.is_open());
  return text(answer);
}

SimAnswer SimNamespace::server_defaults() const {
  wire::GetServerDefaultsAnswer answer;
  wire::ServerDefaults& to = *answer.mutable_defaults();
  to.set_block_size(defaults.block_size);
  to.set_bytes_per_checksum(defaults.bytes_per_checksum);
  to.set_write_packet_size(defaults.write_packet_size);
  to.set_replication(defaults.replication);
  to.set_file_buffer_size(4096);
  to.set_encrypts_data_transfer(defaults.encrypts_data_transfer);
  to.set_checksum_type(static_cast<std::uint32_t>(defaults.checksum_type));
  return text(answer);
}

SimAnswer SimNamespace::additional_datanode(const wire::GetAdditionalDatanodeRequest& request) {
  const auto lease = leased(request.path(), request.client());
  if (const auto* why = std::get_if<SimException>(&lease)) return *why;
  std::set<std::string> excluded;
  std::vector<Datanode> nodes;
  for (const wire::Datanode& node : request.excluded()) excluded.insert(node.id().uuid());
  for (const wire::Datanode& node : request.existing()) {
    excluded.insert(node.id().uuid());
    if (Result<Datanode> known = from_wire(node)) nodes.push_back(std::move(*known));
  }
  for (Datanode& node : choose(request.count(), excluded)) nodes.push_back(std::move(node));
  return block_answer(located(from_wire(request.block()), 0, std::move(nodes)));
}

SimAnswer SimNamespace::update_block_for_pipeline(const wire::UpdateBlockForPipelineRequest& request) {
  Block block = from_wire(request.block());
  if (find_block(block.id) == nullptr) return io("Block " + std::to_string(block.id) + " does not exist");
  block.generation_stamp = next_stamp_++;
  return block_answer(located(block, 0, {}));
}

SimAnswer SimNamespace::update_pipeline(const wire::UpdatePipelineRequest& request) {
  Block* const block = find_block(request.old_block().id());
  const Block fresh = from_wire(request.new_block());
  if (block == nullptr || fresh.id != block->id || fresh.generation_stamp <= block->generation_stamp || fresh.bytes < block->bytes) {
    return io("Update of block " + std::to_string(request.old_block().id()) + " does not fit");
  }
  *block = fresh;
  return std::string();
}

}  // namespace flume::hdfs
