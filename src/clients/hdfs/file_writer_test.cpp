#include "clients/hdfs/file_writer.h"

#include <algorithm>
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_hdfs/sim_cluster.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

std::string bytes_of(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return bytes;
}

/// A file on a cluster. Each helper runs until the call is done, and fails the test when it hangs.
class FileWriterTest : public testing::Test {
 protected:
  void open(std::size_t nodes, std::size_t replication) {
    writer_.reset();
    cluster_.emplace(nodes, replication);
    open_writer();
  }
  void open_writer() {
    writer_.reset();
    writer_ = cluster_->write();
  }
  void append() {
    writer_.reset();
    auto appended = cluster_->append();
    ASSERT_TRUE(appended.ok()) << appended.status().message();
    writer_ = std::move(*appended);
  }
  Status done(Task<Status> task) {
    std::optional<Status> status = cluster_->run(std::move(task));
    if (!status) return fatal("it hangs");
    return *status;
  }
  void write(const std::string& bytes) {
    const Status written = done(writer_->write(as_bytes(bytes), cluster_->in(10min)));
    EXPECT_TRUE(written.ok()) << written.message();
    content_ += bytes;
  }
  void flush() {
    const Status flushed = done(writer_->flush(cluster_->in(10min)));
    EXPECT_TRUE(flushed.ok()) << flushed.message();
  }
  void close() {
    const Status closed = done(writer_->close(cluster_->in(10min)));
    EXPECT_TRUE(closed.ok()) << closed.message();
    EXPECT_FALSE(cluster_->hdfs.is_open(SimCluster::kPath));
  }
  void expect_file() {
    const auto read = cluster_->run(cluster_->read_file());
    ASSERT_TRUE(read.has_value());
    ASSERT_TRUE(read->ok()) << read->status().message();
    EXPECT_TRUE(**read == content_) << (*read)->size() << " bytes, " << content_.size() << " written";
    EXPECT_EQ(*cluster_->hdfs.read(SimCluster::kPath), content_);
    EXPECT_THAT(cluster_->hdfs.complaints(), IsEmpty());
  }
  SimDatanode& node(std::size_t i) { return cluster_->node(i); }

  std::optional<SimCluster> cluster_;
  std::unique_ptr<FileWriter> writer_;
  std::string content_;
};

