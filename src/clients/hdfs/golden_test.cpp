// What real servers and Hadoop's own client sent (golden/README.md), against our decoders and encoders.
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/hdfs/packet_queue.h"
#include "clients/hdfs/rpc_frame.h"
#include "clients/hdfs/wire.h"
#include "namenode.pb.h"
#include "servers/hdfs_pattern.h"
#include "transfer.pb.h"

namespace flume::hdfs {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

constexpr std::size_t kWrittenBytes = 71'680;
constexpr std::size_t kReadBytes = 1000;
const std::string kProtocol = "org.apache.hadoop.hdfs.protocol.ClientProtocol";

std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/src/clients/hdfs/golden/" + name + ".bin", std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string take(std::string& from, std::size_t size) {
  EXPECT_LE(size, from.size());
  std::string taken = from.substr(0, size);
  from.erase(0, size);
  return taken;
}

/// A message behind its length.
std::string take_message(std::string& from) {
  const auto length = decode_length(as_bytes(from), 1 << 20);
  EXPECT_TRUE(length && *length);
  take(from, (**length).taken);
  return take(from, (**length).value);
}

std::string take_operation(std::string& from) {
  const std::string head = take(from, 3);
  std::string operation = head;
  append_message(take_message(from), operation);
  return operation;
}

/// An operation as Hadoop's client sends it, without these fields (each with its tag).
std::string without(std::string operation, const std::vector<std::string>& fields) {
  std::string head = take(operation, 3);
  std::string message = take_message(operation);
  for (const std::string& field : fields) {
    const std::size_t at = message.find(field);
    EXPECT_NE(at, std::string::npos);
    message.erase(at, field.size());
  }
  append_message(message, head);
  return head;
}

/// Our frame with what Hadoop's client adds to its header.
std::string with_caller_context(std::string frame) {
  const std::string context = "\x3a\x05\x0a\x03"s + "CLI";
  frame[3] = static_cast<char>(frame[3] + static_cast<char>(context.size()));
  const auto header = static_cast<unsigned char>(frame[4]);
  frame[4] = static_cast<char>(header + context.size());
  return frame.insert(5U + header, context);
}

TEST(HdfsGolden, a_connection_begins_and_calls_as_hadoops_own) {
  std::string sent = golden("call.client");
  ClientId client;
  std::ranges::copy(as_bytes(sent).subspan(20, client.size()), client.begin());
  std::string preamble = encode_preamble(client, "hdfs", kProtocol);
  const std::string magic = take(preamble, 7);
  EXPECT_EQ(take(sent, 7), magic);
  const std::string context = with_caller_context(preamble);
  EXPECT_EQ(take(sent, context.size()), context);
  wire::PathRequest root;
  root.set_path("/");
  const std::string message = root.SerializeAsString();
  EXPECT_EQ(sent, with_caller_context(encode_request(client, {.protocol = kProtocol, .method = "getFileInfo", .message = message})));
}

TEST(HdfsGolden, a_name_nodes_answer_is_understood) {
  std::string answer = golden("call.server");
  const Result<std::size_t> length = response_length(as_bytes(answer).first(4));
  ASSERT_TRUE(length.ok());
  EXPECT_EQ(*length, answer.size() - 4);
  const Result<RpcResponse> response = decode_response(as_bytes(answer).subspan(4));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->call_id, 0);
  EXPECT_EQ(response->outcome, RpcResponse::Outcome::Success);
  wire::StatusAnswer message;
  ASSERT_TRUE(message.ParseFromString(std::string(as_text(response->message))));
  const Result<FileStatus> status = from_wire(message.status());
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(status->type, FileStatus::Type::Directory);
  EXPECT_EQ(status->permission, 0755);
  EXPECT_EQ(status->owner, "hdfs");
  EXPECT_EQ(status->file_id, 16385U);
}

TEST(HdfsGolden, a_block_is_written_with_hadoops_own_operation) {
  std::string sent = golden("write.client");
  const std::string theirs = take_operation(sent);
  wire::WriteBlock values;
  ASSERT_TRUE(values.ParseFromString(theirs.substr(5)));  // behind version, operation, two bytes of length
  WriteOperation ours;
  ours.target.block = from_wire(values.header().access().block());
  ours.target.nodes.resize(1);
  ours.target.storage_ids = {values.storage_id()};
  ours.client = values.header().client();
  ours.block_size = ours.target.block.bytes;
  EXPECT_EQ(ours.block_size, 128U << 20U);
  EXPECT_EQ(ours.target.storage_ids.front().substr(0, 3), "DS-");
  const std::string caching_strategy("\x52\x00", 2);
  const std::string lazy_persistence_pinning_and_that_of_targets("\x68\x00\x70\x00\x78\x00", 6);
  EXPECT_EQ(without(theirs, {caching_strategy, lazy_persistence_pinning_and_that_of_targets}), encode_write(ours));
}

