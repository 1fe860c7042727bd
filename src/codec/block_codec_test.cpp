#include "codec/block_codec.h"

#include <bzlib.h>
#include <libdeflate.h>
#include <lzma.h>
#include <snappy.h>
#include <zstd.h>

#include <gtest/gtest.h>

#include "codec/crc32c.h"

namespace flume::codec {
namespace {

std::string sample() {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i * 7919 % 1000) + " of some words\n";
  return text;
}

std::string compressed(BlockCodec codec, std::string_view block) {
  std::string out = "before";
  make_block_compressor(codec)->compress(block, out);
  EXPECT_TRUE(out.starts_with("before"));
  return out.substr(6);
}

TEST(BlockCodec, is_known_by_the_name_that_files_have) {
  for (const BlockCodec codec :
       {BlockCodec::Null, BlockCodec::Deflate, BlockCodec::Snappy, BlockCodec::Bzip2, BlockCodec::Xz, BlockCodec::Zstandard})
    EXPECT_EQ(block_codec_named(to_string(codec)), codec);
  EXPECT_EQ(block_codec_named("gzip"), std::nullopt);
  EXPECT_EQ(block_codec_named("Snappy"), std::nullopt);
}

TEST(BlockCodec, deflate_is_a_stream_without_head) {
  for (const std::string& block : {sample(), std::string()}) {
    const std::string packed = compressed(BlockCodec::Deflate, block);
    std::string back(block.size() + 1, '\0');
    std::size_t size = 0;
    libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
    EXPECT_EQ(libdeflate_deflate_decompress(decompressor, packed.data(), packed.size(), back.data(), back.size(), &size),
              LIBDEFLATE_SUCCESS);
    libdeflate_free_decompressor(decompressor);
    EXPECT_EQ(back.substr(0, size), block);
  }
}

TEST(BlockCodec, snappy_ends_in_the_crc_of_what_is_in_it) {
  for (const std::string& block : {sample(), std::string()}) {
    const std::string packed = compressed(BlockCodec::Snappy, block);
    ASSERT_GT(packed.size(), 4U);
    std::string back;
    EXPECT_TRUE(snappy::Uncompress(packed.data(), packed.size() - 4, &back));
    EXPECT_EQ(back, block);
    std::uint32_t crc = 0;
    for (std::size_t i = packed.size() - 4; i < packed.size(); ++i) crc = crc << 8U | static_cast<unsigned char>(packed[i]);
    EXPECT_EQ(crc, crc32(0, block));
  }
}

TEST(BlockCodec, the_others_are_whole_files_of_their_kind) {
  for (const std::string& block : {sample(), std::string()}) {
    std::string back(block.size() + 1, '\0');
    const std::string bzip2 = compressed(BlockCodec::Bzip2, block);
    auto size = static_cast<unsigned>(back.size());
    EXPECT_EQ(BZ2_bzBuffToBuffDecompress(back.data(), &size, const_cast<char*>(bzip2.data()), static_cast<unsigned>(bzip2.size()), 0, 0),
              BZ_OK);
    EXPECT_EQ(back.substr(0, size), block);

    const std::string xz = compressed(BlockCodec::Xz, block);
    std::uint64_t memory = 1U << 30U;
    std::size_t in = 0;
    std::size_t out = 0;
    EXPECT_EQ(lzma_stream_buffer_decode(&memory, 0, nullptr, reinterpret_cast<const std::uint8_t*>(xz.data()), &in, xz.size(),
                                        reinterpret_cast<std::uint8_t*>(back.data()), &out, back.size()),
              LZMA_OK);
    EXPECT_EQ(back.substr(0, out), block);

    const std::string zstandard = compressed(BlockCodec::Zstandard, block);
    const std::size_t got = ZSTD_decompress(back.data(), back.size(), zstandard.data(), zstandard.size());
    ASSERT_EQ(ZSTD_isError(got), 0U);
    EXPECT_EQ(back.substr(0, got), block);
  }
}

}  // namespace
}  // namespace flume::codec
