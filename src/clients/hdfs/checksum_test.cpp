#include "clients/hdfs/checksum.h"

#include <rapidcheck.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace flume::hdfs {
namespace {

TEST(Checksum, is_big_endian_and_one_for_each_begun_chunk) {
  const Checksum checksum{.type = ChecksumType::Crc32c, .bytes_per_chunk = 9};
  const std::string data = "123456789123456789x";
  std::vector<std::byte> sums(checksum_bytes(checksum, data.size()));
  ASSERT_EQ(sums.size(), 12U);
  compute_checksums(checksum, as_bytes(data), sums);
  EXPECT_EQ(as_text(sums).substr(0, 8), "\xE3\x06\x92\x83\xE3\x06\x92\x83");
}

TEST(Checksum, of_type_none_takes_no_bytes_and_finds_nothing) {
  const Checksum checksum{.type = ChecksumType::None, .bytes_per_chunk = 512};
  EXPECT_EQ(checksum_bytes(checksum, 10'000), 0U);
  EXPECT_EQ(first_bad_chunk(checksum, as_bytes("abc"), {}), std::nullopt);
}

TEST(Checksum, finds_the_first_chunk_in_which_a_bit_has_changed) {
  rc::check([] {
    const Checksum checksum{.type = *rc::gen::element(ChecksumType::Crc32, ChecksumType::Crc32c),
                            .bytes_per_chunk = *rc::gen::element(1U, 7U, 8U, 512U)};
    const auto size = *rc::gen::inRange<std::size_t>(1, 200UL * checksum.bytes_per_chunk);
    std::string data(size, 'a');
    std::vector<std::byte> sums(checksum_bytes(checksum, size));
    compute_checksums(checksum, as_bytes(data), sums);
    RC_ASSERT(first_bad_chunk(checksum, as_bytes(data), sums) == std::nullopt);
    const auto at = *rc::gen::inRange<std::size_t>(0, size);
    data[at] = static_cast<char>(data[at] ^ (1 << *rc::gen::inRange(0, 8)));
    RC_ASSERT(first_bad_chunk(checksum, as_bytes(data), sums) == at / checksum.bytes_per_chunk * checksum.bytes_per_chunk);
  });
}

TEST(Checksum, that_no_server_sends_is_not_sane) {
  EXPECT_TRUE(is_sane({}));
  EXPECT_FALSE(is_sane({.type = ChecksumType::Crc32, .bytes_per_chunk = 0}));
  EXPECT_FALSE(is_sane({.type = ChecksumType::Crc32, .bytes_per_chunk = 1U << 30U}));
  EXPECT_FALSE(is_sane({.type = static_cast<ChecksumType>(9), .bytes_per_chunk = 512}));
}

}  // namespace
}  // namespace flume::hdfs
