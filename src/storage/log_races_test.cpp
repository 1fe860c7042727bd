// What one thread does to a log while another is held up in the disk.
#include <chrono>
#include <future>
#include <thread>

#include "storage/segment_log_fixture.h"

namespace flume::storage {
namespace {

using Operation = BlockingFiles::Operation;

class LogRaces : public SegmentLogTest {
 protected:
  template <typename Call>
  static std::future<Status> in_a_thread(Call call) {
    return std::async(std::launch::async, std::move(call));
  }
  template <typename Condition>
  static void wait_until(Condition condition) {
    while (!condition()) std::this_thread::yield();
  }
  /// Puts without waiting; the results come in the order of the calls of their completions.
  Status put_async(const SegmentLog::Stream& stream, std::span<const BookmarkDelta> deltas = {}, std::size_t body_bytes = 100) {
    EventBatch made = batch_of({{{}, std::string(body_bytes, 'x')}});
    const int number = ++puts_;
    return log_->put_async(made, deltas, stream, [this, number](const Status& status, const EventBatch&) {
      const std::lock_guard lock(mutex_);
      completed_.push_back(std::to_string(number) + (status.ok() ? " stored" : " failed"));
    });
  }
  std::vector<std::string> completed() {
    const std::lock_guard lock(mutex_);
    return completed_;
  }

 private:
  int puts_ = 0;
  std::mutex mutex_;
  std::vector<std::string> completed_;
};

TEST_F(LogRaces, a_write_that_ends_after_a_sync_has_failed_does_not_count) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(2).ok());
  auto syncing = blocking_.block(Operation::Sync, "/data/slot-000001");
  auto put_status = in_a_thread([this] { return put(); });
  syncing.wait_until_reached();
  auto writing = blocking_.block(Operation::Write, "/data/slot-000001");
  auto take_status = in_a_thread([this] { return take({1, 2}); });
  writing.wait_until_reached();

  syncing.fail(retryable("the disk is ill", Cause::Io));
  EXPECT_EQ(put_status.get().kind(), ErrorKind::Fatal);
  writing.let_go();
  EXPECT_EQ(take_status.get().kind(), ErrorKind::Fatal);
  EXPECT_TRUE(log_->gone_among({{1, 2}}).empty());
}

TEST_F(LogRaces, a_new_segment_that_waited_for_a_sync_that_failed_does_not_begin) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(2).ok());
  auto syncing = blocking_.block(Operation::Sync, "/data/slot-000001");
  auto put_status = in_a_thread([this] { return put(); });
  syncing.wait_until_reached();
  const std::uint64_t groups = log_->figures().groups;
  const LargeBookmark large(3);
  auto take_status = in_a_thread([&] { return log_->take({{1, 2}}, large.span(), Durability::Written); });
  wait_until([&] { return log_->figures().groups > groups; });

  const std::uint64_t syncs = files_.count(SimFiles::Operation::Sync);
  syncing.fail(retryable("the disk is ill", Cause::Io));
  EXPECT_EQ(put_status.get().kind(), ErrorKind::Fatal);
  EXPECT_EQ(take_status.get().kind(), ErrorKind::Fatal);
  EXPECT_EQ(files_.count(SimFiles::Operation::Sync), syncs) << "what the system says of those pages cannot be believed";
  EXPECT_EQ(slots().size(), 1U);
}

TEST_F(LogRaces, a_put_that_the_logs_thread_wrote_is_synced_though_nobody_else_comes) {
  settings_.has_thread = true;
  settings_.slot_bytes = std::uint64_t{256} << 10;
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(200).ok());
  for (EventId id = 1; id <= 200; ++id) {
    clock_.await_parked(1);
    auto syncing = blocking_.block(Operation::Sync, "/data/slot-000001");
    ASSERT_TRUE(take({id, id + 1}).ok());
    clock_.await_parked(1);
    clock_.advance(settings_.sync_interval);
    syncing.wait_until_reached();
    auto writing = blocking_.block(Operation::Write, "/data/slot-000001");
    auto put_status = in_a_thread([this] { return put(); });
    wait_until([&] { return log_->figures().waiting == 1; });
    // Both the log's thread and the putter want to write now; the one that does not finds the other at it.
    syncing.let_go();
    writing.wait_until_reached();
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    writing.let_go();
    if (put_status.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
      log_->drive();
      FAIL() << "the put waits for ever";
    }
    ASSERT_TRUE(put_status.get().ok());
  }
}

