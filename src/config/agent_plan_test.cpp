#include "config/agent_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/fake_components.h"
#include "config/flume_types.h"

namespace flume::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kChannel = "a1.channels = c1\na1.channels.c1.type = memory\n";        // two lines
constexpr std::string_view kSink = "a1.sinks.k1.type = hdfs\na1.sinks.k1.hdfs.path = /x\n";      // two lines
const std::string kGoodSink = "a1.sinks = k1\na1.sinks.k1.channel = c1\n" + std::string(kSink);  // four lines

Planned plan(const std::string& text) { return plan_text(text); }
Planned behind_good(const std::string& text) { return plan_text(std::string(kGoodText) + text); }

TEST(AgentPlan, plans_what_is_right_without_a_word) {
  const Planned planned = behind_good(kGoodSink);
  EXPECT_THAT(planned.lines(), IsEmpty());
  EXPECT_THAT(planned.left_out(), IsEmpty());
  EXPECT_FALSE(planned.plan.is_fatal);
  ASSERT_EQ(planned.plan.sources.size(), 1U);
  EXPECT_EQ(planned.plan.sources[0].channels, Names{"c1"});
  EXPECT_EQ(planned.plan.sources[0].selector.info->type, "replicating");
  ASSERT_EQ(planned.plan.sinks.size(), 1U);
  EXPECT_EQ(planned.plan.sinks[0].channel, "c1");
  ASSERT_EQ(planned.plan.channels.size(), 1U);
}

TEST(AgentPlan, is_empty_without_channels) {
  const Planned planned = plan("a1.sinks = k1\na1.sinks.k1.channel = c1\n" + std::string(kSink));
  EXPECT_TRUE(planned.plan.is_empty());
  EXPECT_THAT(planned.lines(), ElementsAre("error 1:1 a1.channels: the agent has no channels (list them: a1.channels = c1)",
                                           "error 2:23 a1.sinks.k1.channel: there is no channel 'c1'",
                                           "note 1:1 a1: nothing is left to run: no source and no sink with a valid channel"));
  EXPECT_THAT(planned.left_out(), ElementsAre("sinks.k1: it has no valid channel"));
}

TEST(AgentPlan, is_empty_without_a_valid_channel) {
  const Planned planned = plan("a1.channels = c1\na1.channels.c1.type = memory\na1.channels.c1.capacity = x\n" + kGoodSink);
  EXPECT_TRUE(planned.plan.is_empty());
  EXPECT_THAT(planned.lines(), ElementsAre("error 3:27 a1.channels.c1.capacity: not a whole number: 'x'",
                                           "note 5:23 a1.sinks.k1.channel: channel 'c1' is left out",
                                           "note 1:1 a1: nothing is left to run: no source and no sink with a valid channel"));
  EXPECT_EQ(planned.diagnostics.count(Severity::Error), 1U);
  EXPECT_THAT(planned.left_out(), ElementsAre("channels.c1: its keys are not valid", "sinks.k1: it has no valid channel"));
}

TEST(AgentPlan, is_empty_with_neither_source_nor_sink) {
  const Planned planned = plan(std::string(kChannel));
  EXPECT_TRUE(planned.plan.is_empty());
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("error 1:1 a1: there is nothing to run")));
  EXPECT_TRUE(planned.plan.channels.empty());
}

TEST(AgentPlan, leaves_out_a_component_that_is_listed_but_has_no_keys) {
  const Planned planned = behind_good("a1.sinks = k9\n");
  EXPECT_THAT(planned.lines(), ElementsAre(AllOf(HasSubstr("error 7:12 a1.sinks: k9 is listed, but has no keys"))));
  EXPECT_THAT(planned.left_out(), ElementsAre("sinks.k9: has no keys"));
  EXPECT_EQ(planned.plan.sources.size(), 1U);
}

TEST(AgentPlan, warns_of_a_component_with_keys_that_is_not_listed) {
  const Planned planned = behind_good(std::string(kSink));
  EXPECT_THAT(planned.lines(), ElementsAre(HasSubstr("warning 7:1 a1.sinks.k1: has keys, but a1.sinks is missing")));
}

