// The log as its owner sees it; what power and kills do to it is in tests/power.
#include <thread>

#include "storage/segment_log_fixture.h"

namespace flume::storage {
namespace {

using testing::HasSubstr;

TEST_F(SegmentLogTest, uses_its_slots_again_and_again) {
  ASSERT_TRUE(open().ok());
  for (EventId id = 1; id <= 2000; ++id) {
    ASSERT_TRUE(put().ok());
    ASSERT_TRUE(take({id, id + 1}).ok());
  }
  EXPECT_LE(slots().size(), 5U);
  EXPECT_EQ(log_->stored(), 0U);
  log_->close();
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(log_->end_id(), 2001U);
  EXPECT_EQ(log_->stored(), 0U);
}

TEST_F(SegmentLogTest, gives_a_record_above_a_slot_one_of_its_own) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(3, 50'000).ok());
  ASSERT_TRUE(put().ok());
  EXPECT_EQ(readable(), 4U);
  log_->close();
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 4U);
}

TEST_F(SegmentLogTest, goes_on_when_a_full_disk_has_space_again) {
  ASSERT_TRUE(open().ok());
  files_.set_capacity(75'000);
  Status stored;
  int puts = 0;
  while ((stored = put(1, 1000)).ok()) ++puts;
  EXPECT_EQ(stored.cause(), Cause::NoSpace) << stored.message();
  EXPECT_GT(puts, 20);
  EXPECT_TRUE(take({1, 3}).ok()) << "the last slot is kept for this";
  EXPECT_TRUE(log_->failure().ok());
  files_.set_capacity(1 << 20);
  EXPECT_TRUE(put(1, 1000).ok());
  EXPECT_EQ(readable(), static_cast<std::uint64_t>(puts) - 1);
}

TEST_F(SegmentLogTest, leaves_the_minimum_of_space_free) {
  ASSERT_TRUE(open().ok());
  log_->close();
  files_.set_capacity(std::uint64_t{1} << 20);
  settings_.minimum_free_bytes = std::uint64_t{900} << 10;
  ASSERT_TRUE(open().ok());
  Status stored;
  while ((stored = put(1, 1000)).ok()) {
  }
  EXPECT_THAT(stored.message(), HasSubstr("minimumRequiredSpace = 921600"));
  EXPECT_GE(*files_.free_space("/data"), settings_.minimum_free_bytes);
}

TEST_F(SegmentLogTest, ends_with_the_sync_that_failed_and_has_everything_when_it_is_opened_again) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put().ok());
  files_.inject({.operation = SimFiles::Operation::Sync, .path = "/data/slot-*"});
  EXPECT_EQ(put().kind(), ErrorKind::Fatal);
  EXPECT_EQ(put().kind(), ErrorKind::Fatal) << "not tried again";
  EXPECT_EQ(take({1, 2}).kind(), ErrorKind::Fatal);
  EXPECT_FALSE(log_->failure().ok());
  ASSERT_TRUE(open().ok());
  EXPECT_GE(readable(), 1U);
  EXPECT_TRUE(put().ok());
}

TEST_F(SegmentLogTest, names_damage_in_the_newest_segment_and_changes_nothing) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(2).ok());
  log_->close();
  log_.reset();
  const std::uint64_t at = find_head_of("/data/slot-000001", 5);
  flip("/data/slot-000001", at + 60);
  const std::string before = *files_.content("/data/slot-000001");
  const Status refused = open();
  EXPECT_EQ(refused.kind(), ErrorKind::Corrupt);
  EXPECT_THAT(refused.message(), HasSubstr("/data/slot-000001, bytes " + std::to_string(at) + " to "));
  EXPECT_THAT(refused.message(), HasSubstr("events 5-6 are lost"));
  EXPECT_EQ(*files_.content("/data/slot-000001"), before);

  settings_.on_damage = OnDamage::Skip;
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(log_->damages_at_open().size(), 1U);
  EXPECT_EQ(log_->stored(), 8U);
  EXPECT_EQ(readable(), 8U);
}

