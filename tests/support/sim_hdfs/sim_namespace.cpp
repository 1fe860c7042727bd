#include "support/sim_hdfs/sim_namespace.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace flume::hdfs {

using namespace sim;

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
    nodes_.push_back({.name = std::move(node)});
  }
}

SimAnswer SimNamespace::handle(std::string_view method, std::string_view request, Instant now) {
  settle(now);
  if (method == "mkdirs") return mkdirs(parsed<wire::MkdirsRequest>(request));
  if (method == "create") return create(parsed<wire::CreateRequest>(request));
  if (method == "append") return append(parsed<wire::AppendRequest>(request));
  if (method == "addBlock") return add_block(parsed<wire::AddBlockRequest>(request));
  if (method == "abandonBlock") return abandon_block(parsed<wire::AbandonBlockRequest>(request));
  if (method == "complete") return complete(parsed<wire::CompleteRequest>(request));
  if (method == "fsync") return fsync(parsed<wire::FsyncRequest>(request));
  if (method == "rename2") return rename(parsed<wire::RenameRequest>(request));
  if (method == "delete") return remove(parsed<wire::DeleteRequest>(request));
  if (method == "truncate") return truncate(parsed<wire::TruncateRequest>(request));
  if (method == "recoverLease") return recover_lease(parsed<wire::PathAndClientRequest>(request));
  if (method == "isFileClosed") return is_file_closed(parsed<wire::PathRequest>(request));
  if (method == "setPermission") return set_permission(parsed<wire::SetPermissionRequest>(request));
  if (method == "getFileInfo") return file_info(parsed<wire::PathRequest>(request));
  if (method == "getListing") return listing(parsed<wire::GetListingRequest>(request));
  if (method == "getBlockLocations") return block_locations(parsed<wire::GetBlockLocationsRequest>(request));
  if (method == "getServerDefaults") return server_defaults();
  if (method == "getAdditionalDatanode") return additional_datanode(parsed<wire::GetAdditionalDatanodeRequest>(request));
  if (method == "updateBlockForPipeline") return update_block_for_pipeline(parsed<wire::UpdateBlockForPipelineRequest>(request));
  if (method == "updatePipeline") return update_pipeline(parsed<wire::UpdatePipelineRequest>(request));
  if (method == "getReplicaVisibleLength") return visible_length(parsed<wire::VisibleLengthRequest>(request));
  if (method == "renewLease") return renew_lease(parsed<wire::RenewLeaseRequest>(request));
  return SimException{"org.apache.hadoop.ipc.RpcNoSuchMethodException", "Unknown method " + std::string(method)};
}

std::optional<SimException> SimNamespace::refusal(const std::string& path) const {
  if (is_in_safe_mode) {
    return SimException{"org.apache.hadoop.hdfs.server.namenode.SafeModeException",
                        "Cannot change " + path + ". Name node is in safe mode.\nThe reported blocks 0 needs additional 1 blocks."};
  }
  if (!forbidden_.empty() && (path == forbidden_ || path.starts_with(with_slash(forbidden_)))) {
    return SimException{"org.apache.hadoop.security.AccessControlException",
                        "Permission denied: user=flume, access=WRITE, inode=\"" + forbidden_ + "\":root:root:drwxr-xr-x\n\tat java.base"};
  }
  return std::nullopt;
}

std::optional<SimException> SimNamespace::refusal_of_new(const std::string& path) const {
  for (std::size_t begin = 1; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (end - begin > longest_name) {
      return SimException{"org.apache.hadoop.hdfs.protocol.FSLimitException$PathComponentTooLongException",
                          "The maximum path component name limit is exceeded: limit=" + std::to_string(longest_name) +
                              " length=" + std::to_string(end - begin)};
    }
    begin = end + 1;
  }
  return refusal(path);
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

SimNamespace::File* SimNamespace::find_file(const std::string& path, std::uint64_t id) {
  auto found = files_.find(path);
  if (id != 0 && (found == files_.end() || found->second.id != id)) {
    found = std::ranges::find_if(files_, [id](const auto& entry) { return entry.second.id == id; });
  }
  return found == files_.end() || found->second.is_directory ? nullptr : &found->second;
}

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
  if (file.is_erasure_coded) to.set_erasure_coding("XOR-2-1-1024k");
}

