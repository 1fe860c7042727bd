// How many bytes of a block that is being written are there for readers: what was flushed, which only its DataNodes know.
// Loop thread only.
#pragma once

#include <cstdint>

#include "clients/hdfs/rpc_client.h"
#include "clients/hdfs/types.h"

namespace flume::hdfs {

/// As the first of the block's nodes says that answers within a few seconds. `rpc`: as whom and how to ask; its servers do not count.
/// The error names each node with its reason.
Task<Result<std::uint64_t>> visible_length(EventLoop& loop, Dialer& dialer, RpcSettings rpc, ClientId id, bool uses_hostname,
                                           LocatedBlock block, Deadline deadline);

}  // namespace flume::hdfs
