// What writing and reading blocks have in common: settings, the way to a DataNode, one operation and its answer.
// Loop thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "clients/hdfs/packet.h"
#include "clients/hdfs/types.h"
#include "net/awaitables.h"
#include "net/task.h"

namespace flume::hdfs {

struct TransferSettings {
  std::string client;                                           ///< as the NameNode knows us
  bool uses_hostname = false;                                   ///< dfs.client.use.datanode.hostname: names instead of addresses
  Instant::duration socket_timeout = std::chrono::seconds(60);  ///< dfs.client.socket-timeout; nothing heard for so long ...
  Instant::duration write_timeout = std::chrono::seconds(480);  ///< dfs.datanode.socket.write.timeout; no byte taken for so long ...
  Instant::duration for_each_node = std::chrono::seconds(5);    ///< ... and so much longer for each node of the pipeline
};

/// The deadline of an answer that `nodes` nodes have to agree on.
[[nodiscard]] Deadline answer_deadline(const EventLoop& loop, const TransferSettings& settings, std::size_t nodes);
[[nodiscard]] Deadline write_deadline(const EventLoop& loop, const TransferSettings& settings, std::size_t nodes);

/// "10.0.0.7:9866", as DataNodes name each other.
[[nodiscard]] std::string transfer_address(const Datanode& node);
/// For people: "dn1 (10.0.0.7:9866)".
[[nodiscard]] std::string to_text(const Datanode& node);
/// For people: "blk_1073741825_1001".
[[nodiscard]] std::string to_text(const Block& block);

Task<Result<std::unique_ptr<Connection>>> dial_node(EventLoop& loop, Dialer& dialer, TransferSettings settings, Datanode node,
                                                    Deadline deadline);

/// A message behind its length. Cause::Io when it claims more than `longest` bytes.
Task<Result<std::string>> read_message(Connection& connection, std::size_t longest, Deadline deadline);

/// Writes the operation's bytes, reads its answer. Ok also when the answer is no.
Task<Result<OperationResponse>> ask(Connection& connection, std::string operation, Deadline deadline);

/// Why an operation was not done; Cause::Permission when a token was refused. Precondition: not a success.
[[nodiscard]] Status refusal(const OperationResponse& response);

/// Lets `from` copy its replica to the nodes of `to`.
Task<Status> transfer_replica(EventLoop& loop, Dialer& dialer, TransferSettings settings, Datanode from, LocatedBlock to,
                              Deadline deadline);

}  // namespace flume::hdfs
