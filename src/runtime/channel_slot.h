// ChannelSlot: one running channel, owned apart from sources, sinks and the plan, so that a reload of the configuration
// can keep it (and its events) while its neighbours are made anew. Its start is retried on a thread of its own.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "config/agent_plan.h"
#include "flume/channel.h"
#include "flume/services.h"
#include "runtime/health.h"
#include "runtime/living_sinks.h"
#include "runtime/runner_thread.h"
#include "runtime/settings.h"

namespace flume::runtime {

class ChannelSlot {
 public:
  /// Makes the channel; what its constructor throws comes out of here.
  ChannelSlot(const config::PlannedComponent& plan, const Services& services, HealthBoard& health, const Settings& settings);
  ChannelSlot(const ChannelSlot&) = delete;
  ChannelSlot& operator=(const ChannelSlot&) = delete;
  ~ChannelSlot();

  void start();
  /// Any thread. True as soon as the channel has started; false when `stop` fires or the channel is given up before.
  bool wait_until_started(const std::stop_token& stop);
  /// Any thread. Whether it has started; waits only until its first try to start is over, `stop` fires or it is given up.
  bool has_started_at_once(const std::stop_token& stop);
  /// In a normal stop: it is not tried again to start it. True when the channel has started: its size is what is in it. False: it has
  /// not, or its start still hangs at the deadline, and nobody knows.
  bool end_start(Deadline deadline);
  /// In a normal stop, once no source and no sink runs: keeps for the next start what a crash would lose (Channel::save()).
  /// Precondition: end_start() was true. The number of events that are safe; why it is not all is told.
  std::uint64_t save(Deadline deadline);
  /// Ends what start() began and closes the channel; again: nothing. False when its start still hangs at the deadline: it
  /// is not closed then.
  bool stop(Deadline deadline);

  /// One of its sinks has ended. When it was the last one and the agent runs on: says what becomes of the events.
  void sink_ended();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::string& component() const noexcept { return component_; }
  [[nodiscard]] const Log& log() const noexcept { return services_.log; }
  [[nodiscard]] Channel& channel() noexcept { return *channel_; }
  [[nodiscard]] LivingSinks& sinks() noexcept { return sinks_; }

 private:
  enum class State : std::uint8_t { Starting, Retrying, Started, GivenUp };
  void run();
  void set(State state);

  const std::string name_;
  const std::string component_;  // "channels.c1"
  const Services services_;
  HealthBoard& health_;
  const Settings settings_;
  LivingSinks sinks_;
  std::unique_ptr<Channel> channel_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  State state_ = State::Starting;  // guarded by mutex_
  RunnerThread thread_;
};

}  // namespace flume::runtime
