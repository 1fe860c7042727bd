// A file channel on simulated files, of which a test may hold up or fail single operations.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "components/channels/file/file_channel.h"
#include "flume/batch_builder.h"
#include "support/blocking_files.h"
#include "support/test_services.h"

namespace flume {

class FileChannelTest : public testing::Test {
 protected:
  FileChannelTest() {
    options_.data_dirs = "/data";
    options_.minimum_required_space = Bytes{0};
    options_.max_file_size = Bytes{std::int64_t{64} << 10};
  }
  /// Putter and taker do not outlive the channel.
  void close() {
    taker_.reset();
    putter_.reset();
    channel_.reset();
  }
  ~FileChannelTest() override { close(); }
  /// With `blocking_` as files.
  Services services() {
    const Services of = services_.of("channels.c1", "c1");
    return {of.clock, blocking_, of.listener,     of.dialer,      of.metrics,     of.log,
            of.agent, of.name,   of.state_folder, of.conf_folder, of.byte_budget, of.logs_raw_data};
  }
  Status open() {
    close();
    storage::LogSettings settings = options_.log_settings("/home");
    settings.minimum_free_bytes = 0;
    channel_ = std::make_unique<FileChannel>(options_, services(), settings);
    FLUME_TRY(channel_->start());
    putter_ = *channel_->putter("r1");
    taker_ = *channel_->taker("k1");
    return {};
  }
  void stop() { channel_->stop(Deadline::never()); }
  EventBatch batch(int from, int to) {
    for (int i = from; i < to; ++i) EXPECT_TRUE(builder_.body(std::to_string(i) + std::string(50, '.')).ok());
    return builder_.take();
  }
  Status put(int from, int to) {
    EventBatch events = batch(from, to);
    return putter_->put(events, {}, Deadline::immediate(), {});
  }
  TakeTransaction take(std::uint32_t most = 100) {
    auto taken = taker_->take({.events = most}, Deadline::immediate(), {});
    EXPECT_TRUE(taken.ok()) << taken.status().message();
    return taken ? *std::move(taken) : TakeTransaction();
  }
  /// The numbers of all events, taken and committed.
  std::vector<int> drain(std::uint32_t most = 100) {
    std::vector<int> numbers;
    for (;;) {
      TakeTransaction taken = take(most);
      if (taken.empty()) return numbers;
      for (const EventView event : taken.events()) numbers.push_back(std::stoi(std::string(event.body())));
      EXPECT_TRUE(taken.commit().ok());
    }
  }
  static std::vector<int> numbers(int from, int to) {
    std::vector<int> all;
    for (int i = from; i < to; ++i) all.push_back(i);
    return all;
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
  std::vector<std::string> files_of_the_channel() {
    auto names = services_.files.list("/data");
    EXPECT_TRUE(names.ok());
    return names ? *std::move(names) : std::vector<std::string>();
  }
  /// A byte of the first slot that has this text, changed.
  void damage(const std::string& text) {
    for (const std::string& name : files_of_the_channel()) {
      std::string content = *services_.files.content("/data/" + name);
      const std::size_t at = content.find(text);
      if (at == std::string::npos) continue;
      content[at + 1] = '#';
      services_.files.add_file("/data/" + name, content);
      return;
    }
    FAIL() << text << " is in no slot";
  }

  TestServices services_;
  BlockingFiles blocking_{services_.files};
  FileOptions options_;
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  std::unique_ptr<FileChannel> channel_;
  std::unique_ptr<Putter> putter_;
  std::unique_ptr<Taker> taker_;
};

}  // namespace flume
