// What NameNode and DataNodes tell about files and blocks, as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flume::hdfs {

/// Permits access to a block; empty on clusters without security.
struct Token {
  std::string identifier;
  std::string password;
  std::string kind;
  std::string service;
};

/// A block is known by pool and id; the generation stamp tells replicas of different pipelines apart.
struct Block {
  std::string pool;
  std::uint64_t id = 0;
  std::uint64_t generation_stamp = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const Block&, const Block&) = default;
};

struct Datanode {
  std::string address;  ///< IP
  std::string host;
  std::string uuid;
  std::uint16_t transfer_port = 0;
  std::uint16_t info_port = 0;
  std::uint16_t ipc_port = 0;
  std::uint16_t info_secure_port = 0;
  std::string location;  ///< rack: "/default-rack"
  friend bool operator==(const Datanode&, const Datanode&) = default;
};

/// Values are the protocol's; a server may know more of them.
enum class StorageType : std::uint32_t { Disk = 1, Ssd = 2, Archive = 3, RamDisk = 4, Provided = 5, Nvdimm = 6 };

struct LocatedBlock {
  Block block;
  std::uint64_t offset = 0;                ///< of its first byte in the file
  std::vector<Datanode> nodes;             ///< of a new block: the pipeline, in this order
  std::vector<std::string> storage_ids;    ///< one for each node, or none
  std::vector<StorageType> storage_types;  ///< likewise
  Token token;
  bool is_corrupt = false;
};

struct LocatedBlocks {
  std::uint64_t file_length = 0;  ///< without the last block while the file is being written
  std::vector<LocatedBlock> blocks;
  std::optional<LocatedBlock> last_block;
  bool is_under_construction = false;
  bool is_last_block_complete = false;
};

struct FileStatus {
  enum class Type : std::uint8_t { Directory = 1, File = 2, Link = 3 };
  Type type = Type::File;
  std::string name;  ///< the last part of its path; empty for what was asked for itself
  std::uint64_t length = 0;
  std::uint16_t permission = 0;
  std::string owner;
  std::string group;
  std::uint64_t modified = 0;  ///< milliseconds since 1970
  std::uint64_t accessed = 0;
  std::uint16_t replication = 0;
  std::uint64_t block_size = 0;
  std::uint64_t file_id = 0;
  bool is_encrypted = false;
  bool is_erasure_coded = false;
};

struct Listing {
  std::vector<FileStatus> entries;
  std::uint32_t remaining = 0;  ///< more of them behind the last entry: ask again
};

enum class ChecksumType : std::uint8_t { None = 0, Crc32 = 1, Crc32c = 2 };

struct ServerDefaults {
  std::uint64_t block_size = 0;
  std::uint32_t bytes_per_checksum = 0;
  std::uint32_t write_packet_size = 0;
  std::uint16_t replication = 0;
  bool encrypts_data_transfer = false;
  ChecksumType checksum_type = ChecksumType::Crc32;
};

/// Answer to append(). No block: the last one is full, or there is none yet.
struct AppendedFile {
  std::optional<LocatedBlock> last_block;
  std::optional<FileStatus> status;
};

}  // namespace flume::hdfs
