// The hdfs sink while parts of its cluster fail. What a crash of the agent leaves is tested by hdfs_sink_conformance_test.cpp.
#include "components/sinks/hdfs/hdfs_sink_on_cluster.h"

namespace flume {
namespace {

using testing::HasSubstr;

class HdfsSinkOnClusterTest : public HdfsSinkOnCluster {};

TEST_P(HdfsSinkOnClusterTest, loses_nothing_while_datanodes_die_one_after_the_other) {
  make();
  ASSERT_TRUE(bench_->start().ok());
  for (std::size_t node = 0; node < 3; ++node) {
    put(30);
    ASSERT_TRUE(bench_->drain());
    hdfs().kill_datanode(node);
    put(20);
    ASSERT_TRUE(bench_->drain());
    hdfs().revive_datanode(node);
  }
  end();
}

TEST_P(HdfsSinkOnClusterTest, goes_on_when_all_datanodes_were_away) {
  make({{"hdfs.callTimeout", "20000"}});
  ASSERT_TRUE(bench_->start().ok());
  put(15);
  ASSERT_TRUE(bench_->drain());
  for (std::size_t node = 0; node < 3; ++node) hdfs().kill_datanode(node);
  put(15);
  bench_->round();
  EXPECT_FALSE(bench_->last_error().ok());
  EXPECT_EQ(bench_->queued(), 15U) << "they wait in the channel";
  EXPECT_THAT(bench_->last_error().message(), HasSubstr("/data/a/FlumeData."));
  for (std::size_t node = 0; node < 3; ++node) hdfs().revive_datanode(node);
  end();
}

TEST_P(HdfsSinkOnClusterTest, waits_for_a_namenode_that_restarts) {
  make({{"hdfs.callTimeout", "5000"}, {"hdfs.rollCount", "10"}});
  ASSERT_TRUE(bench_->start().ok());
  put(25);
  ASSERT_TRUE(bench_->drain());
  hdfs().stop_namenode();
  put(25);
  for (int i = 0; i < 5; ++i) {
    bench_->round();
    bench_->pass(std::chrono::seconds(5));
  }
  EXPECT_GE(bench_->queued(), 20U);
  hdfs().start_namenode();
  end();
}

TEST_P(HdfsSinkOnClusterTest, starts_once_the_namenode_is_there) {
  make();
  hdfs().stop_namenode();
  const Status refused = bench_->start();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.kind(), ErrorKind::Retryable);
  EXPECT_THAT(refused.message(), HasSubstr("hdfs.path: hdfs://nn1: getServerDefaults: connect to nn1:8020: "));
  hdfs().start_namenode();
  ASSERT_TRUE(bench_->start().ok());
  put(5);
  end();
}

TEST_P(HdfsSinkOnClusterTest, waits_while_the_namenode_is_in_safe_mode) {
  make({{"hdfs.callTimeout", "5000"}});
  ASSERT_TRUE(bench_->start().ok());
  hdfs().set_safe_mode(true);
  put(15);
  bench_->round();
  EXPECT_THAT(bench_->last_error().message(), HasSubstr("safe mode"));
  hdfs().set_safe_mode(false);
  end();
}

TEST_P(HdfsSinkOnClusterTest, does_not_let_one_folder_stop_the_others) {
  make({{"hdfs.callTimeout", "5000"}});
  ASSERT_TRUE(bench_->start().ok());
  hdfs().forbid("/data/b");
  put(4, "a");
  put(4, "b");
  bench_->round();
  EXPECT_THAT(bench_->last_error().message(), HasSubstr("/data/b"));
  EXPECT_EQ(bench_->queued(), 4U);
  hdfs().forbid("");
  end();
}

TEST_P(HdfsSinkOnClusterTest, keeps_the_order_of_a_folder_of_which_events_wait) {
  make({{"hdfs.callTimeout", "5000"}});
  ASSERT_TRUE(bench_->start().ok());
  hdfs().forbid("/data/b");
  put(4, "a");
  put(4, "b");
  bench_->round();
  EXPECT_EQ(bench_->waiting().count(), 4U);
  // They could be written now, but the four before them have not been.
  hdfs().forbid("");
  put(2, "b");
  put(3, "a");
  bench_->round();
  EXPECT_EQ(bench_->waiting().count(), 6U);
  EXPECT_THAT(bench_->last_error().message(), HasSubstr("/data/b/FlumeData: earlier events wait"));
  // Also when there is nothing else.
  put(2, "b");
  bench_->round();
  EXPECT_EQ(bench_->waiting().count(), 8U);
  EXPECT_EQ(bench_->queued(), 8U);
  ASSERT_TRUE(bench_->drain());
  EXPECT_TRUE(bench_->waiting().empty());
  put(2, "b");
  end();
  std::vector<std::string> of_b;
  for (const std::string& path : hdfs().files()) {
    if (!path.starts_with("/data/b/")) continue;
    std::istringstream lines(*hdfs().read(path));
    for (std::string line; std::getline(lines, line);) of_b.push_back(line);
  }
  EXPECT_THAT(of_b, testing::ElementsAre("event 4", "event 5", "event 6", "event 7", "event 8", "event 9", "event 13", "event 14",
                                         "event 15", "event 16"));
}

TEST_P(HdfsSinkOnClusterTest, keeps_the_order_of_events_that_wait_and_are_tried_in_parts) {
  make({{"hdfs.callTimeout", "5000"}, {"hdfs.batchSize", "3"}});
  ASSERT_TRUE(bench_->start().ok());
  hdfs().forbid("/data/b");
  for (int i = 0; i < 6; ++i) {
    put(1, "a");
    put(2, "b");
    bench_->round();
  }
  EXPECT_EQ(bench_->waiting().count(), 12U);
  EXPECT_EQ(bench_->queued(), 12U);
  // The first part fails once more, the second one must not overtake it.
  bench_->round();
  EXPECT_THAT(bench_->last_error().message(), HasSubstr("/data/b"));
  EXPECT_EQ(bench_->waiting().count(), 12U);
  hdfs().forbid("");
  end();
  std::string of_b;
  for (const std::string& path : hdfs().files()) {
    if (path.starts_with("/data/b/")) of_b += *hdfs().read(path);
  }
  EXPECT_EQ(of_b, "event 1\nevent 2\nevent 4\nevent 5\nevent 7\nevent 8\nevent 10\nevent 11\nevent 13\nevent 14\nevent 16\nevent 17\n");
}

TEST_P(HdfsSinkOnClusterTest, sets_nothing_aside_where_there_is_one_folder) {
  make({{"hdfs.callTimeout", "5000"}, {"hdfs.rollCount", "4"}});
  ASSERT_TRUE(bench_->start().ok());
  // The first two files of the batch arrive, the third one does not.
  int creates = 0;
  hdfs().namenode().set_faults([&creates](std::string_view method) {
    return method == "create" && ++creates >= 3 ? hdfs::SimFault::Retriable : hdfs::SimFault::None;
  });
  put(10);
  bench_->round();
  EXPECT_FALSE(bench_->last_error().ok());
  EXPECT_TRUE(bench_->waiting().empty());
  EXPECT_EQ(bench_->queued(), 2U) << "the others have arrived";
  hdfs().namenode().set_faults(nullptr);
  end();
}

TEST_P(HdfsSinkOnClusterTest, goes_on_in_another_file_when_somebody_takes_its_lease) {
  make({{"hdfs.callTimeout", "5000"}});
  ASSERT_TRUE(bench_->start().ok());
  put(15);
  ASSERT_TRUE(bench_->drain());
  const std::vector<std::string> open = hdfs().files();
  ASSERT_EQ(open.size(), 1U);
  hdfs().steal_lease(open[0]);
  put(15);
  end();
}

TEST_P(HdfsSinkOnClusterTest, tells_the_loss_of_a_file_that_somebody_deletes) {
  make({{"hdfs.callTimeout", "5000"}});
  ASSERT_TRUE(bench_->start().ok());
  put(15);
  ASSERT_TRUE(bench_->drain());
  for (const std::string& path : hdfs().files()) ASSERT_TRUE(hdfs().delete_file(path));
  put_.clear();
  put(15);
  ASSERT_TRUE(bench_->drain());
  bench_->pass(std::chrono::seconds(200), std::chrono::seconds(10));
  bench_->stop_sink();
  EXPECT_NE(bench_->services.log.count(LogLevel::Error, "committed events is gone"), 0U);
  std::string all;
  for (const std::string& path : hdfs().files()) all += *hdfs().read(path);
  for (const std::string& body : put_) EXPECT_THAT(all, HasSubstr(body + "\n"));
}

TEST_P(HdfsSinkOnClusterTest, a_close_that_takes_long_does_not_stop_the_others) {
  make({{"hdfs.rollCount", "10"}});
  ASSERT_TRUE(bench_->start().ok());
  put(10, "a");
  put(1, "a");  // its file is full
  const Instant before = bench_->services.clock.steady();
  hdfs().namenode().set_faults([&clock = bench_->services.clock, until = before + std::chrono::seconds(10)](std::string_view method) {
    return method == "complete" && clock.steady() < until ? hdfs::SimFault::Retriable : hdfs::SimFault::None;
  });
  put(10, "b");
  ASSERT_TRUE(bench_->drain());
  EXPECT_LT(bench_->services.clock.steady() - before, std::chrono::seconds(3));
  EXPECT_THAT(hdfs().files(), testing::Contains(testing::AllOf(testing::StartsWith("/data/a/"), testing::EndsWith(".tmp"))));
  EXPECT_THAT(hdfs().files(), testing::Contains(testing::StartsWith("/data/b/")));
  end();
}

TEST_P(HdfsSinkOnClusterTest, waits_at_the_stop_for_a_file_that_is_being_recovered) {
  make({{"hdfs.callTimeout", "5000"}, {"hdfs.rollInterval", "30"}, {"hdfs.retryInterval", "600"}});
  ASSERT_TRUE(bench_->start().ok());
  put(15);
  ASSERT_TRUE(bench_->drain());
  hdfs().stop_namenode();
  bench_->pass(std::chrono::seconds(40), std::chrono::seconds(10));
  EXPECT_NE(bench_->services.log.count(LogLevel::Warn, "a file could not be finished yet"), 0U);
  hdfs().start_namenode();
  bench_->stop_sink();
  check();
}

TEST_P(HdfsSinkOnClusterTest, finishes_a_file_whose_block_has_too_few_replicas) {
  make({{"hdfs.minBlockReplicas", "3"}, {"hdfs.batchSize", "5"}});
  ASSERT_TRUE(bench_->start().ok());
  put(5);
  ASSERT_TRUE(bench_->drain());
  hdfs().kill_datanode(0);
  for (int i = 0; i < 3; ++i) {
    put(5);
    ASSERT_TRUE(bench_->drain());
  }
  EXPECT_GE(hdfs().files().size(), 3U);
  hdfs().revive_datanode(0);
  end();
}

/// Of simulated time.
template <typename Action>
std::chrono::milliseconds time_of(const Clock& clock, Action action) {
  const Instant before = clock.steady();
  action();
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.steady() - before);
}

