#include "codec/crc32c.h"

#include <algorithm>
#include <rapidcheck.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace flume::codec {
namespace {

TEST(Crc32c, gives_the_published_values) {
  EXPECT_EQ(crc32c(0, ""), 0U);
  EXPECT_EQ(crc32c(0, "123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c_by_table(0, "123456789"), 0xE3069283U);
  EXPECT_EQ(crc32(0, "123456789"), 0xCBF43926U);
  EXPECT_EQ(crc32(0, ""), 0U);
}

TEST(Crc32c, goes_on_where_it_stopped) {
  EXPECT_EQ(crc32c(crc32c(0, "1234567"), "89"), crc32c(0, "123456789"));
  EXPECT_EQ(crc32(crc32(0, "1234567"), "89"), crc32(0, "123456789"));
}

/// What the chunks' checksums must be: bit by bit, as the definition says.
std::uint32_t by_definition(std::uint32_t polynomial, std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? polynomial : 0U);
  }
  return ~crc;
}

std::vector<std::byte> chunks_by_definition(std::uint32_t polynomial, std::string_view data, std::size_t chunk) {
  std::vector<std::byte> all;
  for (std::size_t at = 0; at < data.size(); at += chunk) {
    const std::uint32_t crc = by_definition(polynomial, data.substr(at, chunk));
    for (const int shift : {24, 16, 8, 0}) all.push_back(static_cast<std::byte>(crc >> static_cast<unsigned>(shift)));
  }
  return all;
}

TEST(Crc32c, of_any_bytes_is_the_same_by_instruction_table_and_definition) {
  rc::check([](const std::string& bytes) {
    RC_ASSERT(crc32c(0, bytes) == by_definition(0x82F63B78U, bytes));
    RC_ASSERT(crc32c_by_table(0, bytes) == by_definition(0x82F63B78U, bytes));
    RC_ASSERT(crc32(0, bytes) == by_definition(0xEDB88320U, bytes));
  });
}

TEST(Crc32c, of_long_runs_is_the_same_wherever_they_begin_and_end) {
  std::string data(40'000, '\0');
  std::uint32_t state = 7;
  for (char& c : data) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
  for (const std::size_t lane : {std::size_t{256}, std::size_t{4096}}) {
    for (std::size_t lanes = 2; lanes <= 9; ++lanes) {
      for (const std::size_t more : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{9}, lane - 1}) {
        const std::string_view bytes = std::string_view(data).substr(more % 8, lane * lanes + more);
        EXPECT_EQ(crc32c(0x12345678U, bytes), crc32c_by_table(0x12345678U, bytes)) << lane << " * " << lanes << " + " << more;
      }
    }
  }
}

TEST(Crc32c, of_chunks_is_that_of_each_chunk_for_every_size_of_chunk_and_data) {
  rc::check([] {
    const auto chunk = *rc::gen::oneOf(rc::gen::inRange<std::size_t>(1, 70), rc::gen::element<std::size_t>(64, 512, 1024));
    const auto size = *rc::gen::inRange<std::size_t>(0, 8 * chunk + 2);
    const auto seed = *rc::gen::arbitrary<std::uint32_t>();
    std::string data(size, '\0');
    std::uint32_t state = seed;
    for (char& c : data) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
    std::vector<std::byte> got((size + chunk - 1) / chunk * 4);
    crc32c_of_chunks(data, chunk, got);
    RC_ASSERT(got == chunks_by_definition(0x82F63B78U, data, chunk));
    crc32_of_chunks(data, chunk, got);
    RC_ASSERT(got == chunks_by_definition(0xEDB88320U, data, chunk));
  });
}

}  // namespace
}  // namespace flume::codec
