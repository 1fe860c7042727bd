#include "runtime/agent.h"

namespace flume::runtime {

Services Agent::services_for(std::string_view group, const std::string& name) const {
  Services bound = services_;
  bound.name = name;
  bound.log = services_.log.named(std::string(group) + "." + name);
  return bound;
}

Agent::Agent(config::AgentPlan plan, const Services& services, const Settings& settings)
    : plan_(std::move(plan)), services_(services), settings_(settings), health_(services.clock) {
  for (const config::LeftOut& left_out : plan_.left_out) {
    if (!left_out.is_fault) continue;
    health_.set(services_.log.named("config"), std::string(config::to_string(left_out.group)) + "." + left_out.name,
                ComponentState::LeftOut, left_out.reason);
  }
  const auto bind = [this](std::string_view group, const std::string& name) -> const Services& {
    return bound_services_.emplace(std::string(group) + "." + name, services_for(group, name)).first->second;
  };
  for (const config::PlannedComponent& channel : plan_.channels) {
    channels_.emplace(channel.name, std::make_unique<ChannelSlot>(channel, bind("channels", channel.name), health_, settings_));
  }
  for (const config::PlannedSink& sink : plan_.sinks) {
    ChannelSlot* slot = channels_.at(sink.channel).get();
    sinks_.push_back(std::make_unique<SinkRunner>(SinkWiring{&sink, &slot->channel(),
                                                             [slot](const std::stop_token& stop) { return slot->wait_until_started(stop); },
                                                             &bind("sinks", sink.name), &health_, settings_}));
  }
  for (const config::PlannedSource& source : plan_.sources) {
    SourceWiring wiring{&source, {}, &bind("sources", source.name)};
    std::vector<ChannelSlot*> slots;
    for (const std::string& channel : source.channels) {
      slots.push_back(channels_.at(channel).get());
      wiring.channels.push_back({channel, &slots.back()->channel()});
    }
    auto wait = [slots](const std::stop_token& stop) {
      for (ChannelSlot* slot : slots) {
        if (!slot->wait_until_started(stop)) return false;
      }
      return true;
    };
    sources_.push_back(std::make_unique<SourceRunner>(std::move(wiring), std::move(wait), health_, settings_));
  }
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
  for (auto& source : sources_) source->stop(deadline);
  for (auto& source : sources_) source->wait();
  for (auto& sink : sinks_) sink->drain(deadline);
  for (auto& sink : sinks_) sink->wait();
  bool is_empty = true;
  for (auto& [name, channel] : channels_) {
    const std::uint64_t left = channel->channel().size();
    if (left != 0) {
      is_empty = false;
      services_.log.named("channels." + name)
          .warn("events are left in the channel at stop", {{"events", left}, {"survive", channel->channel().survives_crash()}});
    }
    channel->stop(deadline);
  }
  return is_empty;
}

}  // namespace flume::runtime
