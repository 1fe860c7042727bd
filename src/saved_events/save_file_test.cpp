#include <gtest/gtest.h>

#include "codec/crc32c.h"
#include "flume/batch_builder.h"
#include "saved_events/save_file_reader.h"
#include "saved_events/save_file_writer.h"
#include "support/sim_clock.h"
#include "support/sim_files.h"

namespace flume::saved_events {
namespace {

constexpr const char* kPath = "/state/c1.saved-events";

/// A second goes by whenever somebody looks.
class HurryingClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return {}; }
  [[nodiscard]] Instant steady() const override { return now_ += std::chrono::seconds(1); }
  bool park(Parker&, Deadline) override { return false; }

 private:
  mutable Instant now_{};
};

class SaveFileTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(files_.make_directories("/state").ok()); }
  void add(std::string_view body, std::string_view header = {}) {
    if (!header.empty()) builder_.header("h", header);
    ASSERT_TRUE(builder_.body(body).ok());
  }
  Result<Written> write(Deadline deadline = Deadline::never(), std::string_view channel = "c1") {
    const EventBatch events = builder_.take();
    return write_save_file(files_, clock_, kPath, channel, {events.slices().begin(), events.slices().end()}, deadline);
  }
  std::vector<std::string> bodies() {
    std::vector<std::string> all;
    const auto file = read_save_file(files_, kPath);
    EXPECT_TRUE(file.ok()) << file.status().message();
    if (!file) return all;
    for (const EventBatch& block : file->blocks) {
      for (const EventView event : block) all.emplace_back(event.body());
    }
    return all;
  }
  void change(const std::function<void(std::string&)>& how) {
    std::string bytes = *files_.content(kPath);
    how(bytes);
    files_.add_file(kPath, bytes);
  }

  SimClock clock_;
  SimFiles files_{&clock_};
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
};

TEST_F(SaveFileTest, gives_back_what_was_written) {
  add("one", "x");
  add("");
  add(std::string(3000, 'z'));
  ASSERT_TRUE(write().ok());
  const auto file = read_save_file(files_, kPath);
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_EQ(file->header.channel, "c1");
  EXPECT_EQ(file->header.events, 3U);
  EXPECT_EQ(file->header.saved_at, clock_.wall());
  ASSERT_EQ(file->blocks.size(), 1U);
  EXPECT_EQ(file->blocks[0][0].header("h"), "x");
  EXPECT_EQ(file->blocks[0][0].body(), "one");
  EXPECT_EQ(file->blocks[0][1].body(), "");
  EXPECT_EQ(file->blocks[0][2].body(), std::string(3000, 'z'));
}

TEST_F(SaveFileTest, is_read_by_nobody_else) {
  add("secret");
  ASSERT_TRUE(write().ok());
  EXPECT_EQ(files_.info(kPath)->mode, 0600U);
}

// The example of FORMAT.md.
TEST_F(SaveFileTest, has_the_bytes_that_the_format_page_shows) {
  const SimClock clock(WallTime(std::chrono::milliseconds(1'700'000'000'000)));
  add("hi", "v");
  const EventBatch events = builder_.take();
  ASSERT_TRUE(write_save_file(files_, clock, kPath, "c1", {events.slices().begin(), events.slices().end()}, Deadline::never()).ok());
  const std::string bytes = *files_.content(kPath);
  std::string hex;
  for (const char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(byte));
    hex += digits;
  }
  EXPECT_EQ(hex,
            "464c4d5341564544"
            "01000000"
            "36000000"
            "0100000000000000"
            "0100000000000000"
            "4f00000000000000"
            "0068e5cf8b010000"
            "6331"
            "9022a60b"
            "c21d2b26"
            "00000000"
            "01000000"
            "09000000"
            "0202680276000468"
            "69");
}