TEST_F(LogRaces, the_logs_thread_does_not_watch_the_time_while_somebody_else_syncs) {
  settings_.has_thread = true;
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(2).ok());
  clock_.await_parked(1);
  auto syncing = blocking_.block(Operation::Sync, "/data/slot-000001");
  auto put_status = in_a_thread([this] { return put(); });
  syncing.wait_until_reached();
  ASSERT_TRUE(take({1, 2}).ok());
  clock_.await_parked(1);
  EXPECT_TRUE(clock_.next_deadline().is_never()) << "it would go round and round from then on";

  syncing.let_go();
  EXPECT_TRUE(put_status.get().ok());
  clock_.await_parked(1);
  EXPECT_FALSE(clock_.next_deadline().is_never());
  const std::uint64_t syncs = log_->figures().syncs;
  clock_.advance(settings_.sync_interval);
  wait_until([&] { return log_->figures().syncs > syncs; });
}

TEST_F(LogRaces, completions_come_in_the_order_of_the_calls_whatever_failed) {
  ASSERT_TRUE(open().ok());
  const auto stream = std::make_shared<std::atomic<bool>>(false);
  const auto other = std::make_shared<std::atomic<bool>>(false);
  ASSERT_TRUE(put_async(stream).ok());
  ASSERT_TRUE(put_async(other).ok());
  ASSERT_TRUE(put_async(stream).ok());
  // The write of all three fails; then the first is written, and waits for its sync; then the second fails.
  files_.inject({.operation = SimFiles::Operation::Write, .error_number = 28});
  files_.inject({.operation = SimFiles::Operation::Write, .error_number = 28, .skip = 2});
  log_->drive();
  EXPECT_EQ(completed(), (std::vector<std::string>{"1 stored", "2 failed", "3 stored"}));
}

TEST_F(LogRaces, a_note_does_not_overtake_a_put_of_its_source_that_failed) {
  ASSERT_TRUE(open().ok());
  const auto stream = std::make_shared<std::atomic<bool>>(false);
  const LargeBookmark bookmark(1);
  ASSERT_TRUE(put_async(stream).ok());
  files_.inject({.operation = SimFiles::Operation::Write, .error_number = 28});
  log_->drive();
  ASSERT_EQ(completed(), (std::vector<std::string>{"1 failed"}));
  EXPECT_FALSE(log_->note(bookmark.span(), Durability::Written, nullptr, stream).ok());
  EXPECT_TRUE(log_->bookmark("k1").empty());
  EXPECT_TRUE(log_->note(bookmark.span(), Durability::Written, nullptr).ok());
}

TEST_F(LogRaces, counts_what_a_delivery_really_removed) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(10).ok());
  std::uint64_t removed = 0;
  ASSERT_TRUE(log_->take({{3, 5}}, {}, Durability::Written, &removed).ok());
  EXPECT_EQ(removed, 2U);
  ASSERT_TRUE(log_->settle({{1, 6}}, {}, &removed).ok());
  EXPECT_EQ(removed, 3U);
  ASSERT_TRUE(log_->settle({{1, 6}}, {}, &removed).ok());
  EXPECT_EQ(removed, 0U);
}

TEST_F(LogRaces, a_hold_that_overtakes_a_delivery_is_the_same_when_the_log_is_opened_again) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(3).ok());
  auto syncing = blocking_.block(Operation::Sync, "/data/slot-000001");
  auto settled = in_a_thread([this] { return log_->settle({{1, 2}}, {}); });
  syncing.wait_until_reached();
  const Hold hold{"k1", {{1, 3}}};
  ASSERT_TRUE(log_->note({}, Durability::Written, &hold).ok());
  EXPECT_EQ(log_->held("k1"), Ranges({1, 3})) << "the delivery is not seen yet";
  syncing.let_go();
  ASSERT_TRUE(settled.get().ok());
  EXPECT_EQ(log_->held("k1"), Ranges({2, 3}));
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(log_->held("k1"), Ranges({2, 3}));
}

TEST_F(LogRaces, a_bookmark_does_not_grow_beyond_its_limit_by_changes_on_their_way) {
  ASSERT_TRUE(open().ok());
  constexpr std::size_t kKeys = 250;
  for (std::size_t i = 0; i < kMaxBookmarkOwner / (kKeys * 4003) - 1; ++i) {
    const LargeBookmark part(kKeys, std::string(1, static_cast<char>('a' + i)));
    ASSERT_TRUE(log_->note(part.span(), Durability::Written, nullptr).ok());
  }
  const auto stream = std::make_shared<std::atomic<bool>>(false);
  const LargeBookmark last(kKeys, "y");
  const LargeBookmark too_much(kKeys, "z");
  ASSERT_TRUE(put_async(stream, last.span()).ok());
  EXPECT_EQ(put_async(stream, too_much.span()).cause(), Cause::Full) << "it may be tried again";
  const Status refused = log_->note(too_much.span(), Durability::Written, nullptr);
  EXPECT_EQ(refused.cause(), Cause::TooLarge);
  log_->drive();
  EXPECT_EQ(completed(), (std::vector<std::string>{"1 stored"})) << "the note saw to it, to know";
}

}  // namespace
}  // namespace flume::storage
