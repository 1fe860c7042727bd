#include "support/sim_network.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace flume {

namespace sim {

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

void SimPeer::send(std::string_view bytes) { connection_->send(1, bytes); }

void SimPeer::shutdown_write() {
  connection_->ends[0].has_ended = true;
  connection_->wake();
}

void SimPeer::cut() { connection_->cut(); }
const std::string& SimPeer::received() const { return connection_->pipes[0].bytes; }
bool SimPeer::at_end() const { return connection_->ends[1].has_ended; }
bool SimPeer::is_closed() const { return connection_->ends[1].is_closed; }
bool SimPeer::is_cut() const { return connection_->is_cut; }
void SimPeer::fragment(std::size_t bytes) { connection_->fragment = bytes; }

void SimPeer::set_window(std::size_t bytes) {
  connection_->pipes[0].window = bytes;
  connection_->wake();
}

class SimListeningSocket final : public ListeningSocket {
 public:
  SimListeningSocket(SimNetwork& network, SimNetwork::Place place) : network_(network), place_(std::move(place)) {}
  SimListeningSocket(const SimListeningSocket&) = delete;
  SimListeningSocket& operator=(const SimListeningSocket&) = delete;
  ~SimListeningSocket() override { close(); }

  [[nodiscard]] std::uint16_t port() const override { return place_.second; }
  void close() override {
    if (!std::exchange(is_closed_, true)) network_.ports_.erase(place_);
  }

 private:
  SimNetwork& network_;
  const SimNetwork::Place place_;
  bool is_closed_ = false;
};

namespace {

/// Another name for a loop that somebody else owns.
class SharedSimLoop final : public EventLoop {
 public:
  explicit SharedSimLoop(SimEventLoop& loop) : loop_(loop) {}
  void run(std::stop_token stop) override { loop_.run(std::move(stop)); }
  void post(std::function<void()> task) override { loop_.post(std::move(task)); }
  std::unique_ptr<LoopTimer> make_timer() override { return loop_.make_timer(); }
  [[nodiscard]] Instant now() const override { return loop_.now(); }
  [[nodiscard]] bool is_driven() const noexcept override { return true; }
  [[nodiscard]] SimEventLoop& loop() const { return loop_; }

 private:
  SimEventLoop& loop_;
};

SimEventLoop& sim_loop(EventLoop& loop) {
  if (const auto* shared = dynamic_cast<SharedSimLoop*>(&loop)) return shared->loop();
  return dynamic_cast<SimEventLoop&>(loop);
}

bool is_any_host(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

Status dial_error(const std::pair<std::string, std::uint16_t>& place, std::string_view reason, Cause cause) {
  return retryable("connect to " + host_and_port(place.first, place.second) + ": " + std::string(reason), cause);
}

}  // namespace

/// Waits on its timer for the answer of the network.
class SimDialing final : public Dialing {
 public:
  SimDialing(SimNetwork& network, SimNetwork::Place place, SimEventLoop& loop, Deadline deadline, Dialer::Callback callback)
      : network_(network), place_(std::move(place)), loop_(loop), callback_(std::move(callback)), timer_(loop.make_timer()) {
    if (network_.routes_) route_ = network_.routes_(place_.first, place_.second);
    const Deadline answer = loop.in(network_.delay_up_to(route_.most_delay));
    if (route_.answer == SimRoute::Answer::Silence || answer > deadline) {
      timer_->set(std::max(deadline, loop.in(Instant::duration::zero())),
                  [this] { callback_(dial_error(place_, "no answer", Cause::Timeout)); });
    } else {
      timer_->set(answer, [this] { finish(); });
    }
  }

 private:
  void finish() {
    const Dialer::Callback callback = std::exchange(callback_, nullptr);
    switch (route_.answer) {
      case SimRoute::Answer::Refuse:
        return callback(dial_error(place_, "Connection refused", Cause::Refused));
      case SimRoute::Answer::Unreachable:
        return callback(dial_error(place_, "No route to host", Cause::Unreachable));
      case SimRoute::Answer::UnknownHost:
        return callback(dial_error(place_, "unknown host (Name or service not known)", Cause::UnknownHost));
      case SimRoute::Answer::Accept:
      case SimRoute::Answer::Silence:
        return callback(network_.open(place_, route_, loop_));
    }
  }