SimAnswer SimNamespace::mkdirs(const wire::MkdirsRequest& request) {
  const std::string& path = request.path();
  if (const auto found = files_.find(path); found != files_.end()) {
    if (!found->second.is_directory) return exists(path);
    return yes_or_no(true);
  }
  if (const auto why = refusal_of_new(path)) return *why;
  if (const auto why = make_parents(path + "/")) return *why;
  files_.at(path).permission = static_cast<std::uint16_t>(request.masked().bits());
  return yes_or_no(true);
}

SimAnswer SimNamespace::create(const wire::CreateRequest& request) {
  const std::string& path = request.path();
  if (const auto why = refusal_of_new(path)) return *why;
  if (const auto found = files_.find(path); found != files_.end()) {
    if (found->second.is_directory) return exists(path);
    const bool overwrites = (request.flags() & 2U) != 0;
    if (!overwrites) {
      const auto why = found->second.is_open() ? refusal_of_open(path, found->second, request.client()) : std::nullopt;
      return why.value_or(exists(path));
    }
    remove(path);
  }
  if (!request.create_parent() && !files_.contains(parent_of(path))) return not_found(parent_of(path));
  if (const auto why = make_parents(path)) return *why;
  if (files_.size() >= most_entries) {
    return SimException{"org.apache.hadoop.hdfs.protocol.NSQuotaExceededException", "The NameSpace quota is exceeded"};
  }
  const bool is_replicated = (request.flags() & 0x80U) != 0;
  if (!is_replicated && files_.at(parent_of(path)).is_erasure_coded)
    complaints_.push_back("create " + path + ": it would be erasure-coded");
  File& file = files_[path];
  file.id = next_id_++;
  file.permission = static_cast<std::uint16_t>(request.masked().bits());
  file.replication = static_cast<std::uint16_t>(request.replication());
  file.block_size = request.block_size();
  take_lease(file, request.client());
  wire::StatusAnswer answer;
  describe("", file, *answer.mutable_status());
  return text(answer);
}

void SimNamespace::make_erasure_coded(const std::string& folder) {
  if (make_parents(folder + "/")) std::abort();
  files_.at(folder).is_erasure_coded = true;
}

void SimNamespace::create_file(const std::string& path, const std::string& client) {
  wire::CreateRequest request;
  request.set_path(path);
  request.set_client(client);
  request.set_create_parent(true);
  if (std::holds_alternative<SimException>(create(request))) std::abort();
}

SimAnswer SimNamespace::rename(const wire::RenameRequest& request) {
  const std::string& from = request.from();
  const std::string& to = request.to();
  if (const auto why = refusal(from)) return *why;
  if (const auto why = refusal_of_new(to)) return *why;
  if (!files_.contains(from)) return not_found(from);
  if (from == to) return exists(to);
  if (to.starts_with(with_slash(from))) return io("Rename destination " + to + " is under source " + from);
  if (files_.contains(to) && !request.overwrites()) return exists(to);
  const auto parent = files_.find(parent_of(to));
  if (parent == files_.end()) return SimException{"java.io.FileNotFoundException", "rename destination parent " + to + " not found."};
  if (!parent->second.is_directory) return SimException{"org.apache.hadoop.fs.ParentNotDirectoryException", parent_of(to) + " is a file."};
  if (files_.contains(to)) remove(to);
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
  return yes_or_no(remove(path));
}

bool SimNamespace::remove(const std::string& path) {
  const std::size_t gone = std::erase_if(files_, [&](const auto& entry) {
    const bool goes = entry.first == path || entry.first.starts_with(with_slash(path));
    if (goes) std::ranges::for_each(entry.second.blocks, [this](const Block& block) { remove_replicas(block); });
    return goes;
  });
  return gone > 0;
}

SimAnswer SimNamespace::is_file_closed(const wire::PathRequest& request) const {
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

}  // namespace flume::hdfs