TEST_F(FileWriterTest, writes_blocks_that_all_nodes_have_and_readers_get_back) {
  open(3, 3);
  write(bytes_of(2'500'000));
  flush();
  EXPECT_EQ(writer_->live_replicas(), 3U);
  close();
  expect_file();
  EXPECT_EQ(cluster_->blocks().size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(node(i).replicas().size(), 3U);
}

TEST_F(FileWriterTest, finds_nodes_by_their_names_when_told_so) {
  cluster_.emplace(1, 1, true);
  cluster_->settings.transfer.uses_hostname = true;
  open_writer();
  write(bytes_of(100'000));
  close();
  expect_file();
}

TEST_F(FileWriterTest, finishes_an_empty_file_and_one_that_ends_with_a_block) {
  open(3, 3);
  close();
  EXPECT_THAT(cluster_->blocks(), IsEmpty());
  open(3, 3);
  write(bytes_of(1 << 20));
  close();
  expect_file();
  EXPECT_EQ(cluster_->blocks().size(), 1U);
}

TEST_F(FileWriterTest, shows_flushed_bytes_to_readers_also_within_a_chunk) {
  open(3, 3);
  for (const std::size_t size : {1U, 100U, 411U, 1U, 511U, 70'000U, 3U}) {
    write(bytes_of(size));
    flush();
    LocatedBlock block = cluster_->blocks().back();
    const auto read = cluster_->run(cluster_->read_block(block, 0, content_.size()));
    ASSERT_TRUE(read && read->ok()) << read->status().message();
    EXPECT_EQ(**read, content_);
  }
  close();
  expect_file();
}

TEST_F(FileWriterTest, tells_the_namenode_about_a_new_block_once_and_about_lengths_when_it_syncs) {
  open(1, 1);
  write("a");
  flush();
  flush();
  write("b");
  flush();
  EXPECT_EQ(std::ranges::count(cluster_->calls(), "fsync"), 1);
  ASSERT_TRUE(done(writer_->sync(cluster_->in(1min))).ok());
  EXPECT_EQ(std::ranges::count(cluster_->calls(), "fsync"), 2);
  EXPECT_EQ(node(0).replicas().begin()->second.syncs, 1U);
  EXPECT_EQ(cluster_->blocks().back().block.bytes, 2U);
}

TEST_F(FileWriterTest, appends_to_a_begun_chunk_and_to_a_full_block) {
  for (const std::size_t first : {std::size_t{1}, std::size_t{511}, std::size_t{512}, std::size_t{70'001}, std::size_t{1} << 20}) {
    content_.clear();
    open(3, 3);
    write(bytes_of(first));
    close();
    append();
    write("x");
    flush();
    write(bytes_of(100));
    flush();
    write(bytes_of(200'000));
    close();
    expect_file();
  }
}

TEST_F(FileWriterTest, waits_for_a_name_node_in_safe_mode) {
  open(4, 3);
  write(bytes_of(100'000));
  flush();
  const auto leave_safe_mode_later = [this] {
    cluster_->hdfs.set_safe_mode(true);
    auto timer = cluster_->loop.make_timer();
    timer->set(cluster_->in(20s), [this] { cluster_->hdfs.set_safe_mode(false); });
    return timer;
  };
  const auto during_recovery = leave_safe_mode_later();
  node(1).die();
  write(bytes_of(1000));
  flush();
  const auto during_a_sync = leave_safe_mode_later();
  write(bytes_of(1000));
  const Status synced = done(writer_->sync(cluster_->in(1min)));
  EXPECT_TRUE(synced.ok()) << synced.message();
  const auto during_the_close = leave_safe_mode_later();
  close();
  expect_file();
}

TEST_F(FileWriterTest, names_path_and_nodes_when_time_is_up_and_when_a_recovery_fails) {
  open(3, 3);
  write(bytes_of(1000));
  flush();
  cluster_->hdfs.stall_datanode(1);
  ASSERT_TRUE(writer_->append(as_bytes("more")).ok());
  const auto names_nodes = AllOf(HasSubstr("/f: "), HasSubstr("dn1 (10.0.1.1:9866)"), HasSubstr("dn2 (10.0.1.2:9866)"));
  const Status late = done(writer_->flush(cluster_->in(1s)));
  EXPECT_EQ(late.cause(), Cause::Timeout);
  EXPECT_THAT(late.message(), names_nodes);
  cluster_->hdfs.resume_datanode(1);

  open(4, 3);
  write(bytes_of(1000));
  flush();
  node(0).die();
  cluster_->hdfs.namenode().set_faults([](std::string_view method) {
    return method == "updateBlockForPipeline" || method == "updatePipeline" ? SimFault::Retriable : SimFault::None;
  });
  ASSERT_TRUE(writer_->append(as_bytes("more")).ok());
  const Status failed = done(writer_->flush(cluster_->in(1h)));
  EXPECT_FALSE(failed.ok());
  EXPECT_THAT(failed.message(), AllOf(names_nodes, HasSubstr("recover blk_"), HasSubstr("dn0 (10.0.1.0:9866)")));
}

TEST_F(FileWriterTest, tells_that_the_name_node_stays_in_safe_mode) {
  open(1, 1);
  write(bytes_of(1000));
  flush();
  cluster_->hdfs.set_safe_mode(true);
  const Status closed = done(writer_->close(cluster_->in(10s)));
  EXPECT_EQ(closed.cause(), Cause::NotReady);
  EXPECT_THAT(closed.message(), HasSubstr("afe mode"));
  cluster_->hdfs.set_safe_mode(false);
  close();
  expect_file();
}

TEST_F(FileWriterTest, finishes_an_appended_file_to_which_nothing_was_added) {
  open(3, 3);
  write(bytes_of(1000));
  close();
  append();
  close();
  expect_file();
}

TEST_F(FileWriterTest, keeps_an_idle_pipeline_alive_for_hours) {
  open(3, 3);
  write("a");
  flush();
  const auto calls = cluster_->calls();
  cluster_->loop.advance(6h);
  write("b");
  flush();
  EXPECT_EQ(cluster_->calls(), calls);  // no recovery
  close();
  expect_file();
}

TEST_F(FileWriterTest, goes_on_without_a_node_that_dies_wherever_it_stands_in_the_pipeline) {
  for (std::size_t dead = 0; dead < 3; ++dead) {
    content_.clear();
    open(3, 3);
    cluster_->settings.replacement.when = ReplacementPolicy::When::Never;
    open_writer();
    write(bytes_of(100'000));
    flush();
    node(dead).die();
    write(bytes_of(300'000));
    flush();
    EXPECT_EQ(writer_->live_replicas(), 2U);
    close();
    expect_file();
  }
}

TEST_F(FileWriterTest, takes_a_new_node_that_gets_a_copy_of_what_is_there) {
  open(4, 3);
  write(bytes_of(100'000));
  flush();
  node(1).die();
  write(bytes_of(100'000));
  flush();
  EXPECT_EQ(writer_->live_replicas(), 3U);
  EXPECT_EQ(node(3).replicas().begin()->second.bytes, content_);
  close();
  expect_file();
}

TEST_F(FileWriterTest, fails_or_goes_on_without_a_replacement_as_the_policy_says) {
  struct Case {
    bool is_best_effort;
    std::size_t least_nodes;
    bool goes_on;
  };
  for (const Case& policy : {Case{false, 0, false}, Case{true, 0, true}, Case{true, 2, true}, Case{true, 3, false}}) {
    open(3, 3);
    cluster_->settings.replacement.is_best_effort = policy.is_best_effort;
    cluster_->settings.replacement.least_nodes = policy.least_nodes;
    open_writer();
    write(bytes_of(1000));
    flush();
    node(2).die();
    write("more");
    const Status flushed = done(writer_->flush(cluster_->in(10min)));
    EXPECT_EQ(flushed.ok(), policy.goes_on) << (flushed.ok() ? "" : flushed.message());
    if (!flushed.ok()) {
      EXPECT_THAT(flushed.message(), AllOf(HasSubstr("/f"), HasSubstr("blk_"), HasSubstr("dn2 (10.0.1.2:9866)")));
    }
  }
}

TEST_F(FileWriterTest, names_block_nodes_and_reasons_when_no_node_is_left) {
  open(2, 2);
  write(bytes_of(1000));
  flush();
  node(0).die();
  node(1).die();
  write("more");
  const Status flushed = done(writer_->flush(cluster_->in(10min)));
  ASSERT_FALSE(flushed.ok());
  EXPECT_THAT(flushed.message(), AllOf(HasSubstr("/f"), HasSubstr("blk_1073741825"), HasSubstr("dn0 (10.0.1.0:9866)"),
                                       HasSubstr("dn1 (10.0.1.1:9866)"), HasSubstr("onnection re")));
  EXPECT_EQ(writer_->append(as_bytes("x")).message(), flushed.message());
  EXPECT_FALSE(done(writer_->close(cluster_->in(1min))).ok());
}

TEST_F(FileWriterTest, gives_a_new_block_to_other_nodes_when_one_cannot_be_reached) {
  open(5, 3);
  node(1).die();
  node(2).faults.refused_operations = 1;
  write(bytes_of(1000));
  flush();
  EXPECT_EQ(std::ranges::count(cluster_->calls(), "abandonBlock"), 2);
  EXPECT_EQ(writer_->live_replicas(), 3U);
  close();
  expect_file();
}

TEST_F(FileWriterTest, says_why_no_block_can_be_begun) {
  open(1, 1);
  node(0).die();
  write("a");
  const Status flushed = done(writer_->flush(cluster_->in(10min)));
  ASSERT_FALSE(flushed.ok());
  EXPECT_THAT(flushed.message(), AllOf(HasSubstr("dn0 (10.0.1.0:9866)"), HasSubstr("onnection refused"), HasSubstr("minReplication")));
}

TEST_F(FileWriterTest, waits_for_a_lone_node_that_restarts) {
  open(1, 1);
  write(bytes_of(1000));
  flush();
  node(0).faults.bad_ack_at = 1;
  node(0).faults.bad_ack = TransferStatus::Restarting;
  write("b");
  auto death = cluster_->loop.make_timer();
  auto birth = cluster_->loop.make_timer();
  death->set(cluster_->in(1ms), [this] { node(0).die(); });
  birth->set(cluster_->in(10s), [this] { node(0).come_back(); });
  flush();
  close();
  expect_file();
}

TEST_F(FileWriterTest, recovers_from_wrong_and_missing_acknowledgements) {
  const auto with = [this](const std::string& what, std::size_t where, const std::function<void(SimDatanode::Faults&)>& fault) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, what + " of node " + std::to_string(where));
    content_.clear();
    open(3, 3);
    cluster_->settings.replacement.when = ReplacementPolicy::When::Never;
    open_writer();
    fault(node(where).faults);
    write(bytes_of(500'000));
    flush();
    write("more");  // the node may have gone with its last acknowledgement
    flush();
    EXPECT_EQ(writer_->live_replicas(), 2U);
    close();
    expect_file();
  };
  for (std::size_t where = 0; where < 3; ++where) {
    with("bad acknowledgement", where, [](auto& faults) { faults.bad_ack_at = 2; });
    with("silence", where, [](auto& faults) { faults.silent_from = 3; });
    with("foolish acknowledgement", where, [](auto& faults) { faults.foolish_ack_at = 1; });
    with("death", where, [](auto& faults) { faults.packets_until_death = 4; });
  }
}

TEST_F(FileWriterTest, closes_a_block_whose_end_was_not_acknowledged) {
  for (std::size_t where = 0; where < 3; ++where) {
    content_.clear();
    open(3, 3);
    write(bytes_of(1000));
    flush();
    node(where).faults.bad_ack_at = 1;
    close();
    expect_file();
  }
}

TEST_F(FileWriterTest, asks_again_when_the_namenode_is_not_ready) {
  open(3, 3);
  cluster_->hdfs.names().not_ready = 2;
  write(bytes_of(1 << 20));
  flush();
  cluster_->hdfs.names().not_ready = 3;
  close();
  expect_file();
}

TEST_F(FileWriterTest, is_none_the_worse_for_a_deadline_that_passes) {
  open(1, 1);
  write("a");
  flush();
  node(0).faults.silent_from = 1;
  write("b");
  const Status late = done(writer_->flush(cluster_->in(5s)));
  EXPECT_EQ(late.cause(), Cause::Timeout);
  EXPECT_TRUE(writer_->failure().ok());
  const Status lost = done(writer_->flush(cluster_->in(10min)));  // the only node never answers
  EXPECT_EQ(lost.cause(), Cause::Unreachable) << lost.message();
}

TEST_F(FileWriterTest, stops_taking_bytes_when_the_nodes_do) {
  open(1, 1);
  cluster_->network.set_routes([](const std::string&, std::uint16_t) { return SimRoute{.stall_after = 100'000}; });
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(writer_->append(as_bytes(std::string(50'000, 'x'))).ok());
  EXPECT_FALSE(writer_->has_room());
  EXPECT_EQ(done(writer_->write(as_bytes("y"), cluster_->in(10s))).cause(), Cause::Timeout);
}

TEST_F(FileWriterTest, refuses_bytes_behind_the_end_and_reports_what_the_namenode_refuses) {
  open(1, 1);
  write("a");
  close();
  EXPECT_EQ(writer_->append(as_bytes("b")).kind(), ErrorKind::Fatal);
  open(1, 1);
  cluster_->hdfs.steal_lease(SimCluster::kPath);
  write("a");
  const Status flushed = done(writer_->flush(cluster_->in(1min)));
  EXPECT_EQ(flushed.cause(), Cause::Lost);
  EXPECT_THAT(flushed.message(), HasSubstr("/f"));
}

TEST_F(FileWriterTest, works_with_every_kind_and_size_of_checksums) {
  for (const ChecksumType type : {ChecksumType::None, ChecksumType::Crc32, ChecksumType::Crc32c}) {
    for (const std::uint32_t chunk : {1U, 7U, 512U, 100'000U}) {
      content_.clear();
      open(2, 2);
      cluster_->settings.checksum = {.type = type, .bytes_per_chunk = chunk};
      cluster_->settings.packet_bytes = 4000;
      open_writer();
      write(bytes_of(3000));
      flush();
      write(bytes_of(9001));
      close();
      expect_file();
    }
  }
}

}  // namespace
}  // namespace flume::hdfs
