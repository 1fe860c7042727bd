// What the writer of one file asks of the NameNode. A client of the NameNode implements it; so do simulations.
// Each call is a task with a deadline and repeats itself as often as the connection needs. Causes that the writer tells
// apart: NotReady ("not replicated yet", safe mode, standby): the same call again a little later. Loop thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/hdfs/types.h"
#include "flume/clock.h"
#include "flume/result.h"
#include "net/task.h"

namespace flume::hdfs {

/// A file that is being written, as calls about it name it.
struct OpenFile {
  std::string path;
  std::string client;  ///< who holds the lease
  std::uint64_t file_id = 0;
};

class FileNameNode {
 public:
  virtual ~FileNameNode() = default;
  /// `previous` is the block before, with its final length; none for the first one.
  virtual Task<Result<LocatedBlock>> add_block(OpenFile file, std::optional<Block> previous, std::vector<Datanode> excluded,
                                               Deadline deadline) = 0;
  virtual Task<Status> abandon_block(OpenFile file, Block block, Deadline deadline) = 0;
  /// False: the DataNodes have not reported enough replicas yet: ask again a little later.
  virtual Task<Result<bool>> complete(OpenFile file, std::optional<Block> last, Deadline deadline) = 0;
  /// Makes the last block and its length known: readers see so much of an unfinished block.
  virtual Task<Status> fsync(OpenFile file, std::uint64_t last_block_length, Deadline deadline) = 0;
  /// Nodes for the pipeline of `existing` besides those it has; the answer has all of them, the old ones first.
  virtual Task<Result<LocatedBlock>> additional_datanodes(OpenFile file, LocatedBlock existing, std::vector<Datanode> excluded,
                                                          std::uint32_t count, Deadline deadline) = 0;
  /// A new generation stamp (and token) for `block`.
  virtual Task<Result<LocatedBlock>> update_block_for_pipeline(Block block, Deadline deadline) = 0;
  /// `after` is `before` with its new stamp and the length that all of `nodes` have.
  virtual Task<Status> update_pipeline(Block before, Block after, std::vector<Datanode> nodes, std::vector<std::string> storage_ids,
                                       Deadline deadline) = 0;
};

}  // namespace flume::hdfs
