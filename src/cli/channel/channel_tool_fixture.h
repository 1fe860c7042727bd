// flume-ng channel on a simulated disk with one channel of two folders.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "cli/channel/channel_tool.h"
#include "cli/command_line.h"
#include "cli/verbs.h"
#include "components/channels/file/file_channel.h"
#include "storage/segment_log.h"
#include "support/batch_of.h"
#include "support/captured_log.h"
#include "support/file_tree.h"
#include "support/test_services.h"

namespace flume::cli {

inline Result<ChannelRequest> request_of(std::vector<const char*> words) {
  words.insert(words.begin(), "channel");
  const auto line = parse_command_line(words);
  if (!line) return line.status();
  return channel_request(*line);
}

class ChannelToolTest : public testing::Test, private storage::LogObserver {
 protected:
  ChannelToolTest() {
    settings.folders = {"/data/a", "/data/b"};
    settings.slot_bytes = std::uint64_t{64} << 10;
    settings.has_thread = false;
    settings.seed = 17;
  }

  Result<std::unique_ptr<storage::SegmentLog>> try_to_open() {
    return storage::SegmentLog::open(settings, services.files, services.clock, Log(captured, "test"), *this);
  }

  std::unique_ptr<storage::SegmentLog> open() {
    auto log = try_to_open();
    EXPECT_TRUE(log.ok()) << log.status().message();
    return log ? *std::move(log) : nullptr;
  }

  /// Events "event <id>" with a header n, and so many bytes behind it; one transaction for each `at_once`.
  void put(storage::SegmentLog& log, int events, int at_once = 1, std::size_t padding = 0) {
    while (events > 0) {
      std::vector<TestEvent> batch;
      for (int i = 0; i < at_once && events > 0; ++i, --events) {
        const std::string number = std::to_string(next_++);
        batch.push_back({{{"n", number}, {"timestamp", "17000000000" + number}}, "event " + number + std::string(padding, '.')});
      }
      EventBatch built = batch_of(batch);
      const Status stored = log.put(built, {});
      ASSERT_TRUE(stored.ok()) << stored.message();
    }
  }

  /// A closed log with `events` of about 1 KiB, of which the first `delivered` are.
  void fill(int events, std::uint64_t delivered = 0) {
    const auto log = open();
    put(*log, events, 4, 1000);
    if (delivered != 0) {
      ASSERT_TRUE(log->take(Ranges(IdRange{1, delivered + 1}), {}, Durability::Synced).ok());
    }
    const KeyValue entry{"file", "7"};
    const BookmarkDelta delta{"sink:k1", std::span(&entry, 1)};
    ASSERT_TRUE(log->note(std::span(&delta, 1), Durability::Synced, nullptr).ok());
    log->close();
  }

  int run(std::vector<const char*> words) {
    words.insert(words.begin() + 1, {"-l", "/data/a,/data/b"});
    const auto request = request_of(std::move(words));
    EXPECT_TRUE(request.ok()) << request.status().message();
    return run(*request);
  }

  int run(const ChannelRequest& request) { return run(request, {StoredChannel{"c1", "file", settings}}); }

  int run(const ChannelRequest& request, const std::vector<StoredChannel>& channels) {
    printed.clear();
    errors.clear();
    ChannelTool tool(services.files, [this](const std::string&) -> Result<std::optional<std::string>> { return holder; }, services.clock,
                     Log(captured, "channel"),
                     {[this](std::string_view text) -> Status {
                        printed += text;
                        return {};
                      },
                      [this](const std::string& line) { errors += line + '\n'; }});
    return tool.run(request, channels);
  }

  /// The slot that holds these bytes, and where they are in it.
  std::pair<std::string, std::size_t> place_of(const std::string& bytes) {
    for (const auto& [path, content] : file_tree(services.files, "/data")) {
      const std::size_t at = content.find(bytes);
      if (at != std::string::npos) return {path, at};
    }
    ADD_FAILURE() << bytes << " is nowhere";
    return {};
  }

  void flip_bit(const std::string& path, std::size_t at) {
    std::string content = *services.files.content(path);
    content[at] = static_cast<char>(content[at] ^ 1);
    services.files.add_file(path, content);
  }

  /// Bodies that the channel delivers.
  std::vector<std::string> deliver_all() {
    FileOptions options;
    FileChannel channel(options, services.of("channels.c1", "c1"), settings);
    const Status started = channel.start();
    EXPECT_TRUE(started.ok()) << started.message();
    const auto taker = channel.taker("k1");
    std::vector<std::string> bodies;
    for (;;) {
      auto taken = (*taker)->take({1000}, Deadline::immediate(), {});
      EXPECT_TRUE(taken.ok()) << taken.status().message();
      if (!taken || taken->empty()) break;
      for (const TestEvent& event : events_of(taken->events())) bodies.push_back(event.body.substr(0, event.body.find('.')));
      EXPECT_TRUE(taken->commit({}, Durability::Synced).ok());
    }
    channel.stop(Deadline::never());
    return bodies;
  }

  TestServices services;
  CapturedLog captured;
  storage::LogSettings settings;
  std::optional<std::string> holder;  // who has the channel open
  std::string printed;
  std::string errors;

 private:
  void stored(EventId, EventBatch&, storage::LogPosition) override {}
  int next_ = 1;
};

}  // namespace flume::cli
