#include "config/advice.h"

#include <algorithm>

#include "config/characters.h"
#include "config/template_marks.h"

namespace flume::config {
namespace {

std::string value_of(const PlannedComponent& component, std::string_view key) {
  const auto value =
      std::find_if(component.values.begin(), component.values.end(), [&](const PlannedValue& each) { return each.key == key; });
  return value == component.values.end() ? std::string() : value->shown;
}

/// What a crash takes with it: events in memory whose source cannot give them again.
void advise_on_memory(const AgentPlan& plan, const PlannedComponent& channel, Diagnostics& diagnostics) {
  if (!channel.info->traits.takes_saved_events) return;
  std::string sources;
  for (const PlannedSource& source : plan.sources) {
    if (source.info->traits.is_replayable ||
        std::find(source.channels.begin(), source.channels.end(), channel.name) == source.channels.end())
      continue;
    sources += (sources.empty() ? "" : ", ") + source.name;
  }
  if (sources.empty()) return;
  const std::string capacity = value_of(channel, "capacity");
  const std::string events = capacity.empty() ? "the events in it" : "up to " + capacity + " events (capacity)";
  diagnostics.info(channel.at, plan.agent + ".channels." + channel.name,
                   "kept in memory: when the agent is killed or the machine fails, " + events + " are lost, which " + sources +
                       " cannot give again. A file channel keeps them");
}

/// A channel that only fills or only empties. What is left out is told by match_channels().
void advise_on_ends(const AgentPlan& plan, const PlannedComponent& channel, Diagnostics& diagnostics) {
  if (to_lower(channel.info->type).find("kafka") != std::string::npos) return;  // others fill and empty its topic
  const auto nothing_left_out = [&plan](Group group) {
    return std::none_of(plan.left_out.begin(), plan.left_out.end(), [group](const LeftOut& each) { return each.group == group; });
  };
  const bool has_source = std::any_of(plan.sources.begin(), plan.sources.end(), [&](const PlannedSource& source) {
    return std::find(source.channels.begin(), source.channels.end(), channel.name) != source.channels.end();
  });
  const bool has_letters =
      std::any_of(plan.sinks.begin(), plan.sinks.end(), [&](const PlannedSink& sink) { return sink.dead_letter_channel == channel.name; });
  const bool has_sink =
      std::any_of(plan.sinks.begin(), plan.sinks.end(), [&](const PlannedSink& sink) { return sink.channel == channel.name; });
  const std::string key = plan.agent + ".channels." + channel.name;
  if (has_source && !has_sink && nothing_left_out(Group::Sinks)) {
    diagnostics.info(channel.at, key, "no sink takes events out of this channel: once it is full its sources wait");
  }
  if (has_sink && !has_source && !has_letters && nothing_left_out(Group::Sources)) {
    diagnostics.info(channel.at, key, "no source puts events into this channel: its sinks get what is stored in it, and nothing new");
  }
}

/// Values that a template left behind: nobody filled them in.
void advise_on_marks(const AgentPlan& plan, const std::string& prefix, const PlannedComponent& component, Diagnostics& diagnostics) {
  for (const PlannedValue& value : component.values) {
    if (value.is_default) continue;
    const std::string_view mark = template_mark(value.key, value.shown);
    if (mark.empty()) continue;
    diagnostics.info(value.at, plan.agent + '.' + prefix + component.name + '.' + value.key,
                     std::string(mark) + " looks like a placeholder of a template that nobody has filled in");
  }
}

}  // namespace

void advise(const AgentPlan& plan, Diagnostics& diagnostics) {
  for (const PlannedComponent& channel : plan.channels) {
    advise_on_memory(plan, channel, diagnostics);
    advise_on_ends(plan, channel, diagnostics);
    advise_on_marks(plan, "channels.", channel, diagnostics);
  }
  for (const PlannedSource& source : plan.sources) {
    advise_on_marks(plan, "sources.", source, diagnostics);
    for (const PlannedComponent& interceptor : source.interceptors)
      advise_on_marks(plan, "sources." + source.name + ".interceptors.", interceptor, diagnostics);
  }
  for (const PlannedSink& sink : plan.sinks) advise_on_marks(plan, "sinks.", sink, diagnostics);
}

}  // namespace flume::config
