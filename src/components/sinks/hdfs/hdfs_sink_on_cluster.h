// The hdfs sink and a simulated HDFS around it, with a channel that survives and one that does not: a test puts events, lets
// something fail, and sees that every event is in finished files once. One thread.
#pragma once

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/component_options.h"
#include "support/sim_hdfs/bench_hdfs.h"

namespace flume {

class HdfsSinkOnCluster : public testing::TestWithParam<conformance::ChannelKind> {
 protected:
  using Keys = std::map<std::string, std::string>;

  void make(Keys keys = {}, hdfs::SimHdfsSize size = {}) {
    keys.insert({{"hdfs.path", "hdfs://nn1/data/%{kind}"},
                 {"hdfs.fileType", "DataStream"},
                 {"hdfs.rollCount", "0"},
                 {"hdfs.rollSize", "0"},
                 {"hdfs.batchSize", "10"},
                 {"hdfs.retryInterval", "20"}});
    const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs", keys);
    ASSERT_TRUE(parsed.problem.ok()) << parsed.problem.message();
    bench_ =
        std::make_unique<conformance::SinkBench>(GetParam(), [parsed](const Services& services) { return parsed.make<Sink>(services); });
    bench_->destination = std::make_shared<conformance::BenchHdfs>(*bench_, size);
  }
  hdfs::SimHdfs& hdfs() { return conformance::BenchHdfs::of(*bench_); }
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
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(put_));
    EXPECT_THAT(hdfs().complaints(), testing::IsEmpty());
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

  std::unique_ptr<conformance::SinkBench> bench_;
  std::vector<std::string> put_;
};

[[nodiscard]] inline auto both_channels() { return testing::Values(conformance::ChannelKind::Durable, conformance::ChannelKind::Memory); }
[[nodiscard]] inline std::string channel_name(const testing::TestParamInfo<conformance::ChannelKind>& test) {
  return test.param == conformance::ChannelKind::Durable ? "Durable" : "Memory";
}

}  // namespace flume
