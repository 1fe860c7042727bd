#include "codec/avro_container.h"

#include <gtest/gtest.h>

namespace flume::codec {
namespace {

const AvroMarker kMarker{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
const std::string kMarkerText(kMarker.data(), kMarker.size());

TEST(AvroContainer, has_a_header_that_says_schema_and_codec) {
  AvroContainerWriter writer(BlockCodec::Null, 1000);
  std::string out;
  writer.begin("\"bytes\"", kMarker, out);
  EXPECT_EQ(out,
            std::string("Obj\x01\x04\x16") + "avro.schema\x0e\"bytes\"\x14" + "avro.codec\x08null" + std::string(1, '\0') + kMarkerText);
  const auto header = read_avro_header(out + "more");
  ASSERT_TRUE(header) << header.status().message();
  EXPECT_EQ(header->size, out.size());
  EXPECT_EQ(header->marker, kMarker);
  EXPECT_EQ(header->metadata.at("avro.schema"), "\"bytes\"");
  EXPECT_EQ(header->metadata.at("avro.codec"), "null");
}

TEST(AvroContainer, ends_a_block_when_it_is_full_and_when_it_is_asked_to) {
  AvroContainerWriter writer(BlockCodec::Null, 10);
  std::string out;
  writer.begin("\"bytes\"", kMarker, out);
  out.clear();
  writer.append("12345", out);
  EXPECT_EQ(out, "");
  writer.append("67890", out);
  EXPECT_EQ(out,
            "\x04\x14"
            "1234567890" +
                kMarkerText);
  out.clear();
  writer.end_block(out);
  EXPECT_EQ(out, "");
  writer.append("x", out);
  writer.end_block(out);
  EXPECT_EQ(out, "\x02\x02x" + kMarkerText);
}

TEST(AvroContainer, goes_on_behind_a_block_and_forgets_what_was_not_written) {
  AvroContainerWriter writer(BlockCodec::Null, 1000);
  std::string out;
  writer.begin("\"bytes\"", kMarker, out);
  writer.append("lost", out);
  const auto marker = avro_marker_from(to_text(kMarker));
  ASSERT_TRUE(marker);
  writer.resume(*marker);
  out.clear();
  writer.append("x", out);
  writer.end_block(out);
  EXPECT_EQ(out, "\x02\x02x" + kMarkerText);
}

TEST(AvroContainer, reads_the_head_of_a_block) {
  AvroContainerWriter writer(BlockCodec::Deflate, 1U << 20U);
  std::string out;
  writer.begin("\"bytes\"", kMarker, out);
  out.clear();
  for (int i = 0; i < 300; ++i) writer.append("some bytes, and again", out);
  writer.end_block(out);
  const auto head = read_avro_block_head(std::string_view(out).substr(0, kLongestAvroBlockHead));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->records, 300U);
  EXPECT_EQ(head->size + head->bytes + kAvroMarkerBytes, out.size());
  EXPECT_LT(out.size(), 200U);  // compressed
}

TEST(AvroContainer, takes_no_block_without_records_or_with_a_length_below_zero) {
  EXPECT_FALSE(read_avro_block_head(std::string(20, '\0')));
  EXPECT_FALSE(read_avro_block_head("\x02\x01"));
  EXPECT_FALSE(read_avro_block_head("\x01\x02"));
  EXPECT_FALSE(read_avro_block_head("\x02"));
  EXPECT_FALSE(read_avro_block_head(std::string(20, '\xff')));
}

TEST(AvroContainer, reads_no_header_that_is_damaged_or_cut) {
  AvroContainerWriter writer(BlockCodec::Null, 10);
  std::string whole;
  writer.begin("\"bytes\"", kMarker, whole);
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_EQ(read_avro_header(whole.substr(0, length)).status().kind(), ErrorKind::Corrupt) << length;
  EXPECT_FALSE(read_avro_header("Obj\x02" + whole.substr(4)));
  // A count that cannot be: the least long, whose negative is none.
  EXPECT_FALSE(read_avro_header(std::string("Obj\x01") + std::string(9, '\xff') + "\x01" + whole));
}

TEST(AvroContainer, reads_metadata_in_blocks_that_say_their_length) {
  // -2: two entries, and their length follows.
  const auto header = read_avro_header("Obj\x01\x03\x10\x02k\x02v\x02l\x02w" + std::string(1, '\0') + kMarkerText);
  ASSERT_TRUE(header) << header.status().message();
  EXPECT_EQ(header->metadata, (std::map<std::string, std::string, std::less<>>{{"k", "v"}, {"l", "w"}}));
}

TEST(AvroContainer, takes_no_other_text_for_a_marker) {
  EXPECT_EQ(avro_marker_from("").status().kind(), ErrorKind::Corrupt);
  EXPECT_EQ(avro_marker_from(std::string(31, '0')).status().kind(), ErrorKind::Corrupt);
  EXPECT_EQ(avro_marker_from(std::string(31, '0') + "x").status().kind(), ErrorKind::Corrupt);
  EXPECT_EQ(avro_marker_from("-1" + std::string(30, '0')).status().kind(), ErrorKind::Corrupt);
}

}  // namespace
}  // namespace flume::codec
