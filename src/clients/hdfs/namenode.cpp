#include "clients/hdfs/namenode.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <limits>
#include <pwd.h>
#include <unistd.h>
#include <utility>

#include "clients/hdfs/rpc_frame.h"
#include "clients/hdfs/wire.h"

namespace flume::hdfs {
namespace {

// CreateFlag
constexpr std::uint32_t kCreate = 0x01;
constexpr std::uint32_t kOverwrite = 0x02;
constexpr std::uint32_t kAppend = 0x04;
constexpr std::uint32_t kShouldReplicate = 0x80;

/// One call: request message in, answer message out. `what` names call and path in the error.
template <typename Answer, typename Request>
Task<Result<Answer>> ask(RpcClient& rpc, const char* method, std::string what, Request request, Deadline deadline) {
  Result<std::string> bytes = co_await rpc.call(method, request.SerializeAsString(), deadline);
  if (!bytes) co_return std::move(bytes).status().with_context(what);
  if (!has_few_fields(as_bytes(*bytes)))
    co_return retryable(what + ": an answer of more than " + std::to_string(kMostFields) + " fields", Cause::TooLarge);
  Answer answer;
  if (!answer.ParseFromString(*bytes)) co_return retryable(what + ": a malformed answer", Cause::Io);
  co_return std::move(answer);
}

/// A converted part of an answer, with the call's name before its error.
template <typename Converted>
Result<Converted> told(Result<Converted> converted, const std::string& what) {
  if (!converted) return std::move(converted).status().with_context(what);
  return converted;
}

/// The same for a part that need not be there.
template <typename Converted>
Result<std::optional<Converted>> told_if_there(Result<Converted> converted, const std::string& what) {
  if (!converted) return std::move(converted).status().with_context(what);
  return std::optional<Converted>(*std::move(converted));
}

}  // namespace

Result<std::string> user_name(const char* hadoop_user_name) {
  if (hadoop_user_name != nullptr && *hadoop_user_name != '\0') return std::string(hadoop_user_name);
  std::array<char, 16 * 1024> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  const int error = ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) {
    return invalid_config("no name for the user " + std::to_string(::geteuid()) + (error != 0 ? ", error " + std::to_string(error) : "") +
                          "; set HADOOP_USER_NAME");
  }
  return std::string(found->pw_name);
}

Task<Result<ServerDefaults>> NameNodeClient::server_defaults(Deadline deadline) {
  const std::string what = "getServerDefaults";
  const auto answer = co_await ask<wire::GetServerDefaultsAnswer>(rpc_, "getServerDefaults", what, wire::Nothing(), deadline);
  if (!answer) co_return answer.status();
  co_return told(from_wire(answer->defaults()), what);
}

Task<Result<std::optional<FileStatus>>> NameNodeClient::file_info(std::string path, Deadline deadline) {
  const std::string what = "getFileInfo " + path;
  wire::PathRequest request;
  request.set_path(path);
  const auto answer = co_await ask<wire::StatusAnswer>(rpc_, "getFileInfo", what, std::move(request), deadline);
  if (!answer) co_return answer.status();
  if (!answer->has_status()) co_return std::optional<FileStatus>();
  co_return told_if_there(from_wire(answer->status()), what);
}

Task<Result<std::optional<Listing>>> NameNodeClient::listing(std::string path, std::string after, Deadline deadline) {
  const std::string what = "getListing " + path;
  wire::GetListingRequest request;
  request.set_path(path);
  request.set_start_after(after);
  request.set_with_locations(false);
  const auto answer = co_await ask<wire::GetListingAnswer>(rpc_, "getListing", what, std::move(request), deadline);
  if (!answer) co_return answer.status();
  if (!answer->has_listing()) co_return std::optional<Listing>();
  co_return told_if_there(from_wire(answer->listing()), what);
}

