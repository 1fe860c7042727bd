// The folders of a log: away, back again, moved, added, lost, out of date.
#include "storage/log_folders.h"

#include <functional>

#include "storage/segment_log_fixture.h"

namespace flume::storage {
namespace {

using testing::HasSubstr;

class LogFoldersTest : public SegmentLogTest {
 protected:
  void SetUp() override {
    SegmentLogTest::SetUp();
    settings_.folders = {"/disk1/data", "/disk2/data"};
  }
  void close() {
    log_->close();
    log_.reset();
  }
  /// Opens, stores so much that both folders have segments, and closes.
  void fill() {
    ASSERT_TRUE(open().ok());
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(put().ok());
    close();
  }
  std::vector<std::string> names_in(const std::string& folder) { return *files_.list(folder); }
  void move(const std::string& from, const std::string& to) {
    ASSERT_TRUE(files_.make_directories(to).ok());
    for (const std::string& name : names_in(from)) ASSERT_TRUE(files_.rename(from + "/" + name, to + "/" + name, true).ok());
  }
  void copy(const std::string& from, const std::string& to) {
    for (const std::string& name : names_in(from)) files_.add_file(to + "/" + name, *files_.content(from + "/" + name));
  }
  std::string id_of(const std::string& folder) {
    const std::string content = *files_.content(folder + "/folder");
    const auto record = FolderRecord::decode(std::string_view(content).substr(0, kFolderCopyBytes));
    return record ? to_string(record->id) : "";
  }
  /// The folder that has the newest segment, and the other.
  std::pair<std::string, std::string> newest_and_other() {
    std::pair<std::string, std::string> found;
    std::uint64_t newest = 0;
    for (const std::string& folder : settings_.folders) {
      for (const std::string& name : names_in(folder)) {
        if (slot_number(name) == 0) continue;
        const auto file = *files_.open(folder + "/" + name, OpenMode::Read);
        const auto head = *read_segment_head(*file);
        if (head && head->number > newest) {
          newest = head->number;
          found.first = folder;
        }
      }
    }
    found.second = found.first == settings_.folders[0] ? settings_.folders[1] : settings_.folders[0];
    return found;
  }
};

TEST_F(LogFoldersTest, names_a_folder_that_is_not_mounted_and_opens_when_it_is_back) {
  fill();
  for (const std::string& folder : settings_.folders) {
    const std::string id = id_of(folder);
    move(folder, "/elsewhere");
    const Status refused = open();
    EXPECT_EQ(refused.kind(), ErrorKind::Retryable);
    EXPECT_EQ(refused.cause(), Cause::NotFound);
    EXPECT_THAT(refused.message(), HasSubstr("a folder of this channel is missing: " + id + ", last at " + folder));
    EXPECT_THAT(refused.message(), HasSubstr("is its disk mounted?"));
    EXPECT_THAT(refused.message(), HasSubstr("lostDataDirs = " + id));
    EXPECT_EQ(files_.list(folder)->size(), 1U) << "nothing but in_use.lock";
    move("/elsewhere", folder);
  }
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 300U);
}

TEST_F(LogFoldersTest, misses_a_folder_that_is_not_named_any_more) {
  fill();
  const std::string left_out = settings_.folders.back();
  settings_.folders.pop_back();
  EXPECT_THAT(open().message(), HasSubstr("last at " + left_out + " (dataDirs does not name that). Nothing was changed."));
}

TEST_F(LogFoldersTest, knows_a_folder_that_was_moved) {
  fill();
  move("/disk2/data", "/disk3/data");
  settings_.folders = {"/disk3/data", "/disk1/data"};
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 300U);
  close();
  move("/disk3/data", "/elsewhere");
  EXPECT_THAT(open().message(), HasSubstr("last at /disk3/data"));
}

TEST_F(LogFoldersTest, takes_a_new_folder_which_is_one_of_them_from_then_on) {
  settings_.folders = {"/disk1/data"};
  fill();
  settings_.folders = {"/disk1/data", "/disk2/data"};
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 300U);
  close();
  move("/disk2/data", "/elsewhere");
  EXPECT_EQ(open().cause(), Cause::NotFound);
  settings_.folders = {"/disk1/data"};
  EXPECT_EQ(open().cause(), Cause::NotFound);
  settings_.folders = {"/elsewhere"};
  EXPECT_EQ(open().cause(), Cause::NotFound);
}

TEST_F(LogFoldersTest, gives_folders_of_an_older_program_an_identity) {
  fill();
  for (const std::string& folder : settings_.folders) ASSERT_TRUE(files_.remove(folder + "/folder").ok());
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 300U);
  close();
  move("/disk2/data", "/elsewhere");
  EXPECT_EQ(open().cause(), Cause::NotFound);
}

