// When events go to the overflow and when not, and in which order they come out; the contract of every channel is in
// tests/conformance.
#include <atomic>
#include <future>

#include "components/channels/spillable_memory/spillable_memory_fixture.h"
#include "flume/registry.h"

namespace flume {
namespace {

using testing::HasSubstr;

TEST_F(SpillableMemoryTest, is_found_by_alias_and_by_class) {
  ComponentRegistry registry;
  add_builtin_components(registry);
  const auto by_alias = registry.find(Kind::Channel, "SPILLABLEMEMORY");
  const auto by_class = registry.find(Kind::Channel, "org.apache.flume.channel.SpillableMemoryChannel");
  ASSERT_TRUE(by_alias.ok() && by_class.ok());
  EXPECT_EQ(*by_alias, *by_class);
}

TEST_F(SpillableMemoryTest, keeps_in_memory_what_fits_there) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  EXPECT_EQ(in_memory(), 10);
  EXPECT_EQ(in_overflow(), 0);
  EXPECT_EQ(drain(), numbers(0, 10));
}

TEST_F(SpillableMemoryTest, spills_when_memory_has_been_full_for_the_timeout) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  Status stored;
  EventBatch events = batch(10, 15);
  std::jthread producer([&] { stored = putter_->put(events, {}, Deadline::never(), {}); });
  services_.clock.await_parked(kOwnThreads + 1);
  services_.clock.advance(std::chrono::milliseconds(2999));
  services_.clock.await_parked(kOwnThreads + 1);
  EXPECT_EQ(in_overflow(), 0);
  services_.clock.advance(std::chrono::milliseconds(1));
  producer.join();
  EXPECT_TRUE(stored.ok()) << stored.message();
  EXPECT_EQ(in_overflow(), 5);
  EXPECT_EQ(metric("ChannelIsSpilling"), 1);
  // From now on nobody waits.
  events = batch(15, 20);
  ASSERT_TRUE(putter_->put(events, {}, Deadline::never(), {}).ok());
  EXPECT_EQ(in_overflow(), 10);
  EXPECT_EQ(drain(), numbers(0, 20));
}

TEST_F(SpillableMemoryTest, spills_at_once_with_a_timeout_of_0) {
  options_.overflow_timeout = std::chrono::seconds(0);
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  EventBatch events = batch(10, 15);
  ASSERT_TRUE(putter_->put(events, {}, Deadline::never(), {}).ok());
  EXPECT_EQ(in_overflow(), 5);
}

TEST_F(SpillableMemoryTest, goes_back_to_memory_when_enough_of_it_is_free) {
  options_.overflow_deactivation_threshold = 50;
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  ASSERT_TRUE(put(10, 12).ok());
  ASSERT_TRUE(take(4).commit().ok());
  ASSERT_TRUE(put(12, 13).ok());
  EXPECT_EQ(in_memory(), 6);
  EXPECT_EQ(in_overflow(), 3) << "4 of 10 are free";
  ASSERT_TRUE(take(1).commit().ok());
  ASSERT_TRUE(put(13, 14).ok());
  EXPECT_EQ(in_memory(), 6) << "5 of 10 were free";
  EXPECT_EQ(in_overflow(), 3);
  EXPECT_EQ(metric("ChannelIsSpilling"), 0);
  EXPECT_EQ(drain(), numbers(5, 14));
}

TEST_F(SpillableMemoryTest, keeps_the_order_whatever_goes_where) {
  options_.overflow.hot_bytes = Bytes{60};  // most of the overflow is read from the disk
  ASSERT_TRUE(open().ok());
  std::vector<int> out;
  int next = 0;
  int spills = 0;
  for (int round = 0; round < 400; ++round) {
    const int size = 1 + round * 7 % 6;
    ASSERT_TRUE(put(next, next + size).ok());
    next += size;
    spills += metric("ChannelIsSpilling") != 0 ? 1 : 0;
    if (round % 40 < 25 && round % 3 != 0) continue;
    TakeTransaction taken = take(static_cast<std::uint32_t>(1 + round * 5 % 17));
    const Ranges ids = taken.ids();
    if (round % 4 == 0) {
      taken.give_back();
      taken = take(static_cast<std::uint32_t>(ids.count()));
      ASSERT_EQ(taken.ids(), ids);
    }
    for (const int number : numbers(taken.events())) out.push_back(number);
    ASSERT_TRUE(taken.commit().ok());
  }
  for (const int number : drain(13)) out.push_back(number);
  EXPECT_EQ(out, numbers(0, next));
  EXPECT_GT(spills, 20);
  EXPECT_LT(spills, 380);
}

