// The files, blocks and leases of a simulated NameNode: what its calls do, without any network. Answers and errors are
// those of the real one, as far as clients can tell. With SimDatanodes it looks at their replicas: places blocks on them,
// counts what is finished, recovers, cuts and deletes. Without, its DataNodes are names only, and it is the model that
// others are compared with. It never copies replicas by itself. What time brings (recoveries, expired leases) happens
// when it is next asked. Outlives the SimNameNodes that serve it; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "clients/hdfs/types.h"
#include "clients/hdfs/wire.h"
#include "datanode.pb.h"
#include "flume/clock.h"
#include "support/sim_hdfs/sim_answers.h"

namespace flume::hdfs {

class SimDatanode;

class SimNamespace {
 public:
  struct File {
    bool is_directory = false;
    bool is_erasure_coded = false;  ///< a folder whose policy asks for it
    std::uint64_t id = 0;
    std::uint16_t permission = 0755;
    std::uint16_t replication = 1;
    std::uint64_t block_size = 0;
    std::vector<Block> blocks;
    bool is_last_unfinished = false;    ///< the last block is being written, recovered or cut
    std::vector<std::string> pipeline;  ///< the nodes of that block, by uuid
    std::string lease;                  ///< who writes it; empty: closed
    std::optional<Instant> closing;     ///< when its recovery ends
    bool is_being_cut = false;          ///< that recovery is a truncate(): the block's length is the wanted one
    [[nodiscard]] std::uint64_t length() const;
    [[nodiscard]] bool is_open() const { return !lease.empty(); }
  };

  /// With so many DataNodes that are names only.
  explicit SimNamespace(std::size_t datanodes = 3);
  /// Registers `node`, which is offered until it has been dead for heartbeat_timeout.
  void add_datanode(SimDatanode& node);

  /// Does what `method` of ClientProtocol does with this serialised request.
  SimAnswer handle(std::string_view method, std::string_view request, Instant now);
  /// Ends recoveries and leases whose time has come by `now`. Time before is forgotten.
  void settle(Instant now);

  [[nodiscard]] const std::map<std::string, File>& files() const { return files_; }
  [[nodiscard]] std::vector<Datanode> datanodes() const;
  /// The block of this id; null when no file has it.
  [[nodiscard]] Block* find_block(std::uint64_t id);
  /// Every block of this file with the nodes that have it; of an unfinished one, those of its pipeline.
  [[nodiscard]] std::vector<LocatedBlock> located_blocks(const std::string& path) const;

  /// Not offered for new blocks and pipelines any more.
  void kill_datanode(const std::string& uuid) { dead_.insert(uuid); }
  /// Whatever is at or below the path may not be changed; empty: all may.
  void forbid(std::string path) { forbidden_ = std::move(path); }
  /// Somebody else takes the file's lease.
  void steal_lease(const std::string& path, std::string client);
  /// As the call does; it must succeed.
  void create_file(const std::string& path, const std::string& client);
  /// A new folder with an erasure-coding policy. A file that is created in it must ask to be replicated.
  void make_erasure_coded(const std::string& folder);
  /// As the call of this name does, by an administrator: leases do not matter. False: there is nothing.
  bool remove(const std::string& path);

  /// What a client did that would make a real NameNode suspicious, or that loses data.
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

  /// Retry cache: answers by client and call id. In the edit log, hence known to both NameNodes of a pair.
  std::map<std::pair<std::string, std::int32_t>, std::string> remembered;
  bool is_in_safe_mode = false;
  std::size_t not_ready = 0;              ///< the next so many addBlock() and complete() are told to ask again
  std::size_t most_entries = SIZE_MAX;    ///< quota of names in the whole tree
  std::uint64_t most_bytes = UINT64_MAX;  ///< quota of space: a new block counts whole, for each of its replicas
  std::size_t longest_name = 255;         ///< of one part of a path
  std::size_t least_replicas = 1;         ///< that a finished block must have
  std::size_t listing_page = 1000;
  Instant::duration recovery_time = std::chrono::seconds(1);
  Instant::duration heartbeat_timeout = std::chrono::seconds(630);
  Instant::duration soft_limit = std::chrono::seconds(60);  ///< of a lease that nobody renews: others may take it ...
  Instant::duration hard_limit = std::chrono::minutes(20);  ///< ... and the NameNode recovers the file by itself
  ServerDefaults defaults{.block_size = std::uint64_t{128} << 20,
                          .bytes_per_checksum = 512,
                          .write_packet_size = 65536,
                          .replication = 3,
                          .encrypts_data_transfer = false,
                          .checksum_type = ChecksumType::Crc32c};

 private:
  struct Node {
    Datanode name;  // of a node that is a name only
    SimDatanode* simulated = nullptr;
    [[nodiscard]] const Datanode& identity() const;
  };
  using Found = std::variant<File*, SimException>;

