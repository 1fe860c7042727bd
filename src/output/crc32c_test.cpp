#include "output/crc32c.h"

#include <gtest/gtest.h>

namespace flume::output {
namespace {

TEST(Crc32c, gives_the_published_values) {
  EXPECT_EQ(crc32c(0, ""), 0U);
  EXPECT_EQ(crc32c(0, "123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(0, std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32)), 0x8A9136AAU);
}

TEST(Crc32c, goes_on_where_it_stopped) { EXPECT_EQ(crc32c(crc32c(0, "1234567"), "89"), crc32c(0, "123456789")); }

}  // namespace
}  // namespace flume::output