TEST(AgentPlan, leaves_out_a_component_without_a_type) {
  const Planned planned = behind_good("a1.sinks = k1\na1.sinks.k1.channel = c1\na1.sinks.k1.tpye = hdfs\n");
  EXPECT_THAT(planned.lines(), Contains("error 8:1 a1.sinks.k1.type: is required"));
  EXPECT_THAT(planned.left_out(), ElementsAre("sinks.k1: has no type"));
  EXPECT_FALSE(planned.plan.is_fatal);
}

TEST(AgentPlan, leaves_out_a_source_without_channels) {
  const Planned planned =
      plan(std::string(kChannel) + "a1.sources = r1\na1.sources.r1.type = exec\na1.sources.r1.command = x\n" + kGoodSink);
  EXPECT_THAT(planned.lines(), ElementsAre("error 4:1 a1.sources.r1.channels: is required"));
  EXPECT_THAT(planned.left_out(), ElementsAre("sources.r1: it has no valid channel"));
  EXPECT_EQ(planned.plan.sinks.size(), 1U);
}

TEST(AgentPlan, says_that_a_source_has_channels_and_a_sink_a_channel) {
  const Planned planned = plan(std::string(kChannel) +
                               "a1.sources = r1\na1.sources.r1.type = exec\na1.sources.r1.command = x\na1.sources.r1.channel = c1\n"
                               "a1.sinks = k1\na1.sinks.k1.channels = c1\n" +
                               std::string(kSink));
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("a1.sources.r1.channels: is required (a source has `channels`, a sink `channel`)")));
  EXPECT_THAT(
      planned.lines(),
      Contains(HasSubstr("a1.sinks.k1.channel: is required: the sink drains no channel (a sink has one `channel`, a source `channels`)")));
}

TEST(AgentPlan, keeps_a_source_with_one_valid_channel_of_several) {
  const Planned planned = plan(
      "a1.sources = r1\na1.channels = c1 c2 chan3\na1.channels.c1.type = memory\na1.channels.chan3.type = memory\n"
      "a1.channels.c2.type = memory\na1.channels.c2.capacity = 0\n"
      "a1.sources.r1.type = exec\na1.sources.r1.command = x\na1.sources.r1.channels = c1 c2 chn3 nowhere\n");
  EXPECT_EQ(planned.plan.sources.at(0).channels, Names{"c1"});
  EXPECT_THAT(planned.lines(), Contains("note 9:26 a1.sources.r1.channels: channel 'c2' is left out"));
  EXPECT_THAT(planned.lines(), Contains("warning 9:26 a1.sources.r1.channels: there is no channel 'chn3' (did you mean chan3?)"));
  EXPECT_THAT(planned.lines(), Contains("warning 9:26 a1.sources.r1.channels: there is no channel 'nowhere'"));
}

TEST(AgentPlan, leaves_out_a_source_none_of_whose_channels_is_there) {
  const Planned planned = plan(
      "a1.sources = r1\na1.channels = c1\na1.channels.c1.type = memory\n"
      "a1.sources.r1.type = exec\na1.sources.r1.command = x\na1.sources.r1.channels = c7\n" +
      kGoodSink);
  EXPECT_THAT(planned.lines(), ElementsAre("error 6:26 a1.sources.r1.channels: there is no channel 'c7'",
                                           "note 6:26 a1.sources.r1.channels: no channel is left for this source: it is left out"));
  EXPECT_THAT(planned.left_out(), ElementsAre("sources.r1: it has no valid channel"));
}

