// The network seam of sources, servers and clients: an event loop, streams that never block, ports to listen on
// and peers to connect to. Real implementation: src/net/asio_network; simulated twin: tests/support/sim_network.
// Clients are written as tasks over it: src/net/task.h, src/net/awaitables.h.
//
// One thread runs a loop. Unless said otherwise everything here belongs to that thread (or to whoever
// holds it while the loop does not run), and a loop outlives its streams, timers and sockets. Callbacks
// come from run(), never from inside the call that asked for them; they may destroy what called them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "flume/clock.h"
#include "flume/files.h"
#include "flume/result.h"

namespace flume {

/// Calls back once at a deadline, in its loop. Its destructor cancels.
class LoopTimer {
 public:
  virtual ~LoopTimer() = default;
  /// Replaces what was set before; never() only cancels.
  virtual void set(Deadline deadline, std::function<void()> callback) = 0;
  virtual void cancel() = 0;
};

class EventLoop {
 public:
  virtual ~EventLoop() = default;
  /// Serves until `stop` fires (from any thread); may be called again afterwards. What is left waits.
  virtual void run(std::stop_token stop) = 0;
  /// Any thread. Tasks run in the order of their posting.
  virtual void post(std::function<void()> task) = 0;
  virtual std::unique_ptr<LoopTimer> make_timer() = 0;
  [[nodiscard]] virtual Instant now() const = 0;
  /// True: it is served by whoever waits for something in it, never by a thread of its own. So are simulated loops.
  [[nodiscard]] virtual bool is_driven() const noexcept { return false; }
  [[nodiscard]] Deadline in(Instant::duration wait) const {
    const Instant start = now();
    return wait > Instant::max() - start ? Deadline::never() : Deadline(start + wait);
  }
};

/// What one read or write did. WouldBlock: nothing now, wait for the callback. End: the peer sends no more.
struct Transfer {
  enum class State : std::uint8_t { Moved, WouldBlock, End };
  State state = State::Moved;
  std::size_t bytes = 0;
};

/// One connection. Errors are Retryable: the connection is gone (Cause Disconnected when the peer broke it).
class Stream {
 public:
  virtual ~Stream() = default;
  virtual Result<Transfer> read_some(std::span<std::byte> buffer) = 0;
  /// The pieces one after the other; often fewer bytes than given. After WouldBlock the next call begins with the same bytes.
  virtual Result<Transfer> write_some(std::span<const ByteView> pieces) = 0;
  /// Calls back once when reading (writing) makes sense again: bytes, end or error. A second request
  /// before the first was answered replaces it. Nothing is called after close().
  virtual void wait_readable(std::function<void()> callback) = 0;
  virtual void wait_writable(std::function<void()> callback) = 0;
  /// Tells the peer that no more comes; reading goes on. Before a close with unread input: the peer's
  /// system would throw away what it has not read yet.
  virtual void shutdown_write() = 0;
  virtual void close() = 0;
  /// "10.0.0.7:51234", "[::1]:51234".
  [[nodiscard]] virtual const std::string& peer() const = 0;
  /// close(), and the peer's next write fails at once, where otherwise it would seem to succeed and be lost. What the peer has
  /// not read of ours is lost, too. A stream that cannot tell the peer closes.
  virtual void reset() { close(); }
};

/// A port that is open until close() or destruction.
class ListeningSocket {
 public:
  virtual ~ListeningSocket() = default;
  /// The real one, when 0 was asked for.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  virtual void close() = 0;
};

/// Where a datagram came from: its sender's address and port. A value, cheap to compare.
struct DatagramSender {
  std::array<std::uint8_t, 16> address{};  ///< network order; IPv4 in the first four
  std::uint16_t port = 0;
  bool is_ipv6 = false;

  /// "10.0.0.7", "::1".
  [[nodiscard]] std::string host() const;
  friend bool operator==(const DatagramSender&, const DatagramSender&) = default;
};

struct Datagram {
  ByteView bytes;
  DatagramSender sender;
};

/// A UDP port that is open until close() or destruction.
class DatagramSocket {
 public:
  static constexpr std::size_t kMostAtOnce = 64;

  virtual ~DatagramSocket() = default;
  /// What is there now, at most kMostAtOnce; none: wait. Valid until the next call. A Retryable error is not the end of it.
  virtual Result<std::span<const Datagram>> receive() = 0;
  /// As Stream::wait_readable().
  virtual void wait_readable(std::function<void()> callback) = 0;
  /// How many the system has thrown away so far because nobody received them in time, as far as it tells.
  [[nodiscard]] virtual std::uint64_t dropped() const = 0;
  /// What the system keeps, which may be less than what it was asked for.
  [[nodiscard]] virtual std::size_t buffer_bytes() const = 0;
  /// The real one, when 0 was asked for.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  virtual void close() = 0;
};

struct AcceptHandlers {
  std::function<void(std::unique_ptr<Stream>)> on_accept;
  /// Accepting fails (no handles left, ...): told once, tried again after a pause until it works.
  std::function<void(const Status&)> on_trouble = [](const Status&) {};
};

/// Owned by main; any thread. Makes loops and opens ports on them; loops of another Listener do not fit.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual std::unique_ptr<EventLoop> make_loop() = 0;
  /// Listens at once, accepts while the loop runs. `host` is an address or a name (looked up, which may
  /// take its time); "0.0.0.0" all IPv4, "::" or empty all addresses. The error names host and port.
  virtual Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                          AcceptHandlers handlers) = 0;
  /// The same for datagrams. `buffer_bytes`: what the system keeps until they are received; 0: as much as it likes.
  virtual Result<std::unique_ptr<DatagramSocket>> open_datagrams(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                                 std::size_t buffer_bytes) = 0;
};

/// A connection that is being made. Its destructor gives up, and nothing is called afterwards.
class Dialing {
 public:
  virtual ~Dialing() = default;
};

/// Owned by main; any thread. Connects in loops of the network that it belongs to.
class Dialer {
 public:
  using Callback = std::function<void(Result<std::unique_ptr<Stream>>)>;

  virtual ~Dialer() = default;
  /// Looks `host` up (an address or a name; off the loop's thread), tries its addresses one after the other, each with
  /// its share of the time, and calls back once, from the loop. The error is Retryable and names host, port and every
  /// address tried; its cause tells the reason: UnknownHost, Refused, Unreachable, Timeout. When the addresses differ,
  /// the one that came furthest: Refused, then Timeout, then Unreachable.
  [[nodiscard]] virtual std::unique_ptr<Dialing> connect(const std::string& host, std::uint16_t port, EventLoop& loop, Deadline deadline,
                                                         Callback callback) = 0;
};

/// "10.0.0.7:80", "[::1]:80", "localhost:80".
[[nodiscard]] std::string host_and_port(const std::string& host, std::uint16_t port);

}  // namespace flume
