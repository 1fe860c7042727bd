// Some simulated DataNodes, the blocks of one file, and a FileWriter on them: what tests of the data path begin with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clients/hdfs/block_reader.h"
#include "clients/hdfs/file_writer.h"
#include "support/sim_clock.h"
#include "support/sim_hdfs/sim_blocks.h"
#include "support/sim_hdfs/sim_datanode.h"
#include "support/sim_network.h"

namespace flume::hdfs {

class SimCluster {
 public:
  explicit SimCluster(std::size_t nodes, std::size_t replication) : blocks(loop, replication) {
    for (std::size_t i = 0; i < nodes; ++i) {
      const std::string number = std::to_string(i);
      Datanode identity{.address = "10.0.1." + number,
                        .host = "dn" + number,
                        .uuid = "uuid-" + number,
                        .transfer_port = 9866,
                        .location = "/default-rack"};
      datanodes.push_back(std::make_unique<SimDatanode>(network, loop, std::move(identity)));
      blocks.add_node(*datanodes.back());
    }
    settings.replication = static_cast<std::uint16_t>(replication);
    settings.transfer.client = "client";
    settings.block_size = 1 << 20;
  }

  std::unique_ptr<FileWriter> write(std::optional<LocatedBlock> last_block = std::nullopt) {
    return std::make_unique<FileWriter>(loop, network, blocks, OpenFile{.path = "/f", .client = "client", .file_id = 7}, settings,
                                        std::move(last_block));
  }
  /// The task's value; nothing when it hangs.
  template <typename T>
  std::optional<T> run(Task<T> task) {
    return run_to_end(loop, std::move(task));
  }
  [[nodiscard]] Deadline in(Instant::duration wait) const { return loop.in(wait); }

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
    for (const LocatedBlock& block : blocks.blocks()) {
      const Result<std::string> bytes = co_await read_block(block, 0, block.block.bytes);
      if (!bytes) co_return bytes.status();
      all += *bytes;
    }
    co_return all;
  }
  [[nodiscard]] std::vector<std::string> complaints() const {
    std::vector<std::string> all = blocks.complaints();
    for (const auto& node : datanodes) all.insert(all.end(), node->complaints().begin(), node->complaints().end());
    return all;
  }

  SimClock clock;
  SimNetwork network{clock};
  SimEventLoop loop{clock};
  SimBlocks blocks;
  std::vector<std::unique_ptr<SimDatanode>> datanodes;
  FileWriterSettings settings;
};

}  // namespace flume::hdfs
