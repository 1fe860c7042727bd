// The NameNode's calls that writers and readers of files make, as tasks. Paths are absolute, without scheme and host.
// Errors begin with the call and the path ("create /flume/a.tmp: ..."); causes as RpcClient::call() has them. Calls that
// were under way when a deadline passed may have been executed: look before doing them again under a new id.
// Loop thread only; outlives its calls. A value of the protocol that no HDFS would send (a port above 65535, ...) is
// refused as malformed, never passed on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clients/hdfs/file_namenode.h"
#include "clients/hdfs/rpc_client.h"
#include "clients/hdfs/types.h"

namespace flume::hdfs {

/// HADOOP_USER_NAME (as the environment has it; null: not set), else the user of this process.
[[nodiscard]] Result<std::string> user_name(const char* hadoop_user_name);

struct CreateOptions {
  std::uint16_t permission = 0644;  ///< with the umask applied
  std::uint16_t replication = 3;
  std::uint64_t block_size = std::uint64_t{128} << 20;
  bool overwrites = false;
  bool makes_parents = true;
  bool replicates_always = true;  ///< also in an erasure-coded directory (Hadoop 3)
};

class NameNodeClient final : public FileNameNode {
 public:
  /// `client` is the lease holder's name for all files that are written through this object: unique in the cluster.
  NameNodeClient(RpcClient& rpc, std::string client) : rpc_(rpc), client_(std::move(client)) {}

  [[nodiscard]] const std::string& client() const { return client_; }
  [[nodiscard]] EventLoop& loop() const { return rpc_.loop(); }

  Task<Result<ServerDefaults>> server_defaults(Deadline deadline);
  /// None: there is nothing of this name.
  Task<Result<std::optional<FileStatus>>> file_info(std::string path, Deadline deadline);
  /// Entries behind the name `after` (empty: from the first). None: no such directory.
  Task<Result<std::optional<Listing>>> listing(std::string path, std::string after, Deadline deadline);
  /// What is in a directory, by name; of a larger one the first `most`. None: no such directory.
  Task<Result<std::optional<std::vector<FileStatus>>>> entries(std::string path, std::size_t most, Deadline deadline);
  /// Of the blocks that overlap the range. No such file: cause NotFound.
  Task<Result<LocatedBlocks>> block_locations(std::string path, std::uint64_t offset, std::uint64_t length, Deadline deadline);
  /// Of the whole file, asked for in pages; `block_size` is the file's.
  Task<Result<LocatedBlocks>> all_block_locations(std::string path, std::uint64_t block_size, Deadline deadline);
  /// Makes parents too. Nothing happens when it is there.
  Task<Status> mkdirs(std::string path, std::uint16_t permission, Deadline deadline);
  /// False: there was nothing.
  Task<Result<bool>> remove(std::string path, bool recursive, Deadline deadline);
  /// Never replaces what is there (Cause Exists).
  Task<Status> rename(std::string from, std::string to, Deadline deadline);
  Task<Status> set_permission(std::string path, std::uint16_t permission, Deadline deadline);

  Task<Result<FileStatus>> create(std::string path, CreateOptions options, Deadline deadline);
  Task<Result<AppendedFile>> append(std::string path, Deadline deadline);
  /// `previous` is the block before, with its final length; none for the first one.
  Task<Result<LocatedBlock>> add_block(OpenFile file, std::optional<Block> previous, std::vector<Datanode> excluded,
                                       Deadline deadline) override;
  Task<Status> abandon_block(OpenFile file, Block block, Deadline deadline) override;
  /// False: the DataNodes have not reported enough replicas yet: ask again a little later.
  Task<Result<bool>> complete(OpenFile file, std::optional<Block> last, Deadline deadline) override;
  /// Makes the length of the last block known: readers see so much of an unfinished block.
  Task<Status> fsync(OpenFile file, std::uint64_t last_block_length, Deadline deadline) override;
  /// Keeps all leases of client() for another period; at least twice a minute while files are open.
  Task<Status> renew_lease(Deadline deadline);
  /// True: the file is closed now. False: recovery has begun: ask is_file_closed(), repeat each few seconds.
  Task<Result<bool>> recover_lease(std::string path, Deadline deadline);
  Task<Result<bool>> is_file_closed(std::string path, Deadline deadline);
  /// True: done. False: the last block is being cut: wait for is_file_closed().
  Task<Result<bool>> truncate(std::string path, std::uint64_t length, Deadline deadline);

  /// Pipeline recovery: one or more nodes for the pipeline of `block` besides `existing`; the answer has all of them.
  Task<Result<LocatedBlock>> additional_datanodes(OpenFile file, LocatedBlock existing, std::vector<Datanode> excluded, std::uint32_t count,
                                                  Deadline deadline) override;
  /// A new generation stamp (and token) for `block`.
  Task<Result<LocatedBlock>> update_block_for_pipeline(Block block, Deadline deadline) override;
  /// `after` is `before` with its new stamp and the length that all of `nodes` have.
  Task<Status> update_pipeline(Block before, Block after, std::vector<Datanode> nodes, std::vector<std::string> storage_ids,
                               Deadline deadline) override;

 private:
  RpcClient& rpc_;
  const std::string client_;
};

}  // namespace flume::hdfs
