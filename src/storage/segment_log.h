// The segment log: a durable queue's disk. Events, what became of them, bookmarks and holds are records in segments; the log is
// its own checkpoint. Layout and rules: FORMAT.md.
//
// Group commit: whoever finds the log idle writes and syncs all that is queued; the others wait for it, or, if they are event
// loops, are called back. What waits for nobody (take-commits) is written at once and synced with the next group, at the latest
// after sync_interval. An operation is visible when it is as durable as was asked for.
//
// Owner: a channel. Threads: any. The observer is called under the log's lock: it may take its own lock, and must not call the log.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "flume/batch_builder.h"
#include "flume/channel.h"
#include "flume/clock.h"
#include "flume/files.h"
#include "flume/log.h"
#include "storage/log_recovery.h"
#include "storage/log_settings.h"
#include "storage/log_state.h"
#include "storage/recent_durations.h"
#include "storage/segment.h"

namespace flume::storage {

/// Where reading goes on: a record of a segment. A value.
struct LogPosition {
  std::uint64_t segment = 0;  ///< its number; if there is no such segment, the next one
  std::uint64_t offset = kRecordsStart;
  EventId id = 1;  ///< of the first event that is found there
};

struct StoredEvents {
  EventId first = 0;
  EventBatch events;
};

class LogObserver {
 public:
  /// These events are durable. In id order, without gaps but those of failed puts, which there are none of. `at`: their record.
  virtual void stored(EventId first, EventBatch& events, LogPosition at) = 0;

 protected:
  ~LogObserver() = default;
};

/// What monitoring shows. Counts since the log was opened.
struct LogFigures {
  std::uint64_t segments = 0;  ///< with events not yet delivered, and the two newest
  std::uint64_t free_slots = 0;
  std::uint64_t bytes = 0;  ///< of all slots
  std::uint64_t syncs = 0;
  std::uint64_t groups = 0;
  std::uint64_t records = 0;
  std::uint64_t written_bytes = 0;
  std::uint64_t waiting = 0;         ///< operations that nobody has begun to write
  std::int64_t sync_micros = 0;      ///< all syncs together
  std::int64_t sync_micros_p50 = 0;  ///< of about the last thousand
  std::int64_t sync_micros_p99 = 0;
};

class SegmentLog {
 public:
  /// Opens it, or makes a new one, and begins a segment: when this returns ok, the new epoch is durable. Errors: recover_log().
  static Result<std::unique_ptr<SegmentLog>> open(LogSettings settings, Files& files, Clock& clock, Log log, LogObserver& observer);
  SegmentLog(const SegmentLog&) = delete;
  SegmentLog& operator=(const SegmentLog&) = delete;
  ~SegmentLog();
  /// Syncs all and marks the end. Nobody is in a call any more; later ones fail.
  void close();

  /// Stores the events and the bookmarks as one, and returns when they are durable. The batch is moved away on ok. `first`: the
  /// id of its first event, not below end_id(). Ids that are passed over, for events that are kept elsewhere, count as
  /// delivered. Calls that name an id come in the order of their ids.
  Status put(EventBatch& events, std::span<const BookmarkDelta> deltas, std::optional<EventId> first = std::nullopt);
  /// Puts of which none may be stored after one that was not: true since one was not.
  using Stream = std::shared_ptr<std::atomic<bool>>;
  /// The same without waiting: `done` is called in call order, by any thread, and gets the events back after an error.
  Status put_async(EventBatch& events, std::span<const BookmarkDelta> deltas, Stream stream, Completion done,
                   std::optional<EventId> first = std::nullopt);
  /// These events are delivered. `removed`, here and below: how many of them were not so before; only set when it returns ok.
  Status take(const Ranges& ids, std::span<const BookmarkDelta> deltas, Durability durability, std::uint64_t* removed = nullptr);
  /// They are so without having been taken; durable when it returns.
  Status settle(const Ranges& ids, std::span<const BookmarkDelta> deltas, std::uint64_t* removed = nullptr);
  /// `stream`: it fails when one of these puts could not be stored, like a put behind it.
  Status note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold, Stream stream = {});

  [[nodiscard]] ChannelIdentity identity() const;
  [[nodiscard]] Bookmark bookmark(std::string_view owner) const;
  [[nodiscard]] std::vector<std::string> owners() const;
  [[nodiscard]] Ranges held(std::string_view owner) const;
  [[nodiscard]] std::vector<std::string> hold_owners() const;
  [[nodiscard]] Ranges held_among(const Ranges& ids) const;
  [[nodiscard]] Ranges held_by_others(std::string_view owner, const Ranges& ids) const;
  [[nodiscard]] bool has_holds() const;
  /// Those of `ids` that are delivered, or were never put.
  [[nodiscard]] Ranges gone_among(const Ranges& ids) const;
  [[nodiscard]] std::uint64_t stored() const;
  [[nodiscard]] LogFigures figures() const;
  /// The lowest event not delivered; and one past the highest that is durable.
  [[nodiscard]] EventId watermark() const;
  [[nodiscard]] EventId end_id() const;
  /// The error that ended the log; ok while it works.
  [[nodiscard]] Status failure() const;
  [[nodiscard]] bool has_failed() const noexcept { return has_failed_.load(std::memory_order_acquire); }
  /// What recovery found with OnDamage::Skip.
  [[nodiscard]] const std::vector<Damage>& damages_at_open() const noexcept { return damages_at_open_; }

