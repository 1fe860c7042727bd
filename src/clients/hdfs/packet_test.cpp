#include "clients/hdfs/packet.h"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/hdfs/packet_queue.h"
#include "transfer.pb.h"

namespace flume::hdfs {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Packet, has_the_bytes_that_the_protocol_prescribes) {
  Packet packet;
  packet.header.offset = 1024;
  packet.header.syncs = true;
  packet.data = "123456789";
  seal(packet, 7, {.type = ChecksumType::Crc32c, .bytes_per_chunk = 512});
  const std::string_view golden(
      "\x00\x00\x00\x11"                      // 4 + 4 bytes of checksums + 9 bytes of data
      "\x00\x1B"                              // 27 bytes of header
      "\x09\x00\x04\x00\x00\x00\x00\x00\x00"  // offset in the block
      "\x11\x07\x00\x00\x00\x00\x00\x00\x00"  // sequence number
      "\x18\x00"                              // not the last
      "\x25\x09\x00\x00\x00"                  // data length
      "\x28\x01"                              // sync
      "\xE3\x06\x92\x83"sv);                  // CRC-32C
  EXPECT_EQ(as_text(packet.lead), golden);
}

TEST(Packet, that_is_a_heartbeat_has_no_data_and_number_minus_one) {
  Packet packet;
  seal(packet, kHeartbeatSeqno, {});
  EXPECT_EQ(
      as_text(packet.lead),
      "\x00\x00\x00\x04\x00\x19\x09\x00\x00\x00\x00\x00\x00\x00\x00\x11\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x18\x00\x25\x00\x00\x00\x00"sv);
}

TEST(Packet, is_read_back_as_it_was_written) {
  for (const PacketHeader& header :
       {PacketHeader{.offset = 1, .seqno = 2, .is_last = true, .syncs = false, .data_bytes = 0},
        PacketHeader{.offset = std::uint64_t{1} << 40, .seqno = 1L << 50, .is_last = false, .syncs = true, .data_bytes = 65536}}) {
    std::array<std::byte, kLongestPacketLead> lead{};
    const std::size_t size = encode_packet_lead(header, 512, lead);
    const Result<PacketSizes> sizes = decode_packet_prefix(std::span(lead).first<kPacketPrefixBytes>());
    ASSERT_TRUE(sizes.ok());
    EXPECT_EQ(sizes->body, 512 + header.data_bytes);
    ASSERT_EQ(sizes->header, size - kPacketPrefixBytes);
    const Result<PacketHeader> read = decode_packet_header(ByteView(lead).subspan(kPacketPrefixBytes, sizes->header), *sizes);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, header);
  }
}

std::span<const std::byte, kPacketPrefixBytes> prefix(std::string_view bytes) { return as_bytes(bytes).first<kPacketPrefixBytes>(); }

TEST(Packet, of_impossible_lengths_is_refused_before_memory_is_taken) {
  EXPECT_FALSE(decode_packet_prefix(prefix("\x00\x00\x00\x03\x00\x19"sv)).ok());
  EXPECT_FALSE(decode_packet_prefix(prefix("\x7F\xFF\xFF\xFF\x00\x19"sv)).ok());
  EXPECT_FALSE(decode_packet_prefix(prefix("\xFF\xFF\xFF\xFF\x00\x19"sv)).ok());
  EXPECT_FALSE(decode_packet_prefix(prefix("\x00\x00\x00\x04\xFF\xFF"sv)).ok());
  EXPECT_THAT(decode_packet_prefix(prefix("HTTP/1"sv)).status().message(), HasSubstr("not an HDFS DataNode"));
  std::array<std::byte, kLongestPacketLead> lead{};
  const std::size_t size = encode_packet_lead({.offset = 0, .seqno = 0, .is_last = false, .syncs = false, .data_bytes = 100}, 0, lead);
  const ByteView header = ByteView(lead).subspan(kPacketPrefixBytes, size - kPacketPrefixBytes);
  EXPECT_TRUE(decode_packet_header(header, {.header = header.size(), .body = 100}).ok());
  EXPECT_FALSE(decode_packet_header(header, {.header = header.size(), .body = 99}).ok());
  EXPECT_FALSE(decode_packet_header(header.first(20), {.header = 20, .body = 100}).ok());
}

TEST(Ack, has_a_reply_of_each_node) {
  // seqno 7 (zigzag), replies 0 and 1, 300 ns downstream, flags packed
  const Result<PipelineAck> ack = decode_ack(as_bytes("\x08\x0E\x10\x00\x10\x01\x18\xAC\x02\x22\x02\x00\x01"sv));
  ASSERT_TRUE(ack.ok()) << ack.status().message();
  EXPECT_EQ(ack->seqno, 7);
  EXPECT_THAT(ack->replies, ElementsAre(TransferStatus::Success, TransferStatus::Error));
  EXPECT_EQ(decode_ack(as_bytes("\x08\x01\x10\x00"sv))->seqno, kHeartbeatSeqno);
}

