#include "output/local_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/avro_container.h"
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

TEST_F(LocalFiles, finds_the_last_whole_block_of_an_avro_file) {
  codec::AvroContainerWriter writer(codec::BlockCodec::Null, 1 << 20);
  std::string whole;
  writer.begin("\"bytes\"", {'m', 'a', 'r', 'k', 'e', 'r'}, whole);
  const std::size_t header = whole.size();
  std::vector<std::uint64_t> ends;
  for (const std::size_t size : {1U, 100U, 70'000U}) {
    writer.append(std::string(size, 'x'), whole);
    writer.end_block(whole);
    ends.push_back(whole.size());
  }
  const auto last = [&](std::string_view content, std::uint64_t limit = UINT64_MAX) {
    files.add_file("/data/x", content);
    auto file = local.open("/data/x", kNever);
    return *find_last_whole_record(kAvro, **file, limit, kNever);
  };
  for (std::size_t length = 0; length <= whole.size(); length += length < ends[1] + 100 ? 1 : 997) {
    std::uint64_t expected = 0;
    for (const std::uint64_t end : ends) expected = end <= length ? end : expected;
    EXPECT_EQ(last(whole, length), expected) << length;
    EXPECT_EQ(last(whole.substr(0, length)), expected) << length;
  }
  EXPECT_EQ(last(whole), ends[2]);
  EXPECT_EQ(last(whole + std::string(600, '\0')), ends[2]);  // what power loss leaves of a block that was never written
  std::string damaged = whole;
  damaged[ends[1] - 1] = '?';
  EXPECT_EQ(last(damaged), ends[0]);
  damaged[header - 1] = '?';
  EXPECT_EQ(last(damaged), 0U);
  EXPECT_EQ(last("Obj\x01 and nothing else"), 0U);
  EXPECT_EQ(last("no container"), 0U);
}

TEST_F(LocalFiles, finds_the_last_block_behind_a_long_schema) {
  codec::AvroContainerWriter writer(codec::BlockCodec::Null, 1);
  std::string whole;
  writer.begin(std::string(300'000, 's'), {'m'}, whole);
  writer.append("x", whole);
  files.add_file("/data/x", whole + "half");
  auto file = local.open("/data/x", kNever);
  EXPECT_EQ(*find_last_whole_record(kAvro, **file, UINT64_MAX, kNever), whole.size());
}

}  // namespace
}  // namespace flume::output
