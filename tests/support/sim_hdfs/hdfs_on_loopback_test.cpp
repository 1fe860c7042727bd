#include "support/sim_hdfs/hdfs_on_loopback.h"

#include <chrono>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/hdfs/block_reader.h"
#include "clients/hdfs/file_writer.h"
#include "clients/hdfs/namenode.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

std::string bytes_of(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 256);
  return bytes;
}

/// A client on the test's own thread; nothing takes longer than a minute.
class HdfsOnLoopbackTest : public testing::Test {
 protected:
  void SetUp() override { connect(hdfs_); }
  void connect(const HdfsOnLoopback& hdfs) {
    RpcSettings rpc;
    rpc.servers = hdfs.servers();
    rpc.user = "flume";
    rpc.first_pause = 1ms;
    rpc.longest_pause = 10ms;
    rpc_.emplace(*loop_, network_, std::move(rpc), ClientId{});
    namenode_.emplace(*rpc_, "client");
    settings_.transfer.client = "client";
    settings_.block_size = std::uint64_t{128} << 10;
    settings_.first_pause = 1ms;
    settings_.longest_pause = 10ms;
  }
  [[nodiscard]] Deadline soon() const { return loop_->in(1min); }
  template <typename T>
  T run(Task<T> task) {
    return *run_to_end(*loop_, std::move(task));
  }
  std::unique_ptr<FileWriter> create(const std::string& path) {
    const auto created = run(namenode_->create(path, {.block_size = settings_.block_size}, soon()));
    EXPECT_TRUE(created.ok()) << created.status().message();
    OpenFile file{.path = path, .client = "client", .file_id = created->file_id};
    return std::make_unique<FileWriter>(*loop_, network_, *namenode_, std::move(file), settings_);
  }
  static Task<Result<std::string>> read_all(EventLoop& loop, Dialer& dialer, TransferSettings settings, LocatedBlocks blocks) {
    std::string all;
    for (const LocatedBlock& block : blocks.blocks) {
      BlockReader reader(loop, dialer, settings, block, 0, block.block.bytes);
      for (;;) {
        const Result<std::string> part = co_await reader.next(loop.in(1min));
        if (!part) co_return part.status();
        if (part->empty()) break;
        all += *part;
      }
    }
    co_return all;
  }
  Result<std::string> read(const std::string& path) {
    auto blocks = run(namenode_->block_locations(path, 0, UINT64_MAX / 2, soon()));
    if (!blocks) return blocks.status();
    return run(read_all(*loop_, network_, settings_.transfer, std::move(*blocks)));
  }

  HdfsOnLoopback hdfs_;
  AsioNetwork network_;
  std::unique_ptr<EventLoop> loop_ = network_.make_loop();
  std::optional<RpcClient> rpc_;
  std::optional<NameNodeClient> namenode_;
  FileWriterSettings settings_;
};

TEST_F(HdfsOnLoopbackTest, a_client_writes_three_blocks_over_the_real_network_and_reads_them_back) {
  const std::string content = bytes_of(300'000);
  const auto writer = create("/a/b");
  for (std::size_t at = 0; at < content.size(); at += 50'000) {
    const Status written = run(writer->write(as_bytes(content).subspan(at, 50'000), soon()));
    ASSERT_TRUE(written.ok()) << written.message();
  }
  const Status closed = run(writer->close(soon()));
  ASSERT_TRUE(closed.ok()) << closed.message();
  EXPECT_EQ(hdfs_.with([](SimHdfs& hdfs) { return hdfs.names().files().at("/a/b").blocks.size(); }), 3U);
  EXPECT_THAT(hdfs_.files(), ElementsAre("/a/b"));
  EXPECT_TRUE(*hdfs_.read("/a/b") == content);
  const Result<std::string> got = read("/a/b");
  ASSERT_TRUE(got.ok()) << got.status().message();
  EXPECT_TRUE(*got == content);
  EXPECT_THAT(hdfs_.complaints(), IsEmpty());
}

TEST_F(HdfsOnLoopbackTest, a_node_dies_and_the_pipeline_goes_on) {
  settings_.replacement.when = ReplacementPolicy::When::Never;
  const auto writer = create("/a");
  ASSERT_TRUE(run(writer->write(as_bytes(bytes_of(1000)), soon())).ok());
  ASSERT_TRUE(run(writer->flush(soon())).ok());
  hdfs_.with([](SimHdfs& hdfs) { hdfs.kill_datanode(1); });
  ASSERT_TRUE(run(writer->write(as_bytes(bytes_of(2000)), soon())).ok());
  const Status flushed = run(writer->flush(soon()));
  ASSERT_TRUE(flushed.ok()) << flushed.message();
  EXPECT_EQ(writer->live_replicas(), 2U);
  hdfs_.with([](SimHdfs& hdfs) { hdfs.revive_datanode(1); });
  ASSERT_TRUE(run(writer->close(soon())).ok());
  EXPECT_TRUE(*hdfs_.read("/a") == bytes_of(1000) + bytes_of(2000));
  EXPECT_TRUE(*read("/a") == bytes_of(1000) + bytes_of(2000));
}

TEST_F(HdfsOnLoopbackTest, a_namenode_comes_back_at_its_port) {
  hdfs_.with([](SimHdfs& hdfs) { hdfs.stop_namenode(); });
  EXPECT_FALSE(run(namenode_->mkdirs("/d", 0755, loop_->in(20ms))).ok());
  hdfs_.with([](SimHdfs& hdfs) { hdfs.start_namenode(); });
  const Status made = run(namenode_->mkdirs("/d", 0755, soon()));
  EXPECT_TRUE(made.ok()) << made.message();
}

TEST_F(HdfsOnLoopbackTest, the_other_namenode_of_a_pair_takes_over) {
  HdfsOnLoopback pair({.datanodes = 1, .namenodes = 2});
  connect(pair);
  ASSERT_TRUE(run(namenode_->mkdirs("/a", 0755, soon())).ok());
  pair.with([](SimHdfs& hdfs) { hdfs.make_active(1); });
  const Status made = run(namenode_->mkdirs("/b", 0755, soon()));
  EXPECT_TRUE(made.ok()) << made.message();
  EXPECT_TRUE(pair.with([](SimHdfs& hdfs) { return hdfs.names().files().contains("/b"); }));
}

TEST_F(HdfsOnLoopbackTest, a_lost_file_is_recovered_soon) {
  const auto writer = create("/a");
  ASSERT_TRUE(run(writer->write(as_bytes(bytes_of(5000)), soon())).ok());
  ASSERT_TRUE(run(writer->flush(soon())).ok());
  hdfs_.with([](SimHdfs& hdfs) { hdfs.steal_lease("/a"); });
  EXPECT_FALSE(*run(namenode_->recover_lease("/a", soon())));
  const Deadline deadline = soon();
  while (!*run(namenode_->is_file_closed("/a", soon()))) ASSERT_LT(loop_->now(), deadline.when());
  EXPECT_TRUE(*hdfs_.read("/a") == bytes_of(5000));
}

}  // namespace
}  // namespace flume::hdfs
