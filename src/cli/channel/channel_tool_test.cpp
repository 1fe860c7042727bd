// flume-ng channel on a simulated disk: what it tells, and that looking changes nothing.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/channel/channel_tool_fixture.h"
#include "cli/channel/find_channels.h"
#include "crypto/golden_stores.h"
#include "storage/segment_keys.h"
#include "support/base64.h"

namespace flume::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Json = nlohmann::json;

TEST_F(ChannelToolTest, tells_what_a_channel_holds) {
  fill(200, 10);
  EXPECT_EQ(run({"stat"}), kExitDone);
  EXPECT_THAT(printed, AllOf(StartsWith("channel c1 (file)\n"), HasSubstr("nobody\n"), HasSubstr("last stop     clean\n"),
                             HasSubstr("190 stored; all below 11 are delivered; the next one put is 201\n"),
                             HasSubstr("oldest event  11, timestamp 1700000000011\n"), HasSubstr("sink:k1, 1 key\n")));
  EXPECT_EQ(run({"stat", "--json"}), kExitDone);
  const Json json = Json::parse(printed);
  EXPECT_EQ(json["events"], 190);
  EXPECT_EQ(json["watermark"], 11);
  EXPECT_EQ(json["oldest_timestamp"], "1700000000011");
  EXPECT_EQ(json["bookmarks"][0]["owner"], "sink:k1");
  EXPECT_GE(json["segments"].size(), 3U);
  std::uint64_t stored = 0;
  for (const Json& segment : json["segments"]) stored += segment["stored"].get<std::uint64_t>();
  EXPECT_EQ(stored, 190U);
  EXPECT_EQ(run({"ls"}), kExitDone);
  EXPECT_THAT(printed, AllOf(HasSubstr("c1       file  190"), HasSubstr("/data/a, /data/b\n")));
}

TEST_F(ChannelToolTest, prints_what_is_not_delivered) {
  const auto log = open();
  put(*log, 5, 2);
  ASSERT_TRUE(log->take(Ranges(IdRange{1, 3}), {}, Durability::Synced).ok());
  log->close();
  EXPECT_EQ(run({"cat"}), kExitDone);
  EXPECT_EQ(printed, "event 3\nevent 4\nevent 5\n");
  EXPECT_EQ(errors, "");
  EXPECT_EQ(run({"cat", "--headers", "--from", "4", "--count", "1"}), kExitDone);
  EXPECT_EQ(printed, "{n=4, timestamp=170000000004} event 4\n");
  EXPECT_EQ(run({"cat", "--all", "--json", "--count", "1"}), kExitDone);
  EXPECT_EQ(printed, "{\"id\":1,\"headers\":{\"n\":\"1\",\"timestamp\":\"170000000001\"},\"body\":\"event 1\"}\n");
}

TEST_F(ChannelToolTest, prints_bytes_that_are_no_text_as_base64) {
  const auto log = open();
  EventBatch batch = batch_of({{{{"k", "\xff"}}, "\xfe\xff"}, {{{"k", "v"}}, "\x80"}});
  ASSERT_TRUE(log->put(batch, {}).ok());
  log->close();
  EXPECT_EQ(run({"cat", "--json"}), kExitDone);
  EXPECT_EQ(printed,
            "{\"id\":1,\"headersBase64\":{\"aw==\":\"/w==\"},\"bodyBase64\":\"/v8=\"}\n"
            "{\"id\":2,\"headers\":{\"k\":\"v\"},\"bodyBase64\":\"gA==\"}\n");
}

TEST_F(ChannelToolTest, exports_into_a_new_file_that_is_whole) {
  const auto log = open();
  put(*log, 3);
  log->close();
  EXPECT_EQ(run({"export", "--to", "/out"}), kExitDone);
  EXPECT_EQ(printed, "3 events written to /out/events-1-3.jsonl\n");
  const std::string content = *services.files.content("/out/events-1-3.jsonl");
  EXPECT_EQ(std::count(content.begin(), content.end(), '\n'), 3);
  const Json first = Json::parse(content.substr(0, content.find('\n')));
  EXPECT_EQ(first["id"], 1);
  EXPECT_EQ(first["headers"]["n"], "1");
  EXPECT_EQ(from_base64(first["bodyBase64"].get<std::string>()), "event 1");
  EXPECT_EQ(services.files.content("/out/events.jsonl.new"), std::nullopt);

  services.files.add_file("/out/events-1-3.jsonl", "mine");
  EXPECT_EQ(run({"export", "--to", "/out"}), kExitRefused);
  EXPECT_EQ(services.files.content("/out/events-1-3.jsonl"), "mine") << "never overwritten";
  EXPECT_EQ(services.files.content("/out/events.jsonl.new"), std::nullopt);
  EXPECT_EQ(run({"export", "--to", "/out", "--from", "9"}), kExitDone);
  EXPECT_EQ(printed, "no event to export\n");
}

