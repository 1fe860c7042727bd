// What the channel suite needs of a channel: a way to make one, its clock, and crashes if it survives them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "flume/batch_builder.h"
#include "flume/channel.h"
#include "support/one_entry.h"
#include "support/sim_clock.h"

namespace flume::conformance {

/// One channel and its world. Keep-alive must be kKeepAlive, time the SimClock's.
class ChannelUnderTest {
 public:
  static constexpr std::chrono::seconds kKeepAlive{3};

  virtual ~ChannelUnderTest() = default;
  virtual Channel& channel() = 0;
  virtual SimClock& clock() = 0;
  /// Threads of the channel itself that wait by the clock.
  virtual std::size_t own_threads() const { return 0; }
  /// kill -9 (or power loss) and open again; only called when channel().survives_crash().
  virtual void crash_process() {}
  virtual void crash_power() {}
};

struct ChannelFactory {
  std::string name;
  std::function<std::unique_ptr<ChannelUnderTest>(ChannelLimits)> make;
  // NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's
  friend void PrintTo(const ChannelFactory& factory, std::ostream* out) { *out << factory.name; }
};

using Bodies = std::vector<std::string>;

inline Bodies bodies(const EventBatch& batch) {
  Bodies out;
  for (const EventView event : batch) out.emplace_back(event.body());
  return out;
}

/// {"from", ..., "to" - 1}
inline Bodies numbers(int from, int to) {
  Bodies out;
  for (int i = from; i < to; ++i) out.push_back(std::to_string(i));
  return out;
}

class ChannelConformance : public testing::TestWithParam<ChannelFactory> {
 protected:
  void SetUp() override { open({.capacity = 100, .transaction_capacity = 20}); }
  void open(ChannelLimits limits) {
    taker_.reset();
    putter_.reset();
    world_ = GetParam().make(limits);
    ASSERT_TRUE(channel().start().ok());
    connect();
  }
  void connect() {
    putter_ = putter();
    taker_ = taker("k1");
  }
  /// A dead taker outlives the transactions that a test still has of it.
  void reconnect() {
    dead_takers_.push_back(std::move(taker_));
    connect();
  }
  Channel& channel() { return world_->channel(); }
  SimClock& clock() { return world_->clock(); }
  /// Until so many threads of the test wait in the channel.
  void await_parked(std::size_t threads) { clock().await_parked(threads + world_->own_threads()); }
  std::unique_ptr<Putter> putter() { return *channel().putter("r1"); }
  std::unique_ptr<Taker> taker(std::string_view name) { return *channel().taker(name); }
  void crash_process() {
    world_->crash_process();
    reconnect();
  }
  void crash_power() {
    world_->crash_power();
    reconnect();
  }

  EventBatch batch(const Bodies& of) {
    for (const std::string& body : of) EXPECT_TRUE(builder_.body(body).ok());
    return builder_.take();
  }
  Status put(const Bodies& of, std::span<const BookmarkDelta> deltas = {}) {
    EventBatch events = batch(of);
    Status stored = putter_->put(events, deltas, Deadline::immediate(), {});
    EXPECT_EQ(events.empty(), stored.ok() || of.empty());
    return stored;
  }
  /// Never waits. Fails the test on an error.
  TakeTransaction take(std::uint32_t most = 20) { return take(*taker_, most); }
  static TakeTransaction take(Taker& from, std::uint32_t most = 20) {
    auto taken = from.take({.events = most}, Deadline::immediate(), {});
    EXPECT_TRUE(taken.ok()) << taken.status().message();
    return taken.ok() ? *std::move(taken) : TakeTransaction();
  }
  static Result<TakeTransaction> exactly(Taker& from, const Ranges& ids) { return from.take({}, Deadline::immediate(), {}, &ids); }
  /// Takes and commits all that anybody may take.
  Bodies drain() {
    Bodies all;
    for (;;) {
      TakeTransaction taken = take();
      if (taken.empty()) return all;
      for (std::string& body : bodies(taken.events())) all.push_back(std::move(body));
      EXPECT_TRUE(taken.commit().ok());
    }
  }
  Bookmark bookmark(std::string_view owner) {
    auto found = channel().bookmark(owner);
    EXPECT_TRUE(found.ok());
    return found.ok() ? *std::move(found) : Bookmark();
  }

  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  std::unique_ptr<ChannelUnderTest> world_;
  std::unique_ptr<Putter> putter_;
  std::unique_ptr<Taker> taker_;
  std::vector<std::unique_ptr<Taker>> dead_takers_;
};

}  // namespace flume::conformance
