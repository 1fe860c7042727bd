// A segment log on a simulated disk, with slots so small that they are used again and again. For tests in this folder.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/segment_log.h"
#include "support/batch_of.h"
#include "support/blocking_files.h"
#include "support/captured_log.h"
#include "support/sim_clock.h"
#include "support/sim_files.h"

namespace flume::storage {

class SegmentLogTest : public testing::Test, public LogObserver {
 protected:
  void SetUp() override {
    settings_.folders = {"/data"};
    settings_.slot_bytes = std::uint64_t{16} << 10;
    settings_.has_thread = false;
  }
  Status open() {
    log_.reset();
    auto opened = SegmentLog::open(settings_, blocking_, clock_, Log(lines_, "channels.c1"), *this);
    if (!opened) return std::move(opened).status();
    log_ = *std::move(opened);
    return {};
  }
  Status put(int events = 1, std::size_t body_bytes = 100) {
    std::vector<TestEvent> batch;
    for (int i = 0; i < events; ++i) batch.push_back({{}, std::string(body_bytes, 'x')});
    EventBatch made = batch_of(batch);
    return log_->put(made, {});
  }
  /// Many bytes for one record: keys "0", "1", ... of owner "k1".
  struct LargeBookmark {
    explicit LargeBookmark(std::size_t keys, const std::string& first_letter = "") : value(4000, 'v') {
      for (std::size_t i = 0; i < keys; ++i) names.push_back(first_letter + std::to_string(i));
      for (const std::string& name : names) entries.push_back({name, value});
      delta = {"k1", entries};
    }
    std::string value;
    std::vector<std::string> names;
    std::vector<KeyValue> entries;
    BookmarkDelta delta;
    [[nodiscard]] std::span<const BookmarkDelta> span() const { return {&delta, 1}; }
  };
  Status take(IdRange ids) { return log_->take(Ranges(ids), {}, Durability::Written); }
  /// Events that are not delivered, from the disk.
  std::uint64_t readable(std::optional<Damage>* damage = nullptr) {
    BatchBuilder builder(*pool_);
    std::uint64_t count = 0;
    auto position = *log_->find(log_->watermark());
    for (;;) {
      const EventId before = position.id;
      auto read = log_->read(position, 1 << 20, UINT64_MAX, builder);
      EXPECT_TRUE(read.ok());
      for (const auto& stored : read->events) {
        Ranges ids{IdRange{stored.first, stored.first + stored.events.size()}};
        ids.remove(log_->gone_among(ids));
        count += ids.count();
      }
      if (read->damage && damage != nullptr) *damage = read->damage;
      if (position.id == before && !read->damage) return count;
    }
  }
  std::vector<std::string> slots() {
    std::vector<std::string> names = *files_.list("/data");
    std::erase(names, "in_use.lock");
    std::erase(names, "folder");
    std::sort(names.begin(), names.end());
    return names;
  }
  void flip(const std::string& path, std::uint64_t at) {
    std::string content = *files_.content(path);
    content[at] = static_cast<char>(content[at] ^ 1);
    files_.add_file(path, content);
  }
  std::uint64_t salt_of(const std::string& path) {
    const auto file = *files_.open(path, OpenMode::Read);
    return (*read_segment_head(*file))->salt;
  }
  /// Where in a slot's file the head of the PUT with this first id is.
  std::uint64_t find_head_of(const std::string& path, EventId id) {
    const auto file = *files_.open(path, OpenMode::Read);
    RecordReader reader(*file, salt_of(path), kRecordsStart, UINT64_MAX);
    for (;;) {
      const auto found = *reader.next_head();
      if (!found) return 0;
      if (found->head.type == RecordType::Put && found->head.first_id == id) return found->at;
    }
  }
  SimClock clock_;
  SimFiles files_{&clock_};
  BlockingFiles blocking_{files_};
  CapturedLog lines_;
  const SlabPool::Handle pool_ = SlabPool::make();
  LogSettings settings_;
  std::unique_ptr<SegmentLog> log_;

 public:
  void stored(EventId, EventBatch&, LogPosition) override {}
};

}  // namespace flume::storage
