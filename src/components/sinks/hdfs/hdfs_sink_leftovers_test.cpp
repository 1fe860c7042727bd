// Files in use that no journal names, as a killed Apache Flume leaves them: told, or finished when hdfs.adoptLeftovers says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "output/file_format.h"
#include "output/file_journal.h"
#include "output/state_file_journal.h"
#include "support/component_options.h"
#include "support/file_tree.h"
#include "support/sim_hdfs/bench_hdfs.h"
#include "support/sink_calls.h"

namespace flume {
namespace {

using conformance::BenchHdfs;
using conformance::ChannelKind;
using conformance::Crash;
using conformance::SinkBench;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using Keys = std::map<std::string, std::string>;

class LeftoversBench {
 protected:
  void make(ChannelKind kind, Keys keys) {
    keys.insert({{"hdfs.path", "/data/%{kind}"}, {"hdfs.fileType", "DataStream"}, {"hdfs.rollInterval", "0"}});
    const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs", keys);
    ASSERT_TRUE(parsed.problem.ok()) << parsed.problem.message();
    bench_ = std::make_unique<SinkBench>(kind, [parsed](const Services& services) { return parsed.make<Sink>(services); });
  }
  void add(const std::string& path, const std::string& content) { bench_->services.files.add_file(path, content); }
  /// Starts, and lets the search and what follows from it end.
  void start() {
    const Status started = bench_->start();
    ASSERT_TRUE(started.ok()) << started.message();
    bench_->pass(std::chrono::seconds(30));
  }
  std::map<std::string, std::string> data() { return file_tree(bench_->services.files, "/data"); }
  std::vector<std::string> warnings() {
    std::vector<std::string> texts;
    for (const CapturedLog::Line& line : bench_->services.log.lines()) {
      if (line.level >= LogLevel::Warn) texts.push_back(line.text);
    }
    return texts;
  }
  /// As if another sink of this agent had this file open.
  void let_other_sink_name(const output::FileNames& names) {
    const Services services = bench_->services.of("sinks.k2", "k2");
    output::StateFileJournal journal(services.files, "/state/k2" + std::string(output::kStateFileSuffix), services.log);
    LoneSinkContext context;
    ASSERT_TRUE(journal.load(context).ok());
    const std::string texts[] = {output::names_key(1), output::encode_names(names, output::kLines, {}), output::stage_key(1),
                                 output::encode_stage(output::FileStage::Intent, {})};
    const KeyValue entries[] = {{texts[0], texts[1]}, {texts[2], texts[3]}};
    ASSERT_TRUE(journal.note(context, entries, Durability::Written).ok());
  }

  std::unique_ptr<SinkBench> bench_;
};

class HdfsSinkLeftoversTest : public testing::TestWithParam<ChannelKind>, protected LeftoversBench {
 protected:
  void make(Keys keys) { LeftoversBench::make(GetParam(), std::move(keys)); }
};

class HdfsSinkLeftoversOnHdfsTest : public testing::Test, protected LeftoversBench {};

TEST_P(HdfsSinkLeftoversTest, tells_once_how_many_there_are_and_touches_none) {
  make({});
  add("/data/a/FlumeData.1600000000001.tmp", "one\ntw");
  add("/data/b/FlumeData.1600000000002.tmp", "");
  add("/data/b/FlumeData.1600000000003", "finished\n");
  start();
  EXPECT_THAT(warnings(), ElementsAre(testing::AllOf(HasSubstr("files=2"), HasSubstr("/data/a/FlumeData.1600000000001.tmp"),
                                                     HasSubstr("flume-ng tool fs -finish PATH"), HasSubstr("hdfs.adoptLeftovers"))));
  EXPECT_EQ(data().size(), 3U);
  EXPECT_EQ(data()["/data/a/FlumeData.1600000000001.tmp"], "one\ntw");
}

TEST_P(HdfsSinkLeftoversTest, names_the_words_that_the_command_needs) {
  make({{"hdfs.inUsePrefix", "_"}, {"hdfs.inUseSuffix", ".open"}});
  add("/data/a/_FlumeData.1600000000001.open", "one\n");
  start();
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("flume-ng tool fs -finish --suffix '.open' --prefix '_' PATH")));
}