class HdfsSinkWithManyBucketsTest : public HdfsSinkOnCluster {
 protected:
  static constexpr int kBuckets = 200;
  static constexpr std::chrono::milliseconds kCall{5000};

  void start() {
    make({{"hdfs.callTimeout", "5000"}, {"hdfs.batchSize", std::to_string(kBuckets)}});
    ASSERT_TRUE(bench_->start().ok());
  }
  void put_in_each() {
    for (int i = 0; i < kBuckets; ++i) put(1, std::to_string(i));
  }
};

TEST_P(HdfsSinkWithManyBucketsTest, a_deliver_of_new_files_takes_the_time_of_one_call_while_the_namenode_is_away) {
  start();
  hdfs().stop_namenode();
  put_in_each();
  EXPECT_LE(time_of(bench_->services.clock, [&] { bench_->round(); }), 2 * kCall);
  EXPECT_EQ(bench_->queued(), 200U);
  hdfs().start_namenode();
  end();
}

TEST_P(HdfsSinkWithManyBucketsTest, a_deliver_into_broken_files_takes_the_time_of_few_calls_while_the_namenode_is_away) {
  start();
  put_in_each();
  ASSERT_TRUE(bench_->drain());
  for (std::size_t node = 0; node < 3; ++node) hdfs().kill_datanode(node);
  hdfs().stop_namenode();
  put_in_each();
  // The flush; then each file would be cut.
  EXPECT_LE(time_of(bench_->services.clock, [&] { bench_->round(); }), 3 * kCall);
  EXPECT_FALSE(bench_->last_error().ok());
  // Before and after the deliver.
  EXPECT_LE(time_of(bench_->services.clock, [&] { bench_->round(); }), 3 * kCall);
  EXPECT_EQ(bench_->queued(), 200U);
  for (std::size_t node = 0; node < 3; ++node) hdfs().revive_datanode(node);
  hdfs().start_namenode();
  end();
}