TEST(AgentPlan, tells_what_is_wrong_with_components_between_commas_at_once) {
  const Planned planned = plan(std::string(kChannel) +
                               "a1.sources = r1, r2\na1.sources.r1.type = exce\na1.sources.r1.channels = c7\n"
                               "a1.sources.r2.type = exec\na1.sources.r2.command = x\na1.sources.r2.channels = c1,c8\n" +
                               kGoodSink);
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("error 3:14 a1.sources: names are separated by blanks")));
  EXPECT_THAT(planned.lines(), Contains("error 4:22 a1.sources.r1.type: unknown source type 'exce' (did you mean exec?)"));
  EXPECT_THAT(planned.lines(), Contains("error 5:26 a1.sources.r1.channels: there is no channel 'c7'"));
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("error 8:26 a1.sources.r2.channels: names are separated by blanks")));
  EXPECT_THAT(planned.lines(), Contains(HasSubstr(" 8:26 a1.sources.r2.channels: there is no channel 'c8'")));
  EXPECT_THAT(planned.left_out(),
              ElementsAre("sources.r1: a comma in a1.sources makes its name 'r1,'", "sources.r2: it has no valid channel"));
  EXPECT_FALSE(planned.plan.is_fatal) << "the start depends on what the list has";
}

TEST(AgentPlan, does_not_run_what_a_comma_cuts_off) {
  const Planned planned = plan(
      "a1.sources = r1\na1.channels = c1,c2\na1.channels.c1.type = memory\na1.channels.c2.type = memory\n"
      "a1.sources.r1.type = exec\na1.sources.r1.command = x\na1.sources.r1.channels = c1\n");
  EXPECT_TRUE(planned.plan.channels.empty());
  EXPECT_THAT(planned.left_out(),
              ElementsAre("channels.c1: a comma in a1.channels makes its name 'c1,c2'",
                          "channels.c2: a comma in a1.channels makes its name 'c1,c2'", "sources.r1: it has no valid channel"));
  EXPECT_THAT(planned.lines(), Contains("note 7:26 a1.sources.r1.channels: channel 'c1' is left out"));
  EXPECT_THAT(plan(std::string(kChannel) + "a1.sources = r1,r2\n").left_out(), Contains("sources.r1,r2: has no keys"));
}

TEST(AgentPlan, looks_at_interceptors_between_commas) {
  const Planned planned = behind_good("a1.sources.r1.interceptors = i1, i2\na1.sources.r1.interceptors.i1.type = timestmp\n" + kGoodSink);
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("a1.sources.r1.interceptors: names are separated by blanks")));
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("interceptors.i1.type: unknown interceptor type 'timestmp' (did you mean timestamp?)")));
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("interceptors.i2.type: is required")));
}

TEST(AgentPlan, refuses_a_selectors_channel_that_the_source_does_not_list) {
  const Planned near = behind_good("a1.sources.r1.selector.optional = c1 cc1\n" + kGoodSink);
  EXPECT_THAT(near.lines(),
              Contains("error 7:35 a1.sources.r1.selector.optional: 'cc1' is not a channel of this source (did you mean c1?)"));
  EXPECT_THAT(near.left_out(), Contains("sources.r1: its interceptors or its selector are not valid"));
  EXPECT_THAT(behind_good("a1.sources.r1.selector.optional = zz\n" + kGoodSink).lines(),
              Contains(HasSubstr("'zz' is not a channel of this source (a1.sources.r1.channels has c1)")));
  EXPECT_THAT(behind_good("a1.sources.r1.selector.optional = c1\n" + kGoodSink).left_out(), testing::IsEmpty());
  EXPECT_THAT(behind_good("a1.sources.r1.selector.mapping.c1 = c1\na1.sources.r1.selector.mapping.c2 = c1 zz\n" + kGoodSink).lines(),
              Contains(HasSubstr("error 8:37 a1.sources.r1.selector.mapping.c2: 'zz' is not a channel of this source")));
}

TEST(AgentPlan, explains_commas_between_a_selectors_channels) {
  const Planned planned = behind_good("a1.sources.r1.selector.mapping.a = c1, zz,c1\n" + kGoodSink);
  EXPECT_THAT(planned.lines(),
              Contains("error 7:36 a1.sources.r1.selector.mapping.a: names are separated by blanks; a comma becomes part of "
                       "the name (write: a1.sources.r1.selector.mapping.a = c1 zz c1)"));
  EXPECT_THAT(planned.lines(), Contains(HasSubstr("selector.mapping.a: 'zz' is not a channel of this source"))) << "between commas, too";
  EXPECT_THAT(planned.lines(), testing::Not(Contains(HasSubstr("'c1,'"))));
  EXPECT_THAT(planned.left_out(), Contains("sources.r1: its interceptors or its selector are not valid"));
}

