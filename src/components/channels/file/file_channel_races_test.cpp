// What other threads do while one of them reads from the disk or waits for it.
#include <cerrno>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/channels/file/file_channel_fixture.h"
#include "support/one_entry.h"

namespace flume {
namespace {

using Operation = BlockingFiles::Operation;

class FileChannelRaces : public FileChannelTest {
 protected:
  /// Nothing stays in memory: who takes reads from the disk.
  FileChannelRaces() { options_.hot_bytes = Bytes{0}; }

  template <typename Call>
  static auto in_a_thread(Call call) {
    return std::async(std::launch::async, std::move(call));
  }
  static std::vector<int> numbers_of(const TakeTransaction& taken) {
    std::vector<int> numbers;
    for (const EventView event : taken.events()) numbers.push_back(std::stoi(std::string(event.body())));
    return numbers;
  }
  Result<TakeTransaction> take_exactly(const Ranges& ids) { return taker_->take({}, Deadline::immediate(), {}, &ids); }
  std::uint64_t room_used() const { return channel_->size(); }
};

TEST_F(FileChannelRaces, an_event_that_is_taken_by_id_while_others_load_is_not_delivered_twice) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  const auto other = *channel_->taker("k2");
  {
    auto reading = blocking_.block(Operation::Read, "/data/slot-*");
    auto loading = in_a_thread([&] { return *other->take({.events = 100}, Deadline::immediate(), {}); });
    reading.wait_until_reached();
    auto taken = take_exactly({{3, 5}});
    ASSERT_TRUE(taken.ok()) << taken.status().message();
    ASSERT_TRUE(taken->commit().ok());
    reading.let_go();
    TakeTransaction rest = loading.get();
    EXPECT_EQ(numbers_of(rest), (std::vector<int>{0, 1, 4, 5, 6, 7, 8, 9}));
    EXPECT_TRUE(rest.commit().ok());
  }
  EXPECT_EQ(room_used(), 0U);
  EXPECT_TRUE(drain().empty());
}

TEST_F(FileChannelRaces, events_that_are_settled_while_they_are_asked_for_by_id_are_not_there) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  const Ranges ids{{1, 3}};
  // The settling has told everybody that the ids are gone from memory, and waits for its sync.
  auto syncing = blocking_.block(Operation::Sync, "/data/slot-000001");
  auto settled = in_a_thread([&] { return channel_->settle(ids, {}); });
  syncing.wait_until_reached();
  EXPECT_EQ(take_exactly(ids).cause(), Cause::NotFound);
  EXPECT_EQ(channel_->settle(ids, {}).kind(), ErrorKind::Retryable);
  syncing.let_go();
  EXPECT_TRUE(settled.get().ok());
  EXPECT_EQ(take_exactly(ids).cause(), Cause::NotFound);
  EXPECT_TRUE(channel_->settle(ids, {}).ok());
  EXPECT_EQ(room_used(), 8U);
  EXPECT_EQ(drain(), numbers(2, 10)) << "what was asked for in vain can be taken by all";
}

TEST_F(FileChannelRaces, a_sink_that_waits_goes_on_when_another_one_cannot_read) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  const auto other = *channel_->taker("k2");
  auto reading = blocking_.block(Operation::Read, "/data/slot-*");
  auto loading = in_a_thread([&] { return other->take({.events = 100}, Deadline::never(), {}).status(); });
  reading.wait_until_reached();
  auto waiting = in_a_thread([&] { return *taker_->take({.events = 100}, Deadline::never(), {}); });
  services_.clock.await_parked(2);  // beside the log's thread
  reading.fail(retryable("the disk is ill", Cause::Io));
  EXPECT_EQ(loading.get().cause(), Cause::Io);
  TakeTransaction taken = waiting.get();
  EXPECT_EQ(numbers_of(taken), numbers(0, 10));
}

TEST_F(FileChannelRaces, what_a_failed_read_was_asked_for_by_id_can_be_taken_by_all) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  {
    auto reading = blocking_.block(Operation::Read, "/data/slot-*");
    auto taken = in_a_thread([&] { return take_exactly({{1, 3}}).status(); });
    reading.wait_until_reached();
    reading.fail(retryable("the disk is ill", Cause::Io));
    EXPECT_EQ(taken.get().cause(), Cause::Io);
  }
  EXPECT_EQ(drain(), numbers(0, 10));
}