  // sim_namespace.cpp: the tree
  SimAnswer mkdirs(const wire::MkdirsRequest& request);
  SimAnswer create(const wire::CreateRequest& request);
  SimAnswer rename(const wire::RenameRequest& request);
  SimAnswer remove(const wire::DeleteRequest& request);
  SimAnswer is_file_closed(const wire::PathRequest& request) const;
  SimAnswer set_permission(const wire::SetPermissionRequest& request);
  SimAnswer file_info(const wire::PathRequest& request) const;
  SimAnswer listing(const wire::GetListingRequest& request) const;
  SimAnswer server_defaults() const;
  /// Why `path` may not be changed now, if so.
  [[nodiscard]] std::optional<SimException> refusal(const std::string& path) const;
  [[nodiscard]] std::optional<SimException> refusal_of_new(const std::string& path) const;
  std::optional<SimException> make_parents(const std::string& path);
  void describe(const std::string& name, const File& file, wire::FileStatus& to) const;
  /// By its id, wherever it is now; by its path when the id is 0.
  [[nodiscard]] File* find_file(const std::string& path, std::uint64_t id);

  // sim_namespace_blocks.cpp
  SimAnswer add_block(const wire::AddBlockRequest& request);
  SimAnswer abandon_block(const wire::AbandonBlockRequest& request);
  SimAnswer complete(const wire::CompleteRequest& request);
  SimAnswer fsync(const wire::FsyncRequest& request);
  SimAnswer block_locations(const wire::GetBlockLocationsRequest& request) const;
  /// Of a DataNode's own protocol; whoever has the replica.
  SimAnswer visible_length(const wire::VisibleLengthRequest& request) const;
  SimAnswer additional_datanode(const wire::GetAdditionalDatanodeRequest& request);
  SimAnswer update_block_for_pipeline(const wire::UpdateBlockForPipelineRequest& request);
  SimAnswer update_pipeline(const wire::UpdatePipelineRequest& request);
  /// The file whose unfinished last block this is, if `client` has its lease.
  Found being_written(std::uint64_t block, const std::string& client);
  /// Nothing: `previous` is the file's last block, or need not be; else what is wrong with it.
  [[nodiscard]] static std::optional<std::string> mismatch(const File& file, const wire::AddBlockRequest& request);
  [[nodiscard]] std::vector<Datanode> choose(const File& file, std::size_t count, const std::set<std::string>& excluded) const;
  [[nodiscard]] LocatedBlock located(const Block& block, std::uint64_t offset, std::vector<Datanode> nodes) const;
  [[nodiscard]] std::vector<Datanode> holders(const File& file, const Block& block) const;
  /// On so many nodes it is finished, with its stamp and length. Names only: on all.
  [[nodiscard]] std::size_t finished_replicas(const Block& block) const;
  [[nodiscard]] bool has_replica(const Block& block) const;
  [[nodiscard]] bool is_offered(const Node& node) const;
  [[nodiscard]] bool is_simulated() const;
  [[nodiscard]] SimDatanode* find_datanode(const std::string& uuid) const;
  void remove_replicas(const Block& block);
  [[nodiscard]] bool is_over_quota(const File& file) const;
  /// The unfinished last block ends as the client says, if enough nodes have finished it.
  bool commit(File& file, const Block& last);
  static void set_pipeline(File& file, const std::vector<Datanode>& nodes);
  [[nodiscard]] std::vector<Datanode> nodes_of(const File& file) const;

  // sim_namespace_leases.cpp
  SimAnswer append(const wire::AppendRequest& request);
  SimAnswer truncate(const wire::TruncateRequest& request);
  SimAnswer recover_lease(const wire::PathAndClientRequest& request);
  SimAnswer renew_lease(const wire::RenewLeaseRequest& request);
  /// The open file of this client, or why not.
  Found leased(const std::string& path, std::uint64_t id, const std::string& client);
  void take_lease(File& file, const std::string& client);
  [[nodiscard]] bool is_expired(const std::string& client, Instant::duration limit) const;
  /// Why `client` may not open `file`, which somebody writes, if so; a lease that nobody renewed is taken.
  std::optional<SimException> refusal_of_open(const std::string& path, File& file, const std::string& client);
  /// True: it is closed. False: it will be, after recovery_time.
  bool release(File& file, const std::string& new_holder);
  void finish_recovery(File& file);
  /// False: not now.
  bool recover_replicas(File& file);
  static void close(File& file);

  std::map<std::string, File> files_;
  std::vector<Node> nodes_;
  std::set<std::string> dead_;
  std::string forbidden_;
  std::map<std::string, Instant> renewed_;  // by lease holder
  std::vector<std::string> complaints_;
  Instant now_{};
  std::uint64_t next_id_ = 16386;
  std::uint64_t next_block_ = 1073741825;
  std::uint64_t next_stamp_ = 1001;
};

}  // namespace flume::hdfs
