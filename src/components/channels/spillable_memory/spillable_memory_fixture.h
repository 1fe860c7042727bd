// A spillable memory channel on a simulated disk: room for ten events in memory. For tests in this folder.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/channels/spillable_memory/spillable_memory_channel.h"
#include "flume/batch_builder.h"
#include "support/test_services.h"

namespace flume {

class SpillableMemoryTest : public testing::Test {
 protected:
  SpillableMemoryTest() {
    options_.memory_capacity = 10;
    options_.overflow_capacity = 1000;
    options_.overflow.transaction_capacity = 100;
    options_.overflow.data_dirs = "/data";
    options_.overflow.max_file_size = Bytes{std::int64_t{64} << 10};
  }
  ~SpillableMemoryTest() override { close(); }

  /// Putter and taker do not outlive the channel.
  void close() {
    taker_.reset();
    putter_.reset();
    channel_.reset();
    dead_.clear();
  }
  Status open(std::string_view name = "c1") {
    taker_.reset();
    putter_.reset();
    channel_ = make(name);
    FLUME_TRY(channel_->start());
    putter_ = *channel_->putter("r1");
    taker_ = *channel_->taker("k1");
    return {};
  }
  std::unique_ptr<SpillableMemoryChannel> make(std::string_view name) {
    storage::LogSettings settings = options_.log_settings("/home");
    settings.minimum_free_bytes = 0;
    processes_.push_back(services_.files.of_one_process());
    Services services = services_.of("channels.c1", name, *processes_.back());
    services.saves_on_stop = saves_on_stop_;
    services.state_folder = "/state";
    return std::make_unique<SpillableMemoryChannel>(options_, services, std::move(settings));
  }
  /// kill -9, and the next start.
  void crash() {
    services_.files.crash_process();
    taker_.reset();
    putter_.reset();
    dead_.push_back(std::move(channel_));
    ASSERT_TRUE(open().ok());
  }
  /// A normal stop, and the next start.
  void restart() {
    const auto kept = channel_->save(Deadline::never());
    ASSERT_TRUE(kept.ok());
    kept_ = *kept;
    channel_->stop(Deadline::never());
    close();
    ASSERT_TRUE(open().ok());
  }

  EventBatch batch(int from, int to) {
    for (int i = from; i < to; ++i) EXPECT_TRUE(builder_.body(std::to_string(i)).ok());
    return builder_.take();
  }
  /// Without waiting: what memory has no room for goes to the overflow at once.
  Status put(int from, int to) {
    EventBatch events = batch(from, to);
    return putter_->put(events, {}, Deadline::immediate(), {});
  }
  TakeTransaction take(std::uint32_t most = 100) {
    auto taken = taker_->take({.events = most}, Deadline::immediate(), {});
    EXPECT_TRUE(taken.ok()) << taken.status().message();
    return taken ? *std::move(taken) : TakeTransaction();
  }
  static std::vector<int> numbers(const EventBatch& events) {
    std::vector<int> numbers;
    for (const EventView event : events) numbers.push_back(std::stoi(std::string(event.body())));
    return numbers;
  }
  static std::vector<int> numbers(int from, int to) {
    std::vector<int> all;
    for (int i = from; i < to; ++i) all.push_back(i);
    return all;
  }
  std::vector<int> drain(std::uint32_t most = 100) {
    std::vector<int> all;
    for (;;) {
      TakeTransaction taken = take(most);
      if (taken.empty()) return all;
      for (const int number : numbers(taken.events())) all.push_back(number);
      EXPECT_TRUE(taken.commit().ok());
    }
  }
  std::int64_t metric(std::string_view name) {
    for (const GroupSnapshot& group : services_.metrics.snapshot()) {
      for (const MetricSnapshot& each : group.metrics) {
        if (each.name == name) return std::get<std::int64_t>(each.value);
      }
    }
    ADD_FAILURE() << "no metric " << name;
    return -1;
  }
  std::int64_t in_memory() { return metric("ChannelMemoryEvents"); }
  std::int64_t in_overflow() { return metric("ChannelOverflowEvents"); }
  /// What an open channel's own threads wait for: the log's, and the timer's.
  static constexpr std::size_t kOwnThreads = 2;

  TestServices services_;
  SpillableMemoryOptions options_;
  bool saves_on_stop_ = false;
  std::uint64_t kept_ = 0;
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  std::vector<std::unique_ptr<Files>> processes_;  // one for each channel
  std::unique_ptr<SpillableMemoryChannel> channel_;
  std::vector<std::unique_ptr<SpillableMemoryChannel>> dead_;
  std::unique_ptr<Putter> putter_;
  std::unique_ptr<Taker> taker_;
};

}  // namespace flume
