#include "codec/avro_container_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/file_input.h"
#include "support/sim_files.h"

namespace flume::codec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const AvroMarker kMarker{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
const std::string kMarkerText(kMarker.data(), kMarker.size());

class AvroContainerReaderTest : public testing::Test {
 protected:
  /// A file with a block for each of these.
  static std::string file_of(BlockCodec codec, const std::vector<std::string>& blocks) {
    AvroContainerWriter writer(codec, 1U << 30U);
    std::string out;
    writer.begin("\"bytes\"", kMarker, out);
    for (const std::string& block : blocks) {
      writer.append(block, out);
      writer.end_block(out);
    }
    return out;
  }
  Result<AvroContainerReader> open(std::string_view content) {
    files_.add_file("/f", content);
    input_ = *FileInput::open(files_, "/f");
    return AvroContainerReader::open(*input_);
  }
  /// What is left to be read, and at the end the error.
  static std::vector<std::string> blocks_of(AvroContainerReader& reader) {
    std::vector<std::string> blocks;
    for (;;) {
      const auto is_there = reader.next_block();
      if (!is_there) blocks.push_back(is_there.status().message());
      if (!is_there || !*is_there) return blocks;
      EXPECT_EQ(reader.records(), 1U);
      blocks.emplace_back(reader.block());
    }
  }

