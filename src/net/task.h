// Tasks: code for an EventLoop that reads from top to bottom, though it waits in between.
//
//   Task<Status> greet(Connection& peer, Deadline deadline) {
//     FLUME_CO_TRY(co_await peer.write_all(as_bytes("hello"), deadline));
//     co_return Status();
//   }
//   RunningTask greeting = RunningTask::start(loop, greet(peer, loop.in(5s)), [](const Status& done) { ... });
//
// A Task is lazy: it begins when a task awaits it, or when RunningTask::start() makes it a root. It belongs to the
// thread of its loop. **Cancelling is destroying**: the destructor of a RunningTask (or Task) ends it where it waits,
// destroys its variables and everything that it awaits, and nothing of it happens afterwards. A task must not destroy
// its own root while it runs; its on_done callback may. Exceptions do not cross: one that escapes ends the program.
//
// Rules for g++ 12: parameters by value (or references that outlive the task), never a lambda with captures as a
// coroutine, no braced temporary inside a co_await expression, co_await not in a condition with && or ?:.
#pragma once

#include <cassert>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "flume/net.h"

namespace flume {

template <typename T>
class Task;

namespace task_detail {

class PromiseBase {
 public:
  std::suspend_always initial_suspend() noexcept { return {}; }

  struct Final {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
      finished.promise().finish();
    }
    void await_resume() const noexcept {}
  };
  Final final_suspend() noexcept { return {}; }

  [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }

  /// Runs the coroutine's first part. True: it has finished already. Otherwise `waiting` is resumed at its end.
  // No symmetric transfer: g++ makes a tail call of it only when it optimises, and a loop over tasks that finish at
  // once would overflow the stack elsewhere. So the one who awaits looks whether there is anything to wait for.
  bool begin(std::coroutine_handle<> own, std::coroutine_handle<> waiting) {
    is_beginning_ = true;
    own.resume();
    if (own.done()) return true;
    is_beginning_ = false;
    waiting_ = waiting;
    return false;
  }
  void set_on_finished(std::function<void()> callback) { on_finished_ = std::move(callback); }

 private:
  void finish() noexcept {
    if (on_finished_) {
      const std::function<void()> callback = std::exchange(on_finished_, nullptr);
      callback();  // may destroy this
    } else if (!is_beginning_ && waiting_) {
      waiting_.resume();  // may destroy this
    }
  }

  std::coroutine_handle<> waiting_;
  std::function<void()> on_finished_;
  bool is_beginning_ = false;
};

template <typename T>
class Promise final : public PromiseBase {
 public:
  Task<T> get_return_object() noexcept;
  template <typename U>
    requires std::convertible_to<U, T>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() { return std::move(*value_); }

 private:
  std::optional<T> value_;
};

template <>
class Promise<void> final : public PromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void take() noexcept {}
};

}  // namespace task_detail

/// A coroutine that has a T at its end. Awaited once, by moving it: `co_await make_task()`.
template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { destroy(); }

  struct Awaiter {
    Handle handle;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) { return !handle.promise().begin(handle, waiting); }
    T await_resume() { return handle.promise().take(); }
  };
  /// The task stays alive in the expression that awaits it.
  Awaiter operator co_await() && noexcept { return Awaiter{handle_}; }

 private:
  friend class RunningTask;
  void destroy() noexcept {
    if (handle_) std::exchange(handle_, nullptr).destroy();
  }

  Handle handle_;
};

namespace task_detail {

template <typename T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept { return Task<void>(std::coroutine_handle<Promise>::from_promise(*this)); }

}  // namespace task_detail

/// The root of a tree of tasks, running in a loop. Its destructor cancels; the loop outlives it.
class RunningTask {
 public:
  RunningTask() = default;

  /// Begins from the loop's run(), not from here. `on_done` is called with the task's value, last of all, and may
  /// destroy the RunningTask. Loop thread, or while the loop does not run.
  template <typename T>
  static RunningTask start(EventLoop& loop, Task<T> task, std::function<void(T)> on_done);
  static RunningTask start(EventLoop& loop, Task<void> task, std::function<void()> on_done = nullptr);

