#include "clients/hdfs/wire.h"

#include <limits>
#include <utility>

namespace flume::hdfs {
namespace {

Status malformed(const std::string& what) { return retryable("a malformed answer: " + what, Cause::Io); }

Result<std::uint16_t> sixteen_bits(std::uint32_t value, const char* what) {
  if (value > std::numeric_limits<std::uint16_t>::max()) return malformed(std::string(what) + " " + std::to_string(value));
  return static_cast<std::uint16_t>(value);
}

/// All of them, or the first error.
template <typename To, typename Wire>
Status convert_all(const Wire& from, std::vector<To>& to) {
  to.reserve(static_cast<std::size_t>(from.size()));
  for (const auto& entry : from) {
    Result<To> converted = from_wire(entry);
    if (!converted) return std::move(converted).status();
    to.push_back(std::move(*converted));
  }
  return {};
}

}  // namespace

void to_wire(const Block& block, wire::Block& to) {
  to.set_pool(block.pool);
  to.set_id(block.id);
  to.set_generation_stamp(block.generation_stamp);
  to.set_bytes(block.bytes);
}

void to_wire(const Datanode& node, wire::DatanodeId& to) {
  to.set_address(node.address);
  to.set_host(node.host);
  to.set_uuid(node.uuid);
  to.set_transfer_port(node.transfer_port);
  to.set_info_port(node.info_port);
  to.set_ipc_port(node.ipc_port);
  to.set_info_secure_port(node.info_secure_port);
}

void to_wire(const Datanode& node, wire::Datanode& to) {
  to_wire(node, *to.mutable_id());
  if (!node.location.empty()) to.set_location(node.location);
}

void to_wire(const Token& token, wire::Token& to) {
  to.set_identifier(token.identifier);
  to.set_password(token.password);
  to.set_kind(token.kind);
  to.set_service(token.service);
}

Block from_wire(const wire::Block& block) {
  return {.pool = block.pool(), .id = block.id(), .generation_stamp = block.generation_stamp(), .bytes = block.bytes()};
}

Token from_wire(const wire::Token& token) {
  return {.identifier = token.identifier(), .password = token.password(), .kind = token.kind(), .service = token.service()};
}

Result<Datanode> from_wire(const wire::Datanode& node) {
  Datanode to;
  to.address = node.id().address();
  to.host = node.id().host();
  to.uuid = node.id().uuid();
  to.location = node.location();
  const std::pair<std::uint32_t, std::uint16_t*> ports[] = {{node.id().transfer_port(), &to.transfer_port},
                                                            {node.id().info_port(), &to.info_port},
                                                            {node.id().ipc_port(), &to.ipc_port},
                                                            {node.id().info_secure_port(), &to.info_secure_port}};
  for (const auto& [value, port] : ports) {
    const Result<std::uint16_t> checked = sixteen_bits(value, "port");
    if (!checked) return checked.status();
    *port = *checked;
  }
  return to;
}

Result<LocatedBlock> from_wire(const wire::LocatedBlock& located) {
  LocatedBlock to;
  to.block = from_wire(located.block());
  to.offset = located.offset();
  FLUME_TRY(convert_all(located.nodes(), to.nodes));
  to.storage_ids.assign(located.storage_ids().begin(), located.storage_ids().end());
  for (const std::uint32_t type : located.storage_types()) to.storage_types.push_back(static_cast<StorageType>(type));
  to.token = from_wire(located.token());
  to.is_corrupt = located.is_corrupt();
  if (!to.storage_ids.empty() && to.storage_ids.size() != to.nodes.size())
    return malformed("storages and nodes of a block differ in number");
  if (!to.storage_types.empty() && to.storage_types.size() != to.nodes.size()) {
    return malformed("storage types and nodes of a block differ in number");
  }
  return to;
}

Result<LocatedBlocks> from_wire(const wire::LocatedBlocks& blocks) {
  LocatedBlocks to;
  to.file_length = blocks.file_length();
  FLUME_TRY(convert_all(blocks.blocks(), to.blocks));
  if (blocks.has_last_block()) {
    Result<LocatedBlock> last = from_wire(blocks.last_block());
    if (!last) return std::move(last).status();
    to.last_block = std::move(*last);
  }
  to.is_under_construction = blocks.is_under_construction();
  to.is_last_block_complete = blocks.is_last_block_complete();
  return to;
}

Result<FileStatus> from_wire(const wire::FileStatus& status) {
  FileStatus to;
  if (status.type() < 1 || status.type() > 3) return malformed("file type " + std::to_string(status.type()));
  to.type = static_cast<FileStatus::Type>(status.type());
  to.name = status.name();
  to.length = status.length();
  const Result<std::uint16_t> permission = sixteen_bits(status.permission().bits(), "permission");
  if (!permission) return permission.status();
  to.permission = *permission;
  to.owner = status.owner();
  to.group = status.group();
  to.modified = status.modified();
  to.accessed = status.accessed();
  const Result<std::uint16_t> replication = sixteen_bits(status.replication(), "replication");
  if (!replication) return replication.status();
  to.replication = *replication;
  to.block_size = status.block_size();
  to.file_id = status.file_id();
  to.is_encrypted = status.has_encryption();
  to.is_erasure_coded = status.has_erasure_coding();
  return to;
}

Result<Listing> from_wire(const wire::Listing& listing) {
  Listing to;
  FLUME_TRY(convert_all(listing.entries(), to.entries));
  to.remaining = listing.remaining();
  return to;
}

Result<ServerDefaults> from_wire(const wire::ServerDefaults& defaults) {
  ServerDefaults to;
  to.block_size = defaults.block_size();
  to.bytes_per_checksum = defaults.bytes_per_checksum();
  to.write_packet_size = defaults.write_packet_size();
  const Result<std::uint16_t> replication = sixteen_bits(defaults.replication(), "replication");
  if (!replication) return replication.status();
  to.replication = *replication;
  to.encrypts_data_transfer = defaults.encrypts_data_transfer();
  if (defaults.checksum_type() > 2) return malformed("checksum type " + std::to_string(defaults.checksum_type()));
  to.checksum_type = static_cast<ChecksumType>(defaults.checksum_type());
  return to;
}

}  // namespace flume::hdfs
