// flume-ng channel replay on a simulated disk: every dead letter once, wherever it was broken off.
#include "cli/channel/channel_replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/channel/channel_tool_fixture.h"
#include "cli/channel/open_log.h"
#include "cli/channel/stored_events.h"
#include "codec/avro_container.h"
#include "runtime/dead_letters.h"
#include "runtime/stored_window.h"

namespace flume::cli {
namespace {

using testing::HasSubstr;

class ChannelReplayTest : public ChannelToolTest {
 protected:
  ChannelReplayTest() {
    letters_settings_ = settings;
    letters_settings_.folders = {"/dead"};
    letters_settings_.seed = 18;
    open()->close();
  }

  static EventBatch letters(int first, int count, const std::string& channel = "c1") {
    std::vector<TestEvent> events;
    for (int i = first; i < first + count; ++i) {
      events.push_back({{{"n", std::to_string(i)},
                         {std::string(runtime::dead_letter_header::kReason), "no schema"},
                         {std::string(runtime::dead_letter_header::kChannel), channel}},
                        "letter " + std::to_string(i)});
    }
    return batch_of(events);
  }

  /// A file of dead letters, three in each block.
  void write_file(const std::string& path, const EventBatch& events, char mark) {
    codec::AvroContainerWriter writer(codec::BlockCodec::Null, UINT64_MAX);
    codec::AvroMarker marker{};
    marker.fill(mark);
    std::string bytes;
    writer.begin("\"bytes\"", marker, bytes);
    int count = 0;
    for (const EventView event : events) {
      writer.append(event.avro(), bytes);
      if (++count % 3 == 0) writer.end_block(bytes);
    }
    writer.end_block(bytes);
    services.files.add_file(path, bytes);
  }

  void fill_letters_channel(EventBatch events) {
    NobodyListens observer;
    auto log = storage::SegmentLog::open(letters_settings_, services.files, services.clock, Log(captured, "dead"), observer);
    ASSERT_TRUE(log.ok()) << log.status().message();
    while (!events.empty()) {
      EventBatch some = events.split_front(std::min(100U, events.size()));
      ASSERT_TRUE((*log)->put(some, {}).ok());
    }
    (*log)->close();
  }

  int replay(const std::string& from, bool with_others = false) {
    ChannelRequest request;
    request.action = ChannelRequest::Action::Replay;
    request.channel = "c1";
    request.letters = from;
    request.with_others = with_others;
    return run(request, {StoredChannel{"c1", "file", settings}, StoredChannel{"dead", "file", letters_settings_}});
  }

  /// Header n and body of all that is stored, and whether a header of dead letters is left.
  std::vector<std::string> events_in(const storage::LogSettings& of) {
    const auto look = storage::look_at_log(
        of, services.files, [](const std::string&) -> Result<std::optional<std::string>> { return std::optional<std::string>(); });
    std::vector<std::string> events;
    const auto visit = [&events](EventId, const EventView& event) -> Status {
      events.push_back(std::string(event.body()) + (event.header(runtime::dead_letter_header::kReason) ? "!" : "") + "/" +
                       std::string(event.header("n").value_or("")));
      return {};
    };
    EXPECT_TRUE(look.ok()) << look.status().message();
    if (!look) return events;
    EXPECT_TRUE(each_event(*look, {}, visit, [](const std::string& line) { ADD_FAILURE() << line; }).ok());
    return events;
  }
  static std::vector<std::string> originals(int count) {
    std::vector<std::string> events;
    for (int i = 0; i < count; ++i) events.push_back("letter " + std::to_string(i) + "/" + std::to_string(i));
    return events;
  }

