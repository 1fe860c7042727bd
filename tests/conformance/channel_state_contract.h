// Bookmarks, notes, holds, settling and crashes by flume/channel.h. Included by channel_conformance.h only.
#pragma once

#include "conformance/channel_fixture.h"

namespace flume::conformance {

TEST_P(ChannelConformance, stores_bookmarks_with_a_put) {
  ASSERT_TRUE(put({"a"}, OneEntry("source", "position", "1")).ok());
  EXPECT_EQ(bookmark("source"), (Bookmark{{"position", "1"}}));
  EXPECT_EQ(bookmark("other"), Bookmark());
  EXPECT_EQ(channel().owners(), std::vector<std::string>{"source"});
}

TEST_P(ChannelConformance, stores_no_bookmark_with_a_put_that_fails) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(numbers(0, 20)).ok());
  EXPECT_FALSE(put({"x"}, OneEntry("source", "position", "1")).ok());
  EXPECT_EQ(bookmark("source"), Bookmark());
}

TEST_P(ChannelConformance, stores_bookmarks_with_a_commit_and_none_without) {
  ASSERT_TRUE(put(numbers(0, 4)).ok());
  TakeTransaction taken = take(2);
  ASSERT_TRUE(taken.commit(OneEntry("sink", "length", "10")).ok());
  EXPECT_EQ(bookmark("sink"), (Bookmark{{"length", "10"}}));
  take(2).give_back();
  EXPECT_EQ(bookmark("sink"), (Bookmark{{"length", "10"}}));
}

TEST_P(ChannelConformance, changes_only_the_keys_that_a_delta_names) {
  ASSERT_TRUE(channel().note(OneEntry("o", "a", "1"), Durability::Written).ok());
  ASSERT_TRUE(channel().note(OneEntry("o", "b", "2"), Durability::Written).ok());
  ASSERT_TRUE(channel().note(OneEntry("o", "a", "3"), Durability::Synced).ok());
  EXPECT_EQ(bookmark("o"), (Bookmark{{"a", "3"}, {"b", "2"}}));
  ASSERT_TRUE(channel().note(OneEntry("o", "a", std::nullopt), Durability::Written).ok());
  EXPECT_EQ(bookmark("o"), (Bookmark{{"b", "2"}}));
  ASSERT_TRUE(channel().note(OneEntry("o", "b", std::nullopt), Durability::Written).ok());
  EXPECT_TRUE(channel().owners().empty()) << "an owner without keys has no bookmark";
}

TEST_P(ChannelConformance, refuses_bookmarks_above_the_limits_and_changes_nothing) {
  const std::string longest_key(kMaxBookmarkKey, 'k');
  const std::string longest_value(kMaxBookmarkValue, 'v');
  ASSERT_TRUE(channel().note(OneEntry("o", longest_key, longest_value), Durability::Written).ok());
  EXPECT_EQ(channel().note(OneEntry("o", longest_key + "k", "v"), Durability::Written).cause(), Cause::TooLarge);
  EXPECT_EQ(put({"x"}, OneEntry("o", "k", longest_value + "v")).cause(), Cause::TooLarge);
  EXPECT_EQ(channel().size(), 0U);

  ASSERT_TRUE(put({"x"}).ok());
  TakeTransaction taken = take();
  EXPECT_EQ(taken.commit(OneEntry("o", "k", longest_value + "v")).cause(), Cause::TooLarge);
  EXPECT_TRUE(taken.is_open());

  // One delta of more than 1 MiB, and an owner that grows above 16 MiB in legal steps.
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < 300; ++i) keys.push_back("key" + std::to_string(i));
  const auto note_all = [&](std::size_t count, const std::string& suffix) {
    std::vector<std::string> names;
    std::vector<KeyValue> entries;
    for (std::size_t i = 0; i < count; ++i) names.push_back(keys[i] + suffix);
    for (const std::string& name : names) entries.push_back({name, longest_value});
    const BookmarkDelta delta{"big", entries};
    return channel().note({&delta, 1}, Durability::Written);
  };
  EXPECT_EQ(note_all(300, "").cause(), Cause::TooLarge);
  EXPECT_EQ(bookmark("big"), Bookmark());
  Status status;
  int steps = 0;
  for (; status.ok() && steps < 30; ++steps) status = note_all(200, "." + std::to_string(steps));
  EXPECT_EQ(status.cause(), Cause::TooLarge);
  EXPECT_GT(steps, 15);
}

