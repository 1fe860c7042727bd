// SinkThread: a thread that drains channels through one sink (SinkRunner) or several (SinkGroup), as the agent sees it. Started,
// drained and waited for by one thread.
#pragma once

#include <string>
#include <vector>

#include "flume/channel.h"
#include "runtime/runner_thread.h"
#include "runtime/sink_stop.h"

namespace flume::runtime {

class SinkThread {
 public:
  SinkThread(std::string component, Clock& clock) : component_(std::move(component)), clock_(clock) {}
  SinkThread(const SinkThread&) = delete;
  SinkThread& operator=(const SinkThread&) = delete;
  /// Derived classes end the thread in theirs, by end_now(): it uses them.
  virtual ~SinkThread() = default;

  /// Begins; start failures are retried on threads of its own.
  virtual void start() = 0;
  /// No more waiting for events: what is in the channels is delivered until they are empty or the deadline is near, then the
  /// sinks are closed. Returns at once.
  void drain(Deadline deadline) { stop_.request(deadline); }
  /// True when it has ended; false when it still runs at the deadline.
  bool wait(Deadline deadline) { return thread_.wait(clock_, deadline); }
  /// "sinks.k1", "sinkgroups.g1".
  [[nodiscard]] const std::string& component() const noexcept { return component_; }
  /// Those that it drains.
  [[nodiscard]] virtual std::vector<const Channel*> used_channels() const = 0;
  /// All that it has in its hands.
  [[nodiscard]] virtual std::vector<const Channel*> held_channels() const = 0;

 protected:
  /// Waits for the sinks, however long that takes.
  void end_now() {
    drain(Deadline::immediate());
    thread_.join();
  }

  const std::string component_;
  Clock& clock_;
  SinkStop stop_;
  RunnerThread thread_;
};

}  // namespace flume::runtime
