// The file channel: events on disk, there again after a crash of the process or the machine. The disk is storage::SegmentLog;
// here is what may be taken, by whom, and how much room is left. The newest events stay in memory (hotBytes) for a sink that
// keeps up; a backlog is read from the disk in large pieces, so memory does not grow with it.
// Flume's contract kept: defaults, keep-alive, one agent per folder (in_use.lock), puts and takes durable at commit.
// Differs from Flume: take-commits are synced with the next group, at the latest after takeSyncInterval, unless a sink or
// takeSync = strict asks for more; nothing is ever replayed (docs/differences.md).
//
// Owner: the agent. Threads: any, as flume/channel.h says. The log's lock may be held when the channel's is taken, never the
// other way round.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "channel/open_takes.h"
#include "channel/room.h"
#include "channel/slice_queue.h"
#include "components/channels/file/backlog_times.h"
#include "components/channels/file/file_options.h"
#include "components/channels/file/note_streams.h"
#include "flume/batch_builder.h"
#include "flume/channel.h"
#include "flume/metrics.h"
#include "flume/services.h"
#include "storage/segment_log.h"

namespace flume {

struct FileChannelCounters : ChannelCounters {
  using ChannelCounters::ChannelCounters;
  Counter event_put_error{*this, "EventPutErrorCount"};
  Counter event_take_error{*this, "EventTakeErrorCount"};
  Counter checkpoint_write_error{*this, "CheckpointWriteErrorCount"};
  Counter checkpoint_backup_write_error{*this, "CheckpointBackupWriteErrorCount"};
  Counter open{*this, "Open", MetricForm::Flag};
  Counter closed{*this, "Closed", MetricForm::Level};
  Counter unhealthy{*this, "Unhealthy", MetricForm::Level};
};

/// What Flume has no name for: Prometheus only.
struct FileChannelFigures : CounterGroup {
  using Figures = std::function<storage::LogFigures()>;
  FileChannelFigures(std::string_view component, const Figures& figures, const std::function<std::int64_t()>& oldest_age,
                     const std::function<std::int64_t()>& seconds_to_full);
  ComputedMetric segments;
  ComputedMetric free_slots;
  ComputedMetric bytes;
  ComputedMetric syncs;
  ComputedMetric sync_micros;
  ComputedMetric sync_micros_p50;
  ComputedMetric sync_micros_p99;
  ComputedMetric oldest_event_age;
  ComputedMetric time_to_full;
};

class FileTaker;

class FileChannel final : public Channel, private storage::LogObserver {
 public:
  FileChannel(const FileOptions& options, const Services& services)
      : FileChannel(options, services, options.log_settings(services.user_home)) {}
  /// With settings of its own: for tests.
  FileChannel(const FileOptions& options, const Services& services, storage::LogSettings settings);
  ~FileChannel() override;

  /// Opens the log. May be called again after an error, and after stop(): nobody is in a call then, and what was taken and is
  /// not committed cannot be any more.
  Status start() override;
  void stop(Deadline deadline) override;

