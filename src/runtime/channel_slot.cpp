#include "runtime/channel_slot.h"

#include <utility>

#include "runtime/guarded.h"

namespace flume::runtime {

ChannelSlot::ChannelSlot(const config::PlannedComponent& plan, const Services& services, HealthBoard& health, const Settings& settings)
    : name_(plan.name),
      component_("channels." + plan.name),
      services_(services),
      health_(health),
      settings_(settings),
      channel_(plan.info->make<Channel>(plan.options.get(), services_)) {}

ChannelSlot::~ChannelSlot() {
  stop_.request_stop();
  thread_.join();
  stop(Deadline::immediate());
}

void ChannelSlot::start() {
  health_.set(services_.log, component_, ComponentState::Starting);
  thread_.start([this] { run(); });
}

void ChannelSlot::set(State state) {
  {
    const std::lock_guard lock(mutex_);
    state_ = state;
  }
  changed_.notify_all();
}

void ChannelSlot::run() {
  for (;;) {
    const Status started = guarded("start", [this] { return channel_->start(); });
    if (started.ok()) {
      health_.set(services_.log, component_, ComponentState::Running);
      return set(State::Started);
    }
    if (started.kind() != ErrorKind::Retryable) {
      health_.set(services_.log, component_, ComponentState::Failed, started.message());
      return set(State::GivenUp);
    }
    health_.set(services_.log, component_, ComponentState::Retrying, started.message());
    set(State::Retrying);
    if (!services_.clock.sleep_for(settings_.start_retry, stop_.get_token())) {
      health_.set(services_.log, component_, ComponentState::Stopped);
      return set(State::GivenUp);
    }
  }
}

void ChannelSlot::sink_ended() {
  if (!sinks_.one_ended()) return;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::Started) return;  // nothing comes into it either, and its own state says why
  }
  if (channel_->survives_stop()) {
    services_.log.error("no sink is left that takes from this channel: its sources fill it and then wait, and the events stay in it",
                        {{"events_in_channel", channel_->size()}});
  } else {
    services_.log.error(
        "no sink is left that takes from this channel: its sources fill it and then wait, and what is in it at the stop is lost",
        {{"events_in_channel", channel_->size()}});
  }
}

bool ChannelSlot::wait_until_started(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return state_ == State::Started || state_ == State::GivenUp; });
  return state_ == State::Started;
}

bool ChannelSlot::has_started_at_once(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return state_ != State::Starting; });
  return state_ == State::Started;
}

bool ChannelSlot::end_start(Deadline deadline) {
  stop_.request_stop();
  if (!thread_.wait(services_.clock, deadline)) return false;
  const std::lock_guard lock(mutex_);
  return state_ == State::Started;
}

std::uint64_t ChannelSlot::save(Deadline deadline) {
  std::uint64_t events = 0;
  const Status saved = guarded("save", [&]() -> Status {
    const auto kept = channel_->save(deadline);
    if (kept) events = *kept;
    return kept.status();
  });
  if (!saved.ok()) services_.log.error("the events that are left cannot be saved", {{"reason", saved}});
  return events;
}

bool ChannelSlot::stop(Deadline deadline) {
  stop_.request_stop();
  if (!thread_.wait(services_.clock, deadline)) return false;
  State before = State::GivenUp;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(state_, State::GivenUp);
  }
  if (before != State::Started) return true;
  if (const Status stopped = guarded("stop", [&] { channel_->stop(deadline); }); !stopped.ok()) {
    services_.log.error("the channel could not be stopped", {{"reason", stopped}});
  }
  health_.set(services_.log, component_, ComponentState::Stopped);
  return true;
}

}  // namespace flume::runtime
