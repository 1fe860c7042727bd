// How a thread without an event loop uses clients that live in one: it starts a task there and waits for its value.
//
//   LoopThread loop(network.make_loop());
//   Result<std::string> answer = loop.call(client.ask("x", deadline));
//   PendingCall<Status> flushing = loop.start(file.flush(deadline));  ...  Status flushed = flushing.wait();
//
// The task ends by the deadlines that it was given, or by cut_short(); nothing here waits longer than it does. start(), call()
// and wait() are for any thread but the loop's own.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>

#include "flume/net.h"
#include "flume/result.h"
#include "net/task.h"

namespace flume {

/// One task in a loop, and who waits for it.
class CallState {
 public:
  CallState() = default;
  CallState(const CallState&) = delete;
  CallState& operator=(const CallState&) = delete;
  virtual ~CallState() = default;

  /// Loop thread: the value is there, or the task is gone.
  void finish();
  [[nodiscard]] bool is_finished() const;
  /// Blocks the calling thread.
  void wait_finished();
  /// Fires when it is finished, for who serves the loop meanwhile.
  [[nodiscard]] std::stop_token finished() const { return finished_.get_token(); }

  RunningTask running;  ///< loop thread only

 private:
  std::stop_source finished_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_finished_ = false;  // guarded by mutex_
};

class LoopCaller;

/// A task under way. Its destructor cancels the task and waits until nothing of it is left.
template <typename T>
class [[nodiscard]] PendingCall {
 public:
  PendingCall() = default;
  PendingCall(PendingCall&& other) noexcept = default;
  PendingCall& operator=(PendingCall&& other) noexcept {
    if (this != &other) {
      abandon();
      caller_ = std::exchange(other.caller_, nullptr);
      state_ = std::move(other.state_);
    }
    return *this;
  }
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;
  ~PendingCall() { abandon(); }

  [[nodiscard]] bool is_under_way() const noexcept { return state_ != nullptr; }
  /// The task's value, once; of one that was cut short an error, Cause::Timeout. Precondition: is_under_way().
  T wait();

 private:
  friend class LoopCaller;
  struct State final : CallState {
    std::optional<T> value;
  };
  PendingCall(LoopCaller& caller, std::shared_ptr<State> state) : caller_(&caller), state_(std::move(state)) {}
  void abandon() noexcept;

  LoopCaller* caller_ = nullptr;
  std::shared_ptr<State> state_;
};

class LoopCaller {
 public:
  LoopCaller() = default;
  LoopCaller(const LoopCaller&) = delete;
  LoopCaller& operator=(const LoopCaller&) = delete;
  virtual ~LoopCaller() = default;

  [[nodiscard]] virtual EventLoop& loop() = 0;

  template <typename T>
  PendingCall<T> start(Task<T> task);
  template <typename T>
  T call(Task<T> task) {
    return start(std::move(task)).wait();
  }
  /// Loop thread. Ends all tasks that are under way, and every later one before it begins. For values that can be a Status.
  void cut_short();
  /// Any thread. Does that at the deadline; a later call moves it. For whoever stops.
  void cut_short_by(Deadline deadline);
  /// Runs `action` in the loop's thread and waits for its end: to make or destroy what belongs there.
  void run_in_loop(const std::function<void()>& action);

 protected:
  /// Before the loop goes; nothing runs in it any more.
  void forget_end() { end_of_calls_.reset(); }

 private:
  template <typename T>
  friend class PendingCall;
  virtual void wait(CallState& state) = 0;

  const std::shared_ptr<char> alive_ = std::make_shared<char>();
  // Loop thread only:
  std::unique_ptr<LoopTimer> end_of_calls_;
  std::set<std::shared_ptr<CallState>> under_way_;
  bool is_cut_short_ = false;
};

/// A loop with a thread of its own. Destroyed after everything that lives in its loop but tasks that nobody waits for.
class LoopThread final : public LoopCaller {
 public:
  explicit LoopThread(std::unique_ptr<EventLoop> loop);
  ~LoopThread() override;
  [[nodiscard]] EventLoop& loop() override { return *loop_; }

 private:
  void wait(CallState& state) override { state.wait_finished(); }

  const std::unique_ptr<EventLoop> loop_;
  std::jthread thread_;  // last: it runs the loop
};

/// A loop that is served by whoever waits: for simulated networks, and programs of one thread. One thread.
class DrivenLoop final : public LoopCaller {
 public:
  explicit DrivenLoop(EventLoop& loop) : loop_(loop) {}
  explicit DrivenLoop(std::unique_ptr<EventLoop> loop) : owned_(std::move(loop)), loop_(*owned_) {}
  ~DrivenLoop() override { forget_end(); }
  [[nodiscard]] EventLoop& loop() override { return loop_; }

 private:
  void wait(CallState& state) override;

  const std::unique_ptr<EventLoop> owned_;
  EventLoop& loop_;
};

/// As the loop wants to be served.
std::unique_ptr<LoopCaller> make_loop_caller(std::unique_ptr<EventLoop> loop);

template <typename T>
PendingCall<T> LoopCaller::start(Task<T> task) {
  auto state = std::make_shared<typename PendingCall<T>::State>();
  // std::function wants to copy what it holds.
  auto shared = std::make_shared<Task<T>>(std::move(task));
  loop().post([this, state, shared] {
    if (is_cut_short_) return state->finish();
    under_way_.insert(state);
    // Holds its state until the task ends or is cancelled.
    state->running = RunningTask::start<T>(loop(), std::move(*shared), [this, state](T value) {
      under_way_.erase(state);
      state->value.emplace(std::move(value));
      state->running.cancel();
      state->finish();
    });
  });
  return PendingCall<T>(*this, std::move(state));
}

template <typename T>
T PendingCall<T>::wait() {
  caller_->wait(*state_);
  const std::shared_ptr<State> state = std::move(state_);
  if constexpr (std::is_constructible_v<T, Status>) {
    if (!state->value) return retryable("cut short: whoever waits for it stops", Cause::Timeout);
  }
  return std::move(*state->value);
}

template <typename T>
void PendingCall<T>::abandon() noexcept {
  if (!state_) return;
  const std::shared_ptr<State> state = std::move(state_);
  caller_->run_in_loop([&] {
    state->running.cancel();
    caller_->under_way_.erase(state);
  });
}

}  // namespace flume