TEST_F(SegmentLogTest, names_damage_in_an_older_segment_when_it_is_read) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 120; ++i) ASSERT_TRUE(put().ok());
  log_->close();
  log_.reset();
  const std::uint64_t at = find_head_of("/data/slot-000001", 7);
  ASSERT_NE(at, 0U);
  flip("/data/slot-000001", at + 8);  // its length: even the record's head is gone
  ASSERT_TRUE(open().ok());
  std::optional<Damage> damage;
  EXPECT_EQ(readable(&damage), 119U);
  ASSERT_TRUE(damage.has_value());
  EXPECT_EQ(damage->ids, Ranges({7, 8}));
  EXPECT_EQ(damage->from, at);
}

TEST_F(SegmentLogTest, reads_a_segment_whose_head_is_gone_in_both_places) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 120; ++i) ASSERT_TRUE(put().ok());
  log_->close();
  log_.reset();
  flip("/data/slot-000001", 100);
  flip("/data/slot-000001", kSecondHead + 100);
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 120U);
}

TEST_F(SegmentLogTest, names_a_slot_that_is_missing) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 120; ++i) ASSERT_TRUE(put().ok());
  log_->close();
  log_.reset();
  ASSERT_TRUE(files_.remove("/data/slot-000001").ok());
  const Status refused = open();
  EXPECT_EQ(refused.kind(), ErrorKind::Corrupt);
  EXPECT_THAT(refused.message(), HasSubstr("segment 1 is in no slot of dataDirs"));
  EXPECT_THAT(refused.message(), HasSubstr("events 1-"));
}

TEST_F(SegmentLogTest, leaves_what_a_newer_version_or_Apache_Flume_wrote_alone) {
  ASSERT_TRUE(open().ok());
  log_->close();
  log_.reset();
  SegmentHead newer;
  newer.version = 2;
  std::string content(16 << 10, '\0');
  content.replace(0, kHeadBytes, as_text(newer.encode()));
  files_.add_file("/data/slot-000009", content);
  Status refused = open();
  EXPECT_EQ(refused.kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(refused.message(), HasSubstr("slot-000009 has format version 2"));

  ASSERT_TRUE(files_.remove("/data/slot-000009").ok());
  files_.add_file("/data/log-3", "x");
  refused = open();
  EXPECT_EQ(refused.kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(refused.message(), HasSubstr("Apache Flume's file channel (log-3)"));
}

TEST_F(SegmentLogTest, refuses_the_folders_of_two_channels) {
  ASSERT_TRUE(open().ok());
  log_->close();
  log_.reset();
  settings_.folders = {"/other"};
  ASSERT_TRUE(open().ok());
  log_->close();
  log_.reset();
  settings_.folders = {"/data", "/other"};
  const Status refused = open();
  EXPECT_EQ(refused.kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(refused.message(), HasSubstr("belongs to another channel"));
}

TEST_F(SegmentLogTest, is_opened_by_one_only) {
  ASSERT_TRUE(open().ok());
  const auto second = SegmentLog::open(settings_, files_, clock_, Log(lines_, "channels.c2"), *this);
  EXPECT_EQ(second.cause(), Cause::Exists);
  EXPECT_THAT(second.status().message(), HasSubstr("/data/in_use.lock is in use by process"));
}

TEST_F(SegmentLogTest, spreads_its_slots_over_the_folders) {
  settings_.folders = {"/disk1/data", "/disk2/data"};
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(put().ok());
  EXPECT_GE(files_.list("/disk1/data")->size(), 2U);
  EXPECT_GE(files_.list("/disk2/data")->size(), 2U);
  log_->close();
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 200U);
}

TEST_F(SegmentLogTest, syncs_written_takes_when_their_time_has_come) {
  settings_.has_thread = true;
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(2).ok());
  ASSERT_TRUE(take({1, 2}).ok());
  const auto stored_after_power_loss = [this] {
    const auto image = files_.image_after_power_loss({.pattern = sim::PowerCut::Pattern::None});
    LogSettings settings = settings_;
    settings.has_thread = false;
    auto opened = SegmentLog::open(settings, *image, clock_, Log(lines_, "channels.c1"), *this);
    return opened ? (*opened)->stored() : 0;
  };
  while (stored_after_power_loss() != 1) {
    clock_.advance(std::chrono::milliseconds(50));
    std::this_thread::yield();
  }
}

TEST_F(SegmentLogTest, stores_what_many_threads_put_in_groups) {
  settings_.has_thread = true;
  settings_.slot_bytes = std::uint64_t{256} << 10;
  ASSERT_TRUE(open().ok());
  constexpr int kThreads = 8;
  constexpr int kPuts = 100;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < kPuts; ++i) EXPECT_TRUE(put().ok());
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(log_->stored(), std::uint64_t{kThreads} * kPuts);
  EXPECT_EQ(readable(), std::uint64_t{kThreads} * kPuts);
  log_->close();
}

