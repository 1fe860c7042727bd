// Where segments live: slots made, filled ahead, kept for take-commits, and thrown away.
#include <chrono>
#include <future>
#include <thread>

#include "storage/segment_log_fixture.h"

namespace flume::storage {
namespace {

using testing::ElementsAre;
using Operation = BlockingFiles::Operation;

constexpr std::uint64_t kPiece = std::uint64_t{2} << 20;  // filled at once

using LogSlots = SegmentLogTest;

TEST_F(LogSlots, keeps_puts_out_of_the_slot_that_take_commits_had_to_begin) {
  ASSERT_TRUE(open().ok());
  log_->close();
  files_.set_capacity(200'000);
  settings_.minimum_free_bytes = 50'000;
  const std::uint64_t least = settings_.minimum_free_bytes - 1024;  // the slots' last bytes are not there: no thread has filled them
  ASSERT_TRUE(open().ok());
  EventId id = 1;
  while (put().ok()) {
  }
  ASSERT_GT(log_->figures().segments, 5U);
  while (log_->figures().free_slots == 0) {  // one slot is empty again: it is kept
    for (int i = 0; i < 20; ++i, ++id) ASSERT_TRUE(take({id, id + 1}).ok());
    EXPECT_EQ(put(1, 8000).cause(), Cause::NoSpace);
  }
  while (log_->figures().free_slots != 0) {
    ASSERT_TRUE(take({id, id + 1}).ok());
    ++id;
  }
  EXPECT_EQ(put().cause(), Cause::NoSpace) << "it would fill the slot that takes need";
  EXPECT_GE(*files_.free_space("/data"), least);
  while (!put().ok()) {
    ASSERT_LT(id, log_->end_id());
    ASSERT_TRUE(take({id, id + 1}).ok());
    ++id;
  }
  EXPECT_GE(*files_.free_space("/data"), least);
}

TEST_F(LogSlots, fills_the_next_slot_though_those_who_put_write_and_sync_by_themselves) {
  settings_.has_thread = true;
  settings_.slot_bytes = kPiece;
  ASSERT_TRUE(open().ok());
  clock_.await_parked(1);
  ASSERT_EQ(log_->figures().free_slots, 1U);
  while (log_->figures().records < 5) ASSERT_TRUE(put(1, 300'000).ok());
  for (int i = 0; i < 10'000 && log_->figures().free_slots != 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(log_->figures().free_slots, 2U);
}

TEST_F(LogSlots, a_note_waits_for_the_kept_slot_while_it_is_being_filled) {
  settings_.has_thread = true;
  settings_.slot_bytes = 2 * kPiece;
  auto filling = blocking_.block(Operation::Write, "/data/slot-000002", 1);
  ASSERT_TRUE(open().ok());
  filling.wait_until_reached();
  ASSERT_TRUE(put(1, 3'800'000).ok());
  files_.set_capacity(kPiece);  // somebody else fills the disk
  const LargeBookmark large(50);
  auto noted = std::async(std::launch::async, [&] { return log_->note(large.span(), Durability::Written, nullptr); });
  filling.let_go();
  const Status status = noted.get();
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_THAT(slots(), ElementsAre("slot-000001", "slot-000002"));
}

TEST_F(LogSlots, fills_a_piece_at_a_time_and_does_what_waits_in_between) {
  settings_.has_thread = true;
  settings_.slot_bytes = 4 * kPiece;
  auto first = blocking_.block(Operation::Write, "/data/slot-000002");
  ASSERT_TRUE(open().ok());
  first.wait_until_reached();
  std::atomic<bool> is_stored = false;
  EventBatch events = batch_of({{{}, "x"}});
  const auto stream = std::make_shared<std::atomic<bool>>(false);
  ASSERT_TRUE(log_->put_async(events, {}, stream, [&](const Status&, const EventBatch&) { is_stored = true; }).ok());
  auto second = blocking_.block(Operation::Write, "/data/slot-000002");
  first.let_go();
  second.wait_until_reached();
  EXPECT_TRUE(is_stored);
  EXPECT_EQ(files_.content("/data/slot-000002")->size(), kPiece);
}

TEST_F(LogSlots, throws_a_slot_away_that_could_not_be_synced_while_it_was_filled) {
  settings_.has_thread = true;
  settings_.slot_bytes = 2 * kPiece;
  files_.inject({.operation = SimFiles::Operation::Sync, .path = "/data/slot-000002", .skip = 1});
  ASSERT_TRUE(open().ok());
  clock_.await_parked(1);
  EXPECT_THAT(slots(), ElementsAre("slot-000001"));
  EXPECT_EQ(log_->figures().free_slots, 0U);
  EXPECT_TRUE(log_->failure().ok());
}

TEST_F(LogSlots, keeps_what_it_could_fill_of_a_slot_when_the_disk_is_full) {
  settings_.has_thread = true;
  settings_.slot_bytes = 4 * kPiece;
  settings_.minimum_free_bytes = kPiece;
  auto filling = blocking_.block(Operation::Write, "/data/slot-000002");
  ASSERT_TRUE(open().ok());
  filling.wait_until_reached();
  files_.set_capacity(3 * kPiece);
  filling.let_go();
  clock_.await_parked(1);
  EXPECT_EQ(files_.content("/data/slot-000002")->size(), kPiece) << "the rest would leave less than the minimum";
  EXPECT_EQ(log_->figures().free_slots, 1U);
}

TEST_F(LogSlots, takes_a_segment_that_could_not_be_begun_for_none_though_all_of_it_was_written) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put().ok());
  files_.inject({.operation = SimFiles::Operation::Write, .path = "/data/slot-000002", .written_bytes = kPiece});
  EXPECT_FALSE(put(1, 10'000).ok());
  ASSERT_TRUE(put().ok()) << "it fits into the segment before";
  files_.crash_process();
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 2U);
}

TEST_F(LogSlots, goes_on_in_a_newer_segment_when_one_that_could_not_be_begun_cannot_be_removed) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put().ok());
  files_.inject({.operation = SimFiles::Operation::Write, .path = "/data/slot-000002", .written_bytes = kPiece});
  files_.inject({.operation = SimFiles::Operation::Remove, .path = "/data/slot-000002"});
  EXPECT_FALSE(put(1, 10'000).ok());
  ASSERT_TRUE(put().ok());
  EXPECT_THAT(slots(), ElementsAre("slot-000001", "slot-000002", "slot-000003"));
  files_.crash_process();
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 2U);
}

TEST_F(LogSlots, does_not_lose_the_name_of_a_slot_that_was_made_just_before_a_kill) {
  ASSERT_TRUE(open().ok());
  files_.inject({.operation = SimFiles::Operation::SyncDirectory, .path = "/data"});
  EXPECT_FALSE(put(1, 15'000).ok());
  EXPECT_THAT(slots(), ElementsAre("slot-000001", "slot-000002"));
  files_.crash_process();
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(2).ok());
  files_.crash_power({.pattern = sim::PowerCut::Pattern::None});
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 2U);
}

TEST_F(LogSlots, does_not_give_the_number_of_a_slot_that_was_put_aside_again) {
  files_.add_file("/data/slot-000007.damaged", "x");
  ASSERT_TRUE(open().ok());
  EXPECT_THAT(slots(), ElementsAre("slot-000007.damaged", "slot-000008"));
}

}  // namespace
}  // namespace flume::storage
