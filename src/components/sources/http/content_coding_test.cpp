#include "components/sources/http/content_coding.h"

#include <zlib.h>
#include <zstd.h>

#include <gtest/gtest.h>

namespace flume {
namespace {

constexpr std::size_t kMost = 1'000'000;

std::string deflated(std::string_view text, int window_bits) {
  z_stream zlib{};
  deflateInit2(&zlib, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&zlib, text.size()) + 64, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zlib.avail_in = static_cast<uInt>(text.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  deflate(&zlib, Z_FINISH);
  out.resize(zlib.total_out);
  deflateEnd(&zlib);
  return out;
}

std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

struct Coding {
  const char* name;
  std::string (*code)(std::string_view);
};
constexpr Coding kCodings[] = {{"gzip", [](std::string_view text) { return deflated(text, 31); }},
                               {"Deflate", [](std::string_view text) { return deflated(text, 15); }},
                               {"deflate", [](std::string_view text) { return deflated(text, -15); }},
                               {"zstd", zstd}};

class ContentCoding : public testing::TestWithParam<Coding> {};

TEST_P(ContentCoding, gives_the_text_back) {
  for (const std::size_t size : {0, 1, 65'535, 65'536, 300'000}) {
    const std::string text(size, 'x');
    const auto decoded = decode_content(GetParam().name, GetParam().code(text), kMost);
    ASSERT_TRUE(decoded.ok()) << size;
    EXPECT_EQ(*decoded, text);
  }
}

TEST_P(ContentCoding, takes_exactly_the_limit_and_no_byte_more) {
  EXPECT_TRUE(decode_content(GetParam().name, GetParam().code(std::string(100'000, 'x')), 100'000).ok());
  const auto more = decode_content(GetParam().name, GetParam().code(std::string(100'001, 'x')), 100'000);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.status().cause(), Cause::TooLarge);
}

TEST_P(ContentCoding, refuses_a_bomb) {
  const auto bomb = decode_content(GetParam().name, GetParam().code(std::string(64'000'000, '\0')), kMost);
  ASSERT_FALSE(bomb.ok());
  EXPECT_EQ(bomb.status().cause(), Cause::TooLarge);
}

TEST_P(ContentCoding, refuses_what_is_cut_off_or_has_something_behind_it) {
  const std::string coded = GetParam().code("some text, some text");
  for (std::size_t size = 0; size < coded.size(); ++size) {
    EXPECT_FALSE(decode_content(GetParam().name, coded.substr(0, size), kMost).ok()) << size;
  }
  EXPECT_FALSE(decode_content(GetParam().name, coded + "\xFF\xFF\xFF", kMost).ok());
}

INSTANTIATE_TEST_SUITE_P(All, ContentCoding, testing::ValuesIn(kCodings), [](const auto& test) { return std::to_string(test.index); });

TEST(ContentCodings, files_of_gzip_stand_one_behind_the_other) {
  const auto decoded = decode_content("gzip", deflated("one", 31) + deflated("two", 31), kMost);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, "onetwo");
}

TEST(ContentCodings, others_are_named_in_the_refusal) {
  const auto decoded = decode_content("br", "x", kMost);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.status().cause(), Cause::Unsupported);
  EXPECT_NE(decoded.status().message().find("br"), std::string_view::npos);
}

}  // namespace
}  // namespace flume
