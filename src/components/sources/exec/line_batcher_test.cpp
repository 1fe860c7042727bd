#include "components/sources/exec/line_batcher.h"

#include <algorithm>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/collecting_channel.h"
#include "support/fake_writer.h"
#include "support/test_services.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class LineBatcherTest : public testing::Test {
 protected:
  Status read(std::string_view text) {
    const std::span<char> room = batcher_.room();
    std::copy(text.begin(), text.end(), room.begin());
    return batcher_.filled(text.size());
  }

  TestServices services_;
  Services own_ = services_.of("sources.r1", "r1");
  CollectingChannel channel_;
  FakeWriter writer_{{&channel_}};
  SourceCounters counters_{"r1"};
  Counter cut_lines_{counters_, "CutLines"};
  StopSignal stop_;
  BatchStore store_{writer_, counters_, stop_, services_.clock, own_.log};
  BatchBuilder builder_ = writer_.builder();
  LineBatcher batcher_{
      *LineCharset::open("UTF-8", 4096, 1024), {.events = 3, .age = 3s}, builder_, store_, cut_lines_, services_.clock, own_.log};
};

TEST_F(LineBatcherTest, keeps_a_batch_that_is_neither_full_nor_old) {
  ASSERT_TRUE(read("a\n").ok());
  services_.clock.advance(2999ms);
  ASSERT_TRUE(read("b\n").ok());
  EXPECT_THAT(channel_.bodies(), IsEmpty());
}

TEST_F(LineBatcherTest, sends_an_old_batch_though_more_lines_keep_coming) {
  ASSERT_TRUE(read("a\n").ok());
  services_.clock.advance(3s);
  ASSERT_TRUE(read("b\n").ok());
  EXPECT_THAT(channel_.bodies(), ElementsAre("a", "b"));
}

TEST_F(LineBatcherTest, counts_the_age_from_the_first_event_of_each_batch) {
  ASSERT_TRUE(read("a\nb\nc\n").ok());
  services_.clock.advance(3s);
  ASSERT_TRUE(read("d\n").ok());
  EXPECT_THAT(channel_.bodies(), ElementsAre("a", "b", "c"));
}

TEST_F(LineBatcherTest, sends_a_full_batch) {
  ASSERT_TRUE(read("a\nb\nc\nd\n").ok());
  EXPECT_THAT(channel_.bodies(), ElementsAre("a", "b", "c"));
}

}  // namespace
}  // namespace flume