TEST(AgentPlan, says_that_a_selectors_channel_is_left_out) {
  const Planned planned = plan(
      "a1.sources = r1\na1.channels = c1 c2\na1.channels.c1.type = memory\na1.channels.c2.type = memory\n"
      "a1.channels.c2.capacity = 0\na1.sources.r1.type = exec\na1.sources.r1.command = x\na1.sources.r1.channels = c1 c2\n"
      "a1.sources.r1.selector.optional = c2\n" +
      kGoodSink);
  EXPECT_THAT(planned.lines(), Contains("note 9:35 a1.sources.r1.selector.optional: channel 'c2' is left out, and so is this source"));
}

TEST(AgentPlan, leaves_out_a_sink_without_a_channel) {
  const Planned planned = behind_good("a1.sinks = k1\n" + std::string(kSink));
  EXPECT_THAT(planned.lines(), ElementsAre("error 8:1 a1.sinks.k1.channel: is required: the sink drains no channel"));
  EXPECT_THAT(planned.left_out(), ElementsAre("sinks.k1: it has no valid channel"));
}

TEST(AgentPlan, leaves_out_a_sink_with_several_channels) {
  const Planned planned = behind_good("a1.sinks = k1\na1.sinks.k1.channel = c1 c2\n" + std::string(kSink));
  EXPECT_THAT(planned.lines(), Contains("error 8:23 a1.sinks.k1.channel: there is no channel 'c1 c2' (a sink drains one channel)"));
}

TEST(AgentPlan, names_the_sink_whose_fault_leaves_a_channel_undrained) {
  const Planned planned = behind_good("a1.sinks = k1 k2\na1.sinks.k1.channel = c1\na1.sinks.k1.type = hdfs\na1.sinks.k2.channel = c1\n");
  EXPECT_THAT(
      planned.lines(),
      ElementsAre(
          "error 9:20 a1.sinks.k1.hdfs.path: is required (Where to.)", "error 10:1 a1.sinks.k2.type: is required",
          "note 3:23 a1.channels.c1: no sink is left for this channel (left out: sink k1, sink k2): once it is full its sources wait"));
  EXPECT_EQ(planned.diagnostics.count(Severity::Error), 2U);
  EXPECT_EQ(planned.diagnostics.count(Severity::Warning), 0U);
}

TEST(AgentPlan, says_nothing_of_a_channel_that_another_sink_still_drains) {
  const Planned planned = behind_good(kGoodSink + "a1.sinks = k1 k2\na1.sinks.k2.channel = c1\na1.sinks.k2.type = hdfs\n");
  EXPECT_THAT(planned.lines(), testing::Each(Not(HasSubstr("note"))));
}

TEST(AgentPlan, names_who_would_have_used_a_channel_that_is_not_made) {
  const Planned planned = plan(
      "a1.channels = c1\na1.channels.c1.type = memory\na1.sources = r1\na1.sources.r1.type = exec\n"
      "a1.sources.r1.channels = c1\na1.sinks = k1\na1.sinks.k1.channel = c1\na1.sinks.k1.type = hdfs\n");
  EXPECT_THAT(
      planned.lines(),
      ElementsAre(HasSubstr("error 4:22 a1.sources.r1.command: is required"), HasSubstr("error 8:20 a1.sinks.k1.hdfs.path: is required"),
                  "note 2:23 a1.channels.c1: nothing is left that uses this channel (left out: source r1, sink k1): it is not made",
                  "note 1:1 a1: nothing is left to run: no source and no sink with a valid channel"));
}

TEST(AgentPlan, counts_a_list_without_names_as_a_fault_of_its_own) {
  const Planned planned = plan(std::string(kChannel) +
                               "a1.sources = r1\na1.sources.r1.type = exec\na1.sources.r1.command = x\n"
                               "a1.sources.r1.channels = # c7\n" +
                               kGoodSink);
  EXPECT_THAT(planned.lines(), Contains("error 6:26 a1.sources.r1.channels: names no channel"));
}

