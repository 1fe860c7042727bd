// Protocol messages <-> plain values. Only the client's own sources include it; pure functions.
// What comes from a server is checked: a value out of its range is malformed.
#pragma once

#include <optional>

#include "clients/hdfs/types.h"
#include "flume/result.h"
#include "hdfs.pb.h"
#include "namenode.pb.h"

namespace flume::hdfs {

void to_wire(const Block& block, wire::Block& to);
void to_wire(const Datanode& node, wire::DatanodeId& to);
void to_wire(const Datanode& node, wire::Datanode& to);
void to_wire(const Token& token, wire::Token& to);

[[nodiscard]] Block from_wire(const wire::Block& block);
[[nodiscard]] Token from_wire(const wire::Token& token);
[[nodiscard]] Result<Datanode> from_wire(const wire::Datanode& node);
[[nodiscard]] Result<LocatedBlock> from_wire(const wire::LocatedBlock& located);
[[nodiscard]] Result<LocatedBlocks> from_wire(const wire::LocatedBlocks& blocks);
[[nodiscard]] Result<FileStatus> from_wire(const wire::FileStatus& status);
[[nodiscard]] Result<Listing> from_wire(const wire::Listing& listing);
[[nodiscard]] Result<ServerDefaults> from_wire(const wire::ServerDefaults& defaults);

}  // namespace flume::hdfs