  /// Started, and not finished or cancelled yet.
  [[nodiscard]] bool is_running() const noexcept { return root_ && !root_->is_done; }
  void cancel() noexcept { root_.reset(); }

 private:
  struct Root {
    virtual ~Root() = default;
    std::unique_ptr<LoopTimer> start_timer;
    bool is_done = false;
  };
  template <typename T>
  struct RootOf final : Root {
    explicit RootOf(Task<T> t) : task(std::move(t)) {}
    Task<T> task;
  };

  template <typename T>
  static RunningTask launch(EventLoop& loop, std::unique_ptr<RootOf<T>> root, std::function<void()> on_finished);

  std::unique_ptr<Root> root_;
};

template <typename T>
RunningTask RunningTask::launch(EventLoop& loop, std::unique_ptr<RootOf<T>> root, std::function<void()> on_finished) {
  const auto handle = root->task.handle_;
  handle.promise().set_on_finished(std::move(on_finished));
  root->start_timer = loop.make_timer();
  root->start_timer->set(loop.in(Instant::duration::zero()), [handle] { handle.resume(); });
  RunningTask running;
  running.root_ = std::move(root);
  return running;
}

template <typename T>
RunningTask RunningTask::start(EventLoop& loop, Task<T> task, std::function<void(T)> on_done) {
  auto root = std::make_unique<RootOf<T>>(std::move(task));
  RootOf<T>* at = root.get();
  return launch<T>(loop, std::move(root), [at, on_done = std::move(on_done)] {
    at->is_done = true;
    on_done(at->task.handle_.promise().take());
  });
}

inline RunningTask RunningTask::start(EventLoop& loop, Task<void> task, std::function<void()> on_done) {
  auto root = std::make_unique<RootOf<void>>(std::move(task));
  RootOf<void>* at = root.get();
  return launch<void>(loop, std::move(root), [at, on_done = std::move(on_done)] {
    at->is_done = true;
    if (on_done) on_done();
  });
}

/// Any number of tasks that nobody waits for. Finished ones are put away at the next start(); the destructor cancels.
class TaskSet {
 public:
  explicit TaskSet(EventLoop& loop) : loop_(loop) {}
  TaskSet(const TaskSet&) = delete;
  TaskSet& operator=(const TaskSet&) = delete;
  ~TaskSet() = default;

  void start(Task<void> task) {
    std::erase_if(tasks_, [](const RunningTask& task_before) { return !task_before.is_running(); });
    tasks_.push_back(RunningTask::start(loop_, std::move(task)));
  }
  [[nodiscard]] std::size_t running() const {
    std::size_t count = 0;
    for (const RunningTask& task : tasks_) count += task.is_running() ? 1 : 0;
    return count;
  }
  void cancel_all() { tasks_.clear(); }

 private:
  EventLoop& loop_;
  std::vector<RunningTask> tasks_;
};

/// Serves `loop` on this thread until the task is done: for tests, tools and threads that own their loop.
/// Nothing, when `stop` (or, in a simulated loop, the end of all that can happen) came first.
template <typename T>
std::optional<T> run_to_end(EventLoop& loop, Task<T> task, const std::stop_token& stop = {}) {
  std::optional<T> value;
  std::stop_source done;
  const std::stop_callback forward(stop, [&done] { done.request_stop(); });
  const RunningTask running = RunningTask::start<T>(loop, std::move(task), [&](T result) {
    value.emplace(std::move(result));
    done.request_stop();
  });
  loop.run(done.get_token());
  return value;
}

}  // namespace flume

/// FLUME_TRY for coroutines. The expression may contain co_await.
#define FLUME_CO_TRY(...)                                              \
  do {                                                                 \
    ::flume::Status flume_try_status = __VA_ARGS__;                    \
    if (!flume_try_status.ok()) co_return std::move(flume_try_status); \
  } while (false)
