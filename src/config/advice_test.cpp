#include "config/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr ComponentInfo info_of(Kind kind, std::string_view type, ComponentTraits traits = {}) {
  ComponentInfo info;
  info.kind = kind;
  info.type = type;
  info.traits = traits;
  return info;
}
constexpr ComponentInfo kMemory = info_of(Kind::Channel, "memory", {.takes_saved_events = true});
constexpr ComponentInfo kFile = info_of(Kind::Channel, "file");
constexpr ComponentInfo kKafka = info_of(Kind::Channel, "org.apache.flume.channel.kafka.KafkaChannel");
constexpr ComponentInfo kExec = info_of(Kind::Source, "exec");
constexpr ComponentInfo kTaildir = info_of(Kind::Source, "taildir", {.is_replayable = true});

PlannedSource source(const std::string& name, const ComponentInfo& info, Names channels) {
  PlannedSource planned;
  planned.name = name;
  planned.info = &info;
  planned.channels = std::move(channels);
  return planned;
}

PlannedComponent channel(const std::string& name, const ComponentInfo& info) {
  PlannedComponent planned{.name = name, .info = &info, .options = {}, .at = {}, .values = {}};
  planned.values.push_back({.key = "capacity", .shown = "100", .at = {}});
  return planned;
}

PlannedSink sink(const std::string& name, const std::string& channel, const std::string& letters = "") {
  PlannedSink planned;
  planned.name = name;
  planned.channel = channel;
  planned.dead_letter_channel = letters;
  return planned;
}

std::vector<std::string> advice(const AgentPlan& plan) {
  Diagnostics diagnostics;
  advise(plan, diagnostics);
  std::vector<std::string> told;
  for (const Diagnostic& each : diagnostics.all()) told.push_back(each.key + ": " + each.message);
  EXPECT_EQ(diagnostics.count(Severity::Info), told.size());
  return told;
}

AgentPlan plan_of(std::vector<PlannedComponent> channels, std::vector<PlannedSource> sources, std::vector<PlannedSink> sinks) {
  AgentPlan plan;
  plan.agent = "a1";
  plan.channels = std::move(channels);
  plan.sources = std::move(sources);
  plan.sinks = std::move(sinks);
  return plan;
}

/// Of an agent whose channels all have a sink.
std::vector<std::string> advice(std::vector<PlannedComponent> channels, std::vector<PlannedSource> sources) {
  std::vector<PlannedSink> sinks;
  for (const PlannedComponent& each : channels) sinks.push_back(sink("of_" + each.name, each.name));
  return advice(plan_of(std::move(channels), std::move(sources), std::move(sinks)));
}

TEST(Advice, says_what_a_crash_takes_from_a_memory_channel) {
  EXPECT_THAT(
      advice({channel("c1", kMemory), channel("c2", kMemory)}, {source("r1", kExec, {"c1", "c2"}), source("r2", kExec, {"c1"})}),
      ElementsAre("a1.channels.c1: kept in memory: when the agent is killed or the machine fails, up to 100 events (capacity) are lost, "
                  "which r1, r2 cannot give again. A file channel keeps them",
                  "a1.channels.c2: kept in memory: when the agent is killed or the machine fails, up to 100 events (capacity) are lost, "
                  "which r1 cannot give again. A file channel keeps them"));
}

TEST(Advice, has_no_word_for_events_that_are_kept_or_come_again) {
  EXPECT_THAT(advice({channel("c1", kFile)}, {source("r1", kExec, {"c1"})}), IsEmpty());
  EXPECT_THAT(advice({channel("c1", kMemory)}, {source("r1", kTaildir, {"c1"})}), IsEmpty());
}

TEST(Advice, says_which_channels_only_fill_or_only_empty) {
  AgentPlan plan = plan_of({channel("c1", kFile), channel("c2", kFile), channel("dead", kFile)}, {source("r1", kExec, {"c1"})},
                           {sink("k2", "c2", "dead")});
  EXPECT_THAT(advice(plan),
              ElementsAre("a1.channels.c1: no sink takes events out of this channel: once it is full its sources wait",
                          "a1.channels.c2: no source puts events into this channel: its sinks get what is stored in it, and nothing new"))
      << "dead letters are put back by a command";
  EXPECT_THAT(advice(plan_of({channel("c1", kKafka), channel("c2", kKafka)}, {source("r1", kExec, {"c1"})}, {sink("k2", "c2")})), IsEmpty())
      << "its topic has other readers and writers";
  plan.left_out = {{Group::Sinks, "k1", "", true}, {Group::Sources, "r2", "", true}};
  EXPECT_THAT(advice(plan), IsEmpty()) << "somebody wanted to use them";
}

}  // namespace
}  // namespace flume::config
