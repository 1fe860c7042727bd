#include "config/bad_event_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/fake_components.h"

namespace flume::config {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// Lines 1 to 8 of a configuration with a sink and two channels; those of the test come behind it.
Planned with_sink(const std::string& text) {
  return plan_text(
      "a1.channels = c1 dead\na1.channels.c1.type = memory\na1.channels.dead.type = memory\n"
      "a1.sinks = k1\na1.sinks.k1.channel = c1\na1.sinks.k1.type = hdfs\na1.sinks.k1.hdfs.path = /x\n\n" +
      text);
}

TEST(BadEventKeys, block_is_what_a_sink_does_without_them) {
  const Planned planned = with_sink("");
  EXPECT_EQ(planned.plan.sinks.at(0).bad_events, BadEventPolicy::Block);
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("a1.channels.dead: no source and no sink uses this channel")));
}

TEST(BadEventKeys, a_channel_that_is_named_is_used_and_is_the_policy) {
  const Planned planned = with_sink("a1.sinks.k1.deadLetter = dead\n");
  EXPECT_THAT(planned.lines(), IsEmpty());
  ASSERT_EQ(planned.plan.channels.size(), 2U);
  EXPECT_EQ(planned.plan.sinks.at(0).bad_events, BadEventPolicy::DeadLetter);
  EXPECT_EQ(planned.plan.sinks.at(0).dead_letter_channel, "dead");
  EXPECT_FALSE(planned.plan.sinks.at(0).dead_letter_files.has_value());
}

TEST(BadEventKeys, a_path_or_a_file_url_is_a_folder) {
  for (const char* value : {"/var/dead", "file:/var/dead", "file:///var/dead"}) {
    const Planned planned = with_sink("a1.sinks.k1.deadLetter = " + std::string(value) + "\n");
    EXPECT_EQ(planned.diagnostics.count(Severity::Error), 0U) << value;
    ASSERT_TRUE(planned.plan.sinks.at(0).dead_letter_files.has_value()) << value;
    const PlannedComponent& files = *planned.plan.sinks.at(0).dead_letter_files;
    EXPECT_EQ(files.name, "k1.deadLetter");
    EXPECT_EQ(static_cast<const FakeSinkOptions*>(files.options.get())->path, "file:///var/dead");
  }
}

TEST(BadEventKeys, a_folder_that_cannot_be_is_an_error) {
  EXPECT_THAT(with_sink("a1.sinks.k1.deadLetter = file://host/dead\n").lines(),
              Contains("error 9:26 a1.sinks.k1.deadLetter: is no absolute path of this machine (as in file:///var/flume/dead)"));
  EXPECT_THAT(with_sink("a1.sinks.k1.deadLetter = /var/%Y\n").lines(),
              Contains("error 9:26 a1.sinks.k1.deadLetter: the folder's name may not have a % in it"));
}

TEST(BadEventKeys, an_unknown_channel_is_an_error_with_the_nearest_one) {
  const Planned planned = with_sink("a1.sinks.k1.deadLetter = deed\n");
  EXPECT_THAT(planned.lines(), Contains("error 9:26 a1.sinks.k1.deadLetter: there is no channel 'deed' (did you mean dead?)"));
  EXPECT_THAT(planned.left_out(), Contains("sinks.k1: its keys for bad events are not valid"));
}

TEST(BadEventKeys, the_sinks_own_channel_is_an_error) {
  const Planned planned = with_sink("a1.sinks.k1.deadLetter = c1\n");
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("error 9:26 a1.sinks.k1.deadLetter: is the channel that the sink drains")));
  EXPECT_TRUE(planned.plan.sinks.empty());
}

TEST(BadEventKeys, a_policy_is_one_of_three_words_in_any_case) {
  EXPECT_EQ(with_sink("a1.sinks.k1.badEvents = DROP\n").plan.sinks.at(0).bad_events, BadEventPolicy::Drop);
  EXPECT_EQ(with_sink("a1.sinks.k1.badEvents = block\n").plan.sinks.at(0).bad_events, BadEventPolicy::Block);
  const Planned planned = with_sink("a1.sinks.k1.badEvents = dorp\n");
  EXPECT_THAT(planned.lines(),
              Contains("error 9:25 a1.sinks.k1.badEvents: 'dorp' is none of block, deadletter, drop (did you mean drop?)"));
  EXPECT_TRUE(planned.plan.sinks.empty());
}

TEST(BadEventKeys, the_policy_deadletter_needs_a_place) {
  const Planned planned = with_sink("a1.sinks.k1.badEvents = deadletter\n");
  EXPECT_THAT(planned.lines(),
              Contains("error 9:25 a1.sinks.k1.badEvents: needs a1.sinks.k1.deadLetter (name a channel or a folder there)"));
  EXPECT_TRUE(planned.plan.sinks.empty());
}

TEST(BadEventKeys, a_place_that_the_policy_does_not_use_is_told) {
  const Planned planned = with_sink("a1.sinks.k1.badEvents = drop\na1.sinks.k1.deadLetter = dead\n");
  EXPECT_THAT(planned.lines(), Contains("warning 10:1 a1.sinks.k1.deadLetter: does nothing: a1.sinks.k1.badEvents is drop"));
  EXPECT_EQ(planned.plan.sinks.at(0).bad_events, BadEventPolicy::Drop);
  EXPECT_EQ(planned.plan.channels.size(), 1U) << "nothing uses the other one";
}

TEST(BadEventKeys, a_sink_that_is_left_out_is_told_as_the_user_of_its_dead_letters) {
  const Planned planned = with_sink("a1.sinks.k1.deadLetter = dead\na1.sinks.k1.hdfs.batchSize = x\n");
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("a1.channels.dead: nothing is left that uses this channel (left out: sink k1)")));
}

TEST(BadEventKeys, what_was_set_is_shown) {
  const Planned planned = with_sink("a1.sinks.k1.deadLetter = dead\n");
  std::vector<std::string> keys;
  for (const PlannedValue& value : planned.plan.sinks.at(0).values) keys.push_back(value.key + "=" + value.shown);
  EXPECT_THAT(keys, Contains("deadLetter=dead"));
}

}  // namespace
}  // namespace flume::config