TEST_F(SegmentLogTest, passes_over_ids_that_are_given_to_events_elsewhere) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(2).ok());
  EventBatch events = batch_of({{{}, "late"}});
  ASSERT_TRUE(log_->put(events, {}, 10).ok());
  EXPECT_EQ(log_->end_id(), 11U);
  EXPECT_EQ(log_->stored(), 3U);
  Ranges gone(IdRange{3, 10});
  gone.add({11, 20});
  EXPECT_EQ(log_->gone_among(Ranges(IdRange{1, 20})), gone);
  EXPECT_EQ(readable(), 3U);
  EXPECT_EQ(log_->find(5)->id, 10U);
  ASSERT_TRUE(put(1).ok());
  const std::uint64_t records = log_->figures().records;
  events = batch_of({{{}, "next"}});
  ASSERT_TRUE(log_->put(events, {}, 12).ok());
  EXPECT_EQ(log_->figures().records, records + 1) << "nothing is passed over";
  files_.crash_process();
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(log_->end_id(), 13U);
  EXPECT_EQ(log_->stored(), 5U);
  EXPECT_EQ(readable(), 5U);
}

TEST_F(SegmentLogTest, passes_over_more_ids_than_one_record_can_name) {
  ASSERT_TRUE(open().ok());
  const EventId far = (EventId{1} << 33) + 7;
  EventBatch events = batch_of({{{}, "far"}});
  ASSERT_TRUE(log_->put(events, {}, far).ok());
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(log_->watermark(), far);
  EXPECT_EQ(readable(), 1U);
}

TEST_F(SegmentLogTest, refuses_ids_that_it_has_given_already) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(5).ok());
  EventBatch events = batch_of({{{}, "low"}});
  EXPECT_EQ(log_->put(events, {}, 3).kind(), ErrorKind::Rejected);
  EXPECT_EQ(events.size(), 1U);
  EXPECT_EQ(log_->end_id(), 6U);
}

TEST_F(SegmentLogTest, shows_and_keeps_what_is_only_written_when_puts_are_not_synced) {
  settings_.syncs_puts = false;
  ASSERT_TRUE(open().ok());
  const std::uint64_t syncs = log_->figures().syncs;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(put(2).ok());
  EXPECT_EQ(readable(), 200U);
  const std::uint64_t segments = log_->figures().segments;
  EXPECT_GT(segments, 1U);
  EXPECT_LE(log_->figures().syncs, syncs + segments) << "one for each segment that is full";
  files_.crash_process();
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 200U);
}

TEST_F(SegmentLogTest, warns_of_a_folder_on_a_network_file_system_and_goes_on) {
  settings_.folders = {"/data", "/mnt/far/data"};
  files_.mount_from_network("/mnt/far", "nfs");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(lines_.count(LogLevel::Warn, "network file system"), 1U);
  EXPECT_EQ(lines_.count(LogLevel::Warn, "/mnt/far/data"), 1U);
  EXPECT_EQ(lines_.count(LogLevel::Warn, "nfs"), 1U);
  EXPECT_TRUE(put().ok());
}

}  // namespace
}  // namespace flume::storage
