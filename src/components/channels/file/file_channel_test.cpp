// What is the file channel's own; the contract of every channel is in tests/conformance, the log's promises in tests/power.
#include <atomic>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/channels/file/file_channel_fixture.h"
#include "flume/registry.h"

namespace flume {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Bodies = std::vector<std::string>;

TEST_F(FileChannelTest, is_found_by_alias_and_by_class) {
  ComponentRegistry registry;
  add_builtin_components(registry);
  const auto by_alias = registry.find(Kind::Channel, "FILE");
  const auto by_class = registry.find(Kind::Channel, "org.apache.flume.channel.file.FileChannel");
  ASSERT_TRUE(by_alias.ok() && by_class.ok());
  EXPECT_EQ(*by_alias, *by_class);
}

TEST_F(FileChannelTest, gives_a_backlog_back_in_order_whatever_of_it_was_in_memory) {
  options_.hot_bytes = Bytes{2000};
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 5000; i += 50) ASSERT_TRUE(put(i, i + 50).ok());
  EXPECT_EQ(drain(70), numbers(0, 5000));
  for (int i = 5000; i < 5100; i += 10) {
    ASSERT_TRUE(put(i, i + 10).ok());
    EXPECT_EQ(drain(), numbers(i, i + 10));
  }
}

TEST_F(FileChannelTest, gives_what_a_stop_left_to_the_next_start) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 1000; i += 50) ASSERT_TRUE(put(i, i + 50).ok());
  ASSERT_TRUE(take(30).commit().ok());
  stop();
  EXPECT_EQ(put(0, 1).cause(), Cause::Stopped);
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(channel_->size(), 970U);
  ASSERT_TRUE(put(1000, 1010).ok());
  EXPECT_EQ(drain(), numbers(30, 1010));
  EXPECT_EQ(channel_->size(), 0U);
}

TEST_F(FileChannelTest, keeps_all_when_capacity_is_lowered_below_the_backlog) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 100).ok());
  stop();
  options_.capacity = 40;
  options_.transaction_capacity = 10;
  ASSERT_TRUE(open().ok());
  EXPECT_TRUE(services_.log.contains("more events are stored than capacity allows")) << "stored=100 capacity=40";
  EXPECT_EQ(channel_->size(), 100U);
  EXPECT_EQ(put(100, 101).cause(), Cause::Full);
  EXPECT_EQ(drain(), numbers(0, 100));
  EXPECT_TRUE(put(100, 110).ok());
}

TEST_F(FileChannelTest, gives_each_event_to_one_of_several_sinks) {
  options_.hot_bytes = Bytes{4000};
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 4000; i += 50) ASSERT_TRUE(put(i, i + 50).ok());
  std::atomic<int> left = 4000;
  std::vector<std::vector<int>> taken_by(3);
  std::vector<std::thread> sinks;
  for (std::size_t s = 0; s < taken_by.size(); ++s) {
    sinks.emplace_back([&, s] {
      const auto taker = *channel_->taker("k" + std::to_string(s));
      for (int round = 0; left > 0; ++round) {
        auto taken = taker->take({.events = 37}, Deadline::immediate(), {});
        ASSERT_TRUE(taken.ok());
        if (taken->empty() || round % 5 == 4) continue;  // some go back
        for (const EventView event : taken->events()) taken_by[s].push_back(std::stoi(std::string(event.body())));
        left -= static_cast<int>(taken->events().size());
        ASSERT_TRUE(taken->commit().ok());
      }
    });
  }
  for (auto& sink : sinks) sink.join();
  std::vector<int> all;
  for (auto& taken : taken_by) {
    all.insert(all.end(), taken.begin(), taken.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, numbers(0, 4000));
}

