// Who may write a file of the simulated NameNode, and for how long.
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_hdfs/sim_cluster.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;

/// One client holds a file, another one wants it.
class SimLeasesTest : public testing::Test {
 protected:
  void SetUp() override {
    cluster_.hdfs.names().soft_limit = 60s;
    cluster_.hdfs.names().hard_limit = 20min;
    writer_ = cluster_.write();
  }
  void flush(const std::string& bytes) {
    ASSERT_TRUE(writer_->append(as_bytes(bytes)).ok());
    const auto flushed = cluster_.run(writer_->flush(soon()));
    ASSERT_TRUE(flushed && flushed->ok());
  }
  Status append() { return cluster_.run(other_.append("/f", soon()))->status(); }
  Status create() { return cluster_.run(other_.create("/f", {}, soon()))->status(); }
  void renew() { ASSERT_TRUE(cluster_.run(cluster_.namenode.renew_lease(soon()))->ok()); }
  [[nodiscard]] Deadline soon() const { return cluster_.in(1min); }
  [[nodiscard]] const std::string& holder() { return cluster_.hdfs.names().files().at("/f").lease; }

  SimCluster cluster_{3, 3};
  NameNodeClient other_{cluster_.rpc, "other"};
  std::unique_ptr<FileWriter> writer_;
};

TEST_F(SimLeasesTest, keep_others_out_while_they_are_renewed) {
  for (int i = 0; i < 10; ++i) {
    cluster_.loop.advance(50s);
    renew();
  }
  EXPECT_EQ(append().cause(), Cause::Busy);
  EXPECT_EQ(create().cause(), Cause::Busy);
  EXPECT_EQ(holder(), "client");
}

TEST_F(SimLeasesTest, that_nobody_renews_can_be_taken_and_the_file_is_recovered_first) {
  flush("abc");
  cluster_.loop.advance(55s);
  EXPECT_EQ(append().cause(), Cause::Busy);
  EXPECT_EQ(holder(), "client");
  cluster_.loop.advance(10s);
  EXPECT_EQ(append().cause(), Cause::Busy) << "the recovery has begun";
  EXPECT_NE(holder(), "client");
  cluster_.loop.advance(1s);
  const Status appended = append();
  EXPECT_TRUE(appended.ok()) << appended.message();
  EXPECT_EQ(holder(), "other");
  EXPECT_EQ(*cluster_.hdfs.read("/f"), "abc");
}

TEST_F(SimLeasesTest, of_a_file_without_an_unfinished_block_are_taken_at_once) {
  cluster_.loop.advance(61s);
  EXPECT_EQ(create().cause(), Cause::Exists);
  EXPECT_EQ(holder(), "");
}

TEST_F(SimLeasesTest, end_by_themselves_in_the_long_run) {
  flush("abc");
  cluster_.loop.advance(20min);
  EXPECT_TRUE(cluster_.hdfs.is_open("/f"));
  cluster_.loop.advance(1s);
  EXPECT_TRUE(cluster_.hdfs.is_open("/f")) << "it is being recovered";
  cluster_.loop.advance(1s);
  EXPECT_FALSE(cluster_.hdfs.is_open("/f"));
  EXPECT_EQ(*cluster_.hdfs.read("/f"), "abc");
}

TEST_F(SimLeasesTest, follow_a_file_that_is_renamed) {
  flush("abc");
  ASSERT_TRUE(cluster_.run(other_.rename("/f", "/g", soon()))->ok());
  ASSERT_TRUE(writer_->append(as_bytes("def")).ok());
  const auto closed = cluster_.run(writer_->close(soon()));
  ASSERT_TRUE(closed.has_value());
  EXPECT_TRUE(closed->ok()) << closed->message();
  EXPECT_EQ(*cluster_.hdfs.read("/g"), "abcdef");
}

TEST_F(SimLeasesTest, do_not_outlive_their_file) {
  flush("abc");
  EXPECT_TRUE(cluster_.hdfs.delete_file("/f"));
  for (std::size_t node = 0; node < 3; ++node) EXPECT_THAT(cluster_.node(node).replicas(), testing::IsEmpty());
  ASSERT_TRUE(create().ok());
  const auto closed = cluster_.run(writer_->close(cluster_.in(10min)));
  ASSERT_TRUE(closed.has_value());
  EXPECT_FALSE(closed->ok());
  EXPECT_EQ(holder(), "other");
}

}  // namespace
}  // namespace flume::hdfs
