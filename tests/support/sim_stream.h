// One simulated connection: two directions of bytes, and what the network does to them. Used by SimNetwork alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "flume/net.h"

namespace flume {
class SimEventLoop;
}

namespace flume::sim {

inline constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

/// A callback that a stream was asked for, and not yet has given.
struct Wanted {
  std::function<void()> callback;
  std::uint64_t asked = 0;  // a wake-up that was overtaken by a newer request is not delivered
};

/// One end: a stream of the code under test, or a SimPeer in the hands of the test (then `loop` is null).
struct End {
  SimEventLoop* loop = nullptr;
  bool has_ended = false;  // it sends no more
  bool is_closed = false;
  Wanted readable;
  Wanted writable;
};

/// The bytes towards one end.
struct Pipe {
  std::string bytes;                // arrived, not yet read
  std::size_t window = kUnlimited;  // so many may still be written
  bool reading_opens_window = false;
  std::deque<std::pair<Instant, std::string>> under_way;
  std::unique_ptr<LoopTimer> arrival;
};

struct Connection : std::enable_shared_from_this<Connection> {
  End ends[2];    // 0: who connected, 1: who listens
  Pipe pipes[2];  // pipes[i] carries bytes to ends[i]
  bool is_cut = false;
  std::size_t fragment = kUnlimited;
  std::size_t cut_after = kUnlimited;        // bytes that are still read, both ways together, before the connection breaks
  std::size_t stall_after = kUnlimited;      // ... before nothing arrives any more, ever
  std::function<Instant::duration()> delay;  // of what is written now; null: none

  void cut();
  /// Sends off the callbacks that are due. They run later, from the loop, unless the end closed by then.
  void wake();
  /// `bytes` from the other end, now on their way to `end`.
  void send(int end, std::string_view bytes);
  void arrive(int end);

  [[nodiscard]] bool is_readable(int end) const;
  [[nodiscard]] bool is_writable(int end) const;
};

class SimStream final : public Stream {
 public:
  SimStream(std::shared_ptr<Connection> connection, int end, std::string peer);
  SimStream(const SimStream&) = delete;
  SimStream& operator=(const SimStream&) = delete;
  ~SimStream() override { SimStream::close(); }

  Result<Transfer> read_some(std::span<std::byte> buffer) override;
  Result<Transfer> write_some(std::span<const ByteView> pieces) override;
  void wait_readable(std::function<void()> callback) override;
  void wait_writable(std::function<void()> callback) override;
  void shutdown_write() override;
  void close() override;
  void reset() override;
  [[nodiscard]] const std::string& peer() const override { return peer_; }

 private:
  [[nodiscard]] Status usable(std::string_view what) const;
  [[nodiscard]] End& own() const { return connection_->ends[end_]; }
  [[nodiscard]] End& other() const { return connection_->ends[1 - end_]; }

  const std::shared_ptr<Connection> connection_;
  const int end_;
  const std::string peer_;
};

}  // namespace flume::sim
