#include "clients/hdfs/packet.h"

#include <algorithm>
#include <utility>

#include "clients/hdfs/wire.h"
#include "transfer.pb.h"

namespace flume::hdfs {
namespace {

Status malformed(const std::string& what) { return retryable("not an HDFS DataNode, or a damaged connection: " + what, Cause::Io); }

template <typename T>
std::byte* put_big_endian(T value, std::byte* into) {
  for (unsigned shift = 8 * sizeof(T); shift != 0; shift -= 8) *into++ = static_cast<std::byte>(value >> (shift - 8));
  return into;
}
template <typename T>
std::byte* put_little_endian(T value, std::byte* into) {
  for (unsigned shift = 0; shift != 8 * sizeof(T); shift += 8) *into++ = static_cast<std::byte>(value >> shift);
  return into;
}

/// A tag of a Protocol Buffers field.
std::byte tag(unsigned field, unsigned wire_type) { return static_cast<std::byte>((field << 3U) | wire_type); }

/// Silently: the library would write about missing fields to standard error.
template <typename Message>
bool parse(Message& message, ByteView bytes) {
  return message.ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size())) && message.IsInitialized();
}

template <typename Message>
std::string operation(std::uint8_t code, const Message& message) {
  std::string bytes{static_cast<char>(kTransferVersion >> 8U), static_cast<char>(kTransferVersion & 0xFFU), static_cast<char>(code)};
  append_message(message.SerializeAsString(), bytes);
  return bytes;
}

void to_wire(const Block& block, const Token& token, const std::string& client, wire::ClientAccess& to) {
  to_wire(block, *to.mutable_access()->mutable_block());
  to_wire(token, *to.mutable_access()->mutable_token());
  to.set_client(client);
}

std::uint32_t storage_type(const LocatedBlock& block, std::size_t node) {
  return static_cast<std::uint32_t>(node < block.storage_types.size() ? block.storage_types[node] : StorageType::Disk);
}

}  // namespace

std::size_t encode_packet_lead(const PacketHeader& header, std::size_t checksum_bytes, std::span<std::byte, kLongestPacketLead> into) {
  std::byte* at = into.data() + kPacketPrefixBytes;
  *at++ = tag(1, 1);
  at = put_little_endian(header.offset, at);
  *at++ = tag(2, 1);
  at = put_little_endian(static_cast<std::uint64_t>(header.seqno), at);
  *at++ = tag(3, 0);
  *at++ = static_cast<std::byte>(header.is_last);
  *at++ = tag(4, 5);
  at = put_little_endian(header.data_bytes, at);
  if (header.syncs) {
    *at++ = tag(5, 0);
    *at++ = std::byte{1};
  }
  const auto size = static_cast<std::size_t>(at - into.data());
  put_big_endian(static_cast<std::uint32_t>(4 + checksum_bytes + header.data_bytes), into.data());
  put_big_endian(static_cast<std::uint16_t>(size - kPacketPrefixBytes), into.data() + 4);
  return size;
}

Result<PacketSizes> decode_packet_prefix(std::span<const std::byte, kPacketPrefixBytes> bytes) {
  const auto byte = [&](std::size_t index) { return static_cast<std::uint32_t>(bytes[index]); };
  const std::uint32_t payload = (byte(0) << 24U) | (byte(1) << 16U) | (byte(2) << 8U) | byte(3);
  const std::uint32_t header = (byte(4) << 8U) | byte(5);
  if (payload < 4 || payload - 4 > kLargestPacket) return malformed("a packet of " + std::to_string(payload) + " bytes");
  if (header > kLongestPacketHeader) return malformed("a packet header of " + std::to_string(header) + " bytes");
  return PacketSizes{.header = header, .body = payload - 4};
}

Result<PacketHeader> decode_packet_header(ByteView bytes, const PacketSizes& sizes) {
  wire::PacketHeader wired;
  if (!parse(wired, bytes)) return malformed("a packet header that cannot be read");
  if (wired.offset() < 0 || wired.data_length() < 0 || static_cast<std::size_t>(wired.data_length()) > sizes.body) {
    return malformed("a packet of " + std::to_string(sizes.body) + " bytes that claims " + std::to_string(wired.data_length()) +
                     " bytes of data at " + std::to_string(wired.offset()));
  }
  return PacketHeader{.offset = static_cast<std::uint64_t>(wired.offset()),
                      .seqno = wired.seqno(),
                      .is_last = wired.is_last(),
                      .syncs = wired.syncs(),
                      .data_bytes = static_cast<std::uint32_t>(wired.data_length())};
}

std::string to_text(TransferStatus status) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"SUCCESS", "ERROR", "ERROR_CHECKSUM", "ERROR_INVALID", "ERROR_EXISTS", "ERROR_ACCESS_TOKEN", "CHECKSUM_OK", "ERROR_UNSUPPORTED",
       "OOB_RESTART", "OOB_RESERVED1", "OOB_RESERVED2", "OOB_RESERVED3", "IN_PROGRESS", "ERROR_BLOCK_PINNED"});
  const auto number = static_cast<std::size_t>(status);
  return std::string(number < kNames.size() ? kNames[number] : "status") + " (" + std::to_string(number) + ")";
}