TEST(HdfsGolden, packets_are_hadoops_own_to_the_byte) {
  std::string sent = golden("write.client");
  take_operation(sent);
  const std::string content = pattern_bytes(kWrittenBytes);
  std::vector<std::size_t> sizes;
  for (std::size_t offset = 0; !sent.empty();) {
    const Result<PacketSizes> lengths = decode_packet_prefix(as_bytes(sent).first<kPacketPrefixBytes>());
    ASSERT_TRUE(lengths.ok());
    const Result<PacketHeader> header = decode_packet_header(as_bytes(sent).subspan(kPacketPrefixBytes, lengths->header), *lengths);
    ASSERT_TRUE(header.ok());
    Packet packet;
    packet.header = {.offset = offset, .is_last = offset == content.size()};
    packet.data = content.substr(offset, header->data_bytes);
    seal(packet, static_cast<std::int64_t>(sizes.size()), Checksum{});
    EXPECT_EQ(take(sent, packet.lead.size()), as_text(packet.lead));
    offset += packet.data.size();
    sizes.push_back(packet.data.size());
  }
  EXPECT_THAT(sizes, ElementsAre(64'512, 7168, 0));
}

TEST(HdfsGolden, a_data_nodes_acknowledgements_are_understood) {
  std::string received = golden("write.server");
  const Result<OperationResponse> response = decode_transfer_response(as_bytes(take_message(received)));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, TransferStatus::Success);
  EXPECT_EQ(response->first_bad_link, "");
  for (std::int64_t seqno = 0; seqno < 3; ++seqno) {
    const Result<PipelineAck> ack = decode_ack(as_bytes(take_message(received)));
    ASSERT_TRUE(ack.ok());
    EXPECT_EQ(ack->seqno, seqno);
    EXPECT_THAT(ack->replies, ElementsAre(TransferStatus::Success));
  }
  EXPECT_EQ(received, "");
}

TEST(HdfsGolden, a_block_is_read_with_hadoops_own_operation_and_verdict) {
  std::string sent = golden("read.client");
  const std::string theirs = take_operation(sent);
  wire::ReadBlock values;
  ASSERT_TRUE(values.ParseFromString(theirs.substr(4)));
  ReadOperation ours;
  ours.block = from_wire(values.header().access().block());
  ours.client = values.header().client();
  ours.bytes = kReadBytes;
  EXPECT_EQ(ours.block.bytes, kReadBytes);
  const std::string sends_checksums_and_caching_strategy("\x20\x01\x2a\x00", 4);
  EXPECT_EQ(without(theirs, {sends_checksums_and_caching_strategy}), encode_read(ours));
  EXPECT_EQ(sent, encode_read_status(TransferStatus::ChecksumOk));
}

TEST(HdfsGolden, a_data_nodes_packets_are_understood) {
  std::string received = golden("read.server");
  const Result<OperationResponse> response = decode_transfer_response(as_bytes(take_message(received)));
  ASSERT_TRUE(response.ok());
  ASSERT_TRUE(response->checksum);
  EXPECT_EQ(*response->checksum, (Checksum{.type = ChecksumType::Crc32c, .bytes_per_chunk = 512}));
  EXPECT_EQ(response->first_offset, 0U);
  const auto next = [&] {
    const Result<PacketSizes> sizes = decode_packet_prefix(as_bytes(take(received, kPacketPrefixBytes)).first<kPacketPrefixBytes>());
    EXPECT_TRUE(sizes.ok());
    const Result<PacketHeader> header = decode_packet_header(as_bytes(take(received, sizes->header)), *sizes);
    EXPECT_TRUE(header.ok());
    return *header;
  };
  EXPECT_EQ(next(), (PacketHeader{.data_bytes = kReadBytes}));
  const std::string checksums = take(received, 8);
  const std::string data = take(received, kReadBytes);
  EXPECT_EQ(data, pattern_bytes(kReadBytes));
  EXPECT_FALSE(first_bad_chunk(*response->checksum, as_bytes(data), as_bytes(checksums)));
  EXPECT_EQ(next(), (PacketHeader{.offset = kReadBytes, .seqno = 1, .is_last = true}));
  EXPECT_EQ(received, "");
}

}  // namespace
}  // namespace flume::hdfs