  SimNetwork& network_;
  const SimNetwork::Place place_;
  SimEventLoop& loop_;
  Dialer::Callback callback_;
  SimRoute route_;
  std::unique_ptr<LoopTimer> timer_;
};

std::unique_ptr<EventLoop> SimNetwork::make_loop() {
  if (shared_loop_ != nullptr) return std::make_unique<SharedSimLoop>(*shared_loop_);
  return std::make_unique<SimEventLoop>(clock_);
}

Result<std::unique_ptr<ListeningSocket>> SimNetwork::listen(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                            AcceptHandlers handlers) {
  if (port == 0) port = next_port_++;
  const Place place(host, port);
  auto entry = std::make_shared<Port>(Port{&sim_loop(loop), std::move(handlers)});
  if (!ports_.emplace(place, std::move(entry)).second) {
    return retryable(host_and_port(host, port) + ": address already in use", Cause::Exists);
  }
  return std::unique_ptr<ListeningSocket>(std::make_unique<SimListeningSocket>(*this, place));
}

std::unique_ptr<Dialing> SimNetwork::connect(const std::string& host, std::uint16_t port, EventLoop& loop, Deadline deadline,
                                             Callback callback) {
  return std::make_unique<SimDialing>(*this, Place(host, port), sim_loop(loop), deadline, std::move(callback));
}

void SimNetwork::set_routes(Routes routes, std::uint64_t seed) {
  routes_ = std::move(routes);
  random_.seed(seed);
}

void SimNetwork::cut_all(const std::string& host, std::uint16_t port) {
  const Place place(host, port);
  for (const auto& [where, connection] : dialled_) {
    if (const auto open = connection.lock(); open && where == place) open->cut();
  }
}

std::shared_ptr<SimNetwork::Port> SimNetwork::find(std::uint16_t port) const {
  for (const auto& [place, entry] : ports_) {
    if (place.second == port) return entry;
  }
  return nullptr;
}

std::shared_ptr<SimNetwork::Port> SimNetwork::find(const Place& place) const {
  if (const auto exact = ports_.find(place); exact != ports_.end()) return exact->second;
  for (const auto& [listening, entry] : ports_) {
    if (listening.second == place.second && is_any_host(listening.first)) return entry;
  }
  return nullptr;
}

Instant::duration SimNetwork::delay_up_to(Instant::duration most) {
  return most <= Instant::duration::zero()
             ? Instant::duration::zero()
             : Instant::duration(static_cast<Instant::rep>(random_() % (static_cast<std::uint64_t>(most.count()) + 1)));
}

Result<std::unique_ptr<Stream>> SimNetwork::open(const Place& place, const SimRoute& route, SimEventLoop& loop) {
  const auto port = find(place);
  if (!port) return dial_error(place, "Connection refused", Cause::Refused);
  auto connection = std::make_shared<sim::Connection>();
  connection->ends[0].loop = &loop;
  connection->ends[1].loop = port->loop;
  connection->fragment = route.fragment;
  connection->cut_after = route.cut_after;
  connection->stall_after = route.stall_after;
  for (const int end : {0, 1}) {
    connection->pipes[end].window = route.window;
    connection->pipes[end].reading_opens_window = true;
    connection->pipes[end].arrival = connection->ends[end].loop->make_timer();
  }
  if (route.most_delay > Instant::duration::zero()) {
    connection->delay = [this, most = route.most_delay] { return delay_up_to(most); };
  }
  std::erase_if(dialled_, [](const auto& entry) { return entry.second.expired(); });
  dialled_.emplace_back(place, connection);
  accept(port, connection, host_and_port("10.0.0.1", next_client_port_++));
  return std::unique_ptr<Stream>(std::make_unique<sim::SimStream>(std::move(connection), 0, host_and_port(place.first, place.second)));
}

void SimNetwork::accept(const std::shared_ptr<Port>& port, const std::shared_ptr<sim::Connection>& connection, const std::string& peer) {
  port->loop->wake_up([open = std::weak_ptr(port), connection, peer] {
    auto stream = std::make_unique<sim::SimStream>(connection, 1, peer);
    if (const auto listening = open.lock()) listening->handlers.on_accept(std::move(stream));
  });
}

std::unique_ptr<SimPeer> SimNetwork::connect(std::uint16_t port) {
  const auto found = find(port);
  if (!found) return nullptr;
  auto connection = std::make_shared<sim::Connection>();
  connection->ends[1].loop = found->loop;
  accept(found, connection, host_and_port("10.0.0.1", next_client_port_++));
  return std::make_unique<SimPeer>(std::move(connection));
}

void SimNetwork::fail_accept(std::uint16_t port, const Status& status) {
  const auto found = find(port);
  if (!found) return;
  found->loop->wake_up([open = std::weak_ptr(found), status] {
    if (const auto listening = open.lock()) listening->handlers.on_trouble(status);
  });
}

}  // namespace flume
