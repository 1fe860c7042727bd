// LivingSinks: how many sinks may still take from a channel. Once the agent stops and none is left, no room will be made in
// it any more: a put need not wait. Owned by the channel's slot. Any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <stop_token>

namespace flume::runtime {

class LivingSinks {
 public:
  /// One that will take, until its one_ended().
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  /// True: it was the last, though the agent runs on.
  [[nodiscard]] bool one_ended() {
    bool is_last = false;
    bool is_stopping = false;
    {
      const std::lock_guard lock(mutex_);
      is_last = --count_ == 0;
      is_stopping = is_stopping_;
    }
    if (is_last && is_stopping) none_left_.request_stop();
    return is_last && !is_stopping;
  }
  /// The agent stops: no sink comes instead of one that has ended.
  void none_will_come() {
    bool is_none = false;
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
      is_none = count_ == 0;
    }
    if (is_none) none_left_.request_stop();
  }
  /// Fires when no sink is left and none will come.
  [[nodiscard]] std::stop_token none_left() const { return none_left_.get_token(); }

 private:
  std::mutex mutex_;
  std::size_t count_ = 0;     // guarded by mutex_
  bool is_stopping_ = false;  // guarded by mutex_
  std::stop_source none_left_;
};

}  // namespace flume::runtime
