// What the hdfs sink says, and keeps, when its cluster cannot do what it is asked: a clear line with path and node, the batch
// in the channel, and everything written once when what was wrong is over.
#include "components/sinks/hdfs/hdfs_sink_on_cluster.h"

namespace flume {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kFile = "/data/a/FlumeData.";

class HdfsSinkOnBadClusterTest : public HdfsSinkOnCluster {
 protected:
  /// An agent that has delivered 15 events, and waits 5 s for a server.
  void begin(Keys keys = {}, hdfs::SimHdfsSize size = {}) {
    keys.emplace("hdfs.callTimeout", "5000");
    make(std::move(keys), size);
    if (size.namenodes == 2) add_pair();
    ASSERT_TRUE(bench_->start().ok());
    put(15);
    ASSERT_TRUE(bench_->drain());
  }
  /// hdfs://pair is both NameNodes.
  void add_pair() {
    bench_->services.files.add_file("/conf/hdfs-site.xml", R"(<configuration>
        <property><name>dfs.nameservices</name><value>pair</value></property>
        <property><name>dfs.ha.namenodes.pair</name><value>one,two</value></property>
        <property><name>dfs.namenode.rpc-address.pair.one</name><value>nn1:8020</value></property>
        <property><name>dfs.namenode.rpc-address.pair.two</name><value>nn2:8020</value></property>
        </configuration>)");
  }
  void set_client(const std::string& key, const std::string& value) {
    bench_->services.files.add_file(
        "/conf/hdfs-site.xml", "<configuration><property><name>" + key + "</name><value>" + value + "</value></property></configuration>");
  }
  /// Ten more events do not arrive.
  void expect_kept() {
    const std::uint64_t before = bench_->queued();
    put(10);
    bench_->round();
    EXPECT_FALSE(bench_->last_error().ok());
    EXPECT_EQ(bench_->queued(), before + 10) << "they wait in the channel";
  }
  [[nodiscard]] std::string error() const { return bench_->last_error().ok() ? "none" : bench_->last_error().message(); }
  /// New connections must be made.
  void break_connections() {
    hdfs().stop_namenode();
    hdfs().start_namenode();
  }
  [[nodiscard]] std::string file_in_use() {
    for (const std::string& path : hdfs().files()) {
      if (path.ends_with(".tmp")) return path;
    }
    return "none";
  }
};

TEST_P(HdfsSinkOnBadClusterTest, does_not_start_on_a_cluster_that_demands_kerberos) {
  make();
  hdfs().namenode().set_kind(hdfs::SimNameNode::Kind::DemandsAuthentication);
  const Status refused = bench_->start();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.kind(), ErrorKind::Retryable) << "the cluster can be changed without us";
  EXPECT_THAT(refused.message(), AllOf(HasSubstr("hdfs.path: hdfs://nn1: getServerDefaults: NameNode nn1:8020: "),
                                       HasSubstr("demands authentication"), HasSubstr("KERBEROS")));
  hdfs().namenode().set_kind(hdfs::SimNameNode::Kind::NameNode);
  ASSERT_TRUE(bench_->start().ok());
  put(5);
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, keeps_events_while_the_cluster_has_come_to_demand_kerberos) {
  begin({{"hdfs.rollCount", "15"}});
  hdfs().namenode().set_kind(hdfs::SimNameNode::Kind::DemandsAuthentication);
  break_connections();
  expect_kept();
  EXPECT_THAT(error(), AllOf(HasSubstr("/data/a"), HasSubstr("NameNode nn1:8020"), HasSubstr("demands authentication")));
  hdfs().namenode().set_kind(hdfs::SimNameNode::Kind::NameNode);
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, keeps_events_while_there_is_only_a_standby) {
  begin({{"hdfs.rollCount", "15"}});
  hdfs().make_active(1);  // there is no such one
  expect_kept();
  EXPECT_THAT(error(), AllOf(HasSubstr("/data/a"), HasSubstr("NameNode nn1:8020"), HasSubstr("standby")));
  hdfs().make_active(0);
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, follows_the_active_one_of_two_namenodes) {
  begin({{"hdfs.path", "hdfs://pair/data/%{kind}"}, {"hdfs.rollCount", "10"}}, {.datanodes = 3, .namenodes = 2});
  for (const std::size_t active : {1U, 0U, 1U}) {
    hdfs().make_active(active);
    put(25);
    ASSERT_TRUE(bench_->drain());
  }
  hdfs().stop_namenode(0);
  put(25);
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, keeps_events_and_names_both_while_each_of_two_namenodes_is_a_standby) {
  begin({{"hdfs.path", "hdfs://pair/data/%{kind}"}, {"hdfs.rollCount", "15"}}, {.datanodes = 3, .namenodes = 2});
  hdfs().make_active(2);  // there is no such one
  expect_kept();
  EXPECT_THAT(error(), AllOf(HasSubstr("/data/a"), HasSubstr("no active NameNode: "), HasSubstr("nn1:8020: "), HasSubstr("nn2:8020: ")));
  hdfs().make_active(1);
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, keeps_events_that_are_above_the_quota_of_space) {
  begin({{"hdfs.rollCount", "15"}});
  hdfs().names().most_bytes = 1;
  expect_kept();
  EXPECT_THAT(error(), AllOf(HasSubstr(kFile), HasSubstr("NameNode nn1:8020"), HasSubstr("quota")));
  hdfs().names().most_bytes = UINT64_MAX;
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, keeps_events_that_are_above_the_quota_of_names) {
  begin({{"hdfs.rollCount", "15"}});
  hdfs().names().most_entries = 1;
  expect_kept();
  EXPECT_THAT(error(), AllOf(HasSubstr(kFile), HasSubstr("NameNode nn1:8020"), HasSubstr("quota")));
  hdfs().names().most_entries = SIZE_MAX;
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, keeps_events_while_the_disks_of_all_datanodes_are_full) {
  begin();
  for (std::size_t node = 0; node < 3; ++node) hdfs().fill_datanode(node);
  expect_kept();
  EXPECT_THAT(error(), AllOf(HasSubstr(kFile), HasSubstr("blk_"), HasSubstr("dn0 (10.0.1.0:9866)")));
  for (std::size_t node = 0; node < 3; ++node) hdfs().enlarge_datanode(node);
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, goes_on_without_datanodes_whose_disks_are_full) {
  make();
  set_client("dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER");
  ASSERT_TRUE(bench_->start().ok());
  put(15);
  ASSERT_TRUE(bench_->drain());
  for (const std::size_t node : {0U, 2U}) {
    hdfs().fill_datanode(node);
    put(15);
    ASSERT_TRUE(bench_->drain());
    EXPECT_TRUE(bench_->last_error().ok()) << error();
  }
  for (std::size_t node = 0; node < 3; ++node) hdfs().enlarge_datanode(node);
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, writes_again_what_a_datanode_refuses_for_its_checksum) {
  begin();
  for (std::size_t node = 0; node < 3; ++node) {
    hdfs().datanode(node).faults.bad_ack_at = 0;
    hdfs().datanode(node).faults.bad_ack = hdfs::TransferStatus::ChecksumError;
    put(15);
    ASSERT_TRUE(bench_->drain());
  }
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, keeps_events_whose_checksums_every_datanode_refuses) {
  begin();
  for (std::size_t node = 0; node < 3; ++node) hdfs().datanode(node).faults.refuses_checksums = true;
  expect_kept();
  EXPECT_THAT(error(), AllOf(HasSubstr(kFile), HasSubstr("blk_"), HasSubstr("dn0 (10.0.1.0:9866)"), HasSubstr("ERROR_CHECKSUM")));
  for (std::size_t node = 0; node < 3; ++node) hdfs().datanode(node).faults.refuses_checksums = false;
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, tells_the_loss_of_a_block_that_was_deleted_under_it_and_goes_on) {
  begin();
  const std::string path = file_in_use();
  hdfs().delete_replicas(path, 0);
  expect_kept();
  EXPECT_THAT(error(), AllOf(HasSubstr(path), HasSubstr("blk_")));
  put_.erase(put_.begin(), put_.begin() + 15);  // they were in that block only
  end();
  EXPECT_EQ(bench_->services.log.count(LogLevel::Error, "committed bytes of a file are lost"), 1U);
}

