// What the words behind flume-ng channel, and tool FCINTEGRITYTOOL, ask for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/channel/channel_tool_fixture.h"

namespace flume::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<ChannelRequest> integrity_of(std::vector<const char*> words) {
  words.insert(words.begin(), "tool");
  const auto line = parse_command_line(words);
  if (!line) return line.status();
  return integrity_request(*line);
}

TEST(ChannelRequest, names_a_channel_by_configuration_or_by_folders) {
  const auto by_name = request_of({"stat", "c1", "-n", "a1", "-f", "flume.conf"});
  ASSERT_TRUE(by_name.ok()) << by_name.status().message();
  EXPECT_EQ(by_name->action, ChannelRequest::Action::Stat);
  EXPECT_EQ(by_name->channel, "c1");
  EXPECT_THAT(request_of({"cat", "--dataDirs", "/a, /b/,"})->folders, ElementsAre("/a", "/b"));
  const auto bookmark = request_of({"bookmarks", "c1", "set", "sink:k1", "file", "7", "-f", "x"});
  ASSERT_TRUE(bookmark.ok()) << bookmark.status().message();
  EXPECT_EQ(bookmark->channel, "c1");
  EXPECT_EQ(bookmark->owner, "sink:k1");
  EXPECT_EQ(bookmark->key, "file");
  EXPECT_EQ(bookmark->value, "7");
  EXPECT_THAT(request_of({"bookmarks", "ls", "-f", "x"})->channel, IsEmpty());
}

TEST(ChannelRequest, refuses_what_it_would_misunderstand) {
  const auto refusal = [](std::vector<const char*> words) { return request_of(std::move(words)).status().message(); };
  EXPECT_THAT(refusal({}), HasSubstr("which channel command?; the channel commands that exist: ls ("));
  EXPECT_THAT(refusal({"frob"}), HasSubstr("unknown channel command 'frob'"));
  EXPECT_THAT(refusal({"stat", "c1"}), HasSubstr("say either --conf-file FILE, or --dataDirs DIRS"));
  EXPECT_THAT(refusal({"stat", "-f", "x", "-l", "/a"}), HasSubstr("say either"));
  EXPECT_THAT(refusal({"stat", "c1", "-l", "/a"}), HasSubstr("unexpected argument 'c1'"));
  EXPECT_THAT(refusal({"stat", "--yes", "-l", "/a"}), HasSubstr("--yes has no meaning here"));
  EXPECT_THAT(refusal({"cat", "--from", "x", "-l", "/a"}), HasSubstr("--from: not a whole number"));
  EXPECT_THAT(refusal({"export", "-l", "/a"}), HasSubstr("--to DIR"));
  EXPECT_THAT(refusal({"bookmarks", "set", "o", "k", "-l", "/a"}), HasSubstr("set OWNER KEY VALUE"));
  EXPECT_THAT(refusal({"ls", "-l", " , "}), HasSubstr("names no folder"));
}

TEST(ChannelRequest, takes_the_integrity_tool_of_flume) {
  EXPECT_THAT(integrity_of({"fcintegritytool", "-l", "/a,/b"})->folders, ElementsAre("/a", "/b"));
  EXPECT_EQ(integrity_of({"FCINTEGRITYTOOL"}).cause(), Cause::NotFound);
  EXPECT_THAT(integrity_of({"FCINTEGRITYTOOL", "-l", "/a", "-e", "my.Validator", "-Dk=v"}).status().message(),
              HasSubstr("--eventValidator: a Java class cannot be loaded"));
  EXPECT_THAT(integrity_of({"FCINTEGRITYTOOL", "-l", "/a", "--ls"}).status().message(), HasSubstr("--ls has no meaning here"));
}

}  // namespace
}  // namespace flume::cli