TEST(AgentPlan, tells_text_after_a_value_once) {
  const Planned number = behind_good("a1.channels.c1.capacity = 100 # events\n" + kGoodSink);
  EXPECT_THAT(number.lines(), testing::Not(Contains(HasSubstr("warning"))));
  EXPECT_THAT(number.lines(),
              Contains("error 7:27 a1.channels.c1.capacity: not a whole number: '100 # events' (the text after # is part of "
                       "the value: a comment needs a line of its own)"));
  const Planned boolean = behind_good("a1.sources.r1.restart = true # again\n" + kGoodSink);
  EXPECT_THAT(boolean.lines(), ElementsAre(AllOf(HasSubstr("warning 7:25 a1.sources.r1.restart: "), HasSubstr("the text after #"))));
  const Planned type = behind_good("a1.sinks = k1\na1.sinks.k1.channel = c1\na1.sinks.k1.type = hdfs # ours\n");
  EXPECT_THAT(type.lines(), ElementsAre(AllOf(HasSubstr("error 9:20 a1.sinks.k1.type: unknown sink type"), HasSubstr("the text after #"))));
  const Planned channel = behind_good("a1.sinks = k1\na1.sinks.k1.channel = c1 # main\n" + std::string(kSink));
  EXPECT_THAT(channel.lines(),
              ElementsAre(AllOf(HasSubstr("error 8:23 a1.sinks.k1.channel: there is no channel"), HasSubstr("the text after #")),
                          HasSubstr("note")));
  const Planned list = plan(std::string(kChannel) +
                            "a1.sources = r1\na1.sources.r1.type = exec\na1.sources.r1.command = x\n"
                            "a1.sources.r1.channels = c1 # main\n" +
                            kGoodSink);
  EXPECT_THAT(list.lines(),
              ElementsAre(HasSubstr("warning 6:26 a1.sources.r1.channels: the text after # is part of the value: each of its words")));
}

TEST(AgentPlan, warns_of_text_after_a_value_that_is_taken_as_it_is) {
  EXPECT_THAT(
      behind_good("a1.sources.r1.file = /x # events\n" + kGoodSink).lines(),
      ElementsAre("warning 7:22 a1.sources.r1.file: the text after # is part of the value: /x # events (a comment needs a line of its "
                  "own)"));
}

TEST(AgentPlan, removes_a_channel_that_nothing_uses) {
  const Planned planned = plan(
      "a1.sources = r1\na1.channels = c1 c2\na1.channels.c1.type = memory\na1.channels.c2.type = memory\n"
      "a1.sources.r1.type = exec\na1.sources.r1.command = x\na1.sources.r1.channels = c1\n");
  EXPECT_THAT(planned.lines(), ElementsAre("warning 4:23 a1.channels.c2: no source and no sink uses this channel: it is not made"));
  ASSERT_EQ(planned.plan.channels.size(), 1U);
  ASSERT_EQ(planned.plan.left_out.size(), 1U);
  EXPECT_FALSE(planned.plan.left_out[0].is_fault);
}

TEST(AgentPlan, refuses_to_start_with_an_unknown_type_and_names_the_nearest) {
  const Planned planned = behind_good("a1.sinks = k1\na1.sinks.k1.type = hdsf\na1.sinks.k1.channel = c1\n");
  EXPECT_THAT(planned.lines(), ElementsAre("error 8:20 a1.sinks.k1.type: unknown sink type 'hdsf' (did you mean hdfs?)"));
  EXPECT_TRUE(planned.plan.is_fatal);
  EXPECT_THAT(planned.left_out(), ElementsAre("sinks.k1: its type 'hdsf' is not available"));
}

TEST(AgentPlan, says_how_to_list_the_types_when_none_is_near) {
  const Planned planned = behind_good("a1.sinks = k1\na1.sinks.k1.type = splunkforwarder\na1.sinks.k1.channel = c1\n");
  EXPECT_THAT(planned.lines(), ElementsAre(HasSubstr("unknown sink type 'splunkforwarder' (`flume-ng describe sink` lists the types)")));
}