namespace {

// The status has four bits on the wire of newer servers' flags, too.
constexpr std::uint32_t kStatusMask = 0xF;

Result<TransferStatus> transfer_status(std::uint32_t value) {
  if (value > kStatusMask) return malformed("status " + std::to_string(value));
  return static_cast<TransferStatus>(value);
}

}  // namespace

Result<PipelineAck> decode_ack(ByteView message) {
  wire::PipelineAck wired;
  if (!parse(wired, message)) return malformed("an acknowledgement that cannot be read");
  // Flags carry the same status in their lowest bits, and hints beside it.
  const bool by_flags = wired.replies().empty();
  const int count = by_flags ? wired.flags_size() : wired.replies_size();
  if (static_cast<std::size_t>(count) > kLongestPipeline) return malformed("an acknowledgement by " + std::to_string(count) + " nodes");
  PipelineAck ack;
  ack.seqno = wired.seqno();
  for (int i = 0; i < count; ++i) {
    const Result<TransferStatus> status = transfer_status(by_flags ? wired.flags(i) & kStatusMask : wired.replies(i));
    if (!status) return status.status();
    ack.replies.push_back(*status);
  }
  return ack;
}

Result<OperationResponse> decode_transfer_response(ByteView message) {
  wire::OperationResponse wired;
  if (!parse(wired, message)) return malformed("an answer that cannot be read");
  const Result<TransferStatus> status = transfer_status(wired.status());
  if (!status) return status.status();
  OperationResponse response;
  response.status = *status;
  response.first_bad_link = wired.first_bad_link();
  response.message = wired.message();
  if (wired.has_read_checksum()) {
    const wire::Checksum& theirs = wired.read_checksum().checksum();
    const Checksum checksum{.type = static_cast<ChecksumType>(std::min(theirs.type(), 0xFFU)),
                            .bytes_per_chunk = theirs.bytes_per_checksum()};
    if (!is_sane(checksum)) {
      return malformed("checksums of type " + std::to_string(theirs.type()) + " for " + std::to_string(theirs.bytes_per_checksum()) +
                       " bytes");
    }
    response.checksum = checksum;
    response.first_offset = wired.read_checksum().first_offset();
  }
  return response;
}

std::string encode_write(const WriteOperation& write) {
  wire::WriteBlock wired;
  const LocatedBlock& target = write.target;
  Block block = target.block;
  block.bytes = write.block_size;  // what a DataNode sets space aside for
  to_wire(block, target.token, write.client, *wired.mutable_header());
  for (std::size_t node = 1; node < target.nodes.size(); ++node) {
    to_wire(target.nodes[node], *wired.add_targets());
    wired.add_target_storage_types(storage_type(target, node));
    if (!target.storage_ids.empty()) wired.add_target_storage_ids(target.storage_ids[node]);
  }
  wired.set_stage(static_cast<std::uint32_t>(write.stage));
  wired.set_pipeline_size(static_cast<std::uint32_t>(target.nodes.size()));
  wired.set_least_bytes(write.least_bytes);
  wired.set_most_bytes(write.most_bytes);
  wired.set_new_generation_stamp(write.new_generation_stamp);
  wired.mutable_checksum()->set_type(static_cast<std::uint32_t>(write.checksum.type));
  wired.mutable_checksum()->set_bytes_per_checksum(write.checksum.bytes_per_chunk);
  wired.set_storage_type(storage_type(target, 0));
  if (!target.storage_ids.empty()) wired.set_storage_id(target.storage_ids.front());
  return operation(kWriteBlock, wired);
}

std::string encode_read(const ReadOperation& read) {
  wire::ReadBlock wired;
  to_wire(read.block, read.token, read.client, *wired.mutable_header());
  wired.set_offset(read.offset);
  wired.set_length(read.bytes);
  return operation(kReadBlock, wired);
}

std::string encode_transfer(const LocatedBlock& to, const std::string& client) {
  wire::TransferBlock wired;
  to_wire(to.block, to.token, client, *wired.mutable_header());
  for (std::size_t node = 0; node < to.nodes.size(); ++node) {
    to_wire(to.nodes[node], *wired.add_targets());
    wired.add_target_storage_types(storage_type(to, node));
    if (!to.storage_ids.empty()) wired.add_target_storage_ids(to.storage_ids[node]);
  }
  return operation(kTransferBlock, wired);
}

std::string encode_read_status(TransferStatus status) {
  wire::ReadStatus wired;
  wired.set_status(static_cast<std::uint32_t>(status));
  std::string bytes;
  append_message(wired.SerializeAsString(), bytes);
  return bytes;
}

Result<std::optional<MessageLength>> decode_length(ByteView bytes, std::size_t longest) {
  MessageLength length;
  for (const std::byte byte : bytes) {
    if (length.taken == 5) break;
    length.value |= (static_cast<std::size_t>(byte) & 0x7FU) << (7 * length.taken);
    ++length.taken;
    if ((byte & std::byte{0x80}) != std::byte{0}) continue;
    if (length.value > longest) return malformed("a message of " + std::to_string(length.value) + " bytes");
    return std::optional(length);
  }
  if (length.taken == 5) return malformed("a message length that does not end");
  return std::optional<MessageLength>();
}

void append_message(std::string_view message, std::string& to) {
  std::size_t size = message.size();
  for (; size >= 0x80; size >>= 7U) to.push_back(static_cast<char>((size & 0x7FU) | 0x80U));
  to.push_back(static_cast<char>(size));
  to += message;
}

}  // namespace flume::hdfs