TEST_P(ChannelConformance, withholds_held_events_from_everybody_else) {
  ASSERT_TRUE(put(numbers(0, 6)).ok());
  TakeTransaction taken = take(2);
  const Ranges ids = taken.ids();
  ASSERT_TRUE(taken.hold("k1").ok());
  EXPECT_FALSE(taken.is_open());
  EXPECT_EQ(channel().held("k1"), ids);
  EXPECT_EQ(channel().size(), 6U);
  const auto other = taker("k2");
  EXPECT_EQ(exactly(*other, ids).cause(), Cause::NotFound);
  EXPECT_EQ(drain(), numbers(2, 6));
  auto own = exactly(*taker_, ids);
  ASSERT_TRUE(own.ok()) << own.status().message();
  EXPECT_EQ(bodies(own->events()), numbers(0, 2));
  own->give_back();
  EXPECT_TRUE(take().empty()) << "given back, they are still held";
  own = exactly(*taker_, ids);
  ASSERT_TRUE(own.ok());
  ASSERT_TRUE(own->commit().ok());
  EXPECT_TRUE(channel().held("k1").empty()) << "a commit releases";
  EXPECT_EQ(channel().size(), 0U);
}

TEST_P(ChannelConformance, adds_a_held_take_to_the_owners_hold) {
  ASSERT_TRUE(put(numbers(0, 6)).ok());
  TakeTransaction first = take(2);
  TakeTransaction second = take(2);
  Ranges both = first.ids();
  both.add(second.ids());
  ASSERT_TRUE(second.hold("k1").ok());
  ASSERT_TRUE(first.hold("k1").ok());
  EXPECT_EQ(channel().held("k1"), both);
}

TEST_P(ChannelConformance, gives_held_events_to_all_when_the_hold_is_released) {
  ASSERT_TRUE(put(numbers(0, 6)).ok());
  ASSERT_TRUE(take(2).hold("k1").ok());
  const Hold none{"k1", {}};
  ASSERT_TRUE(channel().note({}, Durability::Written, &none).ok());
  EXPECT_TRUE(channel().held("k1").empty());
  EXPECT_EQ(drain(), numbers(0, 6)) << "at their place";
}

TEST_P(ChannelConformance, replaces_a_hold_by_a_note) {
  ASSERT_TRUE(put(numbers(0, 6)).ok());
  const EventId first = take(1).ids().lowest();
  const Hold early{"k1", Ranges({first, first + 2})};
  const Hold later{"k1", Ranges({first + 1, first + 4})};
  ASSERT_TRUE(channel().note(OneEntry("k1", "state", "a"), Durability::Written, &early).ok());
  ASSERT_TRUE(channel().note({}, Durability::Written, &later).ok());
  EXPECT_EQ(channel().held("k1"), later.ids);
  EXPECT_EQ(bookmark("k1"), (Bookmark{{"state", "a"}}));
  EXPECT_EQ(drain(), (Bodies{"0", "4", "5"}));
}

TEST_P(ChannelConformance, holds_ids_of_an_open_take_once_they_come_back) {
  ASSERT_TRUE(put(numbers(0, 6)).ok());
  TakeTransaction taken = take(4);
  const EventId first = taken.ids().lowest();
  const Hold hold{"k1", Ranges({first + 1, first + 3})};
  ASSERT_TRUE(channel().note({}, Durability::Written, &hold).ok());
  EXPECT_EQ(channel().held("k1"), hold.ids);
  const Ranges part({first, first + 2});
  ASSERT_TRUE(taken.commit({}, Durability::Written, &part).ok());
  EXPECT_EQ(channel().held("k1"), Ranges({first + 2, first + 3})) << "what is committed is not held";
  EXPECT_EQ(drain(), numbers(3, 6));
  auto own = exactly(*taker_, channel().held("k1"));
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(bodies(own->events()), Bodies{"2"});
}

TEST_P(ChannelConformance, lets_nobody_hold_what_another_holds) {
  ASSERT_TRUE(put(numbers(0, 4)).ok());
  TakeTransaction taken = take(2);
  const Ranges ids = taken.ids();
  ASSERT_TRUE(taken.hold("k1").ok());
  const Hold hold{"k2", ids};
  EXPECT_FALSE(channel().note(OneEntry("k2", "k", "v"), Durability::Written, &hold).ok());
  EXPECT_EQ(bookmark("k2"), Bookmark()) << "all or nothing";
  EXPECT_TRUE(channel().held("k2").empty());
}

TEST_P(ChannelConformance, settles_events_that_nobody_took) {
  ASSERT_TRUE(put(numbers(0, 6)).ok());
  const EventId first = take(1).ids().lowest();
  ASSERT_TRUE(channel().settle(Ranges({first + 1, first + 3}), OneEntry("k1", "k", "v")).ok());
  EXPECT_EQ(channel().size(), 4U);
  EXPECT_EQ(bookmark("k1"), (Bookmark{{"k", "v"}}));
  ASSERT_TRUE(channel().settle(Ranges({first + 2, first + 4}), {}).ok()) << "what is gone is ignored";
  EXPECT_EQ(drain(), (Bodies{"0", "4", "5"}));
  EXPECT_TRUE(channel().settle(Ranges({first, first + 6}), {}).ok());
}

TEST_P(ChannelConformance, settles_held_events_and_releases_them) {
  ASSERT_TRUE(put(numbers(0, 4)).ok());
  TakeTransaction taken = take(2);
  const Ranges ids = taken.ids();
  ASSERT_TRUE(taken.hold("k1").ok());
  ASSERT_TRUE(channel().settle(ids, {}).ok());
  EXPECT_TRUE(channel().held("k1").empty());
  EXPECT_EQ(drain(), numbers(2, 4));
}

