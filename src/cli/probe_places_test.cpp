#include "cli/probe_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/planned_agent.h"

namespace flume::cli {
namespace {

std::vector<ProbePlace> places(const std::string& text) {
  ComponentRegistry registry;
  add_builtin_components(registry);
  return places_of(planned_agent(text, registry), "/home/flume");
}

std::string with_channel(const std::string& keys) {
  return "a1.sources = r1\na1.channels = c1\na1.sources.r1.type = seq\na1.sources.r1.channels = c1\n" + keys;
}

TEST(ProbePlaces, are_the_folders_of_channels_with_the_space_that_they_leave) {
  const auto found =
      places(with_channel("a1.channels.c1.type = file\na1.channels.c1.dataDirs = /d1, ~/d2\na1.channels.c1.minimumRequiredSpace = 7\n"));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, PlaceKind::Folder);
  EXPECT_EQ(found[0].key, "a1.channels.c1.dataDirs");
  EXPECT_EQ(found[0].at.line, 6U);
  EXPECT_EQ(found[0].path, "/d1");
  EXPECT_EQ(found[0].kept_free, 7U);
  EXPECT_EQ(found[1].path, "/home/flume/d2");
}

TEST(ProbePlaces, of_a_default_are_told_at_the_type) {
  const auto found = places(with_channel("a1.channels.c1.type = file\n"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "/home/flume/.flume/file-channel/data");
  EXPECT_EQ(found[0].at.line, 5U);
  EXPECT_EQ(found[0].kept_free, 524'288'000U);
}

TEST(ProbePlaces, are_not_folders_that_a_channel_does_not_use) {
  const std::string spillable = "a1.channels.c1.type = spillablememory\na1.channels.c1.dataDirs = /d1\n";
  EXPECT_EQ(places(with_channel(spillable)).size(), 1U);
  EXPECT_TRUE(places(with_channel(spillable + "a1.channels.c1.overflowCapacity = 0\n")).empty());
  EXPECT_TRUE(places(with_channel("a1.channels.c1.type = memory\n")).empty());
}

TEST(ProbePlaces, of_sinks_end_before_the_first_escape) {
  const auto found =
      places(with_channel("a1.channels.c1.type = memory\na1.sinks = k1 k2 k3 k4\n"
                          "a1.sinks.k1.type = hdfs\na1.sinks.k1.channel = c1\na1.sinks.k1.hdfs.path = hdfs://nn/flume/in-%Y/x\n"
                          "a1.sinks.k2.type = hdfs\na1.sinks.k2.channel = c1\na1.sinks.k2.hdfs.path = /plain\n"
                          "a1.sinks.k3.type = file_roll\na1.sinks.k3.channel = c1\na1.sinks.k3.sink.directory = /out\n"
                          "a1.sinks.k4.type = null\na1.sinks.k4.channel = c1\n"));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].kind, PlaceKind::Destination);
  EXPECT_EQ(found[0].key, "a1.sinks.k1.hdfs.path");
  EXPECT_EQ(found[0].path, "hdfs://nn/flume/");
  EXPECT_EQ(found[0].at.line, 9U);
  EXPECT_EQ(found[1].path, "/plain");
  EXPECT_EQ(found[2].kind, PlaceKind::GivenFolder);
  EXPECT_EQ(found[2].key, "a1.sinks.k3.sink.directory");
  EXPECT_EQ(found[2].path, "/out");
}

TEST(ProbePlaces, keep_root_and_scheme_in_front_of_an_escape) {
  const auto path_of = [](const std::string& path) {
    return places(with_channel("a1.channels.c1.type = memory\na1.sinks = k1\na1.sinks.k1.type = hdfs\na1.sinks.k1.channel = c1\n"
                               "a1.sinks.k1.hdfs.path = " +
                               path + '\n'))
        .at(0)
        .path;
  };
  EXPECT_EQ(path_of("/%Y"), "/");
  EXPECT_EQ(path_of("file:///%Y/%m"), "file:///");
  EXPECT_EQ(path_of("hdfs://nn/%{host}/x"), "hdfs://nn/");
  EXPECT_EQ(path_of("%Y"), ".");
}

TEST(ProbePlaces, are_folders_of_dead_letters) {
  const auto found =
      places(with_channel("a1.channels.c1.type = memory\na1.sinks = k1\na1.sinks.k1.type = null\na1.sinks.k1.channel = c1\n"
                          "a1.sinks.k1.badEvents = deadletter\na1.sinks.k1.deadLetter = file:///dead\n"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].key, "a1.sinks.k1.deadLetter");
  EXPECT_EQ(found[0].path, "file:///dead");
  EXPECT_EQ(found[0].at.line, 10U);
}

}  // namespace
}  // namespace flume::cli
