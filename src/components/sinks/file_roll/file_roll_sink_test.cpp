// The file_roll sink's visible behaviour against what Apache Flume did (tests/golden/file_roll). That nothing is lost or comes
// twice is tested by file_roll_sink_conformance_test.cpp.
#include <fstream>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/base64.h"
#include "support/component_options.h"
#include "support/file_tree.h"
#include "support/sink_bench.h"

namespace flume {
namespace {

using conformance::ChannelKind;
using conformance::SinkBench;
using testing::ElementsAre;
using testing::HasSubstr;
using Keys = std::map<std::string, std::string>;

std::unique_ptr<SinkBench> bench_of(Keys keys) {
  keys.insert({"sink.directory", "/data"});
  const ParsedComponent parsed = parse_component(Kind::Sink, "file_roll", keys);
  EXPECT_TRUE(parsed.problem.ok()) << parsed.problem.message();
  auto bench = std::make_unique<SinkBench>(ChannelKind::Memory, [parsed](const Services& services) { return parsed.make<Sink>(services); });
  EXPECT_TRUE(bench->services.files.make_directories("/data").ok());
  return bench;
}

nlohmann::ordered_json golden(const std::string& name) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/tests/golden/file_roll/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  return nlohmann::ordered_json::parse(file);
}

TEST(FileRollSink, names_and_fills_files_as_flume_does) {
  int compared = 0;
  for (const auto& row : golden("file_roll.json")) {
    const std::string name = row["case"];
    if (name == "avro") continue;  // the serializer comes later
    SCOPED_TRACE(name);
    Keys keys;
    for (const std::string setting : row["settings"]) {
      const std::size_t equals = setting.find(" = ");
      keys[setting.substr(0, equals)] = setting.substr(equals + 3);
    }
    auto bench = bench_of(keys);
    if (!name.starts_with("quiet")) {
      for (const auto& event : golden("events.json")) {
        std::vector<std::pair<std::string, std::string>> headers;
        for (const auto& [key, value] : event["headers"].items()) headers.emplace_back(key, value);
        bench->put(event["body"].get<std::string>(), headers);
      }
    }
    ASSERT_TRUE(bench->start().ok());
    bench->round();
    const auto& in_flume = row["after_stop"];
    bench->pass(std::chrono::seconds(in_flume.size() - 1));
    bench->stop_sink();
    // The golden table holds long contents by their length alone.
    const auto shown = [&](const std::string& content) {
      return in_flume[0]["content"].contains("length") ? std::to_string(content.size()) + " bytes" : content;
    };
    std::vector<std::pair<std::string, std::string>> found;
    for (const auto& [path, content] : file_tree(bench->services.files, "/data"))
      found.emplace_back(std::regex_replace(path.substr(6), std::regex(R"(\d{13,14}-)"), "#-"), shown(content));
    std::vector<std::pair<std::string, std::string>> expected;
    for (const auto& file : in_flume) {
      const std::string path = file["name"];
      const auto& content = file["content"];
      expected.emplace_back(std::regex_replace(path.substr(path.find('/') + 1), std::regex("<[^>]*>-"), "#-"),
                            content.contains("length") ? std::to_string(content["length"].get<int>()) + " bytes"
                                                       : from_base64(content["base64"].get<std::string>()));
    }
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(expected));
    ++compared;
  }
  EXPECT_GE(compared, 8);
}

TEST(FileRollSink, begins_a_file_at_every_interval_even_when_nothing_comes) {
  auto bench = bench_of({{"sink.rollInterval", "10"}});
  const std::string start = std::to_string(bench->services.clock.wall().time_since_epoch().count());
  ASSERT_TRUE(bench->start().ok());
  bench->pass(std::chrono::seconds(20));
  std::vector<std::string> paths;
  for (const auto& [path, content] : file_tree(bench->services.files, "/data")) paths.push_back(path);
  EXPECT_THAT(paths, ElementsAre("/data/" + start + "-1", "/data/" + start + "-2", "/data/" + start + "-3"));
}

