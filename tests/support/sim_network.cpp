#include "support/sim_network.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace flume {

namespace sim {

/// Both ends of a connection, seen from the server.
struct Connection {
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  SimEventLoop* loop = nullptr;
  std::string to_server;
  std::string to_client;
  bool client_ended = false;
  bool server_ended = false;
  bool server_closed = false;
  bool is_cut = false;
  std::size_t fragment = kUnlimited;
  std::size_t window = kUnlimited;
  std::function<void()> on_readable;  // asked for, not yet answered
  std::function<void()> on_writable;
  std::uint64_t reads_asked = 0;  // a wake-up that was overtaken by a newer request is not delivered
  std::uint64_t writes_asked = 0;

  [[nodiscard]] bool is_readable() const { return is_cut || client_ended || !to_server.empty(); }
  [[nodiscard]] bool is_writable() const { return is_cut || window > 0; }
};

namespace {

/// Sends off the callbacks that are due. They run later, from the loop, unless the server closed by then.
void wake(const std::shared_ptr<Connection>& connection) {
  const auto send_off = [&connection](std::function<void()>& wanted, std::uint64_t Connection::* asked) {
    const std::uint64_t number = (*connection).*asked;
    connection->loop->wake_up([connection, callback = std::exchange(wanted, nullptr), asked, number] {
      if (!connection->server_closed && (*connection).*asked == number) callback();
    });
  };
  if (connection->on_readable && connection->is_readable()) send_off(connection->on_readable, &Connection::reads_asked);
  if (connection->on_writable && connection->is_writable()) send_off(connection->on_writable, &Connection::writes_asked);
}

class SimStream final : public Stream {
 public:
  SimStream(std::shared_ptr<Connection> connection, std::string peer) : connection_(std::move(connection)), peer_(std::move(peer)) {}
  SimStream(const SimStream&) = delete;
  SimStream& operator=(const SimStream&) = delete;
  ~SimStream() override { close(); }

  Result<Transfer> read_some(std::span<std::byte> buffer) override {
    FLUME_TRY(usable("read from"));
    std::string& input = connection_->to_server;
    if (input.empty()) return Transfer{connection_->client_ended ? Transfer::State::End : Transfer::State::WouldBlock, 0};
    const std::size_t size = std::min({buffer.size(), input.size(), connection_->fragment});
    std::ranges::copy(as_bytes(std::string_view(input).substr(0, size)), buffer.begin());
    input.erase(0, size);
    return Transfer{Transfer::State::Moved, size};
  }

  Result<Transfer> write_some(std::span<const ByteView> pieces) override {
    FLUME_TRY(usable("write to"));
    if (connection_->server_ended) return Status::from_errno(EPIPE, "write to " + peer_);
    if (connection_->window == 0) return Transfer{Transfer::State::WouldBlock, 0};
    std::size_t room = std::min(connection_->fragment, connection_->window);
    std::size_t moved = 0;
    for (const ByteView piece : pieces) {
      const std::string_view part = as_text(piece).substr(0, room);
      connection_->to_client += part;
      room -= part.size();
      moved += part.size();
    }
    if (connection_->window != Connection::kUnlimited) connection_->window -= moved;
    return Transfer{Transfer::State::Moved, moved};
  }

  void wait_readable(std::function<void()> callback) override {
    connection_->on_readable = std::move(callback);
    ++connection_->reads_asked;
    wake(connection_);
  }
  void wait_writable(std::function<void()> callback) override {
    connection_->on_writable = std::move(callback);
    ++connection_->writes_asked;
    wake(connection_);
  }
  void shutdown_write() override { connection_->server_ended = true; }
  void close() override {
    connection_->server_ended = true;
    connection_->server_closed = true;
    connection_->on_readable = nullptr;
    connection_->on_writable = nullptr;
  }
  [[nodiscard]] const std::string& peer() const override { return peer_; }

 private:
  [[nodiscard]] Status usable(std::string_view what) const {
    if (connection_->server_closed) return Status::from_errno(EBADF, std::string(what) + " " + peer_);
    if (connection_->is_cut) return Status::from_errno(ECONNRESET, std::string(what) + " " + peer_);
    return {};
  }

  const std::shared_ptr<Connection> connection_;
  const std::string peer_;
};

}  // namespace

class Timer final : public LoopTimer {
 public:
  explicit Timer(SimEventLoop& loop) : loop_(loop) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() override { cancel(); }

  void set(Deadline deadline, std::function<void()> callback) override {
    cancel();
    if (deadline.is_never()) return;
    callback_ = std::move(callback);
    place_ = loop_.timers_.emplace(deadline.when(), this);
  }
  void cancel() override {
    if (place_) loop_.timers_.erase(*place_);
    place_.reset();
    callback_ = nullptr;
  }
  /// Hands out the callback and forgets it: it may destroy this.
  std::function<void()> fire() {
    std::function<void()> callback = std::exchange(callback_, nullptr);
    cancel();
    return callback;
  }