TEST_F(FileChannelRaces, events_before_damage_are_read_once) {
  options_.max_file_size = Bytes{std::int64_t{64} << 10};
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 2000; i += 50) ASSERT_TRUE(put(i, i + 50).ok());
  stop();
  close();
  damage("475....");
  ASSERT_TRUE(open().ok());
  TakeTransaction before = take(1000);
  EXPECT_EQ(numbers_of(before), numbers(0, 450));
  // They are given back, and taken again: as often as they are, not more of them.
  before = {};
  for (int i = 0; i < 3; ++i) {
    TakeTransaction again = take(1000);
    EXPECT_EQ(numbers_of(again), numbers(0, 450));
  }
  before = take(1000);
  EXPECT_TRUE(before.commit().ok());
  EXPECT_EQ(taker_->take({.events = 10}, Deadline::immediate(), {}).status().kind(), ErrorKind::Corrupt);
}

TEST_F(FileChannelRaces, a_commit_of_a_take_of_an_earlier_run_is_refused_and_its_events_come_once) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  {
    TakeTransaction taken = take(4);
    stop();
    ASSERT_TRUE(channel_->start().ok());
    EXPECT_FALSE(taken.commit().ok());
    EXPECT_EQ(drain(), numbers(0, 10));
  }
  EXPECT_TRUE(drain().empty());
  EXPECT_EQ(room_used(), 0U);
}

/// Bytes of what the channel has in memory, as the allocator of slabs sees it, are not looked at here: how much is read is.
TEST_F(FileChannelRaces, large_events_are_read_piece_by_piece_whatever_a_sink_would_take) {
  options_.max_file_size = Bytes{std::int64_t{4} << 20};
  ASSERT_TRUE(open().ok());
  const std::string body(std::size_t{300} << 10, 'x');
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(builder_.body(body).ok());
    EventBatch one = builder_.take();
    ASSERT_TRUE(putter_->put(one, {}, Deadline::immediate(), {}).ok());
  }
  std::uint32_t seen = 0;
  while (seen < 20) {
    TakeTransaction taken = take(1000);
    ASSERT_FALSE(taken.empty());
    EXPECT_LT(taken.events().bytes(), std::uint64_t{2} << 20);
    seen += taken.events().size();
    ASSERT_TRUE(taken.commit().ok());
  }
}

TEST_F(FileChannelRaces, a_large_hold_that_is_released_is_read_piece_by_piece_and_in_order) {
  options_.capacity = options_.transaction_capacity = 100'000;
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 60'000; i += 100) ASSERT_TRUE(put(i, i + 100).ok());
  const Hold hold{"k9", {{1, 50'001}}};
  ASSERT_TRUE(channel_->note({}, Durability::Written, &hold).ok());
  {
    TakeTransaction behind = take(10);
    EXPECT_EQ(numbers_of(behind), numbers(50'000, 50'010));
  }
  const Hold none{"k9", {}};
  ASSERT_TRUE(channel_->note({}, Durability::Written, &none).ok());
  int next = 0;
  while (next < 60'000) {
    TakeTransaction taken = take(100'000);
    ASSERT_FALSE(taken.empty()) << next;
    EXPECT_LT(taken.events().bytes(), std::uint64_t{2} << 20) << next;
    for (const int number : numbers_of(taken)) ASSERT_EQ(number, next++);
    ASSERT_TRUE(taken.commit().ok());
  }
}

TEST_F(FileChannelRaces, a_note_does_not_overtake_a_put_of_its_source_that_failed) {
  ASSERT_TRUE(open().ok());
  services_.files.inject({.operation = SimFiles::Operation::Write, .error_number = ENOSPC, .times = SimFiles::Fault::kForever});
  std::promise<Status> stored;
  EventBatch events = batch(0, 1);
  ASSERT_TRUE(
      putter_
          ->put_async(events, OneEntry("source:a", "at", "1"), [&](const Status& result, const EventBatch&) { stored.set_value(result); })
          .ok());
  ASSERT_FALSE(stored.get_future().get().ok());
  services_.files.clear_faults();
  EXPECT_FALSE(channel_->note(OneEntry("source:a", "at", "2"), Durability::Written).ok()) << "it would say that the event is there";
  EXPECT_TRUE(channel_->bookmark("source:a")->empty());
  EXPECT_TRUE(channel_->note(OneEntry("source:b", "at", "2"), Durability::Written).ok());
  putter_ = *channel_->putter("r1");
  EXPECT_TRUE(channel_->note(OneEntry("source:a", "at", "2"), Durability::Written).ok()) << "the source has begun anew";
}

}  // namespace
}  // namespace flume
