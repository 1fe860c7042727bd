#include "config/sink_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/fake_components.h"

namespace flume::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Lines 1 to 13: three sinks on one channel; those of the test come behind.
Planned with_sinks(const std::string& text) {
  std::string before =
      "a1.channels = c1\na1.channels.c1.type = memory\na1.sources = r1\na1.sources.r1.type = exec\na1.sources.r1.command = x\n"
      "a1.sources.r1.channels = c1\na1.sinks = k1 k2 k3\n";
  for (const char* sink : {"k1", "k2", "k3"}) {
    before += "a1.sinks." + std::string(sink) + ".type = hdfs\na1.sinks." + sink + ".channel = c1\na1.sinks." + sink + ".hdfs.path = /x\n";
  }
  return plan_text(before + text);
}

std::vector<std::string> groups_of(const Planned& planned) {
  std::vector<std::string> groups;
  for (const PlannedSinkGroup& group : planned.plan.sink_groups)
    groups.push_back(group.name + " " + std::string(group.info->type) + ": " + option_text::join_names(group.sinks));
  return groups;
}

std::vector<std::string> sinks_of(const Planned& planned) {
  std::vector<std::string> sinks;
  for (const PlannedSink& sink : planned.plan.sinks) sinks.push_back(sink.name);
  return sinks;
}

const std::string kGroup = "a1.sinkgroups = g1\na1.sinkgroups.g1.sinks = k1 k2\n";

TEST(SinkGroups, have_sinks_and_a_processor_and_leave_the_other_sinks_alone) {
  const Planned planned = with_sinks(kGroup + "a1.sinkgroups.g1.processor.type = failover\na1.sinkgroups.g1.processor.priority.k1 = 5\n");
  EXPECT_THAT(planned.lines(), IsEmpty());
  EXPECT_THAT(groups_of(planned), ElementsAre("g1 failover: k1 k2"));
  EXPECT_THAT(sinks_of(planned), ElementsAre("k1", "k2", "k3"));
  const PlannedSinkGroup& group = planned.plan.sink_groups.at(0);
  ASSERT_EQ(group.values.size(), 3U);
  EXPECT_EQ(group.values[0].key + "=" + group.values[0].shown, "sinks=k1 k2");
  EXPECT_EQ(static_cast<const FakeProcessorOptions*>(group.options.get())->priorities.at("k1"), "5");
}

TEST(SinkGroups, without_a_processor_are_left_out_with_their_sinks_as_in_flume) {
  const Planned planned = with_sinks(kGroup);
  EXPECT_THAT(planned.lines(),
              Contains(AllOf(HasSubstr("error 18:1 a1.sinkgroups.g1.processor.type: is required"), HasSubstr("failover or load_balance"))));
  EXPECT_THAT(groups_of(planned), IsEmpty());
  EXPECT_THAT(sinks_of(planned), ElementsAre("k3"));
  EXPECT_THAT(planned.left_out(), ElementsAre("sinkgroups.g1: its processor is not valid", "sinks.k1: its group g1 is left out",
                                              "sinks.k2: its group g1 is left out"));
  EXPECT_FALSE(planned.plan.is_fatal);
}

TEST(SinkGroups, of_an_unknown_processor_are_left_out_with_their_sinks_as_in_flume) {
  const Planned planned = with_sinks(kGroup + "a1.sinkgroups.g1.processor.type = failovr\n");
  EXPECT_THAT(planned.lines(), Contains(AllOf(HasSubstr("error 19:35 a1.sinkgroups.g1.processor.type: unknown"), HasSubstr("failover?"))));
  EXPECT_THAT(sinks_of(planned), ElementsAre("k3"));
  EXPECT_FALSE(planned.plan.is_fatal);
}

TEST(SinkGroups, keep_a_sink_that_another_group_has_where_it_is) {
  const Planned planned = with_sinks(
      "a1.sinkgroups = g1 g2\na1.sinkgroups.g1.sinks = k1 k2\na1.sinkgroups.g1.processor.type = failover\n"
      "a1.sinkgroups.g2.sinks = k2 k3\na1.sinkgroups.g2.processor.type = failover\n");
  EXPECT_THAT(planned.lines(), ElementsAre("error 20:26 a1.sinkgroups.g2.sinks: sink 'k2' is in group g1 already, and stays there"));
  EXPECT_THAT(groups_of(planned), ElementsAre("g1 failover: k1 k2", "g2 failover: k3"));
}

TEST(SinkGroups, go_on_without_sinks_that_are_not_there) {
  const Planned planned =
      with_sinks("a1.sinkgroups = g1\na1.sinkgroups.g1.sinks = k1 k22 k2\na1.sinkgroups.g1.processor.type = load_balance\n");
  EXPECT_THAT(planned.lines(), ElementsAre("error 18:26 a1.sinkgroups.g1.sinks: there is no sink 'k22' (did you mean k2?)"));
  EXPECT_THAT(groups_of(planned), ElementsAre("g1 load_balance: k1 k2"));
  const Planned none = with_sinks("a1.sinkgroups = g1\na1.sinkgroups.g1.sinks = x y\na1.sinkgroups.g1.processor.type = failover\n");
  EXPECT_THAT(none.left_out(), ElementsAre("sinkgroups.g1: it has no valid sink"));
  EXPECT_THAT(sinks_of(none), ElementsAre("k1", "k2", "k3"));
}

