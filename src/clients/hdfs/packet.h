// The bytes of the DataNodes' data transfer protocol: packets, acknowledgements, operations and their answers.
// Pure functions; any thread. What a DataNode sends is checked: every length before memory is taken for it.
//
// A packet:  payload length (4 bytes: itself, checksums, data) | header length (2) | header | checksums | data
// An operation: version (2 bytes: 28) | operation (1) | length as varint | message.  Answers and acks: length | message.
// Numbers are big-endian.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clients/hdfs/checksum.h"
#include "clients/hdfs/types.h"
#include "flume/files.h"
#include "flume/result.h"

namespace flume::hdfs {

struct PacketHeader {
  std::uint64_t offset = 0;  ///< in the block
  std::int64_t seqno = 0;
  bool is_last = false;  ///< ends the block; has no data
  bool syncs = false;    ///< to disk before it is acknowledged
  std::uint32_t data_bytes = 0;
  friend bool operator==(const PacketHeader&, const PacketHeader&) = default;
};

inline constexpr std::int64_t kHeartbeatSeqno = -1;
inline constexpr std::size_t kPacketPrefixBytes = 6;   ///< both lengths
inline constexpr std::size_t kLongestPacketLead = 33;  ///< lengths and header, as encode_packet_lead() writes them
inline constexpr std::size_t kLongestPacketHeader = 1024;
inline constexpr std::size_t kLargestPacket = std::size_t{16} << 20;  ///< of checksums and data; Hadoop's own bound

/// Lengths and header, which the checksums (so many bytes) and the data follow. Returns how many bytes it wrote.
std::size_t encode_packet_lead(const PacketHeader& header, std::size_t checksum_bytes, std::span<std::byte, kLongestPacketLead> into);

struct PacketSizes {
  std::size_t header = 0;
  std::size_t body = 0;  ///< checksums and data
};
[[nodiscard]] Result<PacketSizes> decode_packet_prefix(std::span<const std::byte, kPacketPrefixBytes> bytes);
/// `bytes` is the header alone. Its data fits into the body, and its checksums are the rest of it.
[[nodiscard]] Result<PacketHeader> decode_packet_header(ByteView bytes, const PacketSizes& sizes);

/// Values are the protocol's.
enum class TransferStatus : std::uint8_t {
  Success = 0,
  Error = 1,
  ChecksumError = 2,
  Invalid = 3,
  Exists = 4,
  AccessToken = 5,
  ChecksumOk = 6,
  Unsupported = 7,
  Restarting = 8,  ///< out of band: the node will be back soon
  InProgress = 12,
};
/// For people: "ERROR_CHECKSUM (2)".
[[nodiscard]] std::string to_text(TransferStatus status);

/// How often a reply comes is bounded: a pipeline has at most so many nodes.
inline constexpr std::size_t kLongestPipeline = 512;

struct PipelineAck {
  std::int64_t seqno = 0;
  std::vector<TransferStatus> replies;  ///< one for each node, in the order of the pipeline
};
/// The message without its length.
[[nodiscard]] Result<PipelineAck> decode_ack(ByteView message);

struct OperationResponse {
  TransferStatus status = TransferStatus::Success;
  std::string first_bad_link;  ///< "10.0.0.7:9866"; empty: none
  std::string message;
  std::optional<Checksum> checksum;  ///< of a read
  std::uint64_t first_offset = 0;
};
[[nodiscard]] Result<OperationResponse> decode_transfer_response(ByteView message);

enum class PipelineStage : std::uint8_t {
  Append = 0,
  AppendRecovery = 1,
  StreamingRecovery = 3,
  CloseRecovery = 5,
  Create = 6,
};

struct WriteOperation {
  LocatedBlock target;  ///< block with its present stamp, the nodes of the pipeline and the token
  std::string client;
  PipelineStage stage = PipelineStage::Create;
  std::uint64_t new_generation_stamp = 0;
  std::uint64_t least_bytes = 0;  ///< that each replica has
  std::uint64_t most_bytes = 0;   ///< that a replica may have
  std::uint64_t block_size = 0;
  Checksum checksum;
};
[[nodiscard]] std::string encode_write(const WriteOperation& operation);

struct ReadOperation {
  Block block;
  Token token;
  std::string client;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};
[[nodiscard]] std::string encode_read(const ReadOperation& operation);
/// The node that gets this copies its replica of the block to the nodes of `to`.
[[nodiscard]] std::string encode_transfer(const LocatedBlock& to, const std::string& client);
/// What a reader tells at the end.
[[nodiscard]] std::string encode_read_status(TransferStatus status);

inline constexpr std::uint16_t kTransferVersion = 28;
inline constexpr std::uint8_t kWriteBlock = 80;
inline constexpr std::uint8_t kReadBlock = 81;
inline constexpr std::uint8_t kTransferBlock = 86;

/// The length of a message, with how many bytes it took. None: more bytes are needed.
struct MessageLength {
  std::size_t value = 0;
  std::size_t taken = 0;
};
[[nodiscard]] Result<std::optional<MessageLength>> decode_length(ByteView bytes, std::size_t longest);
void append_message(std::string_view message, std::string& to);

}  // namespace flume::hdfs