  SimFiles files_;
  std::unique_ptr<FileInput> input_;
};

TEST_F(AvroContainerReaderTest, reads_blocks_of_every_codec) {
  const std::string long_block(300'000, 'x');
  for (const BlockCodec codec :
       {BlockCodec::Null, BlockCodec::Deflate, BlockCodec::Snappy, BlockCodec::Bzip2, BlockCodec::Xz, BlockCodec::Zstandard}) {
    auto reader = open(file_of(codec, {"one", long_block, "three"}));
    ASSERT_TRUE(reader.ok()) << reader.status().message();
    EXPECT_EQ(reader->header().marker, kMarker);
    EXPECT_THAT(blocks_of(*reader), ElementsAre("one", long_block, "three")) << to_string(codec);
  }
}

TEST_F(AvroContainerReaderTest, goes_to_a_block_or_to_the_next_one_behind_any_byte) {
  const std::string content = file_of(BlockCodec::Null, {"one", std::string(200'000, 'x'), "three", ""});
  auto reader = open(content);
  ASSERT_TRUE(reader.ok());
  std::vector<std::uint64_t> begins;
  while (*reader->next_block()) begins.push_back(reader->block_offset());
  ASSERT_EQ(begins.size(), 4U);
  begins.push_back(reader->next_offset());
  EXPECT_EQ(begins.back(), content.size());
  std::size_t next = 0;
  for (std::uint64_t offset = 0; offset <= content.size(); offset += offset > 200 && offset < 200'000 ? 9973 : 1) {
    // At a block's begin that one; else the first one whose marker begins at the offset or behind it.
    while (next < begins.size() && begins[next] < offset) ++next;
    const bool is_in_marker =
        offset > begins[0] && next < begins.size() && offset < begins[next] && begins[next] - offset < kAvroMarkerBytes;
    if (is_in_marker) continue;
    ASSERT_TRUE(reader->seek(offset).ok());
    const std::uint64_t wanted = next < begins.size() ? begins[next] : content.size();
    ASSERT_EQ(reader->next_offset(), wanted) << offset;
    ASSERT_EQ(reader->records(), 0U);
  }
  ASSERT_TRUE(reader->seek(content.size() + 100).ok());
  EXPECT_FALSE(*reader->next_block());
}

TEST_F(AvroContainerReaderTest, finds_a_marker_wherever_its_looks_begin_and_end) {
  constexpr std::size_t kWindow = 256 * 1024;  // what the input shows at once
  for (std::size_t seen = 0; seen <= kAvroMarkerBytes; ++seen) {
    const std::string begin = file_of(BlockCodec::Null, {});
    // What was read with the header ends behind `seen` bytes of the first block's marker.
    constexpr std::size_t kHead = 4;
    const std::size_t size = kWindow - seen - kHead - begin.size();
    const std::string content = file_of(BlockCodec::Null, {std::string(size, 'x'), "two"});
    auto reader = open(content);
    ASSERT_TRUE(reader.ok());
    ASSERT_TRUE(reader->seek(begin.size() + 1).ok());
    EXPECT_THAT(blocks_of(*reader), ElementsAre("two")) << seen;
  }
}

TEST_F(AvroContainerReaderTest, finds_every_way_in_which_a_block_is_damaged) {
  const std::string content = file_of(BlockCodec::Null, {"one", "two"});
  const auto with = [&](std::string bad) {
    auto reader = open(bad);
    return reader ? blocks_of(*reader) : std::vector{reader.status().message()};
  };
  for (std::size_t cut = 1; cut < kMarkerText.size() + 5; ++cut)
    EXPECT_THAT(with(content.substr(0, content.size() - cut)), ElementsAre("one", HasSubstr("cut short"))) << cut;
  std::string bad = content;
  bad.back() = 'X';
  EXPECT_THAT(with(bad), ElementsAre("one", HasSubstr("does not end in the file's marker")));
  const std::string header = content.substr(0, content.find(kMarkerText) + kMarkerText.size());
  EXPECT_THAT(with(header + std::string("\x02\xfe\xff\xff\xff\xff\x1f", 7)), ElementsAre(HasSubstr("says that it is")));
  EXPECT_THAT(with(header + std::string("\x02\x01", 2)), ElementsAre(HasSubstr("is damaged or cut short")));
  EXPECT_THAT(with(header + std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10)), ElementsAre(HasSubstr("is damaged")));
  std::string compressed = file_of(BlockCodec::Zstandard, {"one", "two"});
  compressed[compressed.size() - kMarkerText.size() - 1] = static_cast<char>(compressed[compressed.size() - kMarkerText.size() - 1] ^ 0x55);
  compressed[compressed.find(kMarkerText) + kMarkerText.size() + 3] = 'x';
  EXPECT_THAT(with(compressed), ElementsAre(HasSubstr("cannot be read")));
}

TEST_F(AvroContainerReaderTest, refuses_other_files_and_unknown_codecs) {
  const auto refusal = [&](std::string_view content) {
    const auto reader = open(content);
    return reader ? std::string("taken") : reader.status().message();
  };
  EXPECT_THAT(refusal(""), HasSubstr("not an Avro container file"));
  EXPECT_THAT(refusal("PAR1"), HasSubstr("not an Avro container file"));
  std::string lzo = file_of(BlockCodec::Null, {"x"});
  lzo.replace(lzo.find("\x08null"), 5, "\x06lzo");
  EXPECT_THAT(refusal(lzo), HasSubstr("'lzo'"));
}

TEST_F(AvroContainerReaderTest, reads_a_header_longer_than_its_first_look) {
  AvroContainerWriter writer(BlockCodec::Null, 1);
  std::string out;
  writer.begin("\"" + std::string(200'000, 'n') + "\"", kMarker, out);
  writer.append("x", out);
  auto reader = open(out);
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  EXPECT_THAT(blocks_of(*reader), ElementsAre("x"));
}

TEST_F(AvroContainerReaderTest, tries_again_what_the_disk_did_not_give) {
  auto reader = open(file_of(BlockCodec::Null, {"one", std::string(400'000, 'x')}));
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE(*reader->next_block());
  files_.inject({.operation = SimFiles::Operation::Read, .path = "/f", .times = 1});
  EXPECT_EQ(reader->next_block().cause(), Cause::Io);
  EXPECT_TRUE(*reader->next_block());
  EXPECT_EQ(reader->block().size(), 400'000U);
}

}  // namespace
}  // namespace flume::codec
