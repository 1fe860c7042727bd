// HdfsFileSystem with its real thread, on a simulated HDFS on the loopback network.
#include "output/hdfs_file_system.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/captured_log.h"
#include "support/sim_hdfs/hdfs_on_loopback.h"

namespace flume::output {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

class HdfsFileSystemTest : public testing::Test {
 protected:
  HdfsFileSystemTest() {
    hdfs::ClientSettings settings;
    settings.rpc.servers = cluster_.servers();
    settings.rpc.user = "flume";
    settings.file.replication = 3;
    settings.file.block_size = 64 << 10;
    file_system_ = std::make_unique<HdfsFileSystem>("hdfs://nn", std::make_unique<LoopThread>(network_.make_loop()), network_, settings,
                                                    Log(log_, "sinks.k1"));
  }
  Deadline soon() { return clock_.in(std::chrono::seconds(60)); }
  std::unique_ptr<OutputFile> create(const std::string& path) {
    auto file = file_system_->create("hdfs://nn" + path, file_system_->creation_mark(), soon());
    EXPECT_TRUE(file.ok()) << file.status().message();
    return file ? *std::move(file) : nullptr;
  }
  /// Asks until it is done.
  void finish(const std::function<Result<Progress>()>& step) {
    for (;;) {
      const Result<Progress> progress = step();
      ASSERT_TRUE(progress.ok()) << progress.status().message();
      if (*progress == Progress::Done) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  SystemClock clock_;
  CapturedLog log_;
  AsioNetwork network_;
  hdfs::HdfsOnLoopback cluster_;
  std::unique_ptr<HdfsFileSystem> file_system_;
};

TEST_F(HdfsFileSystemTest, writes_closes_renames_and_reads_a_file) {
  ASSERT_TRUE(file_system_->connect(soon()).ok());
  const std::string bytes = std::string(100'000, 'a') + std::string(50'000, 'b');
  auto file = create("/data/x.tmp");
  EXPECT_EQ(file->replicas(), std::nullopt);
  ASSERT_TRUE(file->write(as_bytes(bytes), soon()).ok());
  ASSERT_TRUE(file->start_flush(Durability::Synced, soon()).ok());
  ASSERT_TRUE(file->wait_flush(soon()).ok());
  EXPECT_EQ(file->replicas(), 3U);
  ASSERT_TRUE(file->close(soon()).ok());
  file.reset();
  ASSERT_TRUE(file_system_->rename("hdfs://nn/data/x.tmp", "hdfs://nn/data/x", soon()).ok());
  EXPECT_EQ(*cluster_.read("/data/x"), bytes);
  EXPECT_EQ(*file_system_->length("hdfs://nn/data/x", soon()), bytes.size());
  auto reader = file_system_->open("hdfs://nn/data/x", soon());
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  std::string part(20, '.');
  const auto got = (*reader)->read_at(99'990, std::as_writable_bytes(std::span(part)), soon());
  ASSERT_TRUE(got.ok()) << got.status().message();
  EXPECT_EQ(part.substr(0, *got), "aaaaaaaaaabbbbbbbbbb");
  EXPECT_THAT(*file_system_->entries("hdfs://nn/data", 10, soon()), ElementsAre(Field(&FileEntry::name, "x")));
  EXPECT_TRUE(file_system_->sync_directory("hdfs://nn/data", soon()).ok());
  ASSERT_TRUE(file_system_->remove("hdfs://nn/data/x", soon()).ok());
  EXPECT_EQ(file_system_->length("hdfs://nn/data/x", soon()).cause(), Cause::NotFound);
  EXPECT_EQ(file_system_->remove("hdfs://nn/data/x", soon()).cause(), Cause::NotFound);
  EXPECT_EQ(file_system_->entries("hdfs://nn/none", 10, soon()).cause(), Cause::NotFound);
  EXPECT_THAT(cluster_.complaints(), IsEmpty());
}

TEST_F(HdfsFileSystemTest, replicates_in_an_erasure_coded_folder_and_says_so_once) {
  cluster_.with([](hdfs::SimHdfs& hdfs) { hdfs.make_erasure_coded("/coded"); });
  for (const char* path : {"/coded/a", "/coded/b", "/plain/c"}) {
    auto file = create(path);
    ASSERT_TRUE(file->write(as_bytes("x"), soon()).ok());
    ASSERT_TRUE(file->close(soon()).ok());
  }
  EXPECT_EQ(log_.count(LogLevel::Info, "the folder is erasure-coded"), 1U);
  EXPECT_EQ(log_.count(LogLevel::Info, "hdfs://nn/coded"), 1U);
  EXPECT_THAT(cluster_.complaints(), IsEmpty());
}

TEST_F(HdfsFileSystemTest, takes_bytes_over_in_any_sizes_with_and_without_a_flush) {
  auto file = create("/data/x.tmp");
  std::string expected;
  char letter = 'a';
  for (const std::size_t size : {10U, 300'000U, 20'000U, 300'000U, 250'000U, 7U}) {
    std::string bytes(size, letter++);
    expected += bytes;
    ASSERT_TRUE(file->hand_over(bytes, soon()).ok());
    EXPECT_EQ(bytes, "");
    if (size != 20'000U) continue;
    ASSERT_TRUE(file->start_flush(Durability::Written, soon()).ok());
    ASSERT_TRUE(file->wait_flush(soon()).ok());
  }
  ASSERT_TRUE(file->close(soon()).ok());
  file.reset();
  EXPECT_TRUE(*cluster_.read("/data/x.tmp") == expected);
}

TEST_F(HdfsFileSystemTest, tells_with_the_flush_and_the_close_that_bytes_taken_over_could_not_be_written) {
  auto file = create("/data/x.tmp");
  cluster_.with([](hdfs::SimHdfs& hdfs) { hdfs.stall_datanode(0); });
  const Deadline shortly = clock_.in(std::chrono::milliseconds(50));
  for (int i = 0; i < 2; ++i) {  // the second one finds no room
    std::string bytes(2'000'000, 'x');
    ASSERT_TRUE(file->hand_over(bytes, shortly).ok());
  }
  EXPECT_EQ(file->start_flush(Durability::Written, soon()).cause(), Cause::Timeout);
  EXPECT_EQ(file->close(soon()).cause(), Cause::Timeout);
  cluster_.with([](hdfs::SimHdfs& hdfs) { hdfs.resume_datanode(0); });
}

TEST_F(HdfsFileSystemTest, takes_an_abandoned_file_back_cuts_it_and_goes_on) {
  auto file = create("/data/x.tmp");
  ASSERT_TRUE(file->write(as_bytes("committed|not committed"), soon()).ok());
  ASSERT_TRUE(file->start_flush(Durability::Written, soon()).ok());
  ASSERT_TRUE(file->wait_flush(soon()).ok());
  file.reset();
  const std::string path = "hdfs://nn/data/x.tmp";
  EXPECT_FALSE(file_system_->append(path, soon()).ok()) << "its lease is held";
  finish([&] { return file_system_->recover(path, soon()); });
  const Result<Progress> cut = file_system_->truncate(path, 10, soon());
  ASSERT_TRUE(cut.ok()) << cut.status().message();
  finish([&] { return file_system_->recover(path, soon()); });
  EXPECT_EQ(*file_system_->length(path, soon()), 10U);
  auto again = file_system_->append(path, soon());
  ASSERT_TRUE(again.ok()) << again.status().message();
  ASSERT_TRUE((*again)->write(as_bytes("more"), soon()).ok());
  ASSERT_TRUE((*again)->close(soon()).ok());
  EXPECT_EQ(*cluster_.read("/data/x.tmp"), "committed|more");
  EXPECT_THAT(cluster_.complaints(), IsEmpty());
}

TEST_F(HdfsFileSystemTest, serves_several_threads) {
  EXPECT_TRUE(file_system_->serves_threads());
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 5; ++i) {
        const std::string name = "/data/" + std::to_string(thread) + "/" + std::to_string(i);
        auto file = create(name + ".tmp");
        ASSERT_NE(file, nullptr);
        EXPECT_TRUE(file->write(as_bytes(name), soon()).ok());
        EXPECT_TRUE(file->start_flush(Durability::Written, soon()).ok());
        EXPECT_TRUE(file->wait_flush(soon()).ok());
        EXPECT_TRUE(file->close(soon()).ok());
        EXPECT_TRUE(file_system_->rename("hdfs://nn" + name + ".tmp", "hdfs://nn" + name, soon()).ok());
      }
    });
  }
  threads.clear();
  const std::vector<std::string> files = cluster_.files();
  EXPECT_EQ(files.size(), 20U);
  for (const std::string& path : files) EXPECT_EQ(*cluster_.read(path), path);
}

TEST_F(HdfsFileSystemTest, ends_with_a_flush_under_way) {
  auto file = create("/data/x.tmp");
  cluster_.with([](hdfs::SimHdfs& hdfs) { hdfs.stall_datanode(0); });
  ASSERT_TRUE(file->write(as_bytes("bytes"), soon()).ok());
  ASSERT_TRUE(file->start_flush(Durability::Written, soon()).ok());
  file.reset();
  file_system_.reset();
  cluster_.with([](hdfs::SimHdfs& hdfs) { hdfs.resume_datanode(0); });
}

TEST_F(HdfsFileSystemTest, is_back_by_the_deadline) {
  auto file = create("/data/x.tmp");
  cluster_.with([](hdfs::SimHdfs& hdfs) { hdfs.stall_datanode(0); });
  ASSERT_TRUE(file->write(as_bytes("bytes"), soon()).ok());
  ASSERT_TRUE(file->start_flush(Durability::Written, clock_.in(std::chrono::milliseconds(50))).ok());
  EXPECT_EQ(file->wait_flush(soon()).cause(), Cause::Timeout);
  cluster_.with([](hdfs::SimHdfs& hdfs) { hdfs.resume_datanode(0); });
}

TEST_F(HdfsFileSystemTest, knows_its_own_paths) {
  EXPECT_TRUE(file_system_->owns("hdfs://nn/data"));
  EXPECT_FALSE(file_system_->owns("hdfs://nn2/data"));
  EXPECT_FALSE(file_system_->owns("/data"));
  EXPECT_FALSE(file_system_->may_return_wrong_bytes());
}

TEST_F(HdfsFileSystemTest, does_not_overwrite) {
  ASSERT_TRUE(create("/data/x")->close(soon()).ok());
  EXPECT_EQ(file_system_->create("hdfs://nn/data/x", file_system_->creation_mark(), soon()).cause(), Cause::Exists);
  ASSERT_TRUE(create("/data/y")->close(soon()).ok());
  const Status renamed = file_system_->rename("hdfs://nn/data/y", "hdfs://nn/data/x", soon());
  EXPECT_EQ(renamed.cause(), Cause::Exists);
  EXPECT_THAT(renamed.message(), HasSubstr("/data/x"));
  EXPECT_EQ(file_system_->rename("hdfs://nn/data/none", "hdfs://nn/data/z", soon()).cause(), Cause::NotFound);
}

}  // namespace
}  // namespace flume::output