  storage::LogSettings letters_settings_;
};

TEST_F(ChannelReplayTest, puts_the_files_of_a_folder_back_as_they_were_before) {
  write_file("/letters/k1.1.avro", letters(0, 7), 'a');
  write_file("/letters/k1.2.avro", letters(7, 2), 'b');
  services.files.add_file("/letters/k1.3.avro.tmp", "half");
  EXPECT_EQ(replay("file:///letters"), kExitDone) << errors;
  EXPECT_EQ(printed, "9 events put back into c1\n");
  EXPECT_THAT(errors, HasSubstr("/letters/k1.3.avro.tmp is still being written"));
  EXPECT_EQ(events_in(settings), originals(9));
  EXPECT_EQ(services.files.content("/letters/k1.1.avro"), std::nullopt);
  EXPECT_NE(services.files.content("/letters/k1.1.avro.replayed"), std::nullopt);
  EXPECT_EQ(replay("/letters"), kExitDone) << "a second time there is nothing to do";
  EXPECT_EQ(printed, "0 events put back into c1\n");
  EXPECT_THAT(errors, HasSubstr("no dead letters are left in /letters: 2 of its files were put back earlier"));
  EXPECT_EQ(events_in(settings), originals(9));
}

TEST_F(ChannelReplayTest, refuses_a_folder_without_dead_letters) {
  services.files.add_file("/letters/notes.txt", "not a letter");
  services.files.add_file("/letters/notes.replayed", "nor was this one");
  EXPECT_EQ(replay("/letters"), kExitNo);
  EXPECT_EQ(printed, "0 events put back into c1\n");
  EXPECT_THAT(errors, HasSubstr("there are no dead letters in /letters: none of what is there ends in .avro"));
  services.files.add_file("/written/k1.1.avro.tmp", "half");
  EXPECT_EQ(replay("/written"), kExitNo);
  EXPECT_THAT(errors, HasSubstr("/written/k1.1.avro.tmp is still being written"));
  ASSERT_TRUE(services.files.make_directories("/empty").ok());
  EXPECT_EQ(replay("/empty"), kExitNo);
  EXPECT_THAT(errors, HasSubstr("there are no dead letters in /empty: it is empty"));
  EXPECT_EQ(events_in(settings), originals(0));
}

TEST_F(ChannelReplayTest, goes_on_in_a_file_where_it_was_broken_off) {
  write_file("/letters/k1.1.avro", letters(0, 3000), 'a');
  services.files.inject({.operation = SimFiles::Operation::Rename, .path = "/letters/*", .error_number = 5});
  EXPECT_EQ(replay("/letters"), kExitRefused);
  EXPECT_EQ(printed, "3000 events put back into c1\n");
  EXPECT_EQ(replay("/letters"), kExitDone) << errors;
  EXPECT_EQ(printed, "0 events put back into c1\n");
  EXPECT_EQ(events_in(settings), originals(3000));
}

TEST_F(ChannelReplayTest, puts_back_what_is_before_a_damage_and_names_it) {
  write_file("/letters/k1.1.avro", letters(0, 7), 'a');
  flip_bit("/letters/k1.1.avro", services.files.content("/letters/k1.1.avro")->size() - 1);
  services.files.add_file("/letters/k1.2.avro", "nonsense");
  EXPECT_EQ(replay("/letters"), kExitNo);
  EXPECT_EQ(printed, "6 events put back into c1\n");
  EXPECT_THAT(errors, HasSubstr("/letters/k1.1.avro: the block at byte "));
  EXPECT_THAT(errors, HasSubstr("/letters/k1.2.avro: not an Avro container file"));
  EXPECT_EQ(replay("/letters"), kExitNo);
  EXPECT_EQ(events_in(settings), originals(6));
}

TEST_F(ChannelReplayTest, takes_a_file_that_is_cut_short_for_damaged) {
  write_file("/letters/k1.1.avro", letters(0, 7), 'a');
  const std::string whole = *services.files.content("/letters/k1.1.avro");
  for (const std::size_t size : {whole.size() - 1, whole.size() - 16, whole.size() - 17, whole.size() - 60}) {
    services.files.add_file("/letters/k1.1.avro", whole.substr(0, size));
    EXPECT_EQ(replay("/letters/k1.1.avro"), kExitNo) << size;
    EXPECT_THAT(errors, HasSubstr("cut short")) << size;
  }
  EXPECT_EQ(events_in(settings), originals(6));
  services.files.add_file("/letters/k1.1.avro", whole);
  EXPECT_EQ(replay("/letters/k1.1.avro"), kExitDone);
  EXPECT_EQ(events_in(settings), originals(7));
}

TEST_F(ChannelReplayTest, moves_the_letters_of_a_stopped_channel) {
  fill_letters_channel(letters(0, 2500));
  EXPECT_EQ(replay("dead"), kExitDone) << errors;
  EXPECT_EQ(printed, "2500 events put back into c1\n");
  EXPECT_EQ(events_in(settings), originals(2500));
  EXPECT_TRUE(events_in(letters_settings_).empty());
  EXPECT_EQ(run({"bookmarks", "get", "replay"}), kExitNo) << "nothing is left of it";
}

TEST_F(ChannelReplayTest, leaves_the_letters_of_other_channels_alone_unless_told) {
  fill_letters_channel(letters(0, 3));
  fill_letters_channel(letters(3, 2, "c9"));
  write_file("/letters/k9.1.avro", letters(5, 1, "c9"), 'a');
  EXPECT_EQ(replay("dead"), kExitDone) << errors;
  EXPECT_EQ(printed, "3 events put back into c1\n2 are of other channels and were left in dead (--all)\n");
  EXPECT_EQ(replay("/letters"), kExitDone);
  EXPECT_THAT(errors, HasSubstr("/letters/k9.1.avro is of channel c9: left alone"));
  EXPECT_EQ(events_in(settings), originals(3));
  EXPECT_EQ(replay("dead", true), kExitDone);
  EXPECT_EQ(replay("/letters", true), kExitDone);
  EXPECT_EQ(events_in(settings), originals(6));
}

TEST_F(ChannelReplayTest, does_nothing_when_it_is_not_known_what_an_earlier_one_did) {
  fill_letters_channel(letters(0, 3));
  const auto look = storage::look_at_log(letters_settings_, services.files, [](const std::string&) -> Result<std::optional<std::string>> {
    return std::optional<std::string>();
  });
  const std::string key = runtime::window_key_prefix(look->log.state.identity) + "0";
  const KeyValue change{key, "1 4711 1-2"};  // an epoch that the channel has never had
  const BookmarkDelta delta{kReplayOwner, {&change, 1}};
  const auto log = open();
  ASSERT_TRUE(log->note({&delta, 1}, Durability::Synced, nullptr).ok());
  log->close();
  EXPECT_EQ(replay("dead"), kExitRefused);
  EXPECT_THAT(errors, HasSubstr("To go on all the same: bookmarks rm replay " + key));
  EXPECT_TRUE(events_in(settings).empty());
  EXPECT_EQ(events_in(letters_settings_).size(), 3U);
}

/// The n-th operation of the disk and all behind it fail, and then the power does.
class ChannelReplayCrashTest : public ChannelReplayTest, public testing::WithParamInterface<std::uint64_t> {
 protected:
  static constexpr int kLetters = 1200;  // more than one put of them

