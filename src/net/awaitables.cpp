#include "net/awaitables.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace flume {
namespace {

/// Suspends until its timer fires; ends with its owner's frame.
class Sleep {
 public:
  Sleep(EventLoop& loop, Deadline deadline) : timer_(loop.make_timer()), deadline_(deadline) {}
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  ~Sleep() = default;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    timer_->set(deadline_, [waiting] { waiting.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  std::unique_ptr<LoopTimer> timer_;
  const Deadline deadline_;
};

class DialWait {
 public:
  DialWait(Dialer& dialer, const std::string& host, std::uint16_t port, EventLoop& loop, Deadline deadline) {
    dialing_ = dialer.connect(host, port, loop, deadline, [this](Result<std::unique_ptr<Stream>> result) {
      result_.emplace(std::move(result));
      if (waiting_) waiting_.resume();
    });
  }
  DialWait(const DialWait&) = delete;
  DialWait& operator=(const DialWait&) = delete;
  ~DialWait() = default;

  [[nodiscard]] bool await_ready() const noexcept { return false; }  // the callback comes from the loop
  void await_suspend(std::coroutine_handle<> waiting) noexcept { waiting_ = waiting; }
  Result<std::unique_ptr<Stream>> await_resume() { return std::move(*result_); }

 private:
  std::coroutine_handle<> waiting_;
  std::optional<Result<std::unique_ptr<Stream>>> result_;
  std::unique_ptr<Dialing> dialing_;  // destroyed first: it calls nobody afterwards
};

}  // namespace

Task<void> sleep_until(EventLoop& loop, Deadline deadline) {
  Sleep sleep(loop, deadline);
  co_await sleep;
}

/// One task's place in a Signal. Both may be destroyed first.
class Signal::Waiter {
 public:
  Waiter(Signal& signal, Deadline deadline) : signal_(&signal), timer_(signal.loop_.make_timer()), deadline_(deadline) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() { leave(); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    signal_->waiting_.push_back(this);
    timer_->set(deadline_, [this] {
      leave();
      waiting_.resume();
    });
  }
  [[nodiscard]] bool await_resume() const noexcept { return is_woken_; }

  void wake() {
    is_woken_ = true;
    const Deadline now = signal_->loop_.in(Instant::duration::zero());
    signal_ = nullptr;
    timer_->set(now, [this] { waiting_.resume(); });
  }
  void forget_signal() noexcept { signal_ = nullptr; }

 private:
  void leave() {
    if (signal_ != nullptr) std::erase(signal_->waiting_, this);
    signal_ = nullptr;
  }

  Signal* signal_;
  std::unique_ptr<LoopTimer> timer_;
  const Deadline deadline_;
  std::coroutine_handle<> waiting_;
  bool is_woken_ = false;
};

Signal::~Signal() {
  for (Waiter* waiter : waiting_) waiter->forget_signal();
}

void Signal::notify_all() {
  for (Waiter* waiter : std::exchange(waiting_, {})) waiter->wake();
}

void Signal::notify_one() {
  if (waiting_.empty()) return;
  Waiter* longest = waiting_.front();
  waiting_.erase(waiting_.begin());
  longest->wake();
}

Task<bool> Signal::wait(Deadline deadline) {
  Waiter waiter(*this, deadline);
  const bool woken = co_await waiter;
  co_return woken;
}

/// Suspends until one direction of the connection makes sense again (true) or the deadline passes (false).
class Connection::Readiness {
 public:
  Readiness(Connection& connection, Side& side, Deadline deadline) : connection_(connection), side_(side), deadline_(deadline) {}
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;
  ~Readiness() {
    side_.waiting = nullptr;
    side_.timer->cancel();
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    assert(!side_.waiting);
    side_.waiting = waiting;
    side_.is_late = false;
    side_.timer->set(deadline_, [&side = side_] { side.wake(true); });
    const auto ready = [&side = side_] { side.wake(false); };
    if (&side_ == &connection_.reading_) {
      connection_.stream_->wait_readable(ready);
    } else {
      connection_.stream_->wait_writable(ready);
    }
  }
  [[nodiscard]] bool await_resume() const noexcept { return !side_.is_late; }