TEST(AgentPlan, knows_the_types_of_Flume_that_are_not_here) {
  const Planned planned = behind_good("a1.sinks = k1\na1.sinks.k1.type = HBase2\na1.sinks.k1.channel = c1\n");
  EXPECT_THAT(planned.lines(),
              ElementsAre("error 8:20 a1.sinks.k1.type: sink type 'HBase2': in Apache Flume, but not in this version of flume-cpp"));
  EXPECT_TRUE(planned.plan.is_fatal);
}

TEST(AgentPlan, says_what_to_use_instead_of_Morphlines_and_Kite) {
  const FlumeTypes types;
  for (const char* name : {"org.apache.flume.sink.solr.morphline.MorphlineInterceptor$Builder", "org.kitesdk.morphline.Any$Builder"}) {
    EXPECT_THAT(types.about(Kind::Interceptor, name).value_or("unknown"), AllOf(HasSubstr("Kite SDK"), HasSubstr("json_extract"))) << name;
  }
  EXPECT_THAT(*types.about(Kind::Sink, "morphline_solr"), HasSubstr("json_extract"));
  EXPECT_THAT(*types.about(Kind::Sink, "org.apache.flume.sink.kite.DatasetSink"), HasSubstr("hdfs sink"));
}

TEST(AgentPlan, finds_a_type_by_its_class) {
  const Planned planned = behind_good(
      "a1.sinks = k1\na1.sinks.k1.type = org.apache.flume.sink.hdfs.HDFSEventSink\na1.sinks.k1.channel = c1\na1.sinks.k1.hdfs.path = /x\n");
  EXPECT_THAT(planned.lines(), IsEmpty());
}

TEST(AgentPlan, says_that_a_Java_class_cannot_be_loaded) {
  const Planned own = behind_good("a1.sinks = k1\na1.sinks.k1.type = com.example.OurSink\na1.sinks.k1.channel = c1\n");
  EXPECT_THAT(own.lines(), ElementsAre(AllOf(HasSubstr("sink type 'com.example.OurSink': a Java class cannot be loaded"))));
  EXPECT_TRUE(own.plan.is_fatal);
  const Planned misspelt =
      behind_good("a1.sinks = k1\na1.sinks.k1.type = org.apache.flume.sink.hdfs.HdfsEventSnk\na1.sinks.k1.channel = c1\n");
  EXPECT_THAT(misspelt.lines(), ElementsAre(HasSubstr("(did you mean org.apache.flume.sink.hdfs.HDFSEventSink?)")));
  const Planned kafka = behind_good("a1.sinks = k1\na1.sinks.k1.type = kafka\na1.sinks.k1.channel = c1\n");
  EXPECT_THAT(kafka.lines(), ElementsAre(HasSubstr("(did you mean org.apache.flume.sink.kafka.KafkaSink?)")));
}

TEST(AgentPlan, cuts_the_batch_of_a_source_and_a_sink_to_the_transaction_capacity) {
  const Planned planned =
      behind_good("a1.channels.c1.transactionCapacity = 10\na1.sources.r1.batchSize = 50\na1.sources.r1.burst = 1\n" + kGoodSink);
  EXPECT_THAT(planned.lines(),
              ElementsAre("warning 8:27 a1.sources.r1.batchSize: 50 events are more than channel 'c1' takes in one transaction: cut to 10 "
                          "(raise a1.channels.c1.transactionCapacity)",
                          "warning 12:20 a1.sinks.k1.hdfs.batchSize: 100 events are more than channel 'c1' takes in one transaction: cut "
                          "to 10 (raise a1.channels.c1.transactionCapacity)"));
  EXPECT_EQ(static_cast<const FakeSourceOptions*>(planned.plan.sources.at(0).options.get())->batch_size, 10);
  EXPECT_EQ(static_cast<const FakeSinkOptions*>(planned.plan.sinks.at(0).options.get())->batch_size, 10);
  for (const PlannedValue& value : planned.plan.sources[0].values) {
    if (value.key != "batchSize") continue;
    EXPECT_EQ(value.shown, "10");
    EXPECT_EQ(value.note, "cut from 50");
  }
}

