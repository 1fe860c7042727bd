// Which channel gets which events and bookmarks, required or optional.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/source_writer_fixture.h"

namespace flume::runtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SourceWriterRoutesTest : public SourceWriterTest {};

TEST_F(SourceWriterRoutesTest, counts_an_event_once_however_many_channels_get_it) {
  add_channel();
  selector_.all.required = set_of({0, 1});
  EXPECT_TRUE(stored(built({"a", "b"})).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a", "b"));
  EXPECT_THAT(bodies_in(1), ElementsAre("a", "b"));
  expect_ledger(2, 2, 0, 0);
  EXPECT_EQ(counters_.event_accepted.get(), 2);
}

TEST_F(SourceWriterRoutesTest, goes_on_without_an_optional_channel_and_tells_once) {
  add_channel();
  selector_.all = {.required = set_of({1}), .optional = set_of({0})};
  const At at("7");
  channels_[0].fail_puts(2);
  EXPECT_TRUE(stored(built({"a", "b"}), at.position).ok());
  EXPECT_TRUE(stored(built({"c"}), at.position).ok());
  EXPECT_TRUE(stored(built({"d"}), at.position).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("d"));
  EXPECT_THAT(bodies_in(1), ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "optional channel does not take events"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Info, "optional channel takes events again"), 1U);
  EXPECT_EQ(counters_.channel_write_fail.get(), 2);
  EXPECT_EQ(ledger_.missed_by_optional.get(), 3);
  expect_ledger(4, 4, 0, 0);
}

TEST_F(SourceWriterRoutesTest, an_optional_channels_bookmark_passes_what_it_missed) {
  add_channel();
  selector_.all = {.required = set_of({0}), .optional = set_of({1})};
  channels_[1].fail_puts(1);
  EXPECT_TRUE(stored(built({"a"}), At("5").position).ok());
  EXPECT_EQ(bookmark_in(0), "5");
  EXPECT_EQ(bookmark_in(1), "5");
}

TEST_F(SourceWriterRoutesTest, a_failed_write_is_repeated_only_to_the_channels_that_lack_it) {
  add_channel();
  add_channel();
  selector_.all.required = set_of({0, 1, 2});
  channels_[1].fail_puts(1);
  Write write = prepared(built({"a"}));
  const Status failed = write.store(Deadline::immediate(), {});
  EXPECT_EQ(failed.message(), "channel c2: put fails because the test says so");
  EXPECT_FALSE(write.is_stored());
  EXPECT_THAT(bodies_in(0), ElementsAre("a"));
  EXPECT_THAT(bodies_in(2), IsEmpty());
  EXPECT_EQ(ledger_.stored.get(), 0);
  EXPECT_TRUE(write.store(Deadline::immediate(), {}).ok());
  EXPECT_TRUE(write.is_stored());
  EXPECT_TRUE(write.store(Deadline::immediate(), {}).ok());
  for (const std::size_t channel : {0U, 1U, 2U}) EXPECT_THAT(bodies_in(channel), ElementsAre("a"));
  EXPECT_EQ(counters_.channel_write_fail.get(), 1);
  expect_ledger(1, 1, 0, 0);
}

TEST_F(SourceWriterRoutesTest, routes_each_event_on_its_own) {
  add_channel();
  add_channel();
  selector_.route = [](const EventView& event) -> Route {
    if (event.body() == "both") return {.required = set_of({0, 1}), .optional = {}};
    if (event.body() == "maybe") return {.required = {}, .optional = set_of({2})};
    if (event.body() == "none") return {};
    return {.required = set_of({1}), .optional = {}};
  };
  EXPECT_TRUE(stored(built({"a", "both", "none", "maybe", "b"})).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("both"));
  EXPECT_THAT(bodies_in(1), ElementsAre("a", "both", "b"));
  EXPECT_THAT(bodies_in(2), ElementsAre("maybe"));
  expect_ledger(5, 4, 1, 0);
}

TEST_F(SourceWriterRoutesTest, copies_a_channels_small_share_of_a_batch) {
  add_channel();
  selector_.route = [](const EventView& event) -> Route {
    return {.required = event.body().starts_with('x') ? set_of({0}) : set_of({1}), .optional = {}};
  };
  std::vector<std::string> bodies(9, std::string(1000, 'x'));
  bodies.emplace_back(1000, 'y');
  EventBatch batch = built(bodies);
  const Slab* slab = batch.slices()[0].slab.get();
  Write write = prepared(std::move(batch));
  ASSERT_EQ(write.parts().size(), 2U);
  EXPECT_EQ(write.parts()[0].events.slices()[0].slab.get(), slab);
  EXPECT_NE(write.parts()[1].events.slices()[0].slab.get(), slab);
}

