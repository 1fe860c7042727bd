// RunnerThread: the thread of a source, sink or channel start, whose end can be waited for until a deadline: a component
// that hangs must not hang the agent. Owned by its runner; started and waited for by one thread.
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <utility>

#include "flume/clock.h"

namespace flume::runtime {

class RunnerThread {
 public:
  RunnerThread() = default;
  RunnerThread(const RunnerThread&) = delete;
  RunnerThread& operator=(const RunnerThread&) = delete;
  ~RunnerThread() { join(); }

  void start(std::function<void()> run) {
    thread_ = std::thread([this, run = std::move(run)] {
      run();
      ends();
    });
  }
  /// By the thread itself: it is past all that could hang, so wait() may join it.
  void ends() {
    has_ended_.store(true, std::memory_order_release);
    ended_.unpark();
  }
  /// True when it has ended (or never began); false when it still runs at the deadline.
  bool wait(Clock& clock, Deadline deadline) {
    while (thread_.joinable() && !has_ended_.load(std::memory_order_acquire)) {
      if (!clock.park(ended_, deadline) && !has_ended_.load(std::memory_order_acquire)) return false;
    }
    join();
    return true;
  }
  /// However long it takes.
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::atomic<bool> has_ended_{false};
  Parker ended_;
  std::thread thread_;
};

}  // namespace flume::runtime