TEST_P(ChannelConformance, refuses_to_settle_what_is_in_an_open_take) {
  ASSERT_TRUE(put(numbers(0, 4)).ok());
  TakeTransaction taken = take(2);
  const Ranges ids({taken.ids().lowest(), taken.ids().lowest() + 4});
  EXPECT_FALSE(channel().settle(ids, OneEntry("k1", "k", "v")).ok());
  EXPECT_EQ(channel().size(), 4U) << "all or nothing";
  EXPECT_EQ(bookmark("k1"), Bookmark());
  taken.give_back();
  EXPECT_TRUE(channel().settle(ids, {}).ok());
  EXPECT_EQ(channel().size(), 0U);
}

TEST_P(ChannelConformance, frees_the_room_of_settled_events) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(numbers(0, 20)).ok());
  const EventId first = take(1).ids().lowest();
  ASSERT_TRUE(channel().settle(Ranges({first, first + 20}), {}).ok());
  EXPECT_TRUE(put(numbers(0, 20)).ok());
  EXPECT_EQ(put({"x"}).cause(), Cause::Full);
}

TEST_P(ChannelConformance, has_a_lineage) {
  EXPECT_FALSE(channel().identity().epochs.empty());
  EXPECT_NE(channel().identity().uuid, (ChannelIdentity{}.uuid));
  const auto other = GetParam().make(channel().limits());
  EXPECT_NE(channel().identity().uuid, other->channel().identity().uuid);
}

// --- only for channels that bring their events back ---

TEST_P(ChannelConformance, brings_everything_back_after_a_crash) {
  if (!channel().survives_crash()) GTEST_SKIP() << "nothing of it survives";
  ASSERT_TRUE(put(numbers(0, 10), OneEntry("source", "position", "10")).ok());
  TakeTransaction done = take(2);
  ASSERT_TRUE(done.commit(OneEntry("k1", "length", "2")).ok());
  TakeTransaction held = take(2);
  const Ranges held_ids = held.ids();
  ASSERT_TRUE(held.hold("k1").ok());
  TakeTransaction open = take(2);
  const EventId next_before = open.ids().end_id() + 4;
  const ChannelIdentity before = channel().identity();

  crash_process();
  EXPECT_FALSE(open.commit().ok()) << "a take from before the crash is dead";
  EXPECT_EQ(channel().identity().uuid, before.uuid);
  EXPECT_EQ(channel().identity().epochs.size(), before.epochs.size() + 1);
  EXPECT_EQ(bookmark("source"), (Bookmark{{"position", "10"}}));
  EXPECT_EQ(bookmark("k1"), (Bookmark{{"length", "2"}}));
  EXPECT_EQ(channel().held("k1"), held_ids);
  ASSERT_TRUE(put({"10"}).ok());
  EXPECT_EQ(drain(), numbers(4, 11));
  ASSERT_TRUE(put({"new"}).ok());
  EXPECT_GE(take().ids().lowest(), next_before) << "no id is given twice";
}

TEST_P(ChannelConformance, keeps_what_was_synced_when_the_power_fails) {
  if (!channel().survives_crash()) GTEST_SKIP() << "nothing of it survives";
  ASSERT_TRUE(put(numbers(0, 10)).ok());
  ASSERT_TRUE(take(2).commit({}, Durability::Synced).ok());
  ASSERT_TRUE(channel().note(OneEntry("k1", "k", "v"), Durability::Synced).ok());
  crash_power();
  EXPECT_EQ(bookmark("k1"), (Bookmark{{"k", "v"}}));
  EXPECT_EQ(drain(), numbers(2, 10));
}

TEST_P(ChannelConformance, gives_events_of_a_written_commit_once_more_at_most_when_the_power_fails) {
  if (!channel().survives_crash()) GTEST_SKIP() << "nothing of it survives";
  ASSERT_TRUE(put(numbers(0, 4)).ok());
  TakeTransaction taken = take(2);
  ASSERT_TRUE(taken.commit(OneEntry("k1", "length", "2"), Durability::Written).ok());
  crash_power();
  const Bodies again = drain();
  if (again == numbers(0, 4)) {
    EXPECT_EQ(bookmark("k1"), Bookmark()) << "the bookmark goes with its take";
  } else {
    EXPECT_EQ(again, numbers(2, 4));
    EXPECT_EQ(bookmark("k1"), (Bookmark{{"length", "2"}}));
  }
}

TEST_P(ChannelConformance, syncs_a_written_commit_with_the_next_synced_operation) {
  if (!channel().survives_crash()) GTEST_SKIP() << "nothing of it survives";
  ASSERT_TRUE(put(numbers(0, 4)).ok());
  ASSERT_TRUE(take(2).commit().ok());
  ASSERT_TRUE(channel().note({}, Durability::Synced).ok());
  crash_power();
  EXPECT_EQ(drain(), numbers(2, 4));
}

}  // namespace flume::conformance