Task<Result<std::optional<std::vector<FileStatus>>>> NameNodeClient::entries(std::string path, std::size_t most, Deadline deadline) {
  std::vector<FileStatus> all;
  std::string after;
  for (;;) {
    Result<std::optional<Listing>> part = co_await listing(path, after, deadline);
    if (!part) co_return std::move(part).status();
    if (!part->has_value()) co_return std::optional<std::vector<FileStatus>>();
    Listing& some = **part;
    const std::size_t taken = std::min(some.entries.size(), most - all.size());
    all.insert(all.end(), std::make_move_iterator(some.entries.begin()),
               std::make_move_iterator(some.entries.begin() + static_cast<std::ptrdiff_t>(taken)));
    if (some.remaining == 0 || all.size() == most) co_return std::optional<std::vector<FileStatus>>(std::move(all));
    if (taken == 0 || all.back().name <= after)
      co_return retryable("getListing " + path + ": a malformed answer: it does not end", Cause::Io);
    after = all.back().name;
  }
}

Task<Result<LocatedBlocks>> NameNodeClient::block_locations(std::string path, std::uint64_t offset, std::uint64_t length,
                                                            Deadline deadline) {
  const std::string what = "getBlockLocations " + path;
  wire::GetBlockLocationsRequest request;
  request.set_path(path);
  request.set_offset(offset);
  request.set_length(length);
  const auto answer = co_await ask<wire::GetBlockLocationsAnswer>(rpc_, "getBlockLocations", what, std::move(request), deadline);
  if (!answer) co_return answer.status();
  if (!answer->has_locations()) co_return retryable(what + ": no such file", Cause::NotFound);
  co_return told(from_wire(answer->locations()), what);
}

Task<Result<LocatedBlocks>> NameNodeClient::all_block_locations(std::string path, std::uint64_t block_size, Deadline deadline) {
  constexpr std::uint64_t kBlocksPerCall = 1000;
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 62U;
  const std::uint64_t page = block_size == 0 || block_size > kMostBytes / kBlocksPerCall ? kMostBytes : block_size * kBlocksPerCall;
  LocatedBlocks all;
  for (std::uint64_t offset = 0;;) {
    Result<LocatedBlocks> part = co_await block_locations(path, offset, page, deadline);
    if (!part) co_return std::move(part).status();
    if (part->blocks.empty() && offset < part->file_length)
      co_return retryable("getBlockLocations " + path + ": a malformed answer: a file with holes", Cause::Io);
    // A block that begins before the range is in the page before, too.
    const std::uint64_t known = all.blocks.empty() ? 0 : all.blocks.back().offset + 1;
    std::vector<LocatedBlock> blocks = std::move(all.blocks);
    for (LocatedBlock& block : part->blocks) {
      if (block.offset >= known) blocks.push_back(std::move(block));
    }
    all = std::move(*part);
    all.blocks = std::move(blocks);
    offset += page;
    if (offset >= all.file_length) co_return std::move(all);
  }
}

Task<Status> NameNodeClient::mkdirs(std::string path, std::uint16_t permission, Deadline deadline) {
  wire::MkdirsRequest request;
  request.set_path(path);
  request.mutable_masked()->set_bits(permission);
  request.set_create_parent(true);
  const auto answer = co_await ask<wire::Answer>(rpc_, "mkdirs", "mkdirs " + path, std::move(request), deadline);
  if (!answer) co_return answer.status();
  if (!answer->result()) co_return retryable("mkdirs " + path + ": the NameNode did not make it");
  co_return Status();
}

Task<Result<bool>> NameNodeClient::remove(std::string path, bool recursive, Deadline deadline) {
  wire::DeleteRequest request;
  request.set_path(path);
  request.set_recursive(recursive);
  const auto answer = co_await ask<wire::Answer>(rpc_, "delete", "delete " + path, std::move(request), deadline);
  if (!answer) co_return answer.status();
  co_return answer->result();
}

Task<Status> NameNodeClient::rename(std::string from, std::string to, Deadline deadline) {
  wire::RenameRequest request;
  request.set_from(from);
  request.set_to(to);
  request.set_overwrites(false);
  const auto answer = co_await ask<wire::Nothing>(rpc_, "rename2", "rename " + from + " to " + to, std::move(request), deadline);
  co_return answer.status();
}