TEST_P(HdfsSinkLeftoversTest, says_nothing_of_files_that_have_a_name_already) {
  make({{"hdfs.rollCount", "0"}, {"hdfs.rollSize", "0"}});
  ASSERT_TRUE(bench_->start().ok());
  bench_->put("event", {{"kind", "a"}});
  bench_->round();
  bench_->pass(std::chrono::seconds(5));
  bench_->crash(Crash::Process, 0);
  let_other_sink_name({"/data/b", "FlumeData.1600000000001.tmp", "FlumeData.1600000000001"});
  add("/data/b/FlumeData.1600000000001.tmp", "of k2\n");
  start();
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_P(HdfsSinkLeftoversTest, adopts_them_when_asked) {
  make({{"hdfs.adoptLeftovers", "true"}});
  add("/data/a/FlumeData.1600000000001.tmp", "one\ntw");
  add("/data/a/FlumeData.1600000000002.tmp", "");
  add("/data/a/FlumeData.1600000000003.tmp", "three\n");
  add("/data/a/FlumeData.1600000000003", "taken\n");
  add("/data/a/other.1600000000004.tmp", "somebody's\n");
  add("/data/b/FlumeData.1600000000005.tmp", "of k2\n");
  let_other_sink_name({"/data/b", "FlumeData.1600000000005.tmp", "FlumeData.1600000000005"});
  start();
  const auto files = data();
  EXPECT_THAT(files, testing::IsSupersetOf({Pair(std::string("/data/a/FlumeData.1600000000001"), std::string("one\n")),
                                            Pair(std::string("/data/a/FlumeData.1600000000003"), std::string("taken\n")),
                                            Pair(std::string("/data/a/other.1600000000004.tmp"), std::string("somebody's\n")),
                                            Pair(std::string("/data/b/FlumeData.1600000000005.tmp"), std::string("of k2\n"))}));
  EXPECT_EQ(files.size(), 5U) << "an empty one goes, one whose name is taken gets another";
  bench_->stop_sink();
  bench_->put("event", {{"kind", "a"}});
  start();
  EXPECT_EQ(data().size(), 5U) << "nothing is left to adopt";
}

TEST_P(HdfsSinkLeftoversTest, adopts_more_than_go_into_one_step_while_events_flow) {
  make({{"hdfs.adoptLeftovers", "true"}, {"hdfs.rollCount", "1"}});
  for (int i = 0; i < 100; ++i) add("/data/a/FlumeData." + std::to_string(1'600'000'000'000 + i) + ".tmp", "one\n");
  ASSERT_TRUE(bench_->start().ok());
  bench_->put("event", {{"kind", "a"}});
  bench_->round();
  EXPECT_EQ(bench_->queued(), 0U);
  bench_->pass(std::chrono::seconds(30));
  bench_->stop_sink();
  EXPECT_EQ(data().size(), 101U);
  for (const auto& [path, content] : data()) EXPECT_FALSE(path.ends_with(".tmp")) << path;
}

TEST_P(HdfsSinkLeftoversTest, goes_on_with_what_it_adopted_after_a_crash) {
  make({{"hdfs.adoptLeftovers", "true"}});
  add("/data/a/FlumeData.1600000000001.tmp", "one\ntw");
  bench_->services.files.inject({.operation = SimFiles::Operation::Rename, .path = "/data/*", .times = SimFiles::Fault::kForever});
  start();
  EXPECT_EQ(data()["/data/a/FlumeData.1600000000001.tmp"], "one\n");
  bench_->crash(Crash::Process, 0);
  start();
  EXPECT_THAT(data(), ElementsAre(Pair("/data/a/FlumeData.1600000000001", "one\n")));
}

TEST_F(HdfsSinkLeftoversOnHdfsTest, takes_the_lease_of_a_writer_that_is_gone) {
  make(ChannelKind::Memory,
       {{"hdfs.path", "hdfs://nn1/data/%{kind}"}, {"hdfs.adoptLeftovers", "true"}, {"hdfs.rollCount", "0"}, {"hdfs.rollSize", "0"}});
  bench_->destination = std::make_shared<BenchHdfs>(*bench_);
  hdfs::SimHdfs& hdfs = BenchHdfs::of(*bench_);
  ASSERT_TRUE(bench_->start().ok());
  for (const char* event : {"one", "two"}) bench_->put(event, {{"kind", "a"}});
  bench_->round();
  ASSERT_EQ(hdfs.files().size(), 1U);
  const std::string path = hdfs.files().front();
  // The agent dies, and what it knew of its files with it.
  bench_->pass(std::chrono::seconds(5));
  bench_->crash(Crash::Process, 0);
  ASSERT_TRUE(bench_->services.files.remove("/state/k1" + std::string(output::kStateFileSuffix)).ok());
  EXPECT_TRUE(hdfs.is_open(path));
  start();
  EXPECT_THAT(hdfs.files(), ElementsAre(path.substr(0, path.size() - 4)));
  EXPECT_FALSE(hdfs.is_open(hdfs.files().front()));
  EXPECT_EQ(*hdfs.read(hdfs.files().front()), "one\ntwo\n");
  EXPECT_THAT(hdfs.complaints(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Channels, HdfsSinkLeftoversTest, testing::Values(ChannelKind::Memory, ChannelKind::Durable),
                         [](const auto& row) { return row.param == ChannelKind::Memory ? "memory" : "durable"; });

}  // namespace
}  // namespace flume
