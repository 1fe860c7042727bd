#include "runtime/agent.h"

#include <algorithm>
#include <set>

#include "runtime/guarded.h"
#include "runtime/sink_group.h"
#include "runtime/sink_runner.h"

namespace flume::runtime {
namespace {

std::uint64_t events_in(const std::vector<const Channel*>& channels) {
  std::uint64_t events = 0;
  for (const Channel* channel : channels) events += channel->size();
  return events;
}

}  // namespace

const Services& Agent::bind(std::string_view group, const std::string& name) {
  std::string component = std::string(group) + "." + name;
  Services bound = services_;
  bound.name = name;
  bound.log = services_.log.named(component);
  return bound_services_.emplace(std::move(component), std::move(bound)).first->second;
}

Agent::Agent(config::AgentPlan plan, const Services& services, const Settings& settings)
    : plan_(std::move(plan)), services_(services), settings_(settings), health_(services.clock) {
  for (const config::LeftOut& left_out : plan_.left_out) {
    if (!left_out.is_fault) continue;
    const std::string component = std::string(config::to_string(left_out.group)) + "." + left_out.name;
    health_.set(services_.log.named(component), component, ComponentState::LeftOut, left_out.reason);
  }
  for (const config::PlannedComponent& channel : plan_.channels) add_channel(channel);
  std::set<std::string_view> grouped;
  for (const config::PlannedSinkGroup& group : plan_.sink_groups) {
    grouped.insert(group.sinks.begin(), group.sinks.end());
    add_sink_group(group);
  }
  for (const config::PlannedSink& sink : plan_.sinks) {
    if (!grouped.contains(sink.name)) add_sink(sink);
  }
  for (const config::PlannedSource& source : plan_.sources) add_source(source);
}

void Agent::cannot_be_made(std::string_view group, const std::string& name, const Status& why) {
  const std::string component = std::string(group) + "." + name;
  health_.set(services_.log.named(component), component, ComponentState::Failed, why.message());
}

void Agent::add_channel(const config::PlannedComponent& plan) {
  const Status made = guarded("cannot be made", [&] {
    channels_.emplace(plan.name, std::make_unique<ChannelSlot>(plan, bind("channels", plan.name), health_, settings_));
  });
  if (!made.ok()) cannot_be_made("channels", plan.name, made);
}

Result<SinkWiring> Agent::wire(const config::PlannedSink& plan) {
  const auto found = channels_.find(plan.channel);
  if (found == channels_.end()) return invalid_config("there is no channel " + plan.channel + ": it could not be made");
  ChannelSlot* slot = found->second.get();
  SinkWiring wiring{&plan,
                    &slot->channel(),
                    [slot](const std::stop_token& stop) { return slot->wait_until_started(stop); },
                    &bind("sinks", plan.name),
                    &health_,
                    settings_,
                    [slot] { slot->sink_ended(); }};
  if (!plan.dead_letter_channel.empty()) {
    const auto letters = channels_.find(plan.dead_letter_channel);
    if (letters == channels_.end()) return invalid_config("there is no channel " + plan.dead_letter_channel + ": it could not be made");
    wiring.dead_letters = &letters->second->channel();
    wiring.dead_letters_started = [other = letters->second.get()](const std::stop_token& stop) { return other->has_started_at_once(stop); };
  }
  return wiring;
}

void Agent::add_sink(const config::PlannedSink& plan) {
  const Status made = guarded("cannot be made", [&]() -> Status {
    const auto wiring = wire(plan);
    if (!wiring) return wiring.status();
    sinks_.push_back(std::make_unique<SinkRunner>(*wiring));
    channels_.at(plan.channel)->sinks().add();
    return {};
  });
  if (!made.ok()) cannot_be_made("sinks", plan.name, made);
}

void Agent::add_sink_group(const config::PlannedSinkGroup& plan) {
  const Status made = guarded("cannot be made", [&]() -> Status {
    SinkGroupWiring wiring{&plan, {}, &bind("sinkgroups", plan.name), &health_, settings_};
    for (const std::string& name : plan.sinks) {
      const auto sink = std::find_if(plan_.sinks.begin(), plan_.sinks.end(), [&](const auto& each) { return each.name == name; });
      auto member = wire(*sink);
      if (!member) return std::move(member).status().with_context("sink " + name);
      member->is_in_group = true;
      wiring.sinks.push_back(*std::move(member));
    }
    sinks_.push_back(std::make_unique<SinkGroup>(wiring));
    for (const SinkWiring& member : wiring.sinks) channels_.at(member.plan->channel)->sinks().add();
    return {};
  });
  if (!made.ok()) cannot_be_made("sinkgroups", plan.name, made);
}

void Agent::add_source(const config::PlannedSource& plan) {
  const Status made = guarded("cannot be made", [&]() -> Status {
    SourceWiring wiring{&plan, {}, &bind("sources", plan.name)};
    std::vector<ChannelSlot*> slots;
    for (const std::string& channel : plan.channels) {
      const auto found = channels_.find(channel);
      if (found == channels_.end()) return invalid_config("there is no channel " + channel + ": it could not be made");
      slots.push_back(found->second.get());
      wiring.channels.push_back({channel, &slots.back()->channel(), slots.back()->sinks().none_left()});
    }
    auto wait = [slots = std::move(slots)](const std::stop_token& stop) {
      return std::all_of(slots.begin(), slots.end(), [&](ChannelSlot* slot) { return slot->wait_until_started(stop); });
    };
    sources_.push_back(std::make_unique<SourceRunner>(std::move(wiring), std::move(wait), health_, settings_));
    return {};
  });
  if (!made.ok()) cannot_be_made("sources", plan.name, made);
}

Agent::~Agent() {
  if (!is_stopped_) stop(Deadline::immediate());
}

void Agent::start() {
  for (auto& [name, channel] : channels_) channel->start();
  for (auto& sink : sinks_) sink->start();
  for (auto& source : sources_) source->start();
}

bool Agent::stop(Deadline deadline) {
  is_stopped_ = true;
  const Instant now = services_.clock.steady();
  // Half of the time for the sources: one that hangs shall not take the sinks' time to drain.
  const Deadline for_sources = deadline.is_never() || deadline.when() <= now ? deadline : Deadline(now + (deadline.when() - now) / 2);
  const Deadline last = deadline.is_never() ? deadline : Deadline(std::max(deadline.when(), now) + settings_.stop_grace);

  for (auto& source : sources_) source->stop(for_sources);
  for (auto& [name, slot] : channels_) slot->sinks().none_will_come();
  const std::vector<SourceRunner*> late = await(sources_, for_sources);
  for (auto& sink : sinks_) sink->drain(deadline);
  std::vector<const Channel*> in_use;
  for (SinkThread* sink : await(sinks_, last)) {
    hangs(sink->component(), sink->used_channels());
    const std::vector<const Channel*> channels = sink->held_channels();
    in_use.insert(in_use.end(), channels.begin(), channels.end());
  }
  for (SourceRunner* source : late) {
    if (source->wait(last)) continue;
    const std::vector<const Channel*> channels = source->used_channels();
    in_use.insert(in_use.end(), channels.begin(), channels.end());
    hangs(source->component(), channels);
  }
  bool is_empty = true;
  std::vector<ChannelSlot*> started;
  for (auto& [name, slot] : channels_) {
    if (slot->end_start(last)) {
      started.push_back(slot.get());
    } else {
      is_empty = false;  // for all that is known
    }
  }
  const Deadline save_by = services_.clock.in(settings_.save_time);
  for (ChannelSlot* slot : started) {
    const std::uint64_t left = slot->channel().size();
    if (left == 0) continue;
    is_empty = false;
    const std::uint64_t kept = slot->channel().survives_crash() ? left : std::min(left, slot->save(save_by));
    if (kept != 0) slot->log().info("events stay in the channel until the next start", {{"events", kept}});
    if (kept != left) {
      slot->log().error("events were not delivered before the stop, and are lost with this channel", {{"events", left - kept}});
    }
  }
  stop_channels(last, in_use);
  return is_empty;
}

template <typename Runner>
std::vector<Runner*> Agent::await(const std::vector<std::unique_ptr<Runner>>& runners, Deadline deadline) {
  const Deadline moment = std::min(deadline, services_.clock.in(settings_.stop_report));
  std::vector<Runner*> running;
  for (const auto& runner : runners) {
    if (!runner->wait(moment)) running.push_back(runner.get());
  }
  if (moment < deadline) {
    for (const Runner* runner : running) tell_wait(runner->component(), runner->used_channels(), deadline);
  }
  std::erase_if(running, [deadline](Runner* runner) { return runner->wait(deadline); });
  return running;
}

void Agent::tell_wait(const std::string& component, const std::vector<const Channel*>& channels, Deadline deadline) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(deadline.when() - services_.clock.steady());
  services_.log.named(component).warn(
      "the stop waits for it",
      {{"seconds_at_most", seconds.count()}, {"events_in_channel", events_in(channels)}, {"state", health_.text_of(component)}});
}

void Agent::hangs(const std::string& component, const std::vector<const Channel*>& channels) {
  hanging_.push_back(component);
  services_.log.named(component).error("does not come back from a call: it is given up", {{"events_in_channel", events_in(channels)}});
}

void Agent::stop_channels(Deadline deadline, const std::vector<const Channel*>& in_use) {
  for (auto& [name, slot] : channels_) {
    if (std::find(in_use.begin(), in_use.end(), &slot->channel()) != in_use.end()) continue;
    if (!slot->stop(deadline)) hangs(slot->component(), {&slot->channel()});
  }
}

}  // namespace flume::runtime
