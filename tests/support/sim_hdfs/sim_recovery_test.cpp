// What the simulated NameNode does with blocks that were not finished: the rules of the real one.
#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_hdfs/sim_cluster.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;
using State = SimDatanode::Replica::State;
using testing::IsEmpty;

/// A file whose last block is unfinished, with replicas as the test puts them.
class SimRecoveryTest : public testing::Test {
 protected:
  void SetUp() override {
    writer_ = cluster_.write();
    const OpenFile file{.path = "/f", .client = "client", .file_id = cluster_.hdfs.names().files().at("/f").id};
    block_ = (*cluster_.run(cluster_.namenode.add_block(file, std::nullopt, {}, cluster_.in(1min))))->block;
  }
  void put(std::size_t node, State state, std::size_t bytes, std::uint64_t stamp_after = 0) {
    SimDatanode::Replica replica;
    replica.state = state;
    replica.stamp = block_.generation_stamp + stamp_after;
    replica.bytes = std::string("0123456789").substr(0, bytes);
    cluster_.node(node).replicas()[block_.id] = replica;
  }
  bool recover() {
    const auto closed = cluster_.run(cluster_.namenode.recover_lease("/f", cluster_.in(1min)));
    return closed && closed->ok() && **closed;
  }
  /// What the file has after a recovery that began and ended.
  std::string recovered() {
    EXPECT_FALSE(recover());
    EXPECT_TRUE(is_open());
    cluster_.loop.advance(1s);
    EXPECT_FALSE(is_open());
    return *cluster_.hdfs.read("/f");
  }
  bool is_open() { return cluster_.hdfs.is_open("/f"); }
  std::size_t holders() { return cluster_.blocks().front().nodes.size(); }

  SimCluster cluster_{3, 3};
  std::unique_ptr<FileWriter> writer_;
  Block block_;
};

TEST_F(SimRecoveryTest, the_shortest_of_replicas_that_were_being_written_decides) {
  put(0, State::BeingWritten, 7);
  put(1, State::BeingWritten, 5);
  put(2, State::BeingWritten, 9);
  EXPECT_EQ(recovered(), "01234");
  EXPECT_EQ(holders(), 3U);
  EXPECT_GT(cluster_.blocks().front().block.generation_stamp, block_.generation_stamp);
}

TEST_F(SimRecoveryTest, a_finished_replica_decides_and_others_go_unless_they_are_as_long) {
  put(0, State::BeingWritten, 5);
  put(1, State::Finalized, 7);
  put(2, State::BeingWritten, 7);
  EXPECT_EQ(recovered(), "0123456");
  EXPECT_EQ(holders(), 2U);
  EXPECT_THAT(cluster_.node(0).replicas(), IsEmpty());
}

TEST_F(SimRecoveryTest, a_replica_that_outlived_a_crash_counts_only_when_there_is_no_other) {
  put(0, State::Waiting, 3);
  put(1, State::BeingWritten, 8);
  put(2, State::Waiting, 2);
  EXPECT_EQ(recovered(), "01234567");
  EXPECT_EQ(holders(), 1U);
}

TEST_F(SimRecoveryTest, replicas_that_outlived_a_crash_save_the_block_when_all_nodes_crashed) {
  put(0, State::BeingWritten, 3);
  put(1, State::BeingWritten, 8);
  for (std::size_t node = 0; node < 3; ++node) {
    cluster_.node(node).die();
    cluster_.node(node).come_back();
  }
  EXPECT_EQ(cluster_.node(0).replicas().begin()->second.state, State::Waiting);
  EXPECT_EQ(recovered(), "012");
  EXPECT_EQ(holders(), 2U);
}

TEST_F(SimRecoveryTest, an_older_replica_does_not_take_part) {
  block_.generation_stamp -= 1;
  put(0, State::BeingWritten, 3);
  block_.generation_stamp += 1;
  put(1, State::BeingWritten, 8);
  put(2, State::BeingWritten, 9, 1);  // a pipeline that the NameNode was not told of yet
  EXPECT_EQ(recovered(), "01234567");
  EXPECT_EQ(holders(), 2U);
}

TEST_F(SimRecoveryTest, a_block_of_which_nobody_has_a_byte_vanishes) {
  put(0, State::BeingWritten, 0);
  EXPECT_EQ(recovered(), "");
  EXPECT_THAT(cluster_.blocks(), IsEmpty());
  EXPECT_THAT(cluster_.node(0).replicas(), IsEmpty());
}

