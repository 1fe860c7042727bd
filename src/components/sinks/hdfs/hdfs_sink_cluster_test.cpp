// The hdfs sink while parts of its cluster fail. What a crash of the agent leaves is tested by hdfs_sink_conformance_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/component_options.h"
#include "support/sim_hdfs/bench_hdfs.h"

namespace flume {
namespace {

using conformance::BenchHdfs;
using conformance::ChannelKind;
using conformance::SinkBench;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;
using Keys = std::map<std::string, std::string>;

class HdfsSinkOnClusterTest : public testing::TestWithParam<ChannelKind> {
 protected:
  void make(Keys keys = {}, hdfs::SimHdfsSize size = {}) {
    keys.insert({{"hdfs.path", "hdfs://nn1/data/%{kind}"},
                 {"hdfs.fileType", "DataStream"},
                 {"hdfs.rollCount", "0"},
                 {"hdfs.rollSize", "0"},
                 {"hdfs.batchSize", "10"},
                 {"hdfs.retryInterval", "20"}});
    const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs", keys);
    ASSERT_TRUE(parsed.problem.ok()) << parsed.problem.message();
    bench_ = std::make_unique<SinkBench>(GetParam(), [parsed](const Services& services) { return parsed.make<Sink>(services); });
    bench_->destination = std::make_shared<BenchHdfs>(*bench_, size);
  }
  hdfs::SimHdfs& hdfs() { return BenchHdfs::of(*bench_); }
  void put(int count, const std::string& kind = "a") {
    for (int i = 0; i < count; ++i) {
      put_.push_back("event " + std::to_string(put_.size()));
      bench_->put(put_.back(), {{"kind", kind}});
    }
  }
  /// All that was put is in finished files, once.
  void check() {
    std::vector<std::string> found;
    for (const std::string& path : hdfs().files()) {
      const Result<std::string> content = hdfs().read(path);
      EXPECT_TRUE(content.ok()) << path << ": " << content.status().message();
      EXPECT_FALSE(hdfs().is_open(path) || path.ends_with(".tmp")) << path << " is in use";
      std::istringstream lines(content ? *content : "");
      for (std::string line; std::getline(lines, line);) found.push_back(line);
    }
    EXPECT_THAT(found, UnorderedElementsAreArray(put_));
    EXPECT_THAT(hdfs().complaints(), IsEmpty());
    if (!HasFailure()) return;
    for (const CapturedLog::Line& line : bench_->services.log.lines()) {
      if (line.level >= LogLevel::Warn) ADD_FAILURE() << "log: " << line.text;
    }
  }
  /// Delivers what is left, lets retries come due, and stops.
  void end() {
    ASSERT_TRUE(bench_->drain());
    bench_->pass(std::chrono::seconds(200), std::chrono::seconds(10));
    bench_->stop_sink();
    check();
  }

  std::unique_ptr<SinkBench> bench_;
  std::vector<std::string> put_;
};

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

INSTANTIATE_TEST_SUITE_P(Channels, HdfsSinkOnClusterTest, testing::Values(ChannelKind::Durable, ChannelKind::Memory),
                         [](const auto& test) { return std::string(test.param == ChannelKind::Durable ? "Durable" : "Memory"); });

}  // namespace
}  // namespace flume