TEST_P(HdfsSinkOnBadClusterTest, asks_for_more_replicas_than_there_are_datanodes_and_takes_what_it_gets) {
  make();
  set_client("dfs.replication", "5");
  ASSERT_TRUE(bench_->start().ok());
  put(15);
  ASSERT_TRUE(bench_->drain());
  EXPECT_EQ(hdfs().names().files().at(file_in_use()).replication, 5);
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, syncs_each_commit_also_while_datanodes_die) {
  begin({{"hdfs.durability", "sync"}});
  const auto syncs_of = [&](auto&& action) {
    for (std::size_t node = 0; node < 3; ++node) {
      for (auto& [id, replica] : hdfs().datanode(node).replicas()) replica.syncs = 0;
    }
    action();
    std::size_t most = 0;
    for (std::size_t node = 0; node < 3; ++node) {
      for (const auto& [id, replica] : hdfs().datanode(node).replicas()) most = std::max(most, replica.syncs);
    }
    return most;
  };
  for (std::size_t node = 0; node < 3; ++node) {
    hdfs().kill_datanode(node);
    const std::size_t syncs = syncs_of([&] {
      put(20);
      EXPECT_TRUE(bench_->drain());
    });
    EXPECT_GE(syncs, 2U) << "one for each of two commits";
    hdfs().revive_datanode(node);
    put(20);
    ASSERT_TRUE(bench_->drain());
  }
  hdfs().stop_namenode();
  expect_kept();  // a sync tells the NameNode the length
  EXPECT_THAT(error(), AllOf(HasSubstr(kFile), HasSubstr("nn1:8020")));
  hdfs().start_namenode();
  end();
}

TEST_P(HdfsSinkOnBadClusterTest, loses_nothing_when_the_clock_jumps) {
  begin({{"hdfs.rollCount", "10"}, {"hdfs.path", "hdfs://nn1/data/%{kind}/%Y-%m-%d"}, {"hdfs.useLocalTimeStamp", "true"}});
  for (const int hours : {26, -60, 5, -1}) {
    bench_->services.clock.step_wall(std::chrono::hours(hours));
    put(25);
    ASSERT_TRUE(bench_->drain());
  }
  end();
}

INSTANTIATE_TEST_SUITE_P(Channels, HdfsSinkOnBadClusterTest, both_channels(), channel_name);

}  // namespace
}  // namespace flume