TEST_P(HdfsSinkWithManyBucketsTest, a_stop_cuts_a_deliver_short) {
  make({{"hdfs.callTimeout", "600000"}, {"hdfs.batchSize", std::to_string(kBuckets)}});
  ASSERT_TRUE(bench_->start().ok());
  hdfs().namenode().set_faults([&](std::string_view) {
    bench_->begin_stop(bench_->services.clock.in(std::chrono::seconds(20)));
    return hdfs::SimFault::Silence;
  });
  put_in_each();
  EXPECT_LE(time_of(bench_->services.clock,
                    [&] {
                      bench_->round();
                      bench_->stop_sink();
                    }),
            std::chrono::seconds(20));
  EXPECT_EQ(bench_->queued(), 200U);
  hdfs().namenode().set_faults(nullptr);
  ASSERT_TRUE(bench_->start().ok());
  end();
}

TEST_P(HdfsSinkWithManyBucketsTest, a_tick_takes_the_time_of_few_calls_while_the_namenode_is_away) {
  make({{"hdfs.callTimeout", "5000"}, {"hdfs.batchSize", std::to_string(kBuckets)}, {"hdfs.rollInterval", "30"}});
  ASSERT_TRUE(bench_->start().ok());
  put_in_each();
  ASSERT_TRUE(bench_->drain());
  hdfs().stop_namenode();
  bench_->services.clock.advance(std::chrono::seconds(40));
  // One call's time for the renames of those that could still be closed.
  EXPECT_LE(time_of(bench_->services.clock, [&] { bench_->tick(); }), 200 * std::chrono::milliseconds(500) + 2 * kCall);
  bench_->services.clock.advance(std::chrono::seconds(30));
  EXPECT_LE(time_of(bench_->services.clock, [&] { bench_->tick(); }), 3 * kCall);
  hdfs().start_namenode();
  end();
}

INSTANTIATE_TEST_SUITE_P(Channels, HdfsSinkWithManyBucketsTest, both_channels(), channel_name);
INSTANTIATE_TEST_SUITE_P(Channels, HdfsSinkOnClusterTest, both_channels(), channel_name);

}  // namespace
}  // namespace flume
