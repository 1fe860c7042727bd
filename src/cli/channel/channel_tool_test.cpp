// flume-ng channel on a simulated disk: what it tells, what it repairs, and that looking changes nothing.
#include "cli/channel/channel_tool.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/channel/find_channels.h"
#include "cli/verbs.h"
#include "components/channels/file/file_channel.h"
#include "crypto/golden_stores.h"
#include "storage/segment_keys.h"
#include "storage/segment_log.h"
#include "support/base64.h"
#include "support/batch_of.h"
#include "support/file_tree.h"
#include "support/test_services.h"

namespace flume::cli {
namespace {

using storage::SegmentLog;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Json = nlohmann::json;

Result<ChannelRequest> request_of(std::vector<const char*> words) {
  words.insert(words.begin(), "channel");
  const auto line = parse_command_line(words);
  if (!line) return line.status();
  return channel_request(*line);
}

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

class ChannelToolTest : public testing::Test, private storage::LogObserver {
 protected:
  ChannelToolTest() {
    settings.folders = {"/data/a", "/data/b"};
    settings.slot_bytes = std::uint64_t{64} << 10;
    settings.has_thread = false;
    settings.seed = 17;
  }

  Result<std::unique_ptr<SegmentLog>> try_to_open() {
    return SegmentLog::open(settings, services.files, services.clock, Log(captured, "test"), *this);
  }

  std::unique_ptr<SegmentLog> open() {
    auto log = try_to_open();
    EXPECT_TRUE(log.ok()) << log.status().message();
    return log ? *std::move(log) : nullptr;
  }

  /// Events "event <id>" with a header n, and so many bytes behind it; one transaction for each `at_once`.
  void put(SegmentLog& log, int events, int at_once = 1, std::size_t padding = 0) {
    while (events > 0) {
      std::vector<TestEvent> batch;
      for (int i = 0; i < at_once && events > 0; ++i, --events) {
        const std::string number = std::to_string(next_++);
        batch.push_back({{{"n", number}, {"timestamp", "17000000000" + number}}, "event " + number + std::string(padding, '.')});
      }
      EventBatch built = batch_of(batch);
      const Status stored = log.put(built, {});
      ASSERT_TRUE(stored.ok()) << stored.message();
    }
  }

  /// A closed log with `events` of about 1 KiB, of which the first `delivered` are.
  void fill(int events, std::uint64_t delivered = 0) {
    const auto log = open();
    put(*log, events, 4, 1000);
    if (delivered != 0) {
      ASSERT_TRUE(log->take(Ranges(IdRange{1, delivered + 1}), {}, Durability::Synced).ok());
    }
    const KeyValue entry{"file", "7"};
    const BookmarkDelta delta{"sink:k1", std::span(&entry, 1)};
    ASSERT_TRUE(log->note(std::span(&delta, 1), Durability::Synced, nullptr).ok());
    log->close();
  }

  int run(std::vector<const char*> words) {
    words.insert(words.begin() + 1, {"-l", "/data/a,/data/b"});
    const auto request = request_of(std::move(words));
    EXPECT_TRUE(request.ok()) << request.status().message();
    return run(*request);
  }

  int run(const ChannelRequest& request) {
    printed.clear();
    errors.clear();
    StoredChannel channel{"c1", "file", settings};
    ChannelTool tool(services.files, [this](const std::string&) -> Result<std::optional<std::string>> { return holder; }, services.clock,
                     Log(captured, "channel"),
                     {[this](std::string_view text) -> Status {
                        printed += text;
                        return {};
                      },
                      [this](const std::string& line) { errors += line + '\n'; }});
    return tool.run(request, {channel});
  }

  /// The slot that holds these bytes, and where they are in it.
  std::pair<std::string, std::size_t> place_of(const std::string& bytes) {
    for (const auto& [path, content] : file_tree(services.files, "/data")) {
      const std::size_t at = content.find(bytes);
      if (at != std::string::npos) return {path, at};
    }
    ADD_FAILURE() << bytes << " is nowhere";
    return {};
  }

  void flip_bit(const std::string& path, std::size_t at) {
    std::string content = *services.files.content(path);
    content[at] = static_cast<char>(content[at] ^ 1);
    services.files.add_file(path, content);
  }

  /// Bodies that the channel delivers.
  std::vector<std::string> deliver_all() {
    FileOptions options;
    FileChannel channel(options, services.of("channels.c1", "c1"), settings);
    const Status started = channel.start();
    EXPECT_TRUE(started.ok()) << started.message();
    const auto taker = channel.taker("k1");
    std::vector<std::string> bodies;
    for (;;) {
      auto taken = (*taker)->take({1000}, Deadline::immediate(), {});
      EXPECT_TRUE(taken.ok()) << taken.status().message();
      if (!taken || taken->empty()) break;
      for (const TestEvent& event : events_of(taken->events())) bodies.push_back(event.body.substr(0, event.body.find('.')));
      EXPECT_TRUE(taken->commit({}, Durability::Synced).ok());
    }
    channel.stop(Deadline::never());
    return bodies;
  }

  TestServices services;
  CapturedLog captured;
  storage::LogSettings settings;
  std::optional<std::string> holder;  // who has the channel open
  std::string printed;
  std::string errors;