TEST_F(SimRecoveryTest, waits_until_a_node_answers) {
  put(0, State::BeingWritten, 4);
  for (std::size_t node = 0; node < 3; ++node) cluster_.node(node).stall();
  EXPECT_FALSE(recover());
  cluster_.loop.advance(10s);
  EXPECT_TRUE(is_open());
  cluster_.node(0).resume();
  cluster_.loop.advance(1s);
  EXPECT_FALSE(is_open());
  EXPECT_EQ(*cluster_.hdfs.read("/f"), "0123");
}

TEST_F(SimRecoveryTest, ends_a_writer_that_did_not_know_of_it) {
  SimCluster cluster(3, 3);
  const auto writer = cluster.write();
  ASSERT_TRUE(writer->append(as_bytes("flushed")).ok());
  ASSERT_TRUE(cluster.run(writer->flush(cluster.in(1min)))->ok());
  cluster.hdfs.steal_lease("/f");
  ASSERT_FALSE(**cluster.run(cluster.namenode.recover_lease("/f", cluster.in(1min))));
  cluster.loop.advance(1s);
  ASSERT_FALSE(cluster.hdfs.is_open("/f"));
  ASSERT_TRUE(writer->append(as_bytes("more")).ok());
  const auto flushed = cluster.run(writer->flush(cluster.in(10min)));
  ASSERT_TRUE(flushed.has_value());
  EXPECT_FALSE(flushed->ok());
  EXPECT_EQ(*cluster.hdfs.read("/f"), "flushed");
  EXPECT_THAT(cluster.hdfs.complaints(), IsEmpty());
}

/// A closed file of three blocks: two full ones, and 200 bytes.
class SimTruncateTest : public testing::Test {
 protected:
  void SetUp() override {
    cluster_.settings.block_size = 1024;
    const auto writer = cluster_.write();
    for (std::size_t i = 0; i < content_.size(); ++i) content_[i] = static_cast<char>('a' + i % 23);
    ASSERT_TRUE(writer->append(as_bytes(content_)).ok());
    ASSERT_TRUE(cluster_.run(writer->close(cluster_.in(1min)))->ok());
  }
  Result<bool> truncate(std::uint64_t length) { return *cluster_.run(cluster_.namenode.truncate("/f", length, cluster_.in(1min))); }

  SimCluster cluster_{3, 2};
  std::string content_ = std::string(2248, '\0');
};

TEST_F(SimTruncateTest, cuts_at_once_between_blocks_and_deletes_replicas) {
  EXPECT_TRUE(*truncate(2048));
  EXPECT_FALSE(cluster_.hdfs.is_open("/f"));
  EXPECT_EQ(*cluster_.hdfs.read("/f"), content_.substr(0, 2048));
  EXPECT_TRUE(*truncate(0));
  EXPECT_EQ(*cluster_.hdfs.read("/f"), "");
  for (std::size_t node = 0; node < 3; ++node) EXPECT_THAT(cluster_.node(node).replicas(), IsEmpty());
}

TEST_F(SimTruncateTest, cuts_replicas_within_a_block_by_a_recovery) {
  EXPECT_FALSE(*truncate(1500));
  EXPECT_TRUE(cluster_.hdfs.is_open("/f"));
  EXPECT_EQ(truncate(1400).cause(), Cause::Busy);
  cluster_.loop.advance(1s);
  EXPECT_FALSE(cluster_.hdfs.is_open("/f"));
  EXPECT_EQ(*cluster_.hdfs.read("/f"), content_.substr(0, 1500));
  EXPECT_EQ(cluster_.blocks().back().nodes.size(), 2U);
  EXPECT_TRUE(*truncate(1500)) << "nothing to do";
  EXPECT_FALSE(truncate(1501).ok());
}

TEST_F(SimTruncateTest, writing_goes_on_where_it_was_cut) {
  EXPECT_FALSE(*truncate(1500));
  cluster_.loop.advance(1s);
  const auto writer = cluster_.append();
  ASSERT_TRUE(writer.ok()) << writer.status().message();
  ASSERT_TRUE((*writer)->append(as_bytes("more")).ok());
  ASSERT_TRUE(cluster_.run((*writer)->close(cluster_.in(1min)))->ok());
  EXPECT_EQ(*cluster_.hdfs.read("/f"), content_.substr(0, 1500) + "more");
  EXPECT_THAT(cluster_.hdfs.complaints(), IsEmpty());
}

}  // namespace
}  // namespace flume::hdfs
