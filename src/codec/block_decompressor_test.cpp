#include "codec/block_decompressor.h"

#include <rapidcheck.h>

#include <gtest/gtest.h>

namespace flume::codec {
namespace {

constexpr BlockCodec kCodecs[] = {BlockCodec::Deflate, BlockCodec::Snappy, BlockCodec::Bzip2, BlockCodec::Xz, BlockCodec::Zstandard};
constexpr std::size_t kMost = 1U << 20U;

std::string compressed(BlockCodec codec, std::string_view block) {
  std::string out;
  make_block_compressor(codec)->compress(block, out);
  return out;
}

std::string sample(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) text += "line " + std::to_string(i * 7919 % 1000) + " of some words\n";
  text.resize(bytes);
  return text;
}

TEST(BlockDecompressor, gives_back_what_was_compressed) {
  for (const BlockCodec codec : kCodecs) {
    const auto decompressor = make_block_decompressor(codec);
    std::string out = "left over";
    for (const std::size_t bytes : {0U, 1U, 70'000U, 1'000'000U}) {
      const std::string block = sample(bytes);
      const Status status = decompressor->decompress(compressed(codec, block), kMost, out);
      ASSERT_TRUE(status.ok()) << to_string(codec) << ": " << status.message();
      EXPECT_EQ(out, block) << to_string(codec);
    }
  }
}

TEST(BlockDecompressor, refuses_what_becomes_more_than_it_may) {
  const std::string bomb(64U << 20U, '\0');
  for (const BlockCodec codec : kCodecs) {
    std::string out;
    const Status status = make_block_decompressor(codec)->decompress(compressed(codec, bomb), kMost, out);
    EXPECT_EQ(status.cause(), Cause::TooLarge) << to_string(codec);
    EXPECT_LE(out.capacity(), 2 * kMost) << to_string(codec);
    const std::string just(kMost, 'x');
    EXPECT_TRUE(make_block_decompressor(codec)->decompress(compressed(codec, just), kMost, out).ok()) << to_string(codec);
    EXPECT_EQ(make_block_decompressor(codec)->decompress(compressed(codec, just + "x"), kMost, out).cause(), Cause::TooLarge)
        << to_string(codec);
  }
}

TEST(BlockDecompressor, refuses_what_is_cut_short_or_goes_on_behind_its_end) {
  for (const BlockCodec codec : kCodecs) {
    const std::string block = compressed(codec, sample(10'000));
    const auto decompressor = make_block_decompressor(codec);
    std::string out;
    for (std::size_t bytes = 0; bytes < block.size(); bytes += 1 + block.size() / 50)
      EXPECT_EQ(decompressor->decompress(std::string_view(block).substr(0, bytes), kMost, out).kind(), ErrorKind::Corrupt)
          << to_string(codec) << " " << bytes;
    EXPECT_FALSE(decompressor->decompress(block + "more", kMost, out).ok()) << to_string(codec);
    EXPECT_TRUE(decompressor->decompress(block, kMost, out).ok()) << to_string(codec) << " does not forget what was wrong before";
  }
}

TEST(BlockDecompressor, finds_damage_where_the_codec_has_a_checksum) {
  for (const BlockCodec codec : {BlockCodec::Snappy, BlockCodec::Bzip2, BlockCodec::Xz}) {
    std::string block = compressed(codec, sample(10'000));
    block[block.size() / 2] = static_cast<char>(block[block.size() / 2] ^ 1);
    std::string out;
    EXPECT_FALSE(make_block_decompressor(codec)->decompress(block, kMost, out).ok()) << to_string(codec);
  }
}

TEST(BlockDecompressor, survives_any_bytes) {
  rc::check([](const std::string& bytes) {
    for (const BlockCodec codec : kCodecs) {
      std::string out;
      const Status status = make_block_decompressor(codec)->decompress(bytes, 4096, out);
      RC_ASSERT(!status.ok() || out.size() <= 4096U);
    }
  });
}

}  // namespace
}  // namespace flume::codec