TEST(AgentPlan, cuts_a_batch_to_the_smallest_of_several_channels) {
  const Planned planned = plan(
      "a1.sources = r1\na1.channels = c1 c2\na1.channels.c1.type = memory\na1.channels.c2.type = memory\n"
      "a1.channels.c1.transactionCapacity = 50\na1.channels.c2.transactionCapacity = 20\n"
      "a1.sources.r1.type = exec\na1.sources.r1.command = x\na1.sources.r1.channels = c1 c2\n");
  EXPECT_EQ(static_cast<const FakeSourceOptions*>(planned.plan.sources.at(0).options.get())->batch_size, 20);
}

TEST(AgentPlan, reads_interceptors_in_the_order_of_their_list) {
  const Planned planned = behind_good(
      "a1.sources.r1.interceptors = i2 i1\na1.sources.r1.interceptors.i1.type = timestamp\n"
      "a1.sources.r1.interceptors.i2.type = TIMESTAMP\na1.sources.r1.interceptors.i2.headerName = t\n");
  EXPECT_THAT(planned.lines(), IsEmpty());
  const auto& interceptors = planned.plan.sources.at(0).interceptors;
  ASSERT_EQ(interceptors.size(), 2U);
  EXPECT_EQ(interceptors[0].name, "i2");
  EXPECT_EQ(interceptors[0].values.at(0).key, "interceptors.i2.headerName");
  EXPECT_EQ(static_cast<const FakeStampOptions*>(interceptors[0].options.get())->header_name, "t");
  EXPECT_EQ(static_cast<const FakeStampOptions*>(interceptors[1].options.get())->header_name, "timestamp");
}

TEST(AgentPlan, leaves_out_a_source_whose_interceptor_is_not_valid) {
  const Planned planned = behind_good(
      "a1.sources.r1.interceptors = i1 i2 i3\na1.sources.r1.interceptors.i1.type = timestmp\n"
      "a1.sources.r1.interceptors.i3.type = timestamp\na1.sources.r1.interceptors.i3.hederName = x\n" +
      kGoodSink);
  EXPECT_THAT(planned.lines(),
              ElementsAre("error 7:30 a1.sources.r1.interceptors.i2.type: is required: the interceptor is listed, but has no type",
                          "error 8:38 a1.sources.r1.interceptors.i1.type: unknown interceptor type 'timestmp' (did you mean timestamp?)",
                          HasSubstr("warning 10:1 a1.sources.r1.interceptors.i3.hederName: interceptor type 'timestamp' has no such key: "
                                    "ignored (did you mean interceptors.i3.headerName?)"),
                          HasSubstr("note 3:23 a1.channels.c1: no source is left for this channel (left out: source r1)")));
  EXPECT_THAT(planned.left_out(), ElementsAre("sources.r1: its interceptors or its selector are not valid"));
  EXPECT_FALSE(planned.plan.is_fatal);
}

TEST(AgentPlan, refuses_to_start_without_an_interceptor_that_Flume_has) {
  const Planned planned = behind_good("a1.sources.r1.interceptors = i1\na1.sources.r1.interceptors.i1.type = search_replace\n");
  EXPECT_TRUE(planned.plan.is_fatal);
}

TEST(AgentPlan, tells_keys_of_an_interceptor_that_is_not_listed) {
  const Planned unlisted = behind_good(
      "a1.sources.r1.interceptors = i1\na1.sources.r1.interceptors.i1.type = timestamp\n"
      "a1.sources.r1.interceptors.i2.type = timestamp\na1.sources.r1.interceptors.i2.headerName = x\n");
  EXPECT_THAT(unlisted.lines(), ElementsAre(HasSubstr("warning 10:1 a1.sources.r1.interceptors.i2: has keys, but is not listed in")));
  const Planned without_list = behind_good("a1.sources.r1.interceptors.i1.type = timestamp\n");
  EXPECT_THAT(without_list.lines(),
              ElementsAre(HasSubstr("a1.sources.r1.interceptors.i1: has keys, but a1.sources.r1.interceptors is missing")));
}

