// What a SimHdfs shows, and how it fails.
#include "support/sim_hdfs/sim_hdfs.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_hdfs/sim_cluster.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SimHdfsTest : public testing::Test {
 protected:
  void SetUp() override { writer_ = cluster_.write(); }
  Status write(const std::string& bytes) {
    const Status appended = writer_->append(as_bytes(bytes));
    return appended.ok() ? *cluster_.run(writer_->flush(cluster_.in(10min))) : appended;
  }
  Status close() { return *cluster_.run(writer_->close(cluster_.in(10min))); }
  Result<std::string> read() { return cluster_.hdfs.read("/f"); }
  /// The only block's replica on this node.
  std::string& bytes_on(std::size_t node) { return cluster_.node(node).replicas().begin()->second.bytes; }

  SimCluster cluster_{4, 3};
  std::unique_ptr<FileWriter> writer_;
};

TEST_F(SimHdfsTest, shows_files_and_what_is_in_them) {
  EXPECT_TRUE(cluster_.run(cluster_.namenode.mkdirs("/d", 0755, cluster_.in(1min)))->ok());
  EXPECT_THAT(cluster_.hdfs.files(), ElementsAre("/f"));
  EXPECT_EQ(*read(), "");
  ASSERT_TRUE(write("abc").ok());
  EXPECT_EQ(*read(), "abc") << "as far as it is flushed";
  ASSERT_TRUE(writer_->append(as_bytes("de")).ok());
  EXPECT_EQ(*read(), "abc");
  ASSERT_TRUE(close().ok());
  EXPECT_EQ(*read(), "abcde");
  EXPECT_EQ(cluster_.hdfs.read("/d").cause(), Cause::NotFound);
}

TEST_F(SimHdfsTest, tells_when_replicas_differ_or_are_gone) {
  ASSERT_TRUE(write("abc").ok());
  ASSERT_TRUE(close().ok());
  bytes_on(1) = "abX";
  EXPECT_THAT(read().status().message(), HasSubstr("dn1 (10.0.1.1:9866) has other bytes"));
  bytes_on(1) = "ab";
  EXPECT_THAT(read().status().message(), HasSubstr("has 2 bytes, the NameNode knows of 3"));
  cluster_.hdfs.delete_replicas("/f", 0);
  EXPECT_EQ(read().cause(), Cause::NotFound);
}

TEST_F(SimHdfsTest, does_not_offer_a_node_that_has_been_dead_for_long) {
  cluster_.hdfs.kill_datanode(0);
  cluster_.loop.advance(631s);
  ASSERT_TRUE(write("abc").ok());
  EXPECT_EQ(writer_->live_replicas(), 3U);
  EXPECT_EQ(std::ranges::count(cluster_.calls(), "abandonBlock"), 0) << "nobody tried it";
}

TEST_F(SimHdfsTest, a_full_disk_breaks_a_pipeline_and_gets_no_new_block) {
  ASSERT_TRUE(write("abc").ok());
  cluster_.hdfs.fill_datanode(1);
  const Status written = write("def");
  ASSERT_TRUE(written.ok()) << written.message();
  EXPECT_EQ(bytes_on(3), "abcdef") << "the one that was free took over";
  ASSERT_TRUE(close().ok());
  EXPECT_EQ(*read(), "abcdef");
  for (std::size_t node = 0; node < 4; ++node) cluster_.hdfs.fill_datanode(node);
  auto appended = cluster_.append();
  ASSERT_TRUE(appended.ok());
  writer_ = std::move(*appended);
  EXPECT_FALSE(write("ghi").ok());
}

TEST_F(SimHdfsTest, a_stalled_node_keeps_its_connections_until_somebody_gives_up) {
  ASSERT_TRUE(write("abc").ok());
  cluster_.hdfs.stall_datanode(2);
  const Instant begin = cluster_.loop.now();
  const Status written = write("def");
  ASSERT_TRUE(written.ok()) << written.message();
  EXPECT_GE(cluster_.loop.now() - begin, 60s);
  cluster_.hdfs.resume_datanode(2);
  ASSERT_TRUE(close().ok());
  EXPECT_EQ(*read(), "abcdef");
}

TEST_F(SimHdfsTest, goes_on_after_a_short_stall) {
  ASSERT_TRUE(write("abc").ok());
  cluster_.hdfs.stall_datanode(2);
  const auto timer = cluster_.loop.make_timer();
  timer->set(cluster_.in(20s), [this] { cluster_.hdfs.resume_datanode(2); });
  const std::size_t calls = cluster_.calls().size();
  ASSERT_TRUE(write("def").ok());
  EXPECT_EQ(cluster_.calls().size(), calls) << "no recovery";
}

TEST_F(SimHdfsTest, a_block_that_was_deleted_under_its_writer_is_never_complete) {
  ASSERT_TRUE(write("abc").ok());
  cluster_.hdfs.delete_replicas("/f", 0);
  EXPECT_FALSE(close().ok());
  EXPECT_TRUE(cluster_.hdfs.is_open("/f"));
  EXPECT_THAT(cluster_.hdfs.complaints(), IsEmpty()) << "the writer is not to blame";
}

TEST_F(SimHdfsTest, refuses_what_is_beyond_a_quota_and_names_that_are_too_long) {
  const std::string long_name = "/" + std::string(256, 'x') + "/y";
  EXPECT_EQ(cluster_.run(cluster_.namenode.mkdirs(long_name, 0755, cluster_.in(1min)))->cause(), Cause::TooLarge);
  cluster_.hdfs.names().most_bytes = 3 * cluster_.settings.block_size - 1;
  EXPECT_EQ(write("abc").cause(), Cause::NoSpace);
}

TEST_F(SimHdfsTest, its_namenodes_serve_stop_and_take_turns) {
  SimClock clock;
  SimNetwork network{clock};
  SimEventLoop loop{clock};
  SimHdfs pair(site_on(network, loop), {.datanodes = 1, .namenodes = 2});
  RpcSettings settings;
  settings.servers = pair.servers();
  settings.user = "flume";
  RpcClient rpc(loop, network, std::move(settings), ClientId{});
  NameNodeClient namenode(rpc, "client");
  const auto make = [&](const char* path) { return *run_to_end(loop, namenode.mkdirs(path, 0755, loop.in(10s))); };
  EXPECT_TRUE(make("/a").ok());
  pair.make_active(1);
  EXPECT_TRUE(make("/b").ok());
  pair.stop_namenode(1);
  EXPECT_EQ(make("/c").cause(), Cause::NotReady) << "only the standby is left";
  pair.start_namenode(1);
  EXPECT_TRUE(make("/c").ok());
  pair.set_safe_mode(true);
  EXPECT_EQ(make("/d").cause(), Cause::NotReady);
  pair.set_safe_mode(false);
  pair.forbid("/d");
  EXPECT_EQ(make("/d/e").cause(), Cause::Permission);
}

}  // namespace
}  // namespace flume::hdfs