Task<Status> NameNodeClient::set_permission(std::string path, std::uint16_t permission, Deadline deadline) {
  wire::SetPermissionRequest request;
  request.set_path(path);
  request.mutable_permission()->set_bits(permission);
  const auto answer = co_await ask<wire::Nothing>(rpc_, "setPermission", "setPermission " + path, std::move(request), deadline);
  co_return answer.status();
}

Task<Result<FileStatus>> NameNodeClient::create(std::string path, CreateOptions options, Deadline deadline) {
  const std::string what = "create " + path;
  wire::CreateRequest request;
  request.set_path(path);
  request.mutable_masked()->set_bits(options.permission);
  request.set_client(client_);
  request.set_flags(kCreate | (options.overwrites ? kOverwrite : 0) | (options.replicates_always ? kShouldReplicate : 0));
  request.set_create_parent(options.makes_parents);
  request.set_replication(options.replication);
  request.set_block_size(options.block_size);
  const auto answer = co_await ask<wire::StatusAnswer>(rpc_, "create", what, std::move(request), deadline);
  if (!answer) co_return answer.status();
  if (!answer->has_status()) co_return retryable(what + ": a malformed answer: without the file", Cause::Io);
  co_return told(from_wire(answer->status()), what);
}

Task<Result<AppendedFile>> NameNodeClient::append(std::string path, Deadline deadline) {
  const std::string what = "append " + path;
  wire::AppendRequest request;
  request.set_path(path);
  request.set_client(client_);
  request.set_flags(kAppend);
  const auto answer = co_await ask<wire::AppendAnswer>(rpc_, "append", what, std::move(request), deadline);
  if (!answer) co_return answer.status();
  AppendedFile file;
  if (answer->has_block()) {
    Result<LocatedBlock> block = told(from_wire(answer->block()), what);
    if (!block) co_return std::move(block).status();
    file.last_block = std::move(*block);
  }
  if (answer->has_status()) {
    Result<FileStatus> status = told(from_wire(answer->status()), what);
    if (!status) co_return std::move(status).status();
    file.status = std::move(*status);
  }
  co_return std::move(file);
}

Task<Result<LocatedBlock>> NameNodeClient::add_block(OpenFile file, std::optional<Block> previous, std::vector<Datanode> excluded,
                                                     Deadline deadline) {
  const std::string what = "addBlock " + file.path;
  wire::AddBlockRequest request;
  request.set_path(file.path);
  request.set_client(file.client);
  request.set_file_id(file.file_id);
  if (previous) to_wire(*previous, *request.mutable_previous());
  for (const Datanode& node : excluded) to_wire(node, *request.add_excluded());
  const auto answer = co_await ask<wire::BlockAnswer>(rpc_, "addBlock", what, std::move(request), deadline);
  if (!answer) co_return answer.status();
  Result<LocatedBlock> block = told(from_wire(answer->block()), what);
  if (block && block->nodes.empty()) co_return retryable(what + ": a malformed answer: a block without nodes", Cause::Io);
  co_return std::move(block);
}

Task<Status> NameNodeClient::abandon_block(OpenFile file, Block block, Deadline deadline) {
  wire::AbandonBlockRequest request;
  to_wire(block, *request.mutable_block());
  request.set_path(file.path);
  request.set_client(file.client);
  request.set_file_id(file.file_id);
  const auto answer = co_await ask<wire::Nothing>(rpc_, "abandonBlock", "abandonBlock " + file.path, std::move(request), deadline);
  co_return answer.status();
}

Task<Result<bool>> NameNodeClient::complete(OpenFile file, std::optional<Block> last, Deadline deadline) {
  wire::CompleteRequest request;
  request.set_path(file.path);
  request.set_client(file.client);
  request.set_file_id(file.file_id);
  if (last) to_wire(*last, *request.mutable_last());
  const auto answer = co_await ask<wire::Answer>(rpc_, "complete", "complete " + file.path, std::move(request), deadline);
  if (!answer) co_return answer.status();
  co_return answer->result();
}