TEST_F(SpillableMemoryTest, gives_events_of_both_sides_in_one_take) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  ASSERT_TRUE(put(10, 14).ok());
  ASSERT_TRUE(take(5).commit().ok());
  ASSERT_TRUE(put(14, 18).ok());
  EXPECT_EQ(in_memory(), 9);
  TakeTransaction taken = take();
  EXPECT_EQ(numbers(taken.events()), numbers(5, 18));
  const Ranges ids = taken.ids();
  Ranges part({ids.at(2), ids.at(6)});
  part.add({ids.at(11), ids.at(12)});
  ASSERT_TRUE(taken.commit({}, Durability::Written, &part).ok());
  EXPECT_EQ(drain(), (std::vector<int>{5, 6, 11, 12, 13, 14, 15, 17}));
}

TEST_F(SpillableMemoryTest, is_a_memory_channel_without_an_overflow) {
  options_.overflow_capacity = 0;
  options_.overflow.transaction_capacity = 10;
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  EXPECT_EQ(put(10, 11).cause(), Cause::Full);
  EXPECT_EQ(services_.files.info("/data").cause(), Cause::NotFound);
  EXPECT_EQ(drain(), numbers(0, 10));
}

TEST_F(SpillableMemoryTest, puts_all_into_the_overflow_without_memory) {
  options_.memory_capacity = 0;
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 100; i += 10) ASSERT_TRUE(put(i, i + 10).ok());
  EXPECT_EQ(in_overflow(), 100);
  EXPECT_EQ(drain(), numbers(0, 100));
}

TEST_F(SpillableMemoryTest, sends_to_the_overflow_what_memory_could_never_have_and_only_that) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 20).ok());
  ASSERT_TRUE(put(20, 25).ok());
  EXPECT_EQ(in_overflow(), 20);
  EXPECT_EQ(in_memory(), 5);
  EXPECT_EQ(drain(), numbers(0, 25));
}

TEST_F(SpillableMemoryTest, counts_bodies_in_slots_of_the_average_size) {
  options_.memory_capacity = 1000;
  options_.avg_event_size = Bytes{50};
  options_.byte_capacity_buffer_percentage = 20;
  options_.byte_capacity = Bytes{625};  // 500 for bodies: ten slots
  ASSERT_TRUE(open().ok());
  const auto put_body = [this](std::size_t bytes) {
    EXPECT_TRUE(builder_.body(std::string(bytes, '7')).ok());
    EventBatch events = builder_.take();
    return putter_->put(events, {}, Deadline::immediate(), {});
  };
  ASSERT_TRUE(put_body(51).ok());
  ASSERT_TRUE(put_body(0).ok());
  ASSERT_TRUE(put_body(350).ok());
  EXPECT_EQ(in_memory(), 3) << "2 + 1 + 7 slots";
  ASSERT_TRUE(put_body(1).ok());
  EXPECT_EQ(in_overflow(), 1);
  ASSERT_TRUE(take(1).commit().ok());
  ASSERT_TRUE(put_body(100).ok());
  EXPECT_EQ(in_memory(), 3) << "the two slots of the first one";
}

TEST_F(SpillableMemoryTest, tells_an_event_loop_when_it_need_not_wait_for_memory_any_more) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  EventBatch events = batch(10, 12);
  EXPECT_EQ(putter_->put_async(events, {}, {}).cause(), Cause::Full);
  EXPECT_EQ(events.size(), 2U);
  std::promise<void> called;
  putter_->on_space([&called] { called.set_value(); });
  services_.clock.await_parked(kOwnThreads);
  services_.clock.advance(std::chrono::seconds(3));
  called.get_future().wait();
  std::promise<Status> stored;
  ASSERT_TRUE(putter_->put_async(events, {}, [&stored](Status status, const EventBatch&) { stored.set_value(std::move(status)); }).ok());
  EXPECT_TRUE(stored.get_future().get().ok());
  EXPECT_EQ(in_overflow(), 2);
  EXPECT_EQ(drain(), numbers(0, 12));
}

TEST_F(SpillableMemoryTest, tells_an_event_loop_when_memory_has_room_before_that) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  EventBatch events = batch(10, 12);
  EXPECT_EQ(putter_->put_async(events, {}, {}).cause(), Cause::Full);
  int calls = 0;
  putter_->on_space([&calls] { ++calls; });
  EXPECT_EQ(calls, 0);
  ASSERT_TRUE(take(5).commit().ok());
  EXPECT_EQ(calls, 1);
  ASSERT_TRUE(putter_->put_async(events, {}, {}).ok());
  EXPECT_EQ(in_overflow(), 0);
}

TEST_F(SpillableMemoryTest, stores_the_bookmark_of_an_asynchronous_put_with_its_events) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  ASSERT_TRUE(put(10, 11).ok());  // spills
  for (int i = 0; i < 20; ++i) {
    const std::string position = std::to_string(i);
    const KeyValue entry{"position", position};
    const BookmarkDelta delta{"source", {&entry, 1}};
    std::promise<Status> stored;
    EventBatch events = batch(11 + i, 12 + i);
    ASSERT_TRUE(
        putter_->put_async(events, {&delta, 1}, [&](Status status, const EventBatch&) { stored.set_value(std::move(status)); }).ok());
    ASSERT_TRUE(stored.get_future().get().ok());
    EXPECT_EQ(channel_->bookmark("source")->at("position"), position);
  }
}

