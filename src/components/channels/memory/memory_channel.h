// The memory channel: events in RAM, fast, gone when the process crashes. One short lock around slices, room and
// bookmarks; nothing in it is done once per event. Ids and bookmarks are good for this run only. What a normal stop finds in it
// is saved, if the agent says so, and taken back by the next start (saved_events.h): in front, even if it is more than capacity.
// Flume's contract kept: defaults, keep-alive, room given back at take-commit, byteCapacity counts bodies in slots of 100 bytes.
// Differs from Flume: a take waits for its first event only, so a half-full batch leaves at once (docs/differences.md).
//
// Owner: the agent. Threads: any, as flume/channel.h says.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "channel/open_takes.h"
#include "channel/room.h"
#include "channel/slice_queue.h"
#include "event/bookmark_table.h"
#include "event/hold_table.h"
#include "event/spin_park_mutex.h"
#include "flume/channel.h"
#include "flume/component.h"
#include "flume/metrics.h"
#include "flume/options.h"
#include "flume/services.h"
#include "saved_events/saved_events.h"

namespace flume {

struct MemoryOptions {
  static constexpr std::int64_t kDefaultEvents = 100;

  std::int64_t capacity = kDefaultEvents;
  std::int64_t transaction_capacity = kDefaultEvents;
  std::chrono::seconds keep_alive{3};
  std::int64_t byte_capacity_buffer_percentage = 20;
  std::optional<Bytes> byte_capacity;

  /// Flume takes its default for a number that is not positive.
  [[nodiscard]] std::uint64_t effective_capacity() const noexcept;
  [[nodiscard]] std::uint32_t effective_transaction_capacity() const noexcept;
  /// Body slots that fit, given the default for byteCapacity; less than one slot means no limit.
  [[nodiscard]] std::uint64_t body_slots(std::uint64_t default_bytes) const noexcept;
};

OptionProblems check(const MemoryOptions& options);

/// Body slots of `slot_bytes` in `bytes`, less the share that is for headers; less than one slot means no limit.
[[nodiscard]] std::uint64_t body_slots(double bytes, std::int64_t buffer_percentage, std::uint64_t slot_bytes) noexcept;

/// How much is stored, and how bodies are counted.
struct MemoryLimits {
  Need most;
  std::uint64_t slot_bytes = kBodySlotBytes;
  std::uint32_t transaction_capacity = 0;
  std::chrono::seconds keep_alive{0};
};

class MemoryTaker;

class MemoryChannel final : public Channel {
 public:
  MemoryChannel(const MemoryOptions& options, const Services& services);
  MemoryChannel(const MemoryLimits& limits, const Services& services);

  Status start() override { return start_at(1, {}); }
  void stop(Deadline deadline) override;

  [[nodiscard]] ChannelIdentity identity() const override { return identity_; }
  [[nodiscard]] ChannelLimits limits() const override { return {room_.total().events, transaction_capacity_}; }
  [[nodiscard]] std::uint64_t size() const override;
  [[nodiscard]] bool survives_crash() const override { return false; }
  [[nodiscard]] bool survives_stop() const override { return is_saved_on_stop_; }
  Result<std::uint64_t> save(Deadline deadline) override;
  Result<std::unique_ptr<Putter>> putter(std::string_view source) override;
  Result<std::unique_ptr<Taker>> taker(std::string_view sink_or_group) override;
  [[nodiscard]] Result<Bookmark> bookmark(std::string_view owner) const override;
  [[nodiscard]] std::vector<std::string> owners() const override;
  Status note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold = nullptr) override;
  [[nodiscard]] Ranges held(std::string_view owner) const override;
  Status settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) override;

  // For a channel that keeps events in another place, too, and has one count of ids for both (spillable_memory):
  /// start(), with ids from `next` on; what the last stop saved gets `saved_ids`, if these are as many or more.
  Status start_at(EventId next, const Ranges& saved_ids);
  /// Ids for events that are stored elsewhere: the first of `events`.
  EventId reserve_ids(std::uint64_t events);
  struct Sight {
    std::optional<EventId> lowest;  ///< of the events that anybody may take
    EventId next = 1;               ///< id
  };
  [[nodiscard]] Sight look() const;
  [[nodiscard]] Need need_of(const EventBatch& events) const noexcept;
  [[nodiscard]] bool has_room(const Need& need) const;
  [[nodiscard]] Need free_room() const;
  [[nodiscard]] const Need& most() const noexcept { return room_.total(); }
  /// Of the events that are in no open take.
  [[nodiscard]] Ranges waiting_ids() const;
  [[nodiscard]] Ranges open_among(const Ranges& ids) const;
  [[nodiscard]] Ranges held_by_others(std::string_view owner, const Ranges& ids) const;
  [[nodiscard]] Status check(std::span<const BookmarkDelta> deltas) const;
  std::unique_ptr<MemoryTaker> memory_taker(std::string_view name);

 private:
  friend class MemoryPutter;
  friend class MemoryTaker;

  // With mutex_ held:
  /// Wakes what the last change made possible. Call after every change that frees room or makes events takeable.
  void offer(Wakeups& wakeups);
  /// Events that are in no open take any more go to their place: to be taken by all, or by their holder.
  void put_back(IdSlices slices);
  /// Forgets holds of `ids`; the events that wait in held_ stay there and belong to the caller.
  void remove_for_good(const Ranges& ids, const Need& freed);

  /// What the last stop saved goes behind what is here, or to its ids.
  Status take_saved(const Ranges& saved_ids);
  [[nodiscard]] std::uint64_t slots_of(const Slice& slice) const noexcept;

  Clock& clock_;
  saved_events::SavedEvents saved_events_;
  const bool is_saved_on_stop_;
  const Instant::duration keep_alive_;
  const std::uint32_t transaction_capacity_;
  const std::uint64_t slot_bytes_;
  ChannelIdentity identity_;

  mutable SpinParkMutex mutex_;  // guards what follows, up to the counters
  Room room_;
  SliceQueue queue_;  // events that anybody may take
  SliceQueue held_;   // events that wait for their holder
  HoldTable holds_;
  OpenTakes open_takes_;
  BookmarkTable bookmarks_;
  EventId next_id_ = 1;
  bool is_saved_ = false;  // what came in now would be lost
  SmallVector<std::shared_ptr<Parker>, 4> waiting_takers_;
  std::set<std::string, std::less<>> taker_names_;

  ChannelCounters counters_;
  MetricsRegistry::Membership membership_;  // leaves before the counters go
};

}  // namespace flume