TEST_F(ChannelToolTest, leaves_no_half_of_an_export) {
  fill(3);
  services.files.inject({.operation = SimFiles::Operation::Sync, .path = "/out/*", .error_number = 28});
  EXPECT_EQ(run({"export", "--to", "/out"}), kExitRefused);
  EXPECT_THAT(errors, HasSubstr("channel c1: "));
  EXPECT_TRUE(file_tree(services.files, "/out").empty());
}

TEST_F(ChannelToolTest, looking_changes_no_byte_whether_the_channel_runs_or_not) {
  auto log = open();
  put(*log, 200, 4, 1000);
  const std::vector<std::vector<const char*>> looks{{"ls"},
                                                    {"stat"},
                                                    {"stat", "--json"},
                                                    {"cat"},
                                                    {"cat", "--all"},
                                                    {"fsck"},
                                                    {"bookmarks", "ls"},
                                                    {"bookmarks", "get", "x"},
                                                    {"repair"},
                                                    {"export", "--to", "/out"}};
  const auto look = [&](bool is_running) {
    const auto before = file_tree(services.files, "/data");
    for (const auto& words : looks) {
      run(words);
      EXPECT_EQ(file_tree(services.files, "/data"), before) << words[0];
      if (words[0] == std::string("stat") || words[0] == std::string("cat")) {
        const std::string told = printed + errors;
        const bool is_told = told.find("process 4711") != std::string::npos || told.find("\"in_use_by\": \"4711\"") != std::string::npos;
        EXPECT_EQ(is_running, is_told) << words[0] << told;
      }
    }
  };
  holder = "4711";
  look(true);
  EXPECT_EQ(services.files.count(SimFiles::Operation::Lock), 2U) << "those of the log itself";
  log->close();
  log.reset();
  holder.reset();
  ASSERT_TRUE(services.files.remove("/out/events-1-200.jsonl").ok());
  look(false);
}

TEST_F(ChannelToolTest, sees_what_a_running_channel_has_stored_so_far) {
  const auto log = open();
  holder = "4711";
  put(*log, 3);
  EXPECT_EQ(run({"cat"}), kExitDone);
  EXPECT_EQ(printed, "event 1\nevent 2\nevent 3\n");
  EXPECT_EQ(run({"fsck"}), kExitDone);
  EXPECT_THAT(printed, HasSubstr("in use by process 4711: 1 segment, "));
  put(*log, 1);
  EXPECT_EQ(run({"cat", "--from", "4"}), kExitDone);
  EXPECT_EQ(printed, "event 4\n");
}

TEST_F(ChannelToolTest, writes_to_no_running_channel) {
  const auto log = open();
  holder = "4711";
  put(*log, 3);
  const std::vector<std::vector<const char*>> writes{
      {"repair", "--yes"}, {"bookmarks", "set", "sink:k1", "file", "8"}, {"bookmarks", "rm", "sink:k1"}};
  for (const auto& words : writes) {
    EXPECT_EQ(run(words), kExitRefused) << words[0];
    EXPECT_THAT(errors, HasSubstr("in use by process 4711: stop it first"));
  }
}

TEST_F(ChannelToolTest, changes_bookmarks_of_a_stopped_channel) {
  fill(3);
  EXPECT_EQ(run({"bookmarks", "set", "sink:k1", "file", "8"}), kExitDone) << errors;
  EXPECT_EQ(printed, "sink:k1: file: 7 -> 8\n");
  EXPECT_EQ(run({"bookmarks", "set", "sink:k1", "other", "9"}), kExitDone);
  EXPECT_EQ(printed, "sink:k1: other: (none) -> 9\n");
  services.files.crash_power(1);
  EXPECT_EQ(run({"bookmarks", "get", "sink:k1", "--json"}), kExitDone);
  EXPECT_EQ(Json::parse(printed), (Json{{"file", "8"}, {"other", "9"}}));
  EXPECT_EQ(run({"bookmarks", "rm", "sink:k1", "file"}), kExitDone);
  EXPECT_EQ(run({"bookmarks", "rm", "sink:k1", "file"}), kExitNo);
  EXPECT_THAT(errors, HasSubstr("sink:k1 has no key file"));
  EXPECT_EQ(run({"bookmarks", "rm", "sink:k1"}), kExitDone);
  EXPECT_EQ(run({"bookmarks", "ls"}), kExitDone);
  EXPECT_EQ(printed, "");
  EXPECT_EQ(run({"bookmarks", "get", "sink:k1"}), kExitNo);
  EXPECT_THAT(deliver_all(), ElementsAre("event 1", "event 2", "event 3"));
}

TEST_F(ChannelToolTest, makes_no_channel_where_there_is_none) {
  EXPECT_EQ(run({"stat"}), kExitRefused);
  EXPECT_THAT(errors, HasSubstr("was this channel never started?"));
  EXPECT_EQ(run({"bookmarks", "set", "o", "k", "v"}), kExitRefused);
  ASSERT_TRUE(services.files.make_directories("/data/a").ok());
  ASSERT_TRUE(services.files.make_directories("/data/b").ok());
  EXPECT_EQ(run({"bookmarks", "set", "o", "k", "v"}), kExitRefused);
  EXPECT_THAT(errors, HasSubstr("there is no channel in /data/a"));
  EXPECT_TRUE(file_tree(services.files, "/data").empty());
}