TEST(Ack, takes_the_status_from_the_flags_when_there_are_only_flags) {
  const Result<PipelineAck> ack = decode_ack(as_bytes("\x08\x02\x22\x02\x40\x48"sv));  // congestion hints above the status
  ASSERT_TRUE(ack.ok());
  EXPECT_THAT(ack->replies, ElementsAre(TransferStatus::Success, TransferStatus::Restarting));
}

TEST(Ack, that_is_none_is_refused) {
  EXPECT_FALSE(decode_ack(as_bytes("\x10\x00"sv)).ok());          // no number
  EXPECT_FALSE(decode_ack(as_bytes("\x08\x0E\x10\x63"sv)).ok());  // no such status
  std::string many = "\x08\x0E";
  for (std::size_t i = 0; i <= kLongestPipeline; ++i) many += "\x10\x00"sv;
  EXPECT_FALSE(decode_ack(as_bytes(many)).ok());
}

TEST(Response, tells_the_bad_link_and_the_checksum_of_a_read) {
  const Result<OperationResponse> bad =
      decode_transfer_response(as_bytes("\x08\x01\x12\x03"
                                        "a:1\x2A\x02no"sv));
  ASSERT_TRUE(bad.ok());
  EXPECT_EQ(bad->status, TransferStatus::Error);
  EXPECT_EQ(bad->first_bad_link, "a:1");
  EXPECT_EQ(bad->message, "no");
  const Result<OperationResponse> read = decode_transfer_response(as_bytes("\x08\x00\x22\x0A\x0A\x05\x08\x02\x10\x80\x04\x10\x80\x08"sv));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->checksum, (Checksum{.type = ChecksumType::Crc32c, .bytes_per_chunk = 512}));
  EXPECT_EQ(read->first_offset, 1024U);
  EXPECT_FALSE(decode_transfer_response(as_bytes("\x08\x00\x22\x08\x0A\x04\x08\x02\x10\x00\x10\x00"sv)).ok());  // chunks of 0 bytes
  EXPECT_FALSE(decode_transfer_response(as_bytes(""sv)).ok());
}

TEST(MessageLength, is_bounded_and_complete) {
  EXPECT_FALSE(*decode_length(as_bytes(""sv), 1000));
  EXPECT_FALSE(*decode_length(as_bytes("\x80"sv), 1000));
  const auto length = decode_length(as_bytes("\xE8\x07rest"sv), 1000);
  ASSERT_TRUE(length.ok() && *length);
  EXPECT_EQ((*length)->value, 1000U);
  EXPECT_EQ((*length)->taken, 2U);
  EXPECT_FALSE(decode_length(as_bytes("\xE9\x07"sv), 1000).ok());
  EXPECT_FALSE(decode_length(as_bytes("\x80\x80\x80\x80\x80\x01"sv), 1000).ok());
}

TEST(Operation, to_write_names_the_pipeline_behind_its_first_node) {
  WriteOperation write;
  write.target.block = {.pool = "BP-1", .id = 5, .generation_stamp = 1001, .bytes = 0};
  for (const char* name : {"a", "b", "c"}) {
    write.target.nodes.push_back({.address = name, .host = name, .uuid = name, .transfer_port = 9866, .location = "/default-rack"});
    write.target.storage_ids.emplace_back(std::string("DS-") + name);
    write.target.storage_types.push_back(StorageType::Ssd);
  }
  write.client = "flume";
  write.block_size = 1 << 20;
  const std::string bytes = encode_write(write);
  EXPECT_EQ(bytes.substr(0, 3), "\x00\x1C\x50"sv);
  const auto length = decode_length(as_bytes(std::string_view(bytes).substr(3)), 10'000);
  ASSERT_TRUE(length.ok() && *length);
  wire::WriteBlock wired;
  ASSERT_TRUE(wired.ParseFromString(bytes.substr(3 + (*length)->taken)));
  EXPECT_EQ(wired.pipeline_size(), 3U);
  ASSERT_EQ(wired.targets_size(), 2);
  EXPECT_EQ(wired.targets(0).id().host(), "b");
  EXPECT_EQ(wired.storage_id(), "DS-a");
  EXPECT_EQ(wired.target_storage_ids(1), "DS-c");
  EXPECT_EQ(wired.header().access().block().bytes(), 1U << 20U);
  EXPECT_EQ(wired.stage(), 6U);
}

}  // namespace
}  // namespace flume::hdfs
