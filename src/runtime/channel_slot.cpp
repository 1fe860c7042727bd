#include "runtime/channel_slot.h"

#include <exception>

namespace flume::runtime {

ChannelSlot::ChannelSlot(const config::PlannedComponent& plan, const Services& services, HealthBoard& health, const Settings& settings)
    : name_(plan.name),
      component_("channels." + plan.name),
      services_(services),
      health_(health),
      settings_(settings),
      channel_(plan.info->make<Channel>(plan.options.get(), services_)) {}

ChannelSlot::~ChannelSlot() { stop(Deadline::immediate()); }

void ChannelSlot::start() {
  health_.set(services_.log, component_, ComponentState::Starting);
  thread_ = std::thread([this] { run(); });
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
    Status started;
    try {
      started = channel_->start();
    } catch (const std::exception& error) {
      started = fatal(std::string("start: ") + error.what());
    }
    if (started.ok()) {
      health_.set(services_.log, component_, ComponentState::Running);
      return set(State::Started);
    }
    if (started.kind() != ErrorKind::Retryable) {
      health_.set(services_.log, component_, ComponentState::Failed, started.message());
      return set(State::GivenUp);
    }
    health_.set(services_.log, component_, ComponentState::Retrying, started.message());
    if (!services_.clock.sleep_for(settings_.start_retry, stop_.get_token())) return set(State::GivenUp);
  }
}

bool ChannelSlot::wait_until_started(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return state_ != State::Starting; });
  return state_ == State::Started;
}

void ChannelSlot::stop(Deadline deadline) {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
  bool was_started = false;
  {
    const std::lock_guard lock(mutex_);
    was_started = state_ == State::Started;
    state_ = State::GivenUp;
  }
  if (!was_started) return;
  channel_->stop(deadline);
  health_.set(services_.log, component_, ComponentState::Stopped);
}

}  // namespace flume::runtime
