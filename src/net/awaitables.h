// What a Task (net/task.h) can wait for: time, a signal from another task, bytes of a connection, a new connection.
// Every wait takes a Deadline. Everything here belongs to the thread of its loop, which outlives it; a task that is
// destroyed while it waits leaves no trace.
#pragma once

#include <coroutine>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "flume/net.h"
#include "net/task.h"

namespace flume {

/// Always through the loop, even when the deadline has passed: other tasks get their turn. never() waits until cancelled.
Task<void> sleep_until(EventLoop& loop, Deadline deadline);

/// Lets tasks wait until another one says that something has changed. Look at the condition in a loop:
///   while (!is_ready) {
///     const bool woken = co_await changed.wait(deadline);
///     if (!woken) co_return retryable("...", Cause::Timeout);
///   }
/// Destroyed before those who wait, it leaves them to their deadlines.
class Signal {
 public:
  explicit Signal(EventLoop& loop) : loop_(loop) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal();

  /// Wakes all that wait now (or the one that has waited longest). They run later, from the loop.
  void notify_all();
  void notify_one();
  /// True: woken. False: the deadline passed.
  Task<bool> wait(Deadline deadline);

 private:
  class Waiter;
  EventLoop& loop_;
  std::vector<Waiter*> waiting_;  // longest first
};

/// A Stream for tasks, with a small read buffer. One task reads and one writes at a time. After an error, or a timeout
/// in mid-message, only close() makes sense. Errors are Retryable and name the peer: Timeout, or Disconnected.
class Connection {
 public:
  Connection(EventLoop& loop, std::unique_ptr<Stream> stream);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  /// At least one byte, or 0 at the end of the peer's bytes.
  Task<Result<std::size_t>> read_some(std::span<std::byte> into, Deadline deadline);
  Task<Status> read_exactly(std::span<std::byte> into, Deadline deadline);
  /// Waits until buffered() has at least `bytes` (<= kBufferBytes) bytes: to look before taking, as lengths demand.
  Task<Status> fill(std::size_t bytes, Deadline deadline);
  [[nodiscard]] ByteView buffered() const { return ByteView(buffer_).subspan(taken_, filled_ - taken_); }
  void consume(std::size_t bytes) { taken_ += bytes; }

  /// All the bytes, in this order. They stay valid until it is done.
  Task<Status> write_all(ByteView bytes, Deadline deadline);
  Task<Status> write_all(std::vector<ByteView> pieces, Deadline deadline);

  void shutdown_write() { stream_->shutdown_write(); }
  /// Tasks that wait for bytes are not woken: cancel them, or let their deadlines pass.
  void close() { stream_->close(); }
  [[nodiscard]] const std::string& peer() const { return stream_->peer(); }
  [[nodiscard]] EventLoop& loop() const { return loop_; }

  static constexpr std::size_t kBufferBytes = 8 * 1024;

 private:
  /// One direction: who waits for readiness.
  struct Side {
    std::unique_ptr<LoopTimer> timer;
    std::coroutine_handle<> waiting;
    bool is_late = false;
    void wake(bool late);
  };
  class Readiness;

  Result<Transfer> read_now(std::span<std::byte> into);

  EventLoop& loop_;
  std::vector<std::byte> buffer_;
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
  Side reading_;
  Side writing_;
  std::unique_ptr<Stream> stream_;  // destroyed first: it calls nobody afterwards
};

/// Dialer::connect() as a task.
Task<Result<std::unique_ptr<Stream>>> dial(Dialer& dialer, std::string host, std::uint16_t port, EventLoop& loop, Deadline deadline);

}  // namespace flume