 private:
  void stored(EventId, EventBatch&, storage::LogPosition) override {}
  int next_ = 1;
};

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

TEST_F(ChannelToolTest, finds_nothing_wrong_with_a_sound_channel) {
  fill(200, 10);
  EXPECT_EQ(run({"fsck"}), kExitDone);
  EXPECT_THAT(printed, AllOf(HasSubstr("190 events to deliver\n"), HasSubstr("no problem found\n")));
  EXPECT_EQ(run({"repair", "--yes"}), kExitDone);
  EXPECT_THAT(printed, HasSubstr("nothing to repair"));
}

TEST_F(ChannelToolTest, names_segment_offset_record_and_ids_of_every_problem) {
  fill(200);
  const auto [path, at] = place_of("event 9.");
  flip_bit(path, at);
  EXPECT_EQ(run({"fsck"}), kExitNo);
  EXPECT_THAT(printed, AllOf(HasSubstr("segment 1, " + path + ", bytes "), HasSubstr("; events 9-12 are lost\n"),
                             HasSubstr("1 problem; 4 events lost: 9-12\n"), HasSubstr("196 events to deliver\n")));
  EXPECT_EQ(run({"fsck", "--json"}), kExitNo);
  const Json problem = Json::parse(printed)["problems"][0];
  EXPECT_EQ(problem["segment"], 1);
  EXPECT_EQ(problem["lost"], "9-12");
  EXPECT_LE(problem["from"], at);
  EXPECT_GT(problem["to"], at);
  EXPECT_EQ(run({"cat"}), kExitNo);
  EXPECT_THAT(errors, HasSubstr("events 9-12 are lost"));
  EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 196);
}

TEST_F(ChannelToolTest, tells_a_head_whose_copy_is_damaged) {
  fill(4);
  const std::string path = place_of("event 1.").first;
  flip_bit(path, 100);
  EXPECT_EQ(run({"fsck"}), kExitNo);
  EXPECT_THAT(printed, AllOf(HasSubstr(path + ", bytes 0 to 512: this copy"), HasSubstr("no stored event is lost by it")));
  EXPECT_EQ(run({"repair"}), kExitDone);
  EXPECT_THAT(printed, HasSubstr("nothing to repair"));
}

TEST_F(ChannelToolTest, repairs_damage_inside_a_sealed_segment) {
  fill(200);
  const auto [path, at] = place_of("event 9.");
  flip_bit(path, at);
  const std::string damaged = *services.files.content(path);
  const auto before = file_tree(services.files, "/data");
  EXPECT_EQ(run({"repair"}), kExitNo);
  EXPECT_THAT(printed, AllOf(HasSubstr("lost: 4 events: 9-12\n"), HasSubstr("kept: 196 events to deliver, bookmarks of 1 owner\n"),
                             HasSubstr(path + " is copied to " + path + ".before-repair\n")));
  EXPECT_THAT(errors, HasSubstr("nothing was done yet: with --yes it is"));
  EXPECT_EQ(file_tree(services.files, "/data"), before) << "only shown";

  EXPECT_EQ(run({"repair", "--yes"}), kExitDone) << errors;
  EXPECT_EQ(services.files.content(path + ".before-repair"), damaged);
  EXPECT_EQ(run({"bookmarks", "get", "sink:k1"}), kExitDone);
  EXPECT_EQ(printed, "file = 7\n");
  const std::vector<std::string> bodies = deliver_all();
  EXPECT_EQ(bodies.size(), 196U);
  EXPECT_EQ(bodies[7], "event 8");
  EXPECT_EQ(bodies[8], "event 13");
  EXPECT_EQ(services.files.content(path + ".before-repair"), damaged) << "kept for ever";
}

TEST_F(ChannelToolTest, repairs_damage_that_keeps_a_channel_from_opening) {
  fill(8);
  const auto [path, at] = place_of("event 1.");
  flip_bit(path, at);
  EXPECT_EQ(try_to_open().status().kind(), ErrorKind::Corrupt);
  EXPECT_EQ(run({"stat"}), kExitNo);
  EXPECT_THAT(printed, HasSubstr("damage        " + path));
  EXPECT_EQ(run({"bookmarks", "set", "sink:k1", "file", "8"}), kExitRefused);
  EXPECT_EQ(run({"repair", "--yes"}), kExitDone) << errors;
  EXPECT_THAT(deliver_all(), ElementsAre("event 5", "event 6", "event 7", "event 8"));
}

TEST_F(ChannelToolTest, repairs_a_channel_of_which_a_segment_is_missing) {
  fill(200);
  const std::string path = place_of("event 1.").first;
  std::string content = *services.files.content(path);
  content.replace(0, storage::kRecordsStart + 512, storage::kRecordsStart + 512, '\0');  // both heads, and STATE
  services.files.add_file(path, content);
  EXPECT_EQ(run({"fsck"}), kExitNo);
  EXPECT_THAT(printed, HasSubstr("segment 1 is in no slot of dataDirs"));
  EXPECT_EQ(run({"repair", "--yes"}), kExitDone) << errors;
  EXPECT_EQ(services.files.content(path + ".before-repair"), content) << "the slot seems to be free, but may be the missing one";
  const std::vector<std::string> bodies = deliver_all();
  ASSERT_FALSE(bodies.empty());
  EXPECT_EQ(bodies.back(), "event 200");
}

TEST_F(ChannelToolTest, does_not_touch_a_damaged_channel_without_room_for_a_copy) {
  fill(8);
  const auto [path, at] = place_of("event 1.");
  flip_bit(path, at);
  services.files.set_capacity(1);
  const auto before = file_tree(services.files, "/data");
  EXPECT_EQ(run({"repair", "--yes"}), kExitRefused);
  EXPECT_THAT(errors, HasSubstr("no room for a copy of " + path));
  EXPECT_EQ(file_tree(services.files, "/data"), before);
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