TEST_F(ChannelToolTest, leaves_the_files_of_apache_flume_alone) {
  services.files.add_file("/data/a/log-3", "java");
  services.files.add_file("/data/b/log-4", "java");
  for (const char* word : {"stat", "cat", "fsck", "repair"}) {
    EXPECT_EQ(run({word}), kExitRefused) << word;
    EXPECT_THAT(errors, HasSubstr("holds the files of Apache Flume's file channel (log-3): they are left alone")) << word;
  }
  EXPECT_EQ(run({"ls"}), kExitDone);
  EXPECT_THAT(printed, HasSubstr("left alone"));
}

TEST_F(ChannelToolTest, reads_an_encrypted_channel_with_the_keys_of_the_configuration_only) {
  services.files.add_file("/etc/keys.jceks", crypto::golden("aes.jceks"));
  services.files.add_file("/etc/store.password", "store-password");
  services.files.add_file("/conf/flume.conf",
                          "a1.sources = r1\na1.channels = c1\na1.sources.r1.type = seq\na1.sources.r1.channels = c1\n"
                          "a1.channels.c1.type = file\na1.channels.c1.dataDirs = /data/a,/data/b\n"
                          "a1.channels.c1.encryption.activeKey = key-128\na1.channels.c1.encryption.keyProvider = JCEKSFILE\n"
                          "a1.channels.c1.encryption.keyProvider.keys = key-128\n"
                          "a1.channels.c1.encryption.keyProvider.keyStoreFile = /etc/keys.jceks\n"
                          "a1.channels.c1.encryption.keyProvider.keyStorePasswordFile = /etc/store.password\n");
  const std::vector<const char*> words{"channel", "cat", "-f", "/conf/flume.conf"};
  const auto line = parse_command_line(words);
  ASSERT_TRUE(line.ok()) << line.status().message();
  const auto channels = find_channels(services.files, *line, Preparation{});
  ASSERT_TRUE(channels.ok()) << channels.status().message();
  ASSERT_EQ(channels->size(), 1U);
  settings.keys = (*channels)[0].log->keys;
  ASSERT_NE(settings.keys, nullptr);
  fill(100);

  EXPECT_EQ(run({"cat"}), kExitDone) << errors;
  EXPECT_THAT(printed, AllOf(StartsWith("event 1."), HasSubstr("\nevent 100.")));
  EXPECT_EQ(run({"fsck"}), kExitDone) << errors;
  EXPECT_EQ(run({"bookmarks", "get", "sink:k1"}), kExitDone) << errors;
  EXPECT_THAT(printed, HasSubstr("file"));

  const auto before = file_tree(services.files, "/data");
  settings = *channel_in(settings.folders).log;
  for (const char* word : {"stat", "cat", "fsck", "repair"}) {
    EXPECT_EQ(run({word}), kExitRefused) << word;
    EXPECT_THAT(errors, AllOf(HasSubstr("is encrypted with key \"key-128\""), HasSubstr("--dataDirs"), HasSubstr("--conf-file"))) << word;
    EXPECT_THAT(printed, IsEmpty()) << word;
  }
  EXPECT_EQ(run({"ls"}), kExitDone);
  EXPECT_THAT(printed, HasSubstr("--conf-file"));
  EXPECT_EQ(file_tree(services.files, "/data"), before);
}

TEST_F(ChannelToolTest, says_which_channels_there_are) {
  const StoredChannel memory{"c2", "memory", std::nullopt, "keeps no events in folders"};
  const StoredChannel file{"c1", "file", settings};
  const StoredChannel third{"c3", "file", settings};
  std::string told;
  ChannelTool tool(services.files, [this](const std::string&) -> Result<std::optional<std::string>> { return holder; }, services.clock,
                   Log(captured, "channel"),
                   {[](std::string_view) -> Status { return {}; }, [&told](const std::string& line) { told = line; }});
  ChannelRequest request;
  request.action = ChannelRequest::Action::Stat;
  EXPECT_EQ(tool.run(request, {file, memory, third}), kExitRefused);
  EXPECT_EQ(told, "channel: which channel? there are c1, c3");
  request.channel = "c2";
  EXPECT_EQ(tool.run(request, {file, memory}), kExitRefused);
  EXPECT_EQ(told, "channel: c2 (memory) keeps no events in folders");
  request.channel = "c4";
  EXPECT_EQ(tool.run(request, {file, memory}), kExitRefused);
  EXPECT_EQ(told, "channel: no file channel is called c4; there is c1");
  request.channel.clear();
  EXPECT_EQ(tool.run(request, {memory}), kExitRefused);
}

}  // namespace
}  // namespace flume::cli
