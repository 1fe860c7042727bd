// The spillable memory channel: events in memory, and on disk what does not fit. Two channels behind one contract: a
// MemoryChannel, and a FileChannel as the overflow, whose puts are written and not synced. One count of ids for both (the
// memory side's); an event's side is known by its id, since each side takes the other's ids for gone. A take gives the lowest
// ids, wherever they are; puts go to memory until it has been full for overflowTimeout, then to the overflow until the free share
// of memory is overflowDeactivationThreshold.
// Guarantees as memory: a crash takes the memory side with it, and what is in the overflow is delivered by the next start.
// Bookmarks live in memory, and the identity is new at each start: a bookmark that came back with the overflow would speak for
// events that were in memory, too, and are gone; and ids that the overflow never saw are given again (exactly-once.md, 9 and 10).
// Holds of the overflow's events are in its log, and released by the next start.
// A normal stop saves the memory side, if the agent says so, with its ids: the next start puts it back between the overflow's.
// Differs from Flume: a take may have events of both sides, and a batch that fits neither side alone, but both together, goes to
// the overflow (docs/differences.md).
//
// Owner: the agent. Threads: any, as flume/channel.h says. Locks: taking_ before mutex_ before those of the two sides.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "channel/open_takes.h"
#include "channel/room.h"
#include "components/channels/file/file_channel.h"
#include "components/channels/memory/memory_channel.h"
#include "components/channels/spillable_memory/spillable_memory_options.h"
#include "flume/channel.h"
#include "flume/metrics.h"
#include "flume/services.h"

namespace flume {

/// What Flume has no name for: Prometheus only.
struct SpillFigures : CounterGroup {
  using Amount = std::function<std::int64_t()>;
  SpillFigures(std::string_view component, const Amount& in_memory, const Amount& in_overflow);
  ComputedMetric in_memory;
  ComputedMetric in_overflow;
  Counter is_spilling{*this, "ChannelIsSpilling", MetricForm::Level};
  Counter spills{*this, "ChannelSpillCount"};
};

class SpillableMemoryChannel final : public Channel {
 public:
  SpillableMemoryChannel(const SpillableMemoryOptions& options, const Services& services)
      : SpillableMemoryChannel(options, services, options.log_settings(services.user_home)) {}
  /// With settings of its own for the overflow: for tests.
  SpillableMemoryChannel(const SpillableMemoryOptions& options, const Services& services, storage::LogSettings settings);
  ~SpillableMemoryChannel() override;

  Status start() override;
  void stop(Deadline deadline) override;

  [[nodiscard]] ChannelIdentity identity() const override { return memory_.identity(); }
  [[nodiscard]] ChannelLimits limits() const override { return {capacity_, transaction_capacity_}; }
  [[nodiscard]] std::uint64_t size() const override { return memory_.size() + overflow_.size(); }
  [[nodiscard]] bool survives_crash() const override { return false; }
  /// The overflow stays: true when nothing is in memory, or what is there is saved.
  [[nodiscard]] bool survives_stop() const override { return memory_.survives_stop() || memory_.size() == 0; }
  Result<std::uint64_t> save(Deadline deadline) override;
  Result<std::unique_ptr<Putter>> putter(std::string_view source) override;
  Result<std::unique_ptr<Taker>> taker(std::string_view sink_or_group) override;
  [[nodiscard]] Result<Bookmark> bookmark(std::string_view owner) const override { return memory_.bookmark(owner); }
  [[nodiscard]] std::vector<std::string> owners() const override { return memory_.owners(); }
  Status note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold = nullptr) override;
  [[nodiscard]] Ranges held(std::string_view owner) const override;
  Status settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) override;

 private:
  friend class SpillablePutter;
  friend class SpillableTaker;
  using Lock = std::unique_lock<std::mutex>;
  enum class Side : std::uint8_t { Memory, Overflow };

  // With mutex_:
  /// Where a batch goes; nothing: it waits. `has_waited`: its patience has ended. Begins and ends spilling.
  std::optional<Side> side_for(const Need& need, bool has_waited);
  /// What the overflow has above its capacity counts against memory's.
  [[nodiscard]] bool memory_has_room(const Need& need) const;
  [[nodiscard]] bool overflow_has_room(std::uint64_t events) const;
  [[nodiscard]] bool exceeds_memory(const Need& need) const;
  /// It need not wait for memory before it goes to the overflow.
  [[nodiscard]] bool spills_at_once(const Need& need) const;
  /// Whether a putter that waits has something to wake up for.
  [[nodiscard]] bool has_room(const Need& need) const;
  void spill(bool is_spilling);
  /// Wakes putters, after every change that frees room.
  void offer(Wakeups& wakeups);

  /// After every change by which there are events to be taken that were not. Without locks.
  void events_came();
  /// The overflow cannot do what it should; said once.
  void overflow_failed(const Status& why);
  void overflow_works() noexcept { is_overflow_failing_ = false; }
  /// It cannot be read: for some time takes go on without it.
  void leave_out_overflow(const Status& why);
  /// How long; nothing: it is not left out.
  [[nodiscard]] std::optional<Instant> left_out_until() const;

  [[nodiscard]] Result<bool> has_leftovers() const;
  /// Out of the overflow's log: the ids of what the last stop saved.
  [[nodiscard]] Ranges saved_ids() const;
  Status note_saved_ids(const Ranges& ids);
  /// Those of `ids` whose events are there and not delivered.
  [[nodiscard]] Ranges in_overflow(const Ranges& ids) const;
  void run_timer(const std::stop_token& stop);

  const Services services_;
  const SpillableMemoryOptions options_;
  const std::vector<std::string> folders_;
  const std::uint64_t capacity_;
  const std::uint32_t transaction_capacity_;
  const std::uint64_t overflow_capacity_;
  const Instant::duration patience_;  // overflowTimeout
  const bool may_spill_;
  MetricsRegistry side_metrics_;  // nobody shows what the sides count for themselves

  std::mutex taking_;   // one taker looks at both sides at a time; it may read the disk meanwhile
  std::mutex holding_;  // one note with a hold, or hold of a take, at a time

  mutable std::mutex mutex_;  // guards what follows, up to waiting_takers_; every put takes it, so that ids have the order of the puts
  bool is_spilling_ = false;
  Ranges pending_;  // ids on their way into the overflow: no later one is taken before they are there
  WaitingPutters waiting_putters_;
  std::map<const void*, Instant> due_;  // when putters that wait for a call need not wait for memory any more
  OpenTakes open_takes_;
  std::set<std::string, std::less<>> taker_names_;

  std::mutex waiting_mutex_;  // guards the next two
  std::vector<std::shared_ptr<Parker>> waiting_takers_;
  std::uint64_t arrivals_ = 0;  // how often events came: who saw none must look again when it has changed

  std::atomic<bool> has_overflow_ = false;  // it is open
  std::atomic<bool> is_overflow_failing_ = false;
  std::atomic<Instant> left_out_until_ = Instant::min();

  MemoryChannel memory_;
  FileChannel overflow_;  // its thread calls what is above

  ChannelCounters counters_;
  SpillFigures figures_;
  FileChannelFigures log_figures_;
  MetricsRegistry::Membership membership_;  // these leave before the counters go
  MetricsRegistry::Membership figures_membership_;
  MetricsRegistry::Membership log_membership_;

  Parker timer_parker_;
  std::jthread timer_;  // ends the patience of those who wait for a call
};

}  // namespace flume
