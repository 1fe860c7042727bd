#include "runtime/stored_window.h"

#include <gtest/gtest.h>

namespace flume::runtime {
namespace {

ChannelIdentity identity() {
  ChannelIdentity identity;
  identity.uuid[0] = 0xab;
  identity.uuid[15] = 0x01;
  identity.epochs = {7, 18446744073709551615U};
  return identity;
}

TEST(StoredWindow, has_the_channel_in_its_key) { EXPECT_EQ(window_key_prefix(identity()), "ab000000000000000000000000000001."); }

TEST(StoredWindow, is_read_as_it_was_written) {
  Ranges ids({5, 8});
  ids.add({9, 10});
  const std::string value = window_value(identity(), ids);
  EXPECT_EQ(value, "1 18446744073709551615 5-7,9");
  const auto read = read_window(identity(), value);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(*read, ids);
}

TEST(StoredWindow, fits_into_a_bookmark_with_the_largest_ids) {
  Ranges ids;
  for (std::size_t i = 0; i < kMostWindowRanges; ++i) {
    const EventId end = UINT64_MAX - 4 * (kMostWindowRanges - i);
    ids.add({end - 2, end});
  }
  EXPECT_EQ(ids.range_count(), kMostWindowRanges);
  EXPECT_LE(window_value(identity(), ids).size(), kMaxBookmarkValue);
}

TEST(StoredWindow, of_an_epoch_that_is_not_of_this_channels_past_counts_for_nothing) {
  const auto read = read_window(identity(), "1 8 5");
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->empty());
}

TEST(StoredWindow, that_cannot_be_read_is_an_error_and_not_empty) {
  for (const char* value : {"", "2 7 5", "1 7 ", "1 x 5", "1 7 5-", "1 7 5-4", "1 7 5,", "1 7 5;6", "1 7 18446744073709551615", "1 7"}) {
    const auto read = read_window(identity(), value);
    ASSERT_FALSE(read.ok()) << value;
    EXPECT_EQ(read.status().kind(), ErrorKind::Corrupt);
  }
}

}  // namespace
}  // namespace flume::runtime
