// The data of one ZooKeeper node. Behind it is ZooKeeper's C client, in the module `zookeeper`, which is loaded by the first
// load_node_reader(); it has threads of its own, which end with each read. A reader is used by one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

#include "flume/clock.h"
#include "flume/result.h"

namespace flume::zookeeper {

struct NodeRequest {
  std::string servers;              ///< "h1:2181,h2:2181", or with a root of its own: "h1:2181,h2:2181/chroot"
  std::string path;                 ///< below that root: "/flume/a1"
  std::size_t largest = 1U << 20U;  ///< bytes of data; ZooKeeper's own bound
};

class NodeReader {
 public:
  virtual ~NodeReader() = default;
  /// One session, one look. Retryable: it may be there later (no server answers; Cause::Stopped, Timeout, Refused, Disconnected;
  /// NotFound: there is no such node, with the names beside it in the message, or no such root).
  /// InvalidConfig: servers or path that are none, Permission, TooLarge, Unsupported (the servers want TLS or SASL).
  virtual Result<std::string> read(const NodeRequest& request, Deadline deadline, const std::stop_token& stop) = 0;
};

/// "h1,h2:2182/root" -> "h1:2181,h2:2182/root": ports as Java's client has them. InvalidConfig for what is no such list.
[[nodiscard]] Result<std::string> with_ports(const std::string& servers);
/// "h1,h2/root/deep" -> "/root/deep"; empty when there is none.
[[nodiscard]] std::string root_of(const std::string& servers);

/// `clock` outlives the reader. The error says why the module cannot be used.
[[nodiscard]] Result<std::unique_ptr<NodeReader>> load_node_reader(Clock& clock);

/// What the module exports as flume_make_node_reader.
using MakeNodeReader = void(Clock& clock, std::unique_ptr<NodeReader>& reader);

}  // namespace flume::zookeeper