TEST_F(FileChannelTest, bounds_what_an_event_loop_has_in_flight) {
  ASSERT_TRUE(open().ok());
  std::atomic<int> stored = 0;
  std::promise<void> all;
  int accepted = 0;
  Status status;
  // Far more than 64 puts: each is either in flight or refused as Full, and room is told.
  for (int i = 0; i < 500; ++i) {
    EventBatch events = batch(i, i + 1);
    status = putter_->put_async(events, {}, [&](const Status& result, const EventBatch&) {
      EXPECT_TRUE(result.ok());
      if (++stored == 500) all.set_value();
    });
    if (!status.ok()) {
      ASSERT_EQ(status.cause(), Cause::Full);
      std::promise<void> has_room;
      putter_->on_space([&has_room] { has_room.set_value(); });
      has_room.get_future().wait();
      --i;
      continue;
    }
    ++accepted;
  }
  EXPECT_EQ(accepted, 500);
  ASSERT_EQ(all.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  EXPECT_EQ(drain(), numbers(0, 500));
}

TEST_F(FileChannelTest, stores_nothing_behind_an_asynchronous_put_that_failed) {
  ASSERT_TRUE(open().ok());
  services_.files.inject({.operation = SimFiles::Operation::Write, .path = "/data/slot-*", .error_number = 5, .times = 2});
  std::promise<Status> first;
  EventBatch events = batch(0, 1);
  ASSERT_TRUE(putter_
                  ->put_async(events, {},
                              [&](const Status& result, const EventBatch& unsent) {
                                EXPECT_EQ(unsent.size(), 1U);
                                first.set_value(result);
                              })
                  .ok());
  EXPECT_FALSE(first.get_future().get().ok());
  EventBatch later = batch(1, 2);
  EXPECT_FALSE(putter_->put_async(later, {}, {}).ok());
  EXPECT_EQ(later.size(), 1U);
  EXPECT_EQ(channel_->size(), 0U) << "room is given back";
  EXPECT_EQ(metric("EventPutErrorCount"), 1);
}

TEST_F(FileChannelTest, fails_with_the_disk_and_has_everything_at_the_next_start) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put(0, 10).ok());
  services_.files.inject({.operation = SimFiles::Operation::Sync, .path = "/data/slot-*", .times = SimFiles::Fault::kForever});
  const Status failed = put(10, 20);
  EXPECT_EQ(failed.kind(), ErrorKind::Fatal);
  EXPECT_THAT(failed.message(), HasSubstr("/data/slot-"));
  services_.files.clear_faults();
  EXPECT_EQ(put(20, 30).kind(), ErrorKind::Fatal) << "what the disk has is not known until it is opened again";
  const auto taken = taker_->take({.events = 5}, Deadline::immediate(), {});
  ASSERT_FALSE(taken.ok()) << "a sink could not commit what it delivers";
  EXPECT_EQ(taken.status().kind(), ErrorKind::Fatal);
  EXPECT_EQ(metric("Unhealthy"), 1);
  ASSERT_TRUE(open().ok());
  const std::vector<int> found = drain();
  EXPECT_TRUE(found == numbers(0, 10) || found == numbers(0, 20));
}

TEST_F(FileChannelTest, stops_at_damage_and_names_it) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 2000; i += 20) ASSERT_TRUE(put(i, i + 20).ok());
  stop();
  close();
  damage("105....");
  ASSERT_TRUE(open().ok()) << "the damage is in an old segment";
  std::vector<int> found;
  Result<TakeTransaction> taken = taker_->take({.events = 100}, Deadline::immediate(), {});
  while (taken.ok() && !taken->empty()) {
    for (const EventView event : taken->events()) found.push_back(std::stoi(std::string(event.body())));
    ASSERT_TRUE(taken->commit().ok());
    taken = taker_->take({.events = 100}, Deadline::immediate(), {});
  }
  EXPECT_EQ(found, numbers(0, 100)) << "what is before it is delivered";
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.status().kind(), ErrorKind::Corrupt);
  EXPECT_THAT(taken.status().message(), HasSubstr("events 101-120 are lost"));
  EXPECT_EQ(metric("Unhealthy"), 1);
  EXPECT_EQ(channel_->size(), 1900U) << "nothing is given up";
}

TEST_F(FileChannelTest, gives_a_part_of_a_batch_when_damage_follows) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 2000; i += 20) ASSERT_TRUE(put(i, i + 20).ok());
  stop();
  close();
  damage("105....");
  ASSERT_TRUE(open().ok());
  for (const auto& [from, to] : {std::pair(0, 70), std::pair(70, 100)}) {
    TakeTransaction taken = take(70);
    ASSERT_EQ(taken.events().size(), static_cast<std::uint32_t>(to - from));
    ASSERT_TRUE(taken.commit().ok());
  }
  EXPECT_EQ(taker_->take({.events = 70}, Deadline::immediate(), {}).status().kind(), ErrorKind::Corrupt);
}

