// What of a spillable memory channel is there after a crash, and after a normal stop.
#include "components/channels/spillable_memory/spillable_memory_fixture.h"
#include "storage/log_recovery.h"

namespace flume {
namespace {

using testing::HasSubstr;

TEST_F(SpillableMemoryTest, delivers_what_is_in_the_overflow_after_a_crash) {
  ASSERT_TRUE(open().ok());
  const ChannelIdentity before = channel_->identity();
  ASSERT_TRUE(put(0, 10).ok());
  ASSERT_TRUE(put(10, 16).ok());
  ASSERT_TRUE(take(12).commit().ok());
  ASSERT_TRUE(put(16, 18).ok());  // to memory again
  EXPECT_EQ(in_memory(), 2);
  crash();
  EXPECT_EQ(channel_->size(), 4U);
  EXPECT_NE(channel_->identity().uuid, before.uuid) << "ids of lost events are given again: they mean others";
  ASSERT_TRUE(put(100, 102).ok());
  EXPECT_EQ(drain(), (std::vector<int>{12, 13, 14, 15, 100, 101}));
}

TEST_F(SpillableMemoryTest, forgets_bookmarks_and_holds_in_a_crash) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  ASSERT_TRUE(put(10, 16).ok());
  TakeTransaction held = take(13);
  ASSERT_TRUE(held.hold("k1").ok());
  const KeyValue entry{"k", "v"};
  const BookmarkDelta delta{"k1", {&entry, 1}};
  ASSERT_TRUE(channel_->note({&delta, 1}, Durability::Synced).ok());
  EXPECT_EQ(drain(), numbers(13, 16));
  crash();
  EXPECT_TRUE(channel_->held("k1").empty());
  EXPECT_TRUE(channel_->owners().empty());
  EXPECT_EQ(drain(), numbers(10, 13)) << "what nobody knows of any more is everybody's";
}

TEST_F(SpillableMemoryTest, leaves_a_log_without_a_hole) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(put(20 * i, 20 * i + 9).ok());
    ASSERT_TRUE(put(20 * i + 9, 20 * i + 20).ok());
    if (i % 2 == 0) drain();
  }
  const std::int64_t stored = in_overflow();
  EXPECT_GT(stored, 0);
  services_.files.crash_process();
  storage::LogSettings settings = options_.log_settings("/home");
  const auto found = storage::inspect_log(settings, services_.files);
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_TRUE(found->damages.empty());
  EXPECT_EQ(found->state.stored(), static_cast<std::uint64_t>(stored));
}

TEST_F(SpillableMemoryTest, brings_memory_back_between_the_events_of_the_overflow_after_a_stop) {
  saves_on_stop_ = true;
  options_.overflow_deactivation_threshold = 50;
  ASSERT_TRUE(open().ok());
  EXPECT_TRUE(channel_->survives_stop());
  ASSERT_TRUE(put(0, 10).ok());
  ASSERT_TRUE(put(10, 13).ok());
  ASSERT_TRUE(take(6).commit().ok());
  ASSERT_TRUE(put(13, 19).ok());
  ASSERT_TRUE(put(19, 22).ok());
  EXPECT_EQ(in_memory(), 10);
  EXPECT_EQ(in_overflow(), 6);
  restart();
  EXPECT_EQ(kept_, 16U);
  EXPECT_EQ(in_memory(), 10);
  EXPECT_EQ(in_overflow(), 6);
  ASSERT_TRUE(put(22, 25).ok());
  EXPECT_EQ(drain(5), numbers(6, 25));
  restart();
  EXPECT_EQ(kept_, 0U);
  EXPECT_EQ(channel_->size(), 0U);
}

TEST_F(SpillableMemoryTest, gives_no_id_of_a_saved_event_to_another) {
  saves_on_stop_ = true;
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 5).ok());
  restart();
  for (int i = 5; i < 50; i += 5) ASSERT_TRUE(put(i, i + 5).ok());
  TakeTransaction taken = take();
  EXPECT_EQ(taken.ids().count(), 50U);
  EXPECT_EQ(numbers(taken.events()), numbers(0, 50));
  ASSERT_TRUE(taken.commit().ok());
}

TEST_F(SpillableMemoryTest, tells_what_a_stop_without_saving_keeps) {
  ASSERT_TRUE(open().ok());
  EXPECT_TRUE(channel_->survives_stop()) << "nothing is in memory";
  ASSERT_TRUE(put(0, 10).ok());
  EXPECT_FALSE(channel_->survives_stop());
  ASSERT_TRUE(put(10, 14).ok());
  restart();
  EXPECT_EQ(kept_, 4U);
  EXPECT_EQ(drain(), numbers(10, 14));
}

TEST_F(SpillableMemoryTest, takes_what_was_saved_once_and_in_its_place_though_a_crash_comes_next) {
  saves_on_stop_ = true;
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  ASSERT_TRUE(put(10, 12).ok());
  restart();
  crash();
  EXPECT_EQ(drain(), numbers(10, 12)) << "memory is lost in a crash";
  restart();
  EXPECT_EQ(channel_->size(), 0U);
}

TEST_F(SpillableMemoryTest, delivers_what_an_earlier_run_spilled_when_there_is_no_overflow_any_more) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  ASSERT_TRUE(put(10, 14).ok());
  restart();
  channel_->stop(Deadline::never());
  close();
  options_.overflow_capacity = 0;
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(14, 16).ok());
  EXPECT_EQ(drain(), numbers(10, 16));
  EXPECT_EQ(put(0, 11).cause(), Cause::TooLarge);
}

TEST_F(SpillableMemoryTest, keeps_all_when_the_overflow_has_more_than_its_capacity_now) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 110; i += 10) ASSERT_TRUE(put(i, i + 10).ok());
  channel_->stop(Deadline::never());
  close();
  options_.overflow_capacity = 50;
  options_.overflow.transaction_capacity = 50;
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(channel_->size(), 100U);
  EXPECT_EQ(put(110, 111).cause(), Cause::Full);
  ASSERT_TRUE(take(50).commit().ok());
  ASSERT_TRUE(put(110, 111).ok());
  EXPECT_EQ(drain(), numbers(60, 111));
}

}  // namespace
}  // namespace flume
