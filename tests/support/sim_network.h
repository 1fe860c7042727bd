// A network in one process and one thread, which fragments, delays, stalls, cuts and shuffles as told, always the
// same way. Servers under test listen and meet a SimPeer in the hands of the test, or the streams of clients that dial
// (Dialer) what listens here; then SimRoute says how the network treats each connection.
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
#include "support/sim_stream.h"

namespace flume {

namespace sim {
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
  [[nodiscard]] bool is_driven() const noexcept override { return true; }

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
  std::multimap<Instant, sim::Timer*> timers_;  // before the callbacks: what they own may hold timers
  std::mutex posted_mutex_;
  std::deque<std::function<void()>> posted_;  // guarded by posted_mutex_
  std::deque<std::function<void()>> wake_ups_;
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
  /// The connection broke: by the server, or by cut().
  [[nodiscard]] bool is_cut() const;

  /// Each read and write of the server moves at most so many bytes.
  void fragment(std::size_t bytes);
  /// The client takes so many more bytes, then the server's writes would block.
  void set_window(std::size_t bytes);

 private:
  std::shared_ptr<sim::Connection> connection_;
};

/// What happens to one connection that a client dials.
struct SimRoute {
  enum class Answer : std::uint8_t {
    Accept,  ///< whoever listens there, else refused
    Refuse,
    Unreachable,
    UnknownHost,
    Silence,  ///< nothing until the deadline
  };
  Answer answer = Answer::Accept;
  Instant::duration most_delay{};              ///< each piece (and the answer to the dialler) takes up to so long
  std::size_t fragment = sim::kUnlimited;      ///< each read and write moves at most so many bytes
  std::size_t cut_after = sim::kUnlimited;     ///< so many bytes are read, both ways together, then the connection breaks
  std::size_t stall_after = sim::kUnlimited;   ///< so many bytes are read, then nothing arrives any more
  std::size_t window = std::size_t{64} << 10;  ///< so many bytes may be under way each way
};

class SimDatagramSocket;

class SimNetwork final : public Listener, public Dialer {
 public:
  using Routes = std::function<SimRoute(const std::string& host, std::uint16_t port)>;

  explicit SimNetwork(SimClock& clock) : clock_(clock) {}

  std::unique_ptr<EventLoop> make_loop() override;
  /// From now on make_loop() gives new names for this one: clients in it and servers in it are served together.
  void share_loop(SimEventLoop& loop) { shared_loop_ = &loop; }
  /// A host other than "0.0.0.0" and "::" is reached by dialling that very name.
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                  AcceptHandlers handlers) override;
  Result<std::unique_ptr<DatagramSocket>> open_datagrams(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                         std::size_t buffer_bytes) override;
  [[nodiscard]] std::unique_ptr<Dialing> connect(const std::string& host, std::uint16_t port, EventLoop& loop, Deadline deadline,
                                                 Callback callback) override;

  /// A datagram for who listens at the port, from 10.0.0.7:50007 unless said otherwise. False: nobody does. One that finds the
  /// buffer full is dropped, and counted there.
  bool send_datagram(std::uint16_t port, std::string_view bytes) {
    return send_datagram(port, bytes, {.address = {10, 0, 0, 7}, .port = 50007});
  }
  bool send_datagram(std::uint16_t port, std::string_view bytes, const DatagramSender& sender);

  /// Asked for each connection that is dialled; `seed` decides delays up to most_delay.
  void set_routes(Routes routes, std::uint64_t seed = 1);
  /// Breaks every dialled connection to this place that is there now.
  void cut_all(const std::string& host, std::uint16_t port);

  /// Connects to a port that listens; the server accepts when its loop runs. Null: nobody listens.
  std::unique_ptr<SimPeer> connect(std::uint16_t port);
  /// The next accept fails so: told to the server's on_trouble.
  void fail_accept(std::uint16_t port, const Status& status);

 private:
  friend class SimListeningSocket;
  friend class SimDatagramSocket;
  friend class SimDialing;
  using Place = std::pair<std::string, std::uint16_t>;
  struct Port {
    SimEventLoop* loop;
    AcceptHandlers handlers;
  };
  [[nodiscard]] std::shared_ptr<Port> find(std::uint16_t port) const;
  [[nodiscard]] std::shared_ptr<Port> find(const Place& place) const;
  [[nodiscard]] Instant::duration delay_up_to(Instant::duration most);
  Result<std::unique_ptr<Stream>> open(const Place& place, const SimRoute& route, SimEventLoop& loop);
  /// Gives `end` 1 of the connection to whoever listens at the port by then.
  static void accept(const std::shared_ptr<Port>& port, const std::shared_ptr<sim::Connection>& connection, const std::string& peer);

  SimClock& clock_;
  SimEventLoop* shared_loop_ = nullptr;
  Routes routes_;
  std::mt19937_64 random_;
  std::map<Place, std::shared_ptr<Port>> ports_;
  std::map<std::uint16_t, SimDatagramSocket*> datagram_ports_;
  std::vector<std::pair<Place, std::weak_ptr<sim::Connection>>> dialled_;
  std::uint16_t next_port_ = 40000;
  std::uint16_t next_client_port_ = 50000;
};

}  // namespace flume
