#include "config/exclusive_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/fake_components.h"

namespace flume::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Channels c1 and c2 (lines 1 to 7) with a source that fills both.
Planned two_channels(const std::string& first, const std::string& second) {
  return plan_text(
      "a1.sources = r1\na1.sources.r1.type = exec\na1.sources.r1.command = x\na1.sources.r1.channels = c1 c2\na1.channels = c1 c2\n"
      "a1.channels.c1.type = file\na1.channels.c2.type = file\n" +
      (first.empty() ? "" : "a1.channels.c1.dataDirs = " + first + "\n") +
      (second.empty() ? "" : "a1.channels.c2.dataDirs = " + second + "\n"));
}

std::vector<std::string> errors(const Planned& planned) {
  std::vector<std::string> errors;
  for (const std::string& line : planned.lines()) {
    if (line.starts_with("error")) errors.push_back(line);
  }
  return errors;
}

TEST(ExclusiveFolders, may_lie_side_by_side_or_in_each_other) {
  EXPECT_THAT(two_channels("/a,/b", "/c").lines(), IsEmpty());
  EXPECT_THAT(two_channels("/a", "/a/b").lines(), IsEmpty());
  EXPECT_THAT(two_channels("", "/a").lines(), IsEmpty());
  EXPECT_THAT(two_channels("/a,/a/", "/b").lines(), IsEmpty()) << "one channel's own folders are its own matter";
}

TEST(ExclusiveFolders, tells_both_channels_and_makes_neither) {
  const Planned planned = two_channels("/a,/b", "/c , /x/.././/b/");
  EXPECT_THAT(errors(planned),
              ElementsAre("error 9:27 a1.channels.c2.dataDirs: /b is a folder of channel 'c1', too (flume.conf:8:27): each "
                          "channel needs folders of its own, and neither of the two is made (say another folder in "
                          "a1.channels.c2.dataDirs)"));
  EXPECT_THAT(planned.left_out(), ElementsAre("channels.c1: channel 'c2' has its folder /b, too",
                                              "channels.c2: channel 'c1' has its folder /b, too", "sources.r1: it has no valid channel"));
  EXPECT_THAT(planned.plan.channels, IsEmpty());
}

TEST(ExclusiveFolders, knows_the_default_and_the_home) {
  EXPECT_THAT(errors(two_channels("", "")),
              ElementsAre("error 7:23 a1.channels.c2.dataDirs: /home/f/data (the default) is a folder of channel 'c1', too "
                          "(flume.conf:6:23): each channel needs folders of its own, and neither of the two is made (say another folder "
                          "in a1.channels.c2.dataDirs)"));
  EXPECT_EQ(errors(two_channels("~/data", "/home/f/data")).size(), 1U);
  EXPECT_EQ(errors(two_channels(" , ", "/home/f/data")).size(), 1U);
}

TEST(ExclusiveFolders, takes_no_offence_at_a_channel_that_nothing_uses) {
  const Planned planned = plan_text(
      "a1.sinks = k1\na1.sinks.k1.type = hdfs\na1.sinks.k1.hdfs.path = /x\na1.sinks.k1.channel = c1\na1.channels = c1 c2\n"
      "a1.channels.c1.type = file\na1.channels.c2.type = file\n");
  EXPECT_THAT(errors(planned), IsEmpty());
  EXPECT_EQ(planned.plan.channels.size(), 1U);
}

TEST(ExclusiveFolders, takes_no_offence_at_a_channel_that_does_not_use_its_folders) {
  EXPECT_THAT(two_channels("", "/home/f/data\na1.channels.c2.overflowCapacity = 0").lines(), IsEmpty());
  EXPECT_EQ(errors(two_channels("", "/home/f/data\na1.channels.c2.overflowCapacity = 1")).size(), 1U);
}

TEST(ExclusiveFolders, tells_each_of_three) {
  const Planned planned = plan_text(
      "a1.sources = r1\na1.sources.r1.type = exec\na1.sources.r1.command = x\na1.sources.r1.channels = c1 c2 c3 c4\n"
      "a1.channels = c1 c2 c3 c4\na1.channels.c1.type = file\na1.channels.c2.type = file\na1.channels.c3.type = file\n"
      "a1.channels.c4.type = memory\n");
  EXPECT_EQ(errors(planned).size(), 2U);
  ASSERT_EQ(planned.plan.channels.size(), 1U);
  EXPECT_EQ(planned.plan.channels[0].name, "c4");
  ASSERT_EQ(planned.plan.sources.size(), 1U);
}

}  // namespace
}  // namespace flume::config