  /// The record that `id` is in, or the first behind it. Reads record heads.
  Result<LogPosition> find(EventId id);
  struct Read {
    std::vector<StoredEvents> events;  ///< delivered ones among them
    std::optional<Damage> damage;      ///< behind the events; `position` is behind it
  };
  /// Durable events from `position` on, about `bytes` of them and at most up to id `end`; `position` moves on.
  Result<Read> read(LogPosition& position, std::uint64_t bytes, EventId end, BatchBuilder& builder);
  /// The slot is put aside when its events are delivered.
  void keep_aside(const Damage& damage);

  /// Writes and syncs what is queued or not synced: for tests without a thread.
  void drive();

 private:
  struct Entry;
  using Lock = std::unique_lock<std::mutex>;

  SegmentLog(LogSettings settings, Files& files, Clock& clock, Log log, LogObserver& observer);
  Status start();

  // With the lock:
  Status submit(Entry& entry, std::span<const BookmarkDelta> deltas);
  [[nodiscard]] Status check(const Entry& entry, std::span<const BookmarkDelta> deltas) const;
  void enqueue(Entry& entry);
  /// Writes or syncs what waits, or waits for whoever does. False: nothing waits, or the log has failed.
  bool advance(Lock& lock);
  void write_group(Lock& lock);
  /// Gives it its place in the active segment and its ids; returns where the next one begins.
  std::uint64_t place(Entry& entry, std::uint64_t at, std::uint64_t tag);
  /// Without the lock, the writer only: the bytes of a record that has its place.
  Status lay_out(Entry& entry, std::uint64_t salt, std::vector<ByteView>& pieces);
  [[nodiscard]] std::uint64_t tag_bytes() const noexcept;
  /// Room for a record of so many bytes in the active segment: begins a new one if needed.
  Status make_room(Lock& lock, std::uint64_t bytes, bool is_put);
  Status roll(Lock& lock, std::uint64_t bytes, bool is_put);
  /// Leaves the last reserve alone, and the disk its minimum; or, for take-commits when all else has failed, does not.
  Result<Slot> pick_slot(Lock& lock, std::uint64_t bytes, bool leaves_reserve);
  /// Without the lock: an empty file with its name synced.
  Result<Slot> make_slot(std::uint32_t number, std::uint64_t bytes, bool leaves_minimum);
  [[nodiscard]] Status check_space(const std::string& folder, std::uint64_t bytes);
  [[nodiscard]] std::size_t reserves() const;
  Status begin_segment(Lock& lock, Slot slot, const std::string& state, std::uint64_t number);
  Status sync_active(Lock& lock);
  /// What is written up to `end` of a segment.
  void publish(std::uint64_t segment, std::uint64_t end);
  void was_written(Entry& entry);
  void apply(Entry& entry);
  void finish(Entry& entry, const Status& result);
  void fail(const Status& status);
  void hand_on();
  void run_completions(Lock& lock);
  /// The slot is free again; returns `why`.
  Status keep(Slot slot, Status why);
  void free_delivered();
  void free_slot(SegmentPointer segment);
  /// Of no use any more: the file goes. False: it may come back.
  [[nodiscard]] bool discard(Slot slot);
  void drop_free_slots();
  [[nodiscard]] bool conflicts(const Entry& entry) const;

  void run_thread(const std::stop_token& stop);
  /// Writes and syncs a piece of a slot to come. False: all are full, or this one cannot be filled now.
  bool fill_ahead(Lock& lock);

  const LogSettings settings_;
  Files& files_;
  Clock& clock_;
  const Log log_;
  LogObserver& observer_;
  std::vector<std::unique_ptr<FileLock>> locks_;
  std::vector<Damage> damages_at_open_;

  mutable std::mutex mutex_;                          // guards all below
  LogState state_;                                    // what is published
  std::map<std::uint64_t, SegmentPointer> segments_;  // sealed ones and the active one
  SegmentPointer active_;
  std::vector<SegmentPointer> retiring_;  // empty, but somebody reads in them
  std::vector<Slot> free_;
  std::uint64_t highest_number_ = 0;
  std::uint64_t newest_recovered_ = 0;
  std::uint32_t highest_slot_ = 0;
  EventId next_id_ = 1;  // of the next record written; state_.next_id follows when it is published
  std::uint32_t attempt_ = 0;
  std::uint64_t durable_end_ = 0;    // of the active segment
  std::uint64_t published_end_ = 0;  // the same; readers see up to here
  Ranges durable_delivered_;         // state_.delivered as of the last sync
  bool has_unsynced_ = false;        // written and published, not synced
  Instant unsynced_since_{};
  Instant no_filling_until_{};
  std::deque<Entry*> queue_;                         // not written yet
  std::vector<Entry*> group_;                        // being written by its own thread; in between only its memory is kept
  std::vector<ByteView> group_pieces_;               // the same
  std::deque<Entry*> in_flight_;                     // written, not published
  std::deque<std::unique_ptr<Entry>> asynchronous_;  // those of put_async, in call order, until their completion has run
  std::size_t pending_bookmark_bytes_ = 0;           // that entries not published yet may add
  bool is_writing_ = false;
  bool is_syncing_ = false;
  bool is_filling_ = false;         // a slot is out of free_ meanwhile
  bool is_kept_for_takes_ = false;  // the active segment: no puts in it, until there is another reserve
  bool needs_new_segment_ = false;  // one that could not be begun may be taken for the newest: the next must be newer
  bool is_completing_ = false;
  bool is_closed_ = false;
  Status failure_;
  std::atomic<bool> has_failed_ = false;  // failure_ is set; for those without the lock
  LogFigures figures_;
  RecentDurations sync_times_;
  std::mt19937_64 random_;
  std::optional<crypto::RecordCipher> sealer_;  // of the active segment, if it is encrypted; the writer's
  std::condition_variable idle_;                // a write or sync has ended

  Parker parker_;  // of the thread
  std::jthread thread_;
};

}  // namespace flume::storage