 private:
  Connection& connection_;
  Side& side_;
  const Deadline deadline_;
};

void Connection::Side::wake(bool late) {
  // A stream cannot take a request back: it may call for one that a deadline or a cancellation has ended.
  if (!waiting) return;
  is_late = late;
  std::exchange(waiting, nullptr).resume();
}

Connection::Connection(EventLoop& loop, std::unique_ptr<Stream> stream) : loop_(loop), stream_(std::move(stream)) {
  reading_.timer = loop.make_timer();
  writing_.timer = loop.make_timer();
}

Task<Result<std::size_t>> Connection::read_some(std::span<std::byte> into, Deadline deadline) {
  if (const ByteView ready = buffered(); !ready.empty()) {
    const std::size_t size = std::min(ready.size(), into.size());
    std::copy_n(ready.begin(), size, into.begin());
    consume(size);
    co_return size;
  }
  for (;;) {
    const Result<Transfer> got = stream_->read_some(into);
    if (!got) co_return got.status();
    if (got->state == Transfer::State::End) co_return std::size_t{0};
    if (got->state == Transfer::State::Moved) co_return got->bytes;
    Readiness readable(*this, reading_, deadline);
    const bool in_time = co_await readable;
    if (!in_time) co_return retryable("read from " + peer() + ": nothing came in time", Cause::Timeout);
  }
}

Task<Status> Connection::read_exactly(std::span<std::byte> into, Deadline deadline) {
  std::size_t done = 0;
  while (done < into.size()) {
    const Result<std::size_t> got = co_await read_some(into.subspan(done), deadline);
    if (!got) co_return got.status();
    if (*got == 0) co_return retryable("read from " + peer() + ": closed by the peer", Cause::Disconnected);
    done += *got;
  }
  co_return Status();
}

Task<Status> Connection::fill(std::size_t bytes, Deadline deadline) {
  assert(bytes <= kBufferBytes);
  buffer_.resize(kBufferBytes);
  while (filled_ - taken_ < bytes) {
    // read_some() would hand out what is buffered: what is here makes room at the front and is set aside meanwhile.
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(taken_), buffer_.begin() + static_cast<std::ptrdiff_t>(filled_),
              buffer_.begin());
    const std::size_t kept = filled_ - taken_;
    taken_ = filled_ = 0;
    const Result<std::size_t> got = co_await read_some(std::span(buffer_).subspan(kept), deadline);
    filled_ = kept + (got ? *got : 0);
    if (!got) co_return got.status();
    if (*got == 0) co_return retryable("read from " + peer() + ": closed by the peer", Cause::Disconnected);
  }
  co_return Status();
}

Task<Status> Connection::write_all(ByteView bytes, Deadline deadline) {
  std::vector<ByteView> pieces(1, bytes);
  Status done = co_await write_all(std::move(pieces), deadline);
  co_return done;
}

Task<Status> Connection::write_all(std::vector<ByteView> pieces, Deadline deadline) {
  std::span<ByteView> left = pieces;
  for (;;) {
    while (!left.empty() && left.front().empty()) left = left.subspan(1);
    if (left.empty()) co_return Status();
    const Result<Transfer> sent = stream_->write_some(left);
    if (!sent) co_return sent.status();
    if (sent->state == Transfer::State::WouldBlock) {
      Readiness writable(*this, writing_, deadline);
      const bool in_time = co_await writable;
      if (!in_time) co_return retryable("write to " + peer() + ": it takes no more bytes", Cause::Timeout);
      continue;
    }
    std::size_t moved = sent->bytes;
    while (moved > 0) {
      const std::size_t of_first = std::min(moved, left.front().size());
      left.front() = left.front().subspan(of_first);
      moved -= of_first;
      if (left.front().empty()) left = left.subspan(1);
    }
  }
}

Task<Result<std::unique_ptr<Stream>>> dial(Dialer& dialer, std::string host, std::uint16_t port, EventLoop& loop, Deadline deadline) {
  DialWait wait(dialer, host, port, loop, deadline);
  Result<std::unique_ptr<Stream>> stream = co_await wait;
  co_return std::move(stream);
}

}  // namespace flume
