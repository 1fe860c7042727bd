// A simulated HDFS, a client of its NameNode, and one file in the hands of a FileWriter: what tests of the data path
// begin with. Leases last as long as the test.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "clients/hdfs/block_reader.h"
#include "clients/hdfs/file_writer.h"
#include "clients/hdfs/namenode.h"
#include "support/sim_clock.h"
#include "support/sim_hdfs/sim_hdfs.h"
#include "support/sim_network.h"

namespace flume::hdfs {

class SimCluster {
 public:
  static constexpr const char* kPath = "/f";
  static constexpr const char* kClient = "client";

  explicit SimCluster(std::size_t nodes, std::size_t replication, bool has_named_nodes_only = false)
      : hdfs(site_on(network, loop), {.datanodes = nodes, .has_named_datanodes_only = has_named_nodes_only}) {
    hdfs.names().soft_limit = hdfs.names().hard_limit = Instant::duration::max();
    settings.replication = static_cast<std::uint16_t>(replication);
    settings.transfer.client = kClient;
    settings.block_size = 1 << 20;
  }

  /// Creates the file, when this is the first writer, with the replication and block size of the settings.
  std::unique_ptr<FileWriter> write(std::optional<LocatedBlock> last_block = std::nullopt) {
    if (file_id_ == 0) {
      const CreateOptions options{.replication = settings.replication, .block_size = settings.block_size};
      const auto created = run(namenode.create(kPath, options, in(std::chrono::hours(1))));
      EXPECT_TRUE(created && created->ok());
      file_id_ = hdfs.names().files().at(kPath).id;
    }
    return std::make_unique<FileWriter>(loop, network, namenode, OpenFile{.path = kPath, .client = kClient, .file_id = file_id_}, settings,
                                        std::move(last_block));
  }
  /// A writer that goes on at the end of the closed file, or why there is none.
  Result<std::unique_ptr<FileWriter>> append() {
    auto appended = run(namenode.append(kPath, in(std::chrono::hours(1))));
    if (!appended) return fatal("append hangs");
    if (!*appended) return appended->status();
    return write(std::move((*appended)->last_block));
  }

  /// The task's value; nothing when it hangs.
  template <typename T>
  std::optional<T> run(Task<T> task) {
    return run_to_end(loop, std::move(task));
  }
  [[nodiscard]] Deadline in(Instant::duration wait) const { return loop.in(wait); }

  /// As the NameNode knows them.
  [[nodiscard]] std::vector<LocatedBlock> blocks() { return hdfs.names().located_blocks(kPath); }
  /// The methods that the NameNode was asked for, in order.
  [[nodiscard]] std::vector<std::string> calls() {
    std::vector<std::string> all;
    for (const SimNameNode::Done& done : hdfs.namenode().done()) all.push_back(done.method);
    return all;
  }
  SimDatanode& node(std::size_t place) { return hdfs.datanode(place); }

  /// Verified bytes of the block from one of `nodes`, or why not.
  Task<Result<std::string>> read_block(LocatedBlock block, std::uint64_t offset, std::uint64_t bytes) {
    BlockReader reader(loop, network, settings.transfer, std::move(block), offset, bytes);
    std::string all;
    for (;;) {
      const Result<std::string> part = co_await reader.next(loop.in(std::chrono::minutes(10)));
      if (!part) co_return part.status();
      if (part->empty()) co_return all;
      all += *part;
    }
  }
  /// The whole file, as the NameNode knows it, or the first error.
  Task<Result<std::string>> read_file() {
    std::string all;
    for (const LocatedBlock& block : blocks()) {
      const Result<std::string> bytes = co_await read_block(block, 0, block.block.bytes);
      if (!bytes) co_return bytes.status();
      all += *bytes;
    }
    co_return all;
  }

  SimClock clock;
  SimNetwork network{clock};
  SimEventLoop loop{clock};
  SimHdfs hdfs;
  RpcClient rpc{loop, network, rpc_settings(hdfs), ClientId{}};
  NameNodeClient namenode{rpc, kClient};
  FileWriterSettings settings;

 private:
  static RpcSettings rpc_settings(const SimHdfs& hdfs) {
    RpcSettings settings;
    settings.servers = hdfs.servers();
    settings.user = "flume";
    return settings;
  }

  std::uint64_t file_id_ = 0;
};

}  // namespace flume::hdfs
