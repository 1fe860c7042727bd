#include "clients/hdfs/visible_length.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "clients/hdfs/rpc_frame.h"
#include "clients/hdfs/transfer.h"
#include "clients/hdfs/wire.h"
#include "datanode.pb.h"

namespace flume::hdfs {
namespace {

constexpr std::chrono::seconds kPatienceWithNode{3};

}  // namespace

Task<Result<std::uint64_t>> visible_length(EventLoop& loop, Dialer& dialer, RpcSettings rpc, ClientId id, bool uses_hostname,
                                           LocatedBlock block, Deadline deadline) {
  wire::VisibleLengthRequest request;
  to_wire(block.block, *request.mutable_block());
  rpc.protocol = "org.apache.hadoop.hdfs.protocol.ClientDatanodeProtocol";
  std::string reasons;
  for (const Datanode& node : block.nodes) {
    rpc.servers = {{.host = uses_hostname ? node.host : node.address, .port = node.ipc_port}};
    RpcClient client(loop, dialer, rpc, id);
    const Deadline until = std::min(deadline, loop.in(kPatienceWithNode));
    const Result<std::string> bytes = co_await client.call("getReplicaVisibleLength", request.SerializeAsString(), until);
    wire::VisibleLengthAnswer answer;
    if (bytes && has_few_fields(as_bytes(*bytes)) && answer.ParseFromString(*bytes)) co_return answer.length();
    reasons += (reasons.empty() ? "" : "; ") + to_text(node) + ": " + (bytes ? "a malformed answer" : bytes.status().message());
  }
  co_return retryable("the length of " + to_text(block.block) + ": " + (reasons.empty() ? "it is on no DataNode" : reasons));
}

}  // namespace flume::hdfs
