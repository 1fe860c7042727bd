// flume-ng channel fsck and repair, on damaged channels.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/channel/channel_tool_fixture.h"

namespace flume::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

using ChannelDamageTest = ChannelToolTest;

TEST_F(ChannelDamageTest, finds_nothing_wrong_with_a_sound_channel) {
  fill(200, 10);
  EXPECT_EQ(run({"fsck"}), kExitDone);
  EXPECT_THAT(printed, AllOf(HasSubstr("190 events to deliver\n"), HasSubstr("no problem found\n")));
  EXPECT_EQ(run({"repair", "--yes"}), kExitDone);
  EXPECT_THAT(printed, HasSubstr("nothing to repair"));
}

TEST_F(ChannelDamageTest, names_segment_offset_record_and_ids_of_every_problem) {
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

TEST_F(ChannelDamageTest, tells_a_head_whose_copy_is_damaged) {
  fill(4);
  const std::string path = place_of("event 1.").first;
  flip_bit(path, 100);
  EXPECT_EQ(run({"fsck"}), kExitNo);
  EXPECT_THAT(printed, AllOf(HasSubstr(path + ", bytes 0 to 512: this copy"), HasSubstr("no stored event is lost by it")));
  EXPECT_EQ(run({"repair"}), kExitDone);
  EXPECT_THAT(printed, HasSubstr("nothing to repair"));
}

TEST_F(ChannelDamageTest, repairs_damage_inside_a_sealed_segment) {
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

TEST_F(ChannelDamageTest, repairs_damage_that_keeps_a_channel_from_opening) {
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

TEST_F(ChannelDamageTest, repairs_a_channel_of_which_a_segment_is_missing) {
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

TEST_F(ChannelDamageTest, does_not_touch_a_damaged_channel_without_room_for_a_copy) {
  fill(8);
  const auto [path, at] = place_of("event 1.");
  flip_bit(path, at);
  services.files.set_capacity(1);
  const auto before = file_tree(services.files, "/data");
  EXPECT_EQ(run({"repair", "--yes"}), kExitRefused);
  EXPECT_THAT(errors, HasSubstr("no room for a copy of " + path));
  EXPECT_EQ(file_tree(services.files, "/data"), before);
}

}  // namespace
}  // namespace flume::cli