 private:
  SimEventLoop& loop_;
  std::optional<std::multimap<Instant, Timer*>::iterator> place_;
  std::function<void()> callback_;
};

}  // namespace sim

void SimEventLoop::post(std::function<void()> task) {
  const std::lock_guard lock(posted_mutex_);
  posted_.push_back(std::move(task));
}

std::unique_ptr<LoopTimer> SimEventLoop::make_timer() { return std::make_unique<sim::Timer>(*this); }

bool SimEventLoop::run_one() {
  std::function<void()> task;
  {
    const std::lock_guard lock(posted_mutex_);
    if (!posted_.empty()) {
      task = std::move(posted_.front());
      posted_.pop_front();
    }
  }
  if (!task && !wake_ups_.empty()) {
    const std::size_t chosen = shuffle_ ? (*shuffle_)() % wake_ups_.size() : 0;
    task = std::move(wake_ups_[chosen]);
    wake_ups_.erase(wake_ups_.begin() + static_cast<std::ptrdiff_t>(chosen));
  }
  if (!task) return false;
  task();
  return true;
}

bool SimEventLoop::fire_timer(Instant until) {
  if (timers_.empty() || timers_.begin()->first > until) return false;
  const auto [when, timer] = *timers_.begin();
  if (when > now()) clock_.advance(when - now());
  timer->fire()();
  return true;
}

void SimEventLoop::run_until_idle() {
  while (run_one() || fire_timer(now())) {
  }
}

void SimEventLoop::advance(Instant::duration by) {
  const Instant end = now() + by;
  run_until_idle();
  while (fire_timer(end)) run_until_idle();
  if (end > now()) clock_.advance(end - now());
}

void SimEventLoop::run(std::stop_token stop) {
  while (!stop.stop_requested() && (run_one() || fire_timer(Instant::max()))) {
  }
}

void SimPeer::send(std::string_view bytes) {
  connection_->to_server += bytes;
  sim::wake(connection_);
}

void SimPeer::shutdown_write() {
  connection_->client_ended = true;
  sim::wake(connection_);
}

void SimPeer::cut() {
  connection_->is_cut = true;
  sim::wake(connection_);
}

const std::string& SimPeer::received() const { return connection_->to_client; }
bool SimPeer::at_end() const { return connection_->server_ended; }
bool SimPeer::is_closed() const { return connection_->server_closed; }
void SimPeer::fragment(std::size_t bytes) { connection_->fragment = bytes; }

void SimPeer::set_window(std::size_t bytes) {
  connection_->window = bytes;
  sim::wake(connection_);
}

class SimListeningSocket final : public ListeningSocket {
 public:
  SimListeningSocket(SimNetwork& network, std::uint16_t port) : network_(network), port_(port) {}
  SimListeningSocket(const SimListeningSocket&) = delete;
  SimListeningSocket& operator=(const SimListeningSocket&) = delete;
  ~SimListeningSocket() override { close(); }

  [[nodiscard]] std::uint16_t port() const override { return port_; }
  void close() override {
    if (!std::exchange(is_closed_, true)) network_.ports_.erase(port_);
  }

 private:
  SimNetwork& network_;
  const std::uint16_t port_;
  bool is_closed_ = false;
};

Result<std::unique_ptr<ListeningSocket>> SimNetwork::listen(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                            AcceptHandlers handlers) {
  if (port == 0) port = next_port_++;
  auto entry = std::make_shared<Port>(Port{&dynamic_cast<SimEventLoop&>(loop), std::move(handlers)});
  if (!ports_.emplace(port, std::move(entry)).second) {
    return retryable(host_and_port(host, port) + ": address already in use", Cause::Exists);
  }
  return std::unique_ptr<ListeningSocket>(std::make_unique<SimListeningSocket>(*this, port));
}

std::unique_ptr<SimPeer> SimNetwork::connect(std::uint16_t port) {
  const auto found = ports_.find(port);
  if (found == ports_.end()) return nullptr;
  auto connection = std::make_shared<sim::Connection>();
  connection->loop = found->second->loop;
  const std::string name = host_and_port("10.0.0.1", next_client_port_++);
  found->second->loop->wake_up([open = std::weak_ptr(found->second), connection, name] {
    auto stream = std::make_unique<sim::SimStream>(connection, name);
    if (const auto listening = open.lock()) listening->handlers.on_accept(std::move(stream));
  });
  return std::make_unique<SimPeer>(std::move(connection));
}

void SimNetwork::fail_accept(std::uint16_t port, const Status& status) {
  const auto found = ports_.find(port);
  if (found == ports_.end()) return;
  found->second->loop->wake_up([open = std::weak_ptr(found->second), status] {
    if (const auto listening = open.lock()) listening->handlers.on_trouble(status);
  });
}

}  // namespace flume
