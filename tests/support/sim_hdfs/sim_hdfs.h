// A simulated HDFS: one NameNode or a high-availability pair, and some DataNodes, on a SimNetwork or on the real loopback
// (hdfs_on_loopback.h). Tests write to it through the client, look at what is there, and let it fail.
// On a SimNetwork the NameNodes are nn1:8020 and nn2:8020, the DataNodes dn0 (10.0.1.0:9866) and so on.
// Owned by the test; outlived by what its site names. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "clients/hdfs/rpc_connection.h"
#include "support/sim_hdfs/sim_datanode.h"
#include "support/sim_hdfs/sim_namenode.h"
#include "support/sim_hdfs/sim_namespace.h"
#include "support/sim_hdfs/sim_site.h"

namespace flume::hdfs {

struct SimHdfsSize {
  std::size_t datanodes = 3;
  std::size_t namenodes = 1;              ///< 2: the first one is active, the other a standby
  bool has_named_datanodes_only = false;  ///< they are found by their host names, not at their addresses (not on loopback)
};

class SimHdfs {
 public:
  explicit SimHdfs(const SimSite& site, SimHdfsSize size = {});
  SimHdfs(const SimHdfs&) = delete;
  SimHdfs& operator=(const SimHdfs&) = delete;
  ~SimHdfs() = default;

  /// Where the NameNodes are, for RpcSettings.
  [[nodiscard]] std::vector<RpcServer> servers() const;
  /// Limits, times and defaults are set there.
  SimNamespace& names() { return names_; }
  SimNameNode& namenode(std::size_t place = 0) { return *namenodes_.at(place); }
  SimDatanode& datanode(std::size_t place) { return *datanodes_.at(place); }
  [[nodiscard]] std::size_t datanodes() const { return datanodes_.size(); }

  /// What the replicas hold; of a block that is being written, what all nodes of its pipeline would show. An error says
  /// which block has no replica, or which ones differ from each other or from what the NameNode knows.
  [[nodiscard]] Result<std::string> read(const std::string& path);
  /// All files, but no directories, sorted.
  [[nodiscard]] std::vector<std::string> files();
  [[nodiscard]] bool is_open(const std::string& path);
  /// What clients did that a real cluster would not have taken, or that loses data.
  [[nodiscard]] std::vector<std::string> complaints() const;

  // Faults. DataNodes and NameNodes by their place, from 0.
  void kill_datanode(std::size_t place) { datanode(place).die(); }
  void revive_datanode(std::size_t place) { datanode(place).come_back(); }
  void stall_datanode(std::size_t place) { datanode(place).stall(); }
  void resume_datanode(std::size_t place) { datanode(place).resume(); }
  /// Not a byte fits any more.
  void fill_datanode(std::size_t place) { datanode(place).capacity -= datanode(place).free_bytes(); }
  void enlarge_datanode(std::size_t place) { datanode(place).capacity = UINT64_MAX; }
  void stop_namenode(std::size_t place = 0) { namenode(place).stop(); }
  void start_namenode(std::size_t place = 0) { namenode(place).start(); }
  /// All others are standbys then; a place that there is not: all are.
  void make_active(std::size_t place);
  void set_safe_mode(bool is_on) { names_.is_in_safe_mode = is_on; }
  /// Nobody may change what is at or below `path`; empty: everybody may.
  void forbid(const std::string& path) { names_.forbid(path); }
  void steal_lease(const std::string& path) { names_.steal_lease(path, "somebody else"); }
  /// Somebody else makes an empty file, and has it open.
  void create_file(const std::string& path) { names_.create_file(path, "somebody else"); }
  void make_erasure_coded(const std::string& folder) { names_.make_erasure_coded(folder); }
  bool delete_file(const std::string& path) { return names_.remove(path); }
  /// The replicas of the file's block of this place are gone; the NameNode does not know.
  void delete_replicas(const std::string& path, std::size_t block);

 private:
  [[nodiscard]] Result<std::string> read_block(const LocatedBlock& block) const;
  [[nodiscard]] std::string read_unfinished(const LocatedBlock& block) const;

  EventLoop& loop_;
  SimNamespace names_{0};
  std::vector<std::unique_ptr<SimDatanode>> datanodes_;
  std::vector<std::unique_ptr<SimNameNode>> namenodes_;
};

}  // namespace flume::hdfs