TEST_F(FileChannelTest, shows_how_its_disk_and_its_backlog_are) {
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(metric("ChannelOldestEventAgeSeconds"), 0);
  for (int i = 0; i < 2000; i += 20) ASSERT_TRUE(put(i, i + 20).ok());
  services_.clock.advance(std::chrono::seconds(10));
  EXPECT_EQ(metric("ChannelOldestEventAgeSeconds"), 10);
  EXPECT_EQ(metric("ChannelSecondsToFull"), (1'000'000 - 2000) / 200);
  EXPECT_GE(metric("ChannelSegments"), 2);
  EXPECT_GE(metric("ChannelFreeSlots"), 0);
  EXPECT_GT(metric("ChannelBytes"), 2000 * 50);
  EXPECT_GE(metric("ChannelSyncs"), 100);
  EXPECT_LE(metric("ChannelSyncMicrosecondsP50"), metric("ChannelSyncMicrosecondsP99"));
  drain();
  EXPECT_EQ(metric("ChannelOldestEventAgeSeconds"), 0);
}

TEST_F(FileChannelTest, counts_what_was_lost_before_it_was_opened) {
  options_.on_damage = storage::OnDamage::Skip;
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 200; i += 20) ASSERT_TRUE(put(i, i + 20).ok());
  stop();
  close();
  damage("105....");
  ASSERT_TRUE(open().ok()) << "the damage is in the newest segment";
  EXPECT_EQ(metric("EventTakeErrorCount"), 20);
  EXPECT_EQ(drain().size(), 180U);
  EXPECT_EQ(metric("EventTakeErrorCount"), 20);
}

TEST_F(FileChannelTest, skips_damage_when_told_to_and_keeps_the_slot_aside) {
  options_.on_damage = storage::OnDamage::Skip;
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 2000; i += 20) ASSERT_TRUE(put(i, i + 20).ok());
  stop();
  close();
  damage("105....");
  ASSERT_TRUE(open().ok());
  std::vector<int> expected = numbers(0, 2000);
  expected.erase(expected.begin() + 100, expected.begin() + 120);
  EXPECT_EQ(drain(), expected);
  EXPECT_EQ(channel_->size(), 0U);
  EXPECT_EQ(metric("EventTakeErrorCount"), 20);
  EXPECT_EQ(services_.log.count(LogLevel::Error, "events 101-120 are lost"), 1U);
  for (int i = 0; i < 4000; i += 20) {
    ASSERT_TRUE(put(i, i + 20).ok());
    drain();
  }
  int aside = 0;
  for (const std::string& name : files_of_the_channel()) aside += name.ends_with(".damaged") ? 1 : 0;
  EXPECT_EQ(aside, 1);
  stop();
  ASSERT_TRUE(open().ok()) << "what is aside is not looked at";
}

TEST_F(FileChannelTest, reads_its_folders_as_flume_does) {
  options_.data_dirs = " /a , ~/b/,,/c";
  EXPECT_THAT(options_.folders("/home/f"), ElementsAre("/a", "/home/f/b", "/c"));
  options_.data_dirs.clear();
  EXPECT_THAT(options_.folders("/home/f"), ElementsAre("/home/f/.flume/file-channel/data"));
  options_.data_dirs = "/a,/b,/a/";
  ASSERT_EQ(check(options_).size(), 1U);
  EXPECT_EQ(check(options_)[0].message, "/a is named twice");
}

TEST_F(FileChannelTest, says_what_is_wrong_with_its_encryption_keys) {
  const auto messages = [this] {
    std::string all;
    for (const OptionProblem& problem : check(options_)) all += problem.message + "\n";
    return all;
  };
  options_.active_key = "k";
  EXPECT_THAT(messages(), HasSubstr("is needed with encryption.activeKey: JCEKSFILE"));
  options_.key_provider = "com.example.Keys$Builder";
  EXPECT_THAT(messages(), HasSubstr("keys come from JCEKSFILE only"));
  options_.key_provider = "jceksfile";
  EXPECT_THAT(messages(), HasSubstr("keyStoreFile"));
  options_.cipher_provider = "ROT13";
  EXPECT_THAT(messages(), HasSubstr("only AESCTRNOPADDING is known"));
}

}  // namespace
}  // namespace flume