TEST_F(LogFoldersTest, goes_on_without_a_folder_that_is_given_up_and_gives_no_id_twice) {
  fill();
  const auto [newest, other] = newest_and_other();
  const std::string id = id_of(newest);
  move(newest, "/elsewhere");
  settings_.lost_folders = {id};
  ASSERT_TRUE(open().ok());
  EXPECT_GT(log_->end_id(), 301U);
  const std::uint64_t left = log_->stored();
  EXPECT_LT(left, 300U);
  EXPECT_EQ(readable(), left);
  std::string told;
  Ranges lost;
  for (const Damage& damage : log_->damages_at_open()) {
    told += to_string(damage) + "\n";
    lost.add(damage.ids);
  }
  EXPECT_THAT(told, HasSubstr(newest));
  EXPECT_THAT(told, HasSubstr(id + ", is given up"));
  EXPECT_THAT(told, HasSubstr("is in no slot of dataDirs"));
  EXPECT_GE(lost.count() + left, 200U) << "but those of the segments that nothing else knows of";
  ASSERT_TRUE(put().ok());
  const EventId end = log_->end_id();
  close();

  settings_.lost_folders.clear();
  ASSERT_TRUE(open().ok()) << "it is forgotten";
  EXPECT_EQ(log_->end_id(), end);
  EXPECT_TRUE(log_->damages_at_open().empty());
  close();

  move(newest, "/new");
  move("/elsewhere", newest);
  settings_.folders = {"/new", newest, other};
  const Status refused = open();
  EXPECT_EQ(refused.kind(), ErrorKind::Corrupt);
  EXPECT_THAT(refused.message(), HasSubstr(newest + " is out of date"));
}

TEST_F(LogFoldersTest, passes_the_ids_of_a_lost_folder_over_though_a_crash_comes_between) {
  fill();
  const auto [newest, other] = newest_and_other();
  settings_.lost_folders = {id_of(newest)};
  settings_.folders = {other};
  // Every write and sync of the opening fails in turn, and the power with it.
  for (std::uint64_t skip = 0;; ++skip) {
    auto image = files_.image_after_power_loss({.pattern = sim::PowerCut::Pattern::All});
    image->inject({.operation = SimFiles::Operation::Write, .path = other + "/*", .skip = skip, .times = SimFiles::Fault::kForever});
    auto opened = SegmentLog::open(settings_, *image, clock_, Log(lines_, "channels.c1"), *this);
    const bool is_open = opened.ok();
    opened = retryable("gone");
    image->crash_power({.pattern = sim::PowerCut::Pattern::All});
    opened = SegmentLog::open(settings_, *image, clock_, Log(lines_, "channels.c1"), *this);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    EXPECT_GT((*opened)->end_id(), EventId{1} << 40) << "after " << skip << " writes";
    if (is_open) break;
  }
}

TEST_F(LogFoldersTest, refuses_a_folder_from_a_backup_that_is_older_than_the_others) {
  fill();
  copy("/disk2/data", "/backup");
  ASSERT_TRUE(open().ok());
  close();
  for (const std::string& name : names_in("/disk2/data")) ASSERT_TRUE(files_.remove("/disk2/data/" + name).ok());
  move("/backup", "/disk2/data");
  const Status refused = open();
  EXPECT_EQ(refused.kind(), ErrorKind::Corrupt);
  EXPECT_THAT(refused.message(), HasSubstr("/disk2/data is out of date: the channel was opened without it since (opening 2 of "));
}

TEST_F(LogFoldersTest, refuses_a_copy_beside_the_original) {
  settings_.folders = {"/disk1/data"};
  fill();
  copy("/disk1/data", "/copy");
  settings_.folders = {"/disk1/data", "/copy"};
  const Status refused = open();
  EXPECT_EQ(refused.kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(refused.message(), HasSubstr("are copies of one folder"));
}

TEST_F(LogFoldersTest, reads_the_other_copy_of_what_a_folder_knows_when_one_is_damaged) {
  fill();
  for (const std::uint64_t at : {std::uint64_t{40}, std::uint64_t{kFolderCopyBytes + 40}}) {
    flip("/disk1/data/folder", at);
    ASSERT_TRUE(open().ok());
    EXPECT_EQ(readable(), 300U);
    close();
  }
}

TEST_F(LogFoldersTest, keeps_the_events_of_a_folder_that_gets_a_new_identity) {
  fill();
  const std::string id = id_of("/disk2/data");
  ASSERT_TRUE(files_.remove("/disk2/data/folder").ok());
  EXPECT_EQ(open().cause(), Cause::NotFound) << "nobody can know that it is the same one";
  settings_.lost_folders = {id};
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 300U);
}

TEST_F(LogFoldersTest, says_that_a_folders_identity_is_damaged) {
  fill();
  flip("/disk1/data/folder", 40);
  flip("/disk1/data/folder", kFolderCopyBytes + 40);
  const Status refused = open();
  EXPECT_EQ(refused.kind(), ErrorKind::Corrupt);
  EXPECT_THAT(refused.message(), HasSubstr("/disk1/data/folder is damaged"));
}

TEST_F(LogFoldersTest, a_folders_record_is_read_as_it_was_written) {
  FolderRecord record{{1, 2, 3}, {4, 5, 6}, 9, 8, {}};
  for (std::size_t i = 0; i < kMostFolders; ++i) record.known.push_back({{static_cast<std::uint8_t>(i)}, std::string(300, 'p')});
  const std::string bytes = record.encode();
  ASSERT_LE(bytes.size(), kFolderCopyBytes);
  for (KnownFolder& known : record.known) known.path.resize(kMostFolderPath);
  const auto read = FolderRecord::decode(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->channel, record.channel);
  EXPECT_EQ(read->id, record.id);
  EXPECT_EQ(read->begun, 9U);
  EXPECT_EQ(read->complete, 8U);
  EXPECT_EQ(read->known, record.known);
  EXPECT_TRUE(FolderRecord::decode(bytes + "what an earlier, longer one left").has_value());
  EXPECT_FALSE(FolderRecord::decode(bytes.substr(0, bytes.size() - 1)).has_value());
}

}  // namespace
}  // namespace flume::storage
