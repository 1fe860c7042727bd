// The files, blocks and leases of a simulated NameNode: what its calls do, without any network. Answers and errors are
// those of the real one, as far as clients can tell; DataNodes are names only, and recoveries end after recovery_time.
// Owned by a SimNameNode, or used alone as the model that others are compared with. One thread.
#pragma once

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
#include "flume/clock.h"

namespace flume::hdfs {

/// As the server names it: "java.io.FileNotFoundException".
struct SimException {
  std::string class_name;
  std::string message;
};
/// The serialised answer, or the exception.
using SimAnswer = std::variant<std::string, SimException>;

class SimNamespace {
 public:
  struct File {
    bool is_directory = false;
    std::uint64_t id = 0;
    std::uint16_t permission = 0755;
    std::uint16_t replication = 1;
    std::uint64_t block_size = 0;
    std::vector<Block> blocks;
    std::string lease;               ///< who writes it; empty: closed
    std::optional<Instant> closing;  ///< a recovery that ends then
    [[nodiscard]] std::uint64_t length() const;
    [[nodiscard]] bool is_open() const { return !lease.empty(); }
  };

  explicit SimNamespace(std::size_t datanodes = 3);

  /// Does what `method` of ClientProtocol does with this serialised request.
  SimAnswer handle(std::string_view method, std::string_view request, Instant now);

  [[nodiscard]] const std::map<std::string, File>& files() const { return files_; }
  [[nodiscard]] const std::vector<Datanode>& datanodes() const { return datanodes_; }
  /// The file and block of this id; null when nobody has it.
  [[nodiscard]] Block* find_block(std::uint64_t id);

  /// Not offered for new blocks and pipelines any more.
  void kill_datanode(const std::string& uuid) { dead_.insert(uuid); }
  /// Whatever is at or below the path may not be changed.
  void forbid(std::string path) { forbidden_ = std::move(path); }
  /// Somebody else takes the file's lease.
  void steal_lease(const std::string& path, std::string client) { files_.at(path).lease = std::move(client); }

  /// Retry cache: answers by client and call id. In the edit log, hence known to both NameNodes of a pair.
  std::map<std::pair<std::string, std::int32_t>, std::string> remembered;
  bool is_in_safe_mode = false;
  std::size_t most_entries = SIZE_MAX;  ///< quota of names in the whole tree
  std::size_t listing_page = 1000;
  Instant::duration recovery_time = std::chrono::seconds(1);
  ServerDefaults defaults{.block_size = std::uint64_t{128} << 20,
                          .bytes_per_checksum = 512,
                          .write_packet_size = 65536,
                          .replication = 3,
                          .encrypts_data_transfer = false,
                          .checksum_type = ChecksumType::Crc32c};

 private:
  SimAnswer mkdirs(const wire::MkdirsRequest& request);
  SimAnswer create(const wire::CreateRequest& request);
  SimAnswer append(const wire::AppendRequest& request);
  SimAnswer add_block(const wire::AddBlockRequest& request);
  SimAnswer abandon_block(const wire::AbandonBlockRequest& request);
  SimAnswer complete(const wire::CompleteRequest& request);
  SimAnswer fsync(const wire::FsyncRequest& request);
  SimAnswer rename(const wire::RenameRequest& request);
  SimAnswer remove(const wire::DeleteRequest& request);
  SimAnswer truncate(const wire::TruncateRequest& request, Instant now);
  SimAnswer recover_lease(const wire::PathAndClientRequest& request, Instant now);
  SimAnswer is_file_closed(const wire::PathRequest& request);
  SimAnswer set_permission(const wire::SetPermissionRequest& request);
  SimAnswer file_info(const wire::PathRequest& request) const;
  SimAnswer listing(const wire::GetListingRequest& request) const;
  SimAnswer block_locations(const wire::GetBlockLocationsRequest& request) const;
  SimAnswer server_defaults() const;
  SimAnswer additional_datanode(const wire::GetAdditionalDatanodeRequest& request);
  SimAnswer update_block_for_pipeline(const wire::UpdateBlockForPipelineRequest& request);
  SimAnswer update_pipeline(const wire::UpdatePipelineRequest& request);

  void finish_recoveries(Instant now);
  /// Why `path` may not be changed now, if so.
  [[nodiscard]] std::optional<SimException> refusal(const std::string& path) const;
  std::optional<SimException> make_parents(const std::string& path);
  /// The open file of this client, or why not.
  std::variant<File*, SimException> leased(const std::string& path, const std::string& client);
  [[nodiscard]] LocatedBlock located(const Block& block, std::uint64_t offset, std::vector<Datanode> nodes) const;
  [[nodiscard]] std::vector<Datanode> choose(std::size_t count, const std::set<std::string>& excluded) const;
  void describe(const std::string& name, const File& file, wire::FileStatus& to) const;

  std::map<std::string, File> files_;
  std::vector<Datanode> datanodes_;
  std::set<std::string> dead_;
  std::optional<std::string> forbidden_;
  std::uint64_t next_id_ = 16386;
  std::uint64_t next_block_ = 1073741825;
  std::uint64_t next_stamp_ = 1001;
};

}  // namespace flume::hdfs