TEST_F(SpillableMemoryTest, goes_on_in_memory_when_the_overflow_cannot_be_written) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  services_.files.inject({.operation = SimFiles::Operation::Write, .error_number = 28, .times = SimFiles::Fault::kForever});
  EventBatch events = batch(10, 15);
  const Status refused = putter_->put(events, {}, Deadline::immediate(), {});
  EXPECT_EQ(refused.kind(), ErrorKind::Retryable);
  EXPECT_THAT(refused.message(), HasSubstr("the overflow cannot store events"));
  EXPECT_EQ(numbers(events), numbers(10, 15)) << "untouched";
  EXPECT_TRUE(services_.log.contains("the memory side goes on"));
  ASSERT_TRUE(take(5).commit().ok());
  ASSERT_TRUE(putter_->put(events, {}, Deadline::immediate(), {}).ok()) << "memory has room";
  services_.files.clear_faults();
  ASSERT_TRUE(put(15, 20).ok());
  EXPECT_EQ(in_overflow(), 5) << "the disk has room again";
  EXPECT_EQ(drain(), numbers(5, 20));
}

TEST_F(SpillableMemoryTest, delivers_what_is_in_memory_when_the_overflow_has_failed) {
  options_.overflow_deactivation_threshold = 10;
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  ASSERT_TRUE(put(10, 15).ok());
  ASSERT_TRUE(take(5).commit().ok());
  ASSERT_TRUE(put(15, 20).ok());
  EXPECT_EQ(in_overflow(), 5);
  services_.files.inject({.operation = SimFiles::Operation::Sync, .error_number = 5, .times = SimFiles::Fault::kForever});
  // A commit that is to be synced finds out.
  TakeTransaction taken = take(7);
  ASSERT_EQ(numbers(taken.events()), numbers(5, 12));
  EXPECT_FALSE(taken.commit({}, Durability::Synced).ok());
  taken.give_back();
  EXPECT_EQ(drain(), (std::vector<int>{5, 6, 7, 8, 9, 15, 16, 17, 18, 19}));
  EXPECT_EQ(channel_->size(), 5U);
  EXPECT_TRUE(services_.log.contains("stays there"));
}

TEST_F(SpillableMemoryTest, reads_the_overflow_again_when_its_disk_does) {
  options_.overflow.hot_bytes = Bytes{0};
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  ASSERT_TRUE(put(10, 15).ok());
  services_.files.inject({.operation = SimFiles::Operation::Read, .error_number = 5});
  EXPECT_EQ(drain(), numbers(0, 10));
  TakeTransaction late;
  std::jthread consumer([&] { late = *taker_->take({}, Deadline::never(), {}); });
  services_.clock.await_parked(kOwnThreads + 1);
  services_.clock.advance(std::chrono::seconds(5));
  consumer.join();
  EXPECT_EQ(numbers(late.events()), numbers(10, 15));
  ASSERT_TRUE(late.commit().ok());
}

TEST_F(SpillableMemoryTest, says_who_has_its_folders) {
  ASSERT_TRUE(open().ok());
  const auto other = make("c2");
  const Status started = other->start();
  EXPECT_FALSE(started.ok());
  EXPECT_THAT(started.message(), HasSubstr("overflow: "));
  EXPECT_THAT(started.message(), HasSubstr("in_use.lock"));
}

TEST_F(SpillableMemoryTest, shows_how_much_is_where) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  ASSERT_TRUE(put(10, 13).ok());
  EXPECT_EQ(metric("ChannelSize"), 13);
  EXPECT_EQ(metric("ChannelCapacity"), 1010);
  EXPECT_EQ(metric("EventPutSuccessCount"), 13);
  EXPECT_EQ(metric("EventPutAttemptCount"), 13);
  EXPECT_EQ(drain().size(), 13U);
  EXPECT_EQ(metric("EventTakeSuccessCount"), 13);
  EXPECT_EQ(metric("ChannelSpillCount"), 1);
  int groups = 0;
  for (const GroupSnapshot& group : services_.metrics.snapshot()) groups += group.in_flume_json ? 1 : 0;
  EXPECT_EQ(groups, 1) << "one channel in Flume's JSON";
}

TEST(SpillableMemoryOptions, refuse_a_channel_without_a_place_for_events) {
  SpillableMemoryOptions options;
  EXPECT_TRUE(check(options).empty());
  options.memory_capacity = options.overflow_capacity = 0;
  ASSERT_EQ(check(options).size(), 1U);
  EXPECT_THAT(check(options).front().message, HasSubstr("no place for events"));
  options.overflow_capacity = 100;
  EXPECT_THAT(check(options).front().message, HasSubstr("could never be stored"));
  options.overflow.transaction_capacity = 100;
  EXPECT_TRUE(check(options).empty());
}

}  // namespace
}  // namespace flume