TEST(FileRollSink, makes_no_files_while_another_sink_of_its_group_has_the_turn) {
  auto bench = bench_of({{"sink.rollInterval", "10"}});
  bench->has_the_turn = false;
  ASSERT_TRUE(bench->start().ok());
  bench->pass(std::chrono::seconds(20));
  EXPECT_EQ(file_tree(bench->services.files, "/data").size(), 0U);
  bench->has_the_turn = true;
  bench->put("event", {});
  bench->round();
  bench->has_the_turn = false;
  bench->pass(std::chrono::seconds(30));
  EXPECT_EQ(file_tree(bench->services.files, "/data").size(), 1U) << "it is closed in time, and no other is begun";
}

TEST(FileRollSink, needs_its_folder) {
  const ParsedComponent parsed = parse_component(Kind::Sink, "FILE_ROLL", {{"sink.directory", "/missing"}});
  SinkBench bench(ChannelKind::Memory, [&parsed](const Services& services) { return parsed.make<Sink>(services); });
  const Status started = bench.start();
  EXPECT_EQ(started.kind(), ErrorKind::Retryable);
  EXPECT_THAT(started.message(), HasSubstr("sink.directory"));
}

TEST(FileRollSink, tries_one_name_at_a_time_while_a_file_stands_in_the_place_of_its_folder) {
  auto bench = bench_of({{"sink.rollInterval", "10"}});
  SimFiles& files = bench->services.files;
  ASSERT_TRUE(bench->start().ok());
  for (const auto& [path, content] : file_tree(files, "/data")) ASSERT_TRUE(files.remove(path).ok());
  ASSERT_TRUE(files.remove("/data").ok());
  files.add_file("/data", "in the way");
  bench->pass(std::chrono::seconds(10));
  bench->put("event", {});
  bench->round();
  EXPECT_EQ(bench->last_error().cause(), Cause::WrongType);
  EXPECT_EQ(bench->counters().connection_failed.get(), 2);
  ASSERT_TRUE(files.remove("/data").ok());
  ASSERT_TRUE(files.make_directories("/data").ok());
  EXPECT_TRUE(bench->drain());
  bench->stop_sink();
  std::string all;
  for (const auto& [path, content] : file_tree(files, "/data")) all += content;
  EXPECT_EQ(all, "event\n");
}

TEST(FileRollSink, never_overwrites_a_file) {
  auto bench = bench_of({{"sink.rollInterval", "0"}});
  const std::string first = "/data/" + std::to_string(bench->services.clock.wall().time_since_epoch().count()) + "-1";
  bench->services.files.add_file(first, "there before");
  bench->put("event", {});
  ASSERT_TRUE(bench->start().ok());
  bench->round();
  EXPECT_EQ(bench->services.files.content(first), "there before");
  EXPECT_EQ(bench->services.files.content(first.substr(0, first.size() - 1) + "2"), "event\n");
}

TEST(FileRollSink, counts_files_of_one_second) {
  auto bench = bench_of({{"sink.rollInterval", "0"},
                         {"sink.pathManager", "ROLLTIME"},
                         {"sink.pathManager.prefix", "x"},
                         {"sink.pathManager.extension", "log"}});
  for (int life = 0; life < 3; ++life) {
    ASSERT_TRUE(bench->start().ok());
    bench->stop_sink();
  }
  std::vector<std::string> paths;
  for (const auto& [path, content] : file_tree(bench->services.files, "/data")) paths.push_back(path);
  EXPECT_THAT(paths, ElementsAre(testing::MatchesRegex("/data/x[0-9]{14}-1.log"), testing::MatchesRegex("/data/x[0-9]{14}-2.log"),
                                 testing::MatchesRegex("/data/x[0-9]{14}-3.log")));
}

TEST(FileRollSink, has_the_keys_of_flume_and_refuses_bad_ones) {
  EXPECT_TRUE(parse_component(Kind::Sink, "org.apache.flume.sink.RollingFileSink", {{"sink.directory", "/x"}, {"sink.batchSize", "5"}})
                  .problem.ok());
  EXPECT_FALSE(parse_component(Kind::Sink, "file_roll", {{"sink.directory", "/x"}, {"sink.batchSize", "0"}}).problem.ok());
  EXPECT_FALSE(parse_component(Kind::Sink, "file_roll", {{"sink.directory", "/x"}, {"sink.durability", "none"}}).problem.ok());
  EXPECT_FALSE(parse_component(Kind::Sink, "file_roll", {{"sink.directory", "/x"}, {"sink.pathManager", "nosuch"}}).problem.ok());
}

}  // namespace
}  // namespace flume
