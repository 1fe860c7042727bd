// A channel that keeps its promises over simulated crashes: after crash_process() all that was written is there again,
// after crash_power() all that was synced. Take-commits and notes that ask for no more than Written are synced with the next
// synced operation (a put always is one), so that power loss makes their events come again. Ids are never given twice, each
// open adds an epoch to the lineage, holds survive. Slow and simple on purpose: one event, one map entry.
//
// Owned by the test; putters, takers and transactions from before a crash are dead: their calls fail or do nothing.
// Threads: any, as flume/channel.h says.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "event/bookmark_table.h"
#include "event/hold_table.h"
#include "flume/channel.h"

namespace flume {

class SimDurableChannel final : public Channel {
 public:
  struct Settings {
    std::uint64_t capacity = 1000;
    std::uint32_t transaction_capacity = 100;
    Instant::duration keep_alive = std::chrono::seconds(3);
  };

  explicit SimDurableChannel(Clock& clock) : SimDurableChannel(clock, Settings{}) {}
  SimDurableChannel(Clock& clock, Settings settings);
  ~SimDurableChannel() override;

  // What a test does to it. Nobody may be waiting in a put or take.
  /// kill -9, and open again.
  void crash_process();
  /// The power fails: what was not synced is gone. And open again.
  void crash_power();
  /// The next `times` operations of a kind fail (Cause::Io) and change nothing.
  void fail_puts(std::uint32_t times);
  void fail_commits(std::uint32_t times);
  void fail_notes(std::uint32_t times);
  /// Operations that were made durable so far, and of them those that waited for the disk.
  [[nodiscard]] std::uint64_t written() const;
  [[nodiscard]] std::uint64_t synced() const;

  // Channel.
  [[nodiscard]] ChannelIdentity identity() const override;
  [[nodiscard]] ChannelLimits limits() const override { return {settings_.capacity, settings_.transaction_capacity}; }
  [[nodiscard]] std::uint64_t size() const override;
  [[nodiscard]] bool survives_crash() const override { return true; }
  Result<std::unique_ptr<Putter>> putter(std::string_view source) override;
  Result<std::unique_ptr<Taker>> taker(std::string_view sink_or_group) override;
  [[nodiscard]] Result<Bookmark> bookmark(std::string_view owner) const override;
  [[nodiscard]] std::vector<std::string> owners() const override;
  Status note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold = nullptr) override;
  [[nodiscard]] Ranges held(std::string_view owner) const override;
  Status settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) override;

 private:
  class SimPutter;
  class SimTaker;
  /// What is on the disk. The written one is the truth of this run; the synced one lags behind it.
  struct Disk {
    std::map<EventId, EventBatch> events;  // one event each
    EventId next_id = 1;
    BookmarkTable bookmarks;
    HoldTable holds;
  };
  struct OpenTake {
    std::string owner;
    Ranges ids;
  };
  struct SpaceWaiter {
    const void* putter;
    std::uint64_t events;
    std::function<void()> callback;
  };

  // With mutex_ held:
  void open_again();
  [[nodiscard]] bool is_dead(std::uint64_t run) const noexcept { return run != run_; }
  [[nodiscard]] Ranges open_ids() const;
  [[nodiscard]] Ranges takeable() const;
  void log(Durability durability);
  /// Callbacks of those for whom there is room now. All parked threads are woken: each looks for itself.
  std::vector<std::function<void()>> changed();

  Clock& clock_;
  const Settings settings_;
  mutable std::mutex mutex_;  // guards all below
  Disk written_;
  Disk synced_;
  ChannelIdentity identity_;
  std::uint64_t run_ = 0;
  std::deque<OpenTake> open_takes_;
  std::set<std::shared_ptr<Parker>> parked_;
  std::vector<SpaceWaiter> space_waiters_;
  std::uint32_t failing_puts_ = 0;
  std::uint32_t failing_commits_ = 0;
  std::uint32_t failing_notes_ = 0;
  std::uint64_t written_count_ = 0;
  std::uint64_t synced_count_ = 0;
};

}  // namespace flume