TEST_F(SourceWriterRoutesTest, a_bookmark_reaches_every_channel_whether_a_batch_does_or_not) {
  add_channel();
  add_channel();
  selector_.route = [](const EventView&) -> Route { return {.required = set_of({1}), .optional = {}}; };
  EXPECT_TRUE(stored(built({"a"}), At("12").position).ok());
  EXPECT_EQ(bookmark_in(0), "12");
  EXPECT_EQ(bookmark_in(1), "12");
  EXPECT_TRUE(stored({}, At("13").position).ok());
  for (const std::size_t channel : {0U, 1U, 2U}) EXPECT_EQ(bookmark_in(channel), "13");
  EXPECT_THAT(bodies_in(0), IsEmpty());
  const auto all = writer().bookmarks("src:r1");
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ((*all)[2].at("at"), "13");
}

TEST_F(SourceWriterRoutesTest, spreads_batches_and_tells_all_channels_the_position) {
  add_channel();
  add_channel();
  selector_.next = [turn = std::size_t{0}](ChannelSet) mutable { return turn++ % 3; };
  EXPECT_TRUE(stored(built({"a", "b"}), At("1").position).ok());
  EXPECT_TRUE(stored(built({"c"}), At("2").position).ok());
  EXPECT_TRUE(stored(built({"d"})).ok());
  EXPECT_TRUE(stored({}, At("3").position).ok()) << "no turn for what has no events";
  EXPECT_TRUE(stored(built({"e"}), At("4").position).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a", "b", "e"));
  EXPECT_THAT(bodies_in(1), ElementsAre("c"));
  EXPECT_THAT(bodies_in(2), ElementsAre("d"));
  for (const std::size_t channel : {0U, 1U, 2U}) EXPECT_EQ(bookmark_in(channel), "4");
  expect_ledger(5, 5, 0, 0);
}

TEST_F(SourceWriterRoutesTest, a_spread_batch_is_put_when_the_other_channels_know_its_position_for_good) {
  add_channel();
  std::vector<ChannelSet> asked;
  selector_.next = [&asked](ChannelSet among) {
    asked.push_back(among);
    return among.contains(0) ? 0U : 1U;
  };
  channels_[0].fail_puts(1);
  EXPECT_FALSE(stored(built({"a"}), At("1").position).ok());
  for (SimDurableChannel& channel : channels_) channel.crash_power();
  writer_.reset();
  EXPECT_EQ(bookmark_in(0), "");
  EXPECT_EQ(bookmark_in(1), "1");
  // What lacks the position lacks the batch, and gets it, whoever had the next turn.
  At at("1");
  at.position.only = set_of({0});
  EXPECT_TRUE(stored(built({"a"}), at.position).ok());
  EXPECT_THAT(asked, ElementsAre(set_of({0, 1}), set_of({0})));
  EXPECT_THAT(bodies_in(0), ElementsAre("a"));
  EXPECT_THAT(bodies_in(1), IsEmpty());
}

TEST_F(SourceWriterRoutesTest, only_the_named_channels_get_a_batch_that_others_have_already) {
  add_channel();
  selector_.all.required = set_of({0, 1});
  At at("3");
  at.position.only = set_of({1});
  EXPECT_TRUE(stored(built({"a"}), at.position).ok());
  EXPECT_THAT(bodies_in(0), IsEmpty());
  EXPECT_EQ(bookmark_in(0), "");
  EXPECT_THAT(bodies_in(1), ElementsAre("a"));
  EXPECT_EQ(bookmark_in(1), "3");
  at.position.only = {};
  EXPECT_TRUE(stored(built({"b"}), at.position).ok());
  expect_ledger(2, 2, 0, 0);
}

TEST_F(SourceWriterRoutesTest, an_event_without_any_channel_is_dropped_by_rule) {
  selector_.all = {};
  EXPECT_TRUE(stored(built({"a", "b"})).ok());
  expect_ledger(2, 0, 2, 0);
}

TEST_F(SourceWriterRoutesTest, an_empty_batch_without_a_position_goes_nowhere) {
  EXPECT_TRUE(prepared({}).is_stored());
  EXPECT_EQ(channels_[0].written(), 0U);
}

}  // namespace
}  // namespace flume::runtime