Task<Status> NameNodeClient::fsync(OpenFile file, std::uint64_t last_block_length, Deadline deadline) {
  wire::FsyncRequest request;
  request.set_path(file.path);
  request.set_client(file.client);
  request.set_last_block_length(static_cast<std::int64_t>(last_block_length));
  request.set_file_id(file.file_id);
  const auto answer = co_await ask<wire::Nothing>(rpc_, "fsync", "fsync " + file.path, std::move(request), deadline);
  co_return answer.status();
}

Task<Status> NameNodeClient::renew_lease(Deadline deadline) {
  wire::RenewLeaseRequest request;
  request.set_client(client_);
  const auto answer = co_await ask<wire::Nothing>(rpc_, "renewLease", "renewLease " + client_, std::move(request), deadline);
  co_return answer.status();
}

Task<Result<bool>> NameNodeClient::recover_lease(std::string path, Deadline deadline) {
  wire::PathAndClientRequest request;
  request.set_path(path);
  request.set_client(client_);
  const auto answer = co_await ask<wire::Answer>(rpc_, "recoverLease", "recoverLease " + path, std::move(request), deadline);
  if (!answer) co_return answer.status();
  co_return answer->result();
}

Task<Result<bool>> NameNodeClient::is_file_closed(std::string path, Deadline deadline) {
  wire::PathRequest request;
  request.set_path(path);
  const auto answer = co_await ask<wire::Answer>(rpc_, "isFileClosed", "isFileClosed " + path, std::move(request), deadline);
  if (!answer) co_return answer.status();
  co_return answer->result();
}

Task<Result<bool>> NameNodeClient::truncate(std::string path, std::uint64_t length, Deadline deadline) {
  wire::TruncateRequest request;
  request.set_path(path);
  request.set_length(length);
  request.set_client(client_);
  const auto answer = co_await ask<wire::Answer>(rpc_, "truncate", "truncate " + path, std::move(request), deadline);
  if (!answer) co_return answer.status();
  co_return answer->result();
}

Task<Result<LocatedBlock>> NameNodeClient::additional_datanodes(OpenFile file, LocatedBlock existing, std::vector<Datanode> excluded,
                                                                std::uint32_t count, Deadline deadline) {
  const std::string what = "getAdditionalDatanode " + file.path;
  wire::GetAdditionalDatanodeRequest request;
  request.set_path(file.path);
  to_wire(existing.block, *request.mutable_block());
  for (const Datanode& node : existing.nodes) to_wire(node, *request.add_existing());
  for (const std::string& storage : existing.storage_ids) request.add_existing_storage_ids(storage);
  for (const Datanode& node : excluded) to_wire(node, *request.add_excluded());
  request.set_count(count);
  request.set_client(file.client);
  request.set_file_id(file.file_id);
  const auto answer = co_await ask<wire::BlockAnswer>(rpc_, "getAdditionalDatanode", what, std::move(request), deadline);
  if (!answer) co_return answer.status();
  co_return told(from_wire(answer->block()), what);
}

Task<Result<LocatedBlock>> NameNodeClient::update_block_for_pipeline(Block block, Deadline deadline) {
  const std::string what = "updateBlockForPipeline " + std::to_string(block.id);
  wire::UpdateBlockForPipelineRequest request;
  to_wire(block, *request.mutable_block());
  request.set_client(client_);
  const auto answer = co_await ask<wire::BlockAnswer>(rpc_, "updateBlockForPipeline", what, std::move(request), deadline);
  if (!answer) co_return answer.status();
  co_return told(from_wire(answer->block()), what);
}

Task<Status> NameNodeClient::update_pipeline(Block before, Block after, std::vector<Datanode> nodes, std::vector<std::string> storage_ids,
                                             Deadline deadline) {
  wire::UpdatePipelineRequest request;
  request.set_client(client_);
  to_wire(before, *request.mutable_old_block());
  to_wire(after, *request.mutable_new_block());
  for (const Datanode& node : nodes) to_wire(node, *request.add_nodes());
  for (std::string& storage : storage_ids) request.add_storage_ids(std::move(storage));
  const auto answer =
      co_await ask<wire::Nothing>(rpc_, "updatePipeline", "updatePipeline " + std::to_string(before.id), std::move(request), deadline);
  co_return answer.status();
}

}  // namespace flume::hdfs
