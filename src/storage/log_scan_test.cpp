// Looking at a log: what is wrong is told with its place, and what merely goes on meanwhile is not wrong.
#include "storage/log_scan.h"

#include "storage/segment_log_fixture.h"

namespace flume::storage {
namespace {

using testing::HasSubstr;

class LogScanTest : public SegmentLogTest {
 protected:
  /// All damage in all segments, and how many events can be read.
  std::vector<Damage> scan(const LogLook& look) {
    std::vector<Damage> damages;
    BatchBuilder builder(*pool_);
    events_ = 0;
    for (const auto& [number, segment] : look.log.segments) {
      SegmentScan scan(*segment, builder);
      for (;;) {
        auto step = scan.next();
        EXPECT_TRUE(step.ok()) << step.status().message();
        if (!step || !*step) break;
        events_ += (*step)->events.size();
        if ((*step)->damage) damages.push_back(*(*step)->damage);
      }
    }
    return damages;
  }

  LogLook look() {
    auto look = look_at_log(settings_, files_, [](const std::string&) { return std::optional<std::string>(); });
    EXPECT_TRUE(look.ok()) << look.status().message();
    return *std::move(look);
  }

  std::uint64_t events_ = 0;
};

TEST_F(LogScanTest, reads_every_event_of_a_sound_log) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(put(3, 300).ok());
  log_->close();
  const LogLook found = look();
  EXPECT_GT(found.log.segments.size(), 3U);
  EXPECT_TRUE(scan(found).empty());
  EXPECT_EQ(events_, 300U);
}

TEST_F(LogScanTest, tells_a_record_that_lies_where_another_one_was) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(put(3, 300).ok());
  log_->close();
  const LogLook before = look();
  const Segment& first = *before.log.segments.begin()->second;
  const std::uint64_t from = find_head_of(first.slot.path, 1);
  const std::uint64_t to = find_head_of(first.slot.path, 4);
  std::string content = *files_.content(first.slot.path);
  content.replace(to, to - from, content, from, to - from);
  files_.add_file(first.slot.path, content);
  const std::vector<Damage> damages = scan(look());
  ASSERT_EQ(damages.size(), 1U);
  EXPECT_EQ(damages[0].from, to);
  EXPECT_EQ(damages[0].ids, Ranges(IdRange{4, 7}));
  EXPECT_THAT(damages[0].what, HasSubstr("with the ids of an earlier one: PUT from event 1"));
  EXPECT_EQ(events_, 297U);
}

TEST_F(LogScanTest, tells_a_segment_that_was_cut) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(put(3, 300).ok());
  log_->close();
  const LogLook before = look();
  const Segment& first = *before.log.segments.begin()->second;
  const std::uint64_t at = find_head_of(first.slot.path, 4);
  files_.add_file(first.slot.path, files_.content(first.slot.path)->substr(0, at + 100));
  const std::vector<Damage> damages = scan(look());
  ASSERT_EQ(damages.size(), 1U);
  EXPECT_EQ(damages[0].from, at);
  EXPECT_EQ(damages[0].ids, Ranges(IdRange{4, first.ids.hi}));
}

TEST_F(LogScanTest, looks_again_at_a_log_in_use_that_seems_damaged) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(put(3, 300).ok());
  const std::string path = "/data/" + slots().front();
  const std::uint64_t at = find_head_of(path, 1) + kRecordHeadBytes;
  flip(path, at);
  int looks = 0;
  const auto half_written_at_first = [&](const std::string&) {
    if (++looks == 2) flip(path, at);  // now it is written
    return std::optional<std::string>("4711");
  };
  const auto found = look_at_log(settings_, files_, half_written_at_first);
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_EQ(looks, 2);
  EXPECT_TRUE(found->log.damages.empty());
  EXPECT_EQ(found->holder, "4711");

  flip(path, at);
  const auto damaged = look_at_log(settings_, files_, [](const std::string&) { return std::optional<std::string>("4711"); });
  ASSERT_TRUE(damaged.ok());
  EXPECT_EQ(damaged->log.damages.size(), 1U) << "the same twice: it is damage";
}

TEST_F(LogScanTest, knows_a_slot_that_is_used_again) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(put(3, 300).ok());  // few slots: they stay
  const LogLook found = look();
  for (const auto& [number, segment] : found.log.segments) {
    EXPECT_FALSE(*is_reused(*segment));
    EXPECT_TRUE(head_damages(*segment)->empty());
  }
  for (int round = 0; round < 10; ++round) {
    ASSERT_TRUE(log_->take(Ranges(IdRange{1, log_->end_id()}), {}, Durability::Synced).ok());
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(put(3, 300).ok());
  }
  int reused = 0;  // not all: the smallest free slot is kept for when the disk is full
  for (const auto& [number, segment] : found.log.segments) {
    if (!*is_reused(*segment)) continue;
    ++reused;
    EXPECT_EQ(head_damages(*segment)->size(), 2U);
  }
  EXPECT_GE(reused, 1);
}

TEST_F(LogScanTest, takes_no_more_memory_than_there_is_file_for_a_length_that_is_wrong) {
  RecordHead head;
  head.payload_bytes = kMaxPayload;
  files_.add_file("/data/x", std::string(as_text(head.encode(7))) + std::string(1000, 'x'));
  const auto file = *files_.open("/data/x", OpenMode::Read);
  RecordReader reader(*file, 7, 0, UINT64_MAX);
  const auto found = reader.next();
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_FALSE(found->has_value());
  EXPECT_EQ(files_.count(SimFiles::Operation::Size), 1U) << "asked before memory is taken";
}

}  // namespace
}  // namespace flume::storage