  [[nodiscard]] ChannelIdentity identity() const override;
  [[nodiscard]] ChannelLimits limits() const override { return {room_.total().events, transaction_capacity_}; }
  [[nodiscard]] std::uint64_t size() const override;
  [[nodiscard]] bool survives_crash() const override { return true; }
  Result<std::unique_ptr<Putter>> putter(std::string_view source) override;
  Result<std::unique_ptr<Taker>> taker(std::string_view sink_or_group) override;
  [[nodiscard]] Result<Bookmark> bookmark(std::string_view owner) const override;
  [[nodiscard]] std::vector<std::string> owners() const override;
  Status note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold = nullptr) override;
  [[nodiscard]] Ranges held(std::string_view owner) const override;
  Status settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) override;

  // For a channel that keeps some events in another place and has one count of ids for both (spillable_memory):
  /// Stores events with ids from `first` on, whatever the capacity. The calls come in the order of the ids.
  Status put_at(EventId first, EventBatch& batch, storage::SegmentLog::Stream stream, Completion done);
  std::unique_ptr<FileTaker> file_taker(std::string_view name);
  /// No event that anybody may take has a lower id; nothing: there is none.
  [[nodiscard]] std::optional<EventId> lowest() const;
  /// Those of `ids` that are not here.
  [[nodiscard]] Ranges gone_among(const Ranges& ids) const;
  [[nodiscard]] Ranges open_among(const Ranges& ids) const;
  [[nodiscard]] Ranges held_by_others(std::string_view owner, const Ranges& ids) const;
  [[nodiscard]] EventId end_id() const;
  /// Gives to all what an earlier run held.
  Status release_holds();
  [[nodiscard]] storage::LogFigures log_figures() const;
  std::int64_t oldest_age();
  std::int64_t seconds_to_full();

 private:
  friend class FilePutter;
  friend class FileTaker;
  using Lock = std::unique_lock<std::mutex>;

  void stored(EventId first, EventBatch& events, storage::LogPosition at) override;
  [[nodiscard]] Status not_started() const;
  /// Not when the log has failed: what is delivered then could not be committed, and would come again.
  [[nodiscard]] Status check_usable();
  /// Room is reserved. Counts, and gives the room back if the events are not stored.
  Status queue(EventBatch& batch, std::span<const BookmarkDelta> deltas, storage::SegmentLog::Stream stream, Completion done,
               std::optional<EventId> first = std::nullopt);
  void release(std::uint64_t events);
  [[nodiscard]] Result<std::shared_ptr<storage::SegmentKeys>> open_keys() const;

  // With mutex_:
  void offer(Wakeups& wakeups);
  void wake_taker(Wakeups& wakeups);
  /// True when there are events that anybody may take, in memory or on the disk.
  [[nodiscard]] bool has_events() const { return !queue_.empty() || !by_id_.empty() || is_cold_; }
  /// True when the lowest events that anybody may take, as far as it is known, are in the queue.
  [[nodiscard]] bool has_loaded() const { return !queue_.empty() && (by_id_.empty() || queue_.first_id() < by_id_.lowest()); }
  void push(IdSlices slices);
  IdSlices extract(const Ranges& ids);
  /// Nobody may take these any more.
  void withdraw(const Ranges& ids);
  /// Anybody may take these again; they are read from the disk.
  void make_takeable(Ranges ids);
  /// Makes sure that the lowest events that may be taken are in memory, about `events` of them, but no more than hotBytes and a
  /// piece of the disk. Lets the lock go meanwhile.
  Status load(Lock& lock, std::uint32_t events);
  Status load_next(Lock& lock);
  Status load_by_id(Lock& lock);
  /// Puts what was read into the queue, without what is gone, held, in a take or withdrawn meanwhile.
  /// Adds the ids of those that went there to `added`.
  void add_loaded(const storage::StoredEvents& read, const Ranges& unwanted, const Ranges* wanted, Ranges& added);
  /// Without the lock: the error to give, or ok when the damage was passed over.
  Status pass_over(const storage::Damage& damage);

  const Services services_;
  const FileOptions options_;
  const storage::LogSettings settings_;
  const Instant::duration keep_alive_;
  const std::uint32_t transaction_capacity_;
  const std::uint64_t hot_bytes_;
  const SlabPool::Handle pool_ = SlabPool::make();

  mutable std::mutex log_mutex_;              // taken to replace log_, and to look at it from outside; before all others
  std::unique_ptr<storage::SegmentLog> log_;  // set by start()

  mutable std::mutex mutex_;  // guards what follows, up to the counters
  Room room_;
  SliceQueue queue_;  // events that anybody may take, in memory
  std::uint64_t queue_bytes_ = 0;
  std::uint64_t queue_events_ = 0;
  bool is_cold_ = false;       // there are events on the disk behind those in the queue
  storage::LogPosition cold_;  // the first of them
  EventId end_id_ = 1;         // one past the highest that is durable
  Ranges by_id_;               // events that anybody may take, below cold_, not in memory
  Ranges withdrawing_;         // ids that are being settled, held or taken by id just now
  bool is_loading_ = false;
  Ranges withdrawn_;              // ids withdrawn since loading began
  Ranges returned_;               // ids made takeable since loading began
  BatchBuilder builder_{*pool_};  // of the one who loads
  OpenTakes open_takes_;
  NoteStreams note_streams_;
  SmallVector<std::shared_ptr<Parker>, 4> waiting_takers_;
  std::set<std::string, std::less<>> taker_names_;
  BacklogTimes backlog_times_;

  FileChannelCounters counters_;
  FileChannelFigures figures_;
  MetricsRegistry::Membership membership_;  // these leave before the counters go
  MetricsRegistry::Membership figures_membership_;
};

}  // namespace flume
