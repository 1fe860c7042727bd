// A network in one process and one thread: connections between a server under test and a client in the
// hands of the test, which fragments, stalls, cuts and shuffles as told, always the same way.
// Owned by the test; outlives its loops, clients and servers.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "flume/net.h"
#include "support/sim_clock.h"

namespace flume {

namespace sim {
struct Connection;
class Timer;
}  // namespace sim

/// Runs when the test says so; time is the SimClock's. One thread, but for post().
class SimEventLoop final : public EventLoop {
 public:
  explicit SimEventLoop(SimClock& clock) : clock_(clock) {}

  /// Until `stop` fires, or nothing is left that could happen: time jumps to the next timer.
  void run(std::stop_token stop) override;
  void post(std::function<void()> task) override;
  std::unique_ptr<LoopTimer> make_timer() override;
  [[nodiscard]] Instant now() const override { return clock_.steady(); }

  /// Runs all that can run now; no time passes.
  void run_until_idle();
  /// Lets time pass; timers fire at their own moments on the way.
  void advance(Instant::duration by);
  /// From now on, wake-ups that are due together come in an order that `seed` decides.
  void shuffle_wake_ups(std::uint64_t seed) { shuffle_.emplace(seed); }
  /// A readiness callback: like post(), but without a promised order.
  void wake_up(std::function<void()> callback) { wake_ups_.push_back(std::move(callback)); }

 private:
  friend class sim::Timer;
  bool run_one();
  bool fire_timer(Instant until);

  SimClock& clock_;
  std::optional<std::mt19937_64> shuffle_;
  std::mutex posted_mutex_;
  std::deque<std::function<void()>> posted_;  // guarded by posted_mutex_
  std::deque<std::function<void()>> wake_ups_;
  std::multimap<Instant, sim::Timer*> timers_;
};

/// The client's end of one connection.
class SimPeer {
 public:
  explicit SimPeer(std::shared_ptr<sim::Connection> connection) : connection_(std::move(connection)) {}

  void send(std::string_view bytes);
  /// No more comes from the client; it still reads.
  void shutdown_write();
  /// The connection breaks: reads and writes of the server fail from now on.
  void cut();
  /// Everything the server sent so far that the client's window let through.
  [[nodiscard]] const std::string& received() const;
  /// The server has closed, or said that no more comes.
  [[nodiscard]] bool at_end() const;
  /// The server has closed for good.
  [[nodiscard]] bool is_closed() const;

  /// Each read and write of the server moves at most so many bytes.
  void fragment(std::size_t bytes);
  /// The client takes so many more bytes, then the server's writes would block.
  void set_window(std::size_t bytes);

 private:
  std::shared_ptr<sim::Connection> connection_;
};

class SimNetwork final : public Listener {
 public:
  explicit SimNetwork(SimClock& clock) : clock_(clock) {}

  std::unique_ptr<EventLoop> make_loop() override { return std::make_unique<SimEventLoop>(clock_); }
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                  AcceptHandlers handlers) override;

  /// Connects to a port that listens; the server accepts when its loop runs. Null: nobody listens.
  std::unique_ptr<SimPeer> connect(std::uint16_t port);
  /// The next accept fails so: told to the server's on_trouble.
  void fail_accept(std::uint16_t port, const Status& status);

 private:
  friend class SimListeningSocket;
  struct Port {
    SimEventLoop* loop;
    AcceptHandlers handlers;
  };

  SimClock& clock_;
  std::map<std::uint16_t, std::shared_ptr<Port>> ports_;
  std::uint16_t next_port_ = 40000;
  std::uint16_t next_client_port_ = 50000;
};

}  // namespace flume