TEST_F(SaveFileTest, closes_a_block_before_it_gets_larger_than_a_megabyte) {
  for (int i = 0; i < 5; ++i) add(std::string(400'000, static_cast<char>('a' + i)));
  add(std::string(2'000'000, 'L'));
  add("last");
  ASSERT_TRUE(write().ok());
  const auto file = read_save_file(files_, kPath);
  ASSERT_TRUE(file.ok()) << file.status().message();
  std::vector<std::uint32_t> sizes;
  for (const EventBatch& block : file->blocks) sizes.push_back(block.size());
  EXPECT_EQ(sizes, (std::vector<std::uint32_t>{2, 2, 1, 1, 1}));
  EXPECT_EQ(file->header.events, 7U);
  EXPECT_EQ(bodies().back(), "last");
}

TEST_F(SaveFileTest, does_not_overwrite) {
  files_.add_file(kPath, "other");
  add("x");
  EXPECT_EQ(write().cause(), Cause::Exists);
  EXPECT_EQ(files_.content(kPath), "other");
}

TEST_F(SaveFileTest, keeps_the_first_events_when_the_disk_is_full) {
  for (int i = 0; i < 4; ++i) add(std::string(600'000, static_cast<char>('a' + i)));
  files_.set_capacity(1'500'000);
  const auto written = write();
  ASSERT_TRUE(written.ok()) << written.status().message();
  EXPECT_EQ(written->events, 2U);
  EXPECT_EQ(written->why_not_all.cause(), Cause::NoSpace);
  EXPECT_EQ(bodies(), (std::vector<std::string>{std::string(600'000, 'a'), std::string(600'000, 'b')}));
}

TEST_F(SaveFileTest, saves_nothing_when_there_is_no_room_for_the_first_block) {
  add(std::string(600'000, 'a'));
  files_.set_capacity(1000);
  EXPECT_EQ(write().cause(), Cause::NoSpace);
}

TEST_F(SaveFileTest, keeps_what_was_written_before_the_deadline) {
  for (int i = 0; i < 4; ++i) add(std::string(600'000, static_cast<char>('a' + i)));
  const EventBatch events = builder_.take();
  const HurryingClock clock;
  const auto written = write_save_file(files_, clock, kPath, "c1", {events.slices().begin(), events.slices().end()},
                                       Deadline(Instant(std::chrono::seconds(3))));
  ASSERT_TRUE(written.ok()) << written.status().message();
  EXPECT_EQ(written->events, 2U);
  EXPECT_EQ(written->why_not_all.cause(), Cause::Timeout);
  EXPECT_EQ(bodies(), (std::vector<std::string>{std::string(600'000, 'a'), std::string(600'000, 'b')}));
}

TEST_F(SaveFileTest, saves_nothing_after_the_deadline) {
  add("a");
  EXPECT_EQ(write(Deadline::immediate()).cause(), Cause::Timeout);
}

TEST_F(SaveFileTest, answers_with_an_error_when_a_sync_fails) {
  add("a");
  files_.inject({.operation = SimFiles::Operation::Sync});
  EXPECT_EQ(write().cause(), Cause::Io);
}

TEST_F(SaveFileTest, tells_a_newer_version) {
  add("a");
  ASSERT_TRUE(write().ok());
  change([](std::string& bytes) { bytes[8] = 2; });
  const auto file = read_save_file(files_, kPath);
  EXPECT_EQ(file.cause(), Cause::Unsupported);
  EXPECT_EQ(file.status().kind(), ErrorKind::Corrupt);
}

TEST_F(SaveFileTest, finds_every_changed_bit) {
  add("one", "x");
  add("two");
  ASSERT_TRUE(write().ok());
  const std::string sound = *files_.content(kPath);
  for (std::size_t at = 0; at < sound.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = sound;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      files_.add_file(kPath, bytes);
      const auto file = read_save_file(files_, kPath);
      ASSERT_FALSE(file.ok()) << "byte " << at << " bit " << bit;
      ASSERT_EQ(file.status().kind(), ErrorKind::Corrupt) << file.status().message();
    }
  }
}

TEST_F(SaveFileTest, finds_every_cut_and_what_was_added) {
  add("one");
  add("two");
  ASSERT_TRUE(write().ok());
  const std::string sound = *files_.content(kPath);
  for (std::size_t size = 0; size < sound.size(); ++size) {
    files_.add_file(kPath, std::string_view(sound).substr(0, size));
    const auto file = read_save_file(files_, kPath);
    ASSERT_FALSE(file.ok()) << size;
    ASSERT_EQ(file.status().kind(), ErrorKind::Corrupt) << file.status().message();
  }
  files_.add_file(kPath, sound + "x");
  EXPECT_EQ(read_save_file(files_, kPath).status().kind(), ErrorKind::Corrupt);
}

TEST_F(SaveFileTest, finds_blocks_that_changed_places) {
  add(std::string(1'000'000, 'a'));
  add(std::string(1'000'000, 'b'));
  ASSERT_TRUE(write().ok());
  change([](std::string& bytes) {
    const std::size_t header = little_endian_at<std::uint32_t>(bytes, 12);
    const std::size_t block = (bytes.size() - header) / 2;
    bytes = bytes.substr(0, header) + bytes.substr(header + block) + bytes.substr(header, block);
  });
  const auto file = read_save_file(files_, kPath);
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.status().message().find("out of order"), std::string::npos) << file.status().message();
}

TEST_F(SaveFileTest, says_what_a_file_says_of_itself_without_reading_its_events) {
  add("one");
  ASSERT_TRUE(write(Deadline::never(), "a channel").ok());
  change([](std::string& bytes) { bytes.back() = '?'; });
  const auto header = read_save_file_header(files_, kPath);
  ASSERT_TRUE(header.ok()) << header.status().message();
  EXPECT_EQ(header->channel, "a channel");
  EXPECT_EQ(header->events, 1U);
}

TEST_F(SaveFileTest, gives_events_that_outlive_the_reader) {
  for (int i = 0; i < 100; ++i) add(std::string(1000, 'x'));
  ASSERT_TRUE(write().ok());
  auto file = read_save_file(files_, kPath);
  ASSERT_TRUE(file.ok());
  EventBatch kept = std::move(file->blocks.front());
  file->blocks.clear();
  EXPECT_EQ(kept[99].body(), std::string(1000, 'x'));
}

}  // namespace
}  // namespace flume::saved_events