TEST(SinkGroups, name_a_sink_that_is_left_out_without_a_second_error) {
  const Planned planned = with_sinks(kGroup + "a1.sinkgroups.g1.processor.type = failover\na1.sinks.k2.hdfs.batchSize = x\n");
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("note 18:26 a1.sinkgroups.g1.sinks: sink 'k2' is left out")));
  EXPECT_EQ(planned.diagnostics.count(Severity::Error), 1U);
  EXPECT_THAT(groups_of(planned), ElementsAre("g1 failover: k1"));
}

TEST(SinkGroups, need_sinks_in_the_number_that_the_processor_takes) {
  const Planned two = with_sinks(kGroup + "a1.sinkgroups.g1.processor.type = org.apache.flume.sink.DefaultSinkProcessor\n");
  EXPECT_THAT(two.lines(), Contains(HasSubstr("the default processor takes one sink, not 2")));
  EXPECT_THAT(sinks_of(two), ElementsAre("k3"));
  const Planned one = with_sinks("a1.sinkgroups = g1\na1.sinkgroups.g1.sinks = k1\na1.sinkgroups.g1.processor.type = load_balance\n");
  EXPECT_THAT(one.lines(), Contains(HasSubstr("load_balance needs two sinks or more")));
  const Planned alone = with_sinks("a1.sinkgroups = g1\na1.sinkgroups.g1.sinks = k1\na1.sinkgroups.g1.processor.type = DEFAULT\n");
  EXPECT_THAT(alone.lines(), IsEmpty());
  EXPECT_THAT(groups_of(alone), ElementsAre("g1 default: k1"));
}

TEST(SinkGroups, tell_of_keys_that_do_nothing) {
  const Planned planned = with_sinks(kGroup +
                                     "a1.sinkgroups.g1.processor.type = failover\na1.sinkgroups.g1.priority.k1 = 1\n"
                                     "a1.sinkgroups.g1.processor.priority.k3 = 1\na1.sinkgroups.g1.processor.priority.kk2 = 1\n"
                                     "a1.sinkgroups.g1.processor.maxpenaltyy = 1\n");
  EXPECT_THAT(
      planned.lines(),
      testing::UnorderedElementsAre(
          AllOf(HasSubstr("warning 20:1 a1.sinkgroups.g1.priority.k1: is no key"), HasSubstr("did you mean 'processor.priority.k1'?")),
          AllOf(HasSubstr("warning 21:1 a1.sinkgroups.g1.processor.priority.k3: does nothing"), HasSubstr("has k1, k2")),
          AllOf(HasSubstr("warning 22:1 a1.sinkgroups.g1.processor.priority.kk2"), HasSubstr("did you mean k2?")),
          AllOf(HasSubstr("warning 23:1 a1.sinkgroups.g1.processor.maxpenaltyy"), HasSubstr("maxpenalty?"))));
}

TEST(SinkGroups, have_what_is_wrong_with_a_priority_told_at_its_line) {
  const Planned planned = with_sinks(kGroup + "a1.sinkgroups.g1.processor.type = failover\na1.sinkgroups.g1.processor.priority.k2 = 13\n");
  EXPECT_THAT(planned.lines(), ElementsAre("error 20:42 a1.sinkgroups.g1.processor.priority.k2: brings bad luck"));
  EXPECT_EQ(planned.plan.sink_groups.size(), 1U) << "it runs";
}

TEST(SinkGroups, do_not_look_at_the_priority_of_a_sink_that_is_not_theirs) {
  const Planned planned = with_sinks(kGroup + "a1.sinkgroups.g1.processor.type = failover\na1.sinkgroups.g1.processor.priority.k3 = 13\n");
  EXPECT_THAT(planned.lines(), ElementsAre(HasSubstr("warning 20:1 a1.sinkgroups.g1.processor.priority.k3: does nothing")));
  const auto* options = static_cast<const FakeProcessorOptions*>(planned.plan.sink_groups.at(0).options.get());
  EXPECT_THAT(options->priorities, IsEmpty());
}

TEST(SinkGroups, with_commas_in_their_list_are_left_out_and_their_sinks_run_alone) {
  const Planned planned = with_sinks("a1.sinkgroups = g1\na1.sinkgroups.g1.sinks = k1,k2\na1.sinkgroups.g1.processor.type = failover\n");
  EXPECT_THAT(planned.lines(), Contains(AllOf(HasSubstr("error"), HasSubstr("a1.sinkgroups.g1.sinks"))));
  EXPECT_EQ(planned.diagnostics.count(Severity::Error), 1U);
  EXPECT_THAT(groups_of(planned), IsEmpty());
  EXPECT_THAT(sinks_of(planned), ElementsAre("k1", "k2", "k3"));
}

TEST(SinkGroups, that_name_no_sinks_are_told_what_is_missing) {
  const Planned planned = with_sinks("a1.sinkgroups = g1\na1.sinkgroups.g1.processor.type = failover\na1.sinkgroups.g1.sink = k1\n");
  EXPECT_THAT(planned.lines(), Contains(AllOf(HasSubstr("a1.sinkgroups.g1.sinks: is required"), HasSubstr("`sinks`"))));
  EXPECT_THAT(sinks_of(planned), ElementsAre("k1", "k2", "k3"));
}

}  // namespace
}  // namespace flume::config