TEST(AgentPlan, reads_the_keys_of_the_selector) {
  const Planned planned = behind_good("a1.sources.r1.selector.optional = c1\na1.sources.r1.selector.optionl = c1\n");
  EXPECT_EQ(static_cast<const FakeReplicatingOptions*>(planned.plan.sources.at(0).selector.options.get())->optional, Names{"c1"});
  EXPECT_THAT(planned.lines(),
              ElementsAre(AllOf(HasSubstr("warning 8:1 a1.sources.r1.selector.optionl"), HasSubstr("selector.optional?"))));
}

TEST(AgentPlan, leaves_out_a_source_with_an_unknown_selector) {
  const Planned planned = behind_good("a1.sources.r1.selector.type = replicatin\n" + kGoodSink);
  EXPECT_THAT(planned.lines(),
              ElementsAre("error 7:31 a1.sources.r1.selector.type: unknown selector type 'replicatin' (did you mean replicating?)",
                          HasSubstr("note 3:23 a1.channels.c1: no source is left for this channel")));
  EXPECT_TRUE(planned.plan.sources.empty());
  EXPECT_FALSE(planned.plan.is_fatal);
  EXPECT_TRUE(behind_good("a1.sources.r1.selector.type = no.such.Selector\n").plan.is_fatal);
}

TEST(AgentPlan, says_a_comma_in_a_list_once_and_names_what_it_cuts_off) {
  const Planned planned = plan(
      "a1.sources = r1, r2\na1.channels = c1\na1.channels.c1.type = memory\n"
      "a1.sources.r1.type = exec\na1.sources.r1.command = x\na1.sources.r1.channels = c1\n"
      "a1.sources.r2.type = exec\na1.sources.r2.command = x\na1.sources.r2.channels = c1\n");
  EXPECT_THAT(planned.lines(),
              ElementsAre(AllOf(HasSubstr("error 1:14 a1.sources: names are separated by blanks"), HasSubstr("a1.sources = r1 r2"))));
  EXPECT_EQ(planned.plan.sources.size(), 1U);
  EXPECT_THAT(planned.left_out(), ElementsAre("sources.r1: a comma in a1.sources makes its name 'r1,'"));
}

TEST(AgentPlan, tells_all_problems_of_a_configuration_at_once) {
  const Planned planned = plan(
      "a1.sources = r1 r2\n"
      "a1.channels = c1 c2\n"
      "a1.sinks = k1 k2\n"
      "a1.channels.c1.type = memory\n"
      "a1.channels.c2.type = memry\n"
      "a1.sources.r1.type = exec\n"
      "a1.sources.r1.channels = c1\n"
      "a1.sources.r1.port = http\n"
      "a1.sources.r1.interceptors = i1\n"
      "a1.sinks.k1.type = hdfs\n"
      "a1.sinks.k1.channel = c2\n"
      "a1.snks.k1.hdfs.path = /x\n");
  EXPECT_THAT(planned.lines(),
              ElementsAre(HasSubstr("error 1:14 a1.sources: r2 is listed, but has no keys"),
                          HasSubstr("error 3:12 a1.sinks: k2 is listed, but has no keys"),
                          HasSubstr("error 5:23 a1.channels.c2.type: unknown channel type 'memry' (did you mean memory?)"),
                          HasSubstr("error 6:22 a1.sources.r1.command: is required"),
                          HasSubstr("error 8:22 a1.sources.r1.port: not a whole number: 'http'"),
                          HasSubstr("error 9:30 a1.sources.r1.interceptors.i1.type: is required"),
                          HasSubstr("error 10:20 a1.sinks.k1.hdfs.path: is required"),
                          HasSubstr("warning 12:1 a1.snks.k1.hdfs.path: ignored: unknown group snks (did you mean a1.sinks.k1.hdfs.path?)"),
                          HasSubstr("note 11:23 a1.sinks.k1.channel: channel 'c2' is left out")));
  EXPECT_TRUE(planned.plan.is_fatal);
}

}  // namespace
}  // namespace flume::config