  void replay_twice(const std::string& from) {
    services.files.inject({.skip = GetParam(), .times = SimFiles::Fault::kForever});
    replay(from);
    services.files.clear_faults();
    services.files.crash_power(GetParam() + 1);
    EXPECT_EQ(replay(from), kExitDone) << errors;
    EXPECT_EQ(events_in(settings), originals(kLetters));
  }
};

TEST_P(ChannelReplayCrashTest, from_a_channel_repeats_and_loses_nothing) {
  fill_letters_channel(letters(0, kLetters));
  replay_twice("dead");
  EXPECT_TRUE(events_in(letters_settings_).empty());
}

TEST_P(ChannelReplayCrashTest, from_files_repeats_and_loses_nothing) {
  write_file("/letters/k1.1.avro", letters(0, kLetters), 'a');
  replay_twice("/letters");
}

INSTANTIATE_TEST_SUITE_P(at, ChannelReplayCrashTest, testing::Range(std::uint64_t{0}, std::uint64_t{200}));

TEST_F(ChannelReplayTest, refuses_what_it_cannot_do_once) {
  fill_letters_channel(letters(0, 3));
  EXPECT_EQ(replay("c1"), kExitRefused);
  EXPECT_THAT(errors, HasSubstr("the dead letters cannot be in the channel itself"));
  EXPECT_EQ(replay("none"), kExitRefused);
  EXPECT_THAT(errors, HasSubstr("no file channel is called none"));
  EXPECT_EQ(replay("/nowhere"), kExitRefused);
  holder = "4711";
  EXPECT_EQ(replay("dead"), kExitRefused);
  EXPECT_THAT(errors, HasSubstr("in use by process 4711: stop it first"));
}

}  // namespace
}  // namespace flume::cli
