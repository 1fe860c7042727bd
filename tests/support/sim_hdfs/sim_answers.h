// How a simulated NameNode answers: messages, and exceptions as the real one names them. Paths as it cuts them. Values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "clients/hdfs/wire.h"

namespace flume::hdfs {

/// As the server names it: "java.io.FileNotFoundException".
struct SimException {
  std::string class_name;
  std::string message;
};
/// The serialised answer, or the exception.
using SimAnswer = std::variant<std::string, SimException>;

namespace sim {

inline constexpr std::string_view kPool = "BP-1-127.0.0.1-1";

inline SimException io(std::string message) { return {"java.io.IOException", std::move(message)}; }
inline SimException not_found(const std::string& path) { return {"java.io.FileNotFoundException", "File does not exist: " + path}; }
inline SimException exists(const std::string& path) {
  return {"org.apache.hadoop.fs.FileAlreadyExistsException", path + " already exists"};
}
inline SimException lease_expired(const std::string& path) {
  return {"org.apache.hadoop.hdfs.server.namenode.LeaseExpiredException", "File " + path + " is not open for writing by this client"};
}
inline SimException being_created(const std::string& path, const std::string& holder) {
  return {"org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException", "Failed to open " + path + ": its lease is owned by " + holder};
}
inline SimException in_recovery(const std::string& path) {
  return {"org.apache.hadoop.hdfs.protocol.RecoveryInProgressException", "Failed to open " + path + ": its lease is being recovered"};
}

template <typename Message>
std::string text(const Message& message) {
  return message.SerializeAsString();
}
inline std::string yes_or_no(bool result) {
  wire::Answer answer;
  answer.set_result(result);
  return text(answer);
}
inline void to_wire(const LocatedBlock& block, wire::LocatedBlock& to) {
  to_wire(block.block, *to.mutable_block());
  to.set_offset(block.offset);
  for (const Datanode& node : block.nodes) to_wire(node, *to.add_nodes());
  for (const std::string& storage : block.storage_ids) to.add_storage_ids(storage);
  for (const StorageType type : block.storage_types) to.add_storage_types(static_cast<std::uint32_t>(type));
  to_wire(block.token, *to.mutable_token());
  to.set_is_corrupt(block.is_corrupt);
}

inline std::string block_answer(const LocatedBlock& block) {
  wire::BlockAnswer answer;
  to_wire(block, *answer.mutable_block());
  return text(answer);
}

/// The request of a call. What cannot be read becomes an empty message, which no call takes for a good one.
template <typename Request>
Request parsed(std::string_view bytes) {
  Request request;
  request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  return request;
}

inline std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}
inline std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }
inline std::string with_slash(const std::string& path) { return path == "/" ? path : path + "/"; }

}  // namespace sim
}  // namespace flume::hdfs
