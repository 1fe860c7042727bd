#include "output/local_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "output/file_format.h"
#include "support/sim_files.h"

namespace flume::output {
namespace {

const Deadline kNever = Deadline::never();

struct LocalFiles : testing::Test {
  SimFiles files;
  LocalFileSystem local{files};

  std::unique_ptr<OutputFile> create(const std::string& path) {
    const std::string mark = local.creation_mark();
    auto file = local.create(path, mark, kNever);
    EXPECT_TRUE(file.ok()) << file.status().message();
    const Status published = local.publish(path, mark, kNever);
    EXPECT_TRUE(published.ok()) << published.message();
    return file ? *std::move(file) : nullptr;
  }
};

TEST_F(LocalFiles, makes_folders_and_never_overwrites) {
  auto file = create("/data/a/b/x");
  ASSERT_TRUE(file->write(as_bytes("one"), kNever).ok());
  ASSERT_TRUE(local.create("/data/a/b/x", "2", kNever).ok());
  EXPECT_EQ(local.publish("/data/a/b/x", "2", kNever).cause(), Cause::Exists);
  files.add_file("/data/y", "y");
  EXPECT_EQ(local.rename("/data/a/b/x", "/data/y", kNever).cause(), Cause::Exists);
  EXPECT_EQ(*files.content("/data/a/b/x"), "one");
}

TEST_F(LocalFiles, a_synced_file_in_new_folders_survives_power_loss) {
  files.add_file("/data/.keep", "");
  auto file = create("/data/a/b/x");
  ASSERT_TRUE(file->write(as_bytes("one"), kNever).ok());
  ASSERT_TRUE(file->start_flush(Durability::Synced, kNever).ok());
  ASSERT_TRUE(file->wait_flush(kNever).ok());
  ASSERT_TRUE(local.sync_directory("/data/a/b", kNever).ok());
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    EXPECT_EQ(files.image_after_power_loss(sim::PowerCut::from_seed(seed))->content("/data/a/b/x"), "one");
}

TEST_F(LocalFiles, goes_on_at_the_end_and_cuts) {
  ASSERT_TRUE(create("/data/x")->write(as_bytes("one two"), kNever).ok());
  EXPECT_EQ(*local.truncate("/data/x", 4, kNever), Progress::Done);
  auto file = local.append("/data/x", kNever);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->write(as_bytes("three"), kNever).ok());
  EXPECT_EQ(*files.content("/data/x"), "one three");
  EXPECT_EQ(*local.length("/data/x", kNever), 9U);
  EXPECT_EQ(local.length("/data/y", kNever).cause(), Cause::NotFound);
}

TEST_F(LocalFiles, writes_again_what_a_failed_sync_may_have_lost) {
  files.add_file("/data/.keep", "");
  auto file = create("/data/x");
  ASSERT_TRUE(local.sync_directory("/data", kNever).ok());
  ASSERT_TRUE(file->write(as_bytes("committed by flush"), kNever).ok());
  files.inject({.operation = SimFiles::Operation::Sync, .path = "/data/*"});
  ASSERT_TRUE(file->start_flush(Durability::Synced, kNever).ok());
  EXPECT_FALSE(file->wait_flush(kNever).ok());
  file.reset();
  EXPECT_EQ(*local.recover("/data/x", kNever), Progress::Done);
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    EXPECT_EQ(files.image_after_power_loss(sim::PowerCut::from_seed(seed))->content("/data/x"), "committed by flush");
}

TEST_F(LocalFiles, finds_the_last_whole_line) {
  const auto last = [&](std::string_view content, std::string_view structure) {
    files.add_file("/data/x", content);
    auto file = local.open("/data/x", kNever);
    return *find_last_whole_record(structure, **file, UINT64_MAX, kNever);
  };
  EXPECT_EQ(last("", kLines), 0U);
  EXPECT_EQ(last("half", kLines), 0U);
  EXPECT_EQ(last("one\ntwo\nhalf", kLines), 8U);
  EXPECT_EQ(last("one\n" + std::string(200'000, 'x'), kLines), 4U);
  EXPECT_EQ(last(std::string(200'000, 'x') + "\n", kLines), 200'001U);
  EXPECT_EQ(last("no ends", kStream), 7U);
  EXPECT_EQ(last("no sequence", kSequence), 0U);
  auto file = local.open("/data/x", kNever);
  EXPECT_EQ(find_last_whole_record("parquet", **file, 10, kNever).status().kind(), ErrorKind::Corrupt);
}

}  // namespace
}  // namespace flume::output
