#include "net/loop_caller.h"

#include <cstdlib>

#include <fmt/format.h>

namespace flume {

void CallState::finish() {
  {
    const std::lock_guard lock(mutex_);
    is_finished_ = true;
  }
  // Without the lock, which the one who is woken wants at once. Whoever calls this keeps a share of it.
  changed_.notify_all();
  finished_.request_stop();
}

bool CallState::is_finished() const {
  const std::lock_guard lock(mutex_);
  return is_finished_;
}

void CallState::wait_finished() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_finished_; });
}

void LoopCaller::cut_short() {
  is_cut_short_ = true;
  for (const std::shared_ptr<CallState>& state : std::exchange(under_way_, {})) {
    state->running.cancel();
    state->finish();
  }
}

void LoopCaller::cut_short_by(Deadline deadline) {
  // A loop that is not our own may come to this when we are gone.
  loop().post([this, deadline, alive = std::weak_ptr<char>(alive_)] {
    if (alive.expired()) return;
    end_of_calls_ = loop().make_timer();
    end_of_calls_->set(deadline, [this] { cut_short(); });
  });
}

void LoopCaller::run_in_loop(const std::function<void()>& action) {
  const auto state = std::make_shared<CallState>();
  loop().post([state, &action] {
    action();
    state->finish();
  });
  wait(*state);
}

LoopThread::LoopThread(std::unique_ptr<EventLoop> loop)
    : loop_(std::move(loop)), thread_([this](const std::stop_token& stop) { loop_->run(stop); }) {}

LoopThread::~LoopThread() {
  thread_.request_stop();
  thread_.join();
  forget_end();
}

std::unique_ptr<LoopCaller> make_loop_caller(std::unique_ptr<EventLoop> loop) {
  if (loop->is_driven()) return std::make_unique<DrivenLoop>(std::move(loop));
  return std::make_unique<LoopThread>(std::move(loop));
}

void DrivenLoop::wait(CallState& state) {
  if (!state.is_finished()) loop_.run(state.finished());
  if (state.is_finished()) return;
  // Only a simulated loop ends by itself: nothing can happen in it any more.
  fmt::print(stderr, "a task waits for something that can never happen\n");
  std::abort();
}

}  // namespace flume
