// All files of one sink as transactions see them: what a deliver wrote becomes committed or is cut, sealed files are closed
// and renamed only when the commit that covers them is synced, and what a crash left is finished at the next start.
// The protocol and its crash table: docs/exactly-once.md, pattern "cut".
//
// The events of a bucket stay in order: those behind one that did not arrive do not, either.
//
//   deliver():     begin_deliver(delivery); append(...)...; return end_deliver(delivery);
//   committed(), given_back(), tick(): passed on.
//
// Owner: the sink. One thread, but for the steps of single files that OutputSettings::threads lets run side by side.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "flume/metrics.h"
#include "flume/services.h"
#include "flume/sink.h"
#include "output/file_journal.h"
#include "output/side_by_side.h"
#include "output/unfinished_file.h"

namespace flume::output {

struct OutputSettings {
  Durability durability = Durability::Written;  ///< of each commit; flush or sync
  std::chrono::milliseconds call_timeout{0};
  std::chrono::seconds retry_interval{180};  ///< between tries to finish a file; 0 or less: one try
  std::int64_t close_tries = 0;              ///< 0: no end to them
  bool keeps_empty_files = false;            ///< a file without events is finished like any other
  std::string suffix;                        ///< what final names end in
  std::size_t threads = 0;                   ///< for calls of a file system that serves threads; 0: all on the sink's
  /// For a file of this path in use.
  std::function<std::unique_ptr<FileFormat>(std::string_view path)> make_format;
};

class OutputFiles {
 public:
  using FilePointer = std::shared_ptr<UnfinishedFile>;

  OutputFiles(FileSystem& file_system, const Services& services, OutputSettings settings);

  /// Finishes what earlier runs left, as far as that is possible now; the rest is tried again by tick().
  Status start(SinkContext& context);

  struct Wish {
    FileNames names;
    std::string bucket;
  };
  /// New files, each made when its first events are written. Cause::Exists: one of its names is taken. The server is asked for
  /// all of them side by side, in the time of one call.
  std::vector<Result<FilePointer>> plan(std::vector<Wish> wishes);
  Result<FilePointer> plan(Wish wish);
  /// A new, empty file, made and noted now.
  Result<FilePointer> make(SinkContext& context, FileNames names);
  /// No more events for this file: it is finished after the commit that covers it, or by the next tick().
  void seal(const FilePointer& file);
  /// False when the file is sealed or lost: its bucket needs another one.
  [[nodiscard]] static bool accepts_events(const FilePointer& file) { return file != nullptr && !file->is_sealed && !file->has_failed; }

  void begin_deliver(const Delivery& delivery);
  /// Files that get events in this deliver: broken ones are made writable, side by side, in the time of one call.
  void prepare(std::span<const FilePointer> files);
  /// Consecutive events of the batch for one file; `first_index`: of the first one in the batch. Bad events are rejected by
  /// name. An error: this file is left out of this deliver, and what follows in its bucket must be, see leave_out().
  Status append(Delivery& delivery, const FilePointer& file, std::span<const EventView> events, std::uint32_t first_index);
  /// Whether events of this bucket, the last one of which is the batch's `last_index`-th, must be left out: earlier ones have
  /// not arrived.
  [[nodiscard]] bool must_wait(const Delivery& delivery, const std::string& bucket, std::uint32_t last_index);
  /// The batch's events [lo, hi) of `bucket` go into no file now.
  void leave_out(const std::string& bucket, std::uint32_t lo, std::uint32_t hi);
  /// No file could be planned for the bucket: what follows of it is left out of this deliver.
  void fail_bucket(const std::string& bucket, Status why);
  /// Makes all that was appended as durable as asked, side by side. Where some files fail, their events are set aside and the
  /// others have arrived; where all do, the answer is the first error.
  Result<Outcome> end_deliver(Delivery& delivery);

  void committed(SinkContext& context);
  void given_back(SinkContext& context);
  /// Finishes sealed files that are due; the time of the next one.
  Instant tick(SinkContext& context) { return finish(context, false); }
  /// Finishes all sealed files now, as far as possible before the deadline.
  void stop(SinkContext& context, Deadline deadline);

  /// Whether a file of this final name is planned, open or to be finished.
  [[nodiscard]] bool knows(const FileNames& names) const { return reserved_.contains(names.final_path()); }
  /// A file in use that nobody named is one of ours from now on: noted, and finished by the next tick() as one that a killed agent
  /// left behind a channel that forgets. Precondition: nobody writes it, and !knows(names).
  Status adopt(SinkContext& context, const FileNames& names);

  /// Sealed files that could not be finished yet.
  [[nodiscard]] std::size_t unfinished() const noexcept { return finishing_.size(); }

 private:
  struct Run {
    UnfinishedFile* file;
    std::uint32_t lo;
    std::uint32_t hi;
  };
  struct LeftOut {
    std::string bucket;
    std::uint32_t lo;
    std::uint32_t hi;
  };

  Status recover(SinkContext& context, FileJournal& journal);
  void fail(UnfinishedFile& file, const Status& why);
  /// Those that failed before come last: what hangs does not keep the others waiting.
  std::vector<Result<Progress>> make_writable(std::span<const FilePointer> files);
  /// A step that asks the server for one file after the other: what was in vain counts for all of this deliver.
  Status alone(const std::function<Status()>& step);
  /// The files are planned: their intents are noted, then they are made, their identities noted, their names given.
  std::vector<Status> make_files(SinkContext& context, std::span<const FilePointer> files);
  Status note_intents(SinkContext& context, std::span<const FilePointer> files, Durability durability);
  Status note_identities(SinkContext& context, std::span<const FilePointer> files, Durability durability);
  void make_planned(SinkContext& context);
  void flush_all();
  [[nodiscard]] bool has_failed(const std::string& bucket) const noexcept;
  void fail_later_files_of_failed_buckets();
  void set_aside(Delivery& delivery, const Ranges& arrived);
  void release(const FilePointer& file);
  [[nodiscard]] bool must_sync(const UnfinishedFile& file) const;
  [[nodiscard]] bool is_to_be_discarded(const UnfinishedFile& file) const;

  Instant finish(SinkContext& context, bool all);
  /// Also waits for the server where it is still recovering a file: else that would stay in use until the next start.
  void finish_before(SinkContext& context, Deadline deadline);
  void prepare_endings(SinkContext& context, bool all, std::vector<FilePointer>& ready, std::vector<FilePointer>& waiting,
                       std::vector<FilePointer>& done);
  void note_seals(SinkContext& context, std::vector<FilePointer>& ready, std::vector<FilePointer>& waiting);
  void close_and_rename(SinkContext& context, std::vector<FilePointer>& ready, std::vector<FilePointer>& waiting);
  Status give_other_name(SinkContext& context, UnfinishedFile& file, Status renamed);
  std::vector<Status> for_each(std::span<const FilePointer> files, const std::function<Status(UnfinishedFile&)>& step);
  Result<Progress> discard(UnfinishedFile& file);
  void forget(SinkContext& context, const std::vector<FilePointer>& done);
  /// Keeps the file for another try, or gives it up.
  void retry(const FilePointer& file, const Status& why, std::vector<FilePointer>& waiting);

  const Services services_;
  const OutputSettings settings_;
  FileEnvironment environment_;
  SideBySide side_by_side_;
  BookmarkJournal bookmark_journal_;
  std::unique_ptr<FileJournal> state_file_;
  FileJournal* journal_ = nullptr;
  SinkCounters* counters_ = nullptr;
  std::uint64_t next_id_ = 1;

  bool is_delivering_ = false;
  std::vector<FilePointer> touched_;  // by this deliver
  std::vector<Run> runs_;             // of this deliver, in batch order
  std::vector<LeftOut> left_out_;     // of this deliver
  std::vector<std::string> failed_buckets_;
  bool has_waited_for_earlier_ = false;  // in this deliver: a bucket whose earlier events wait
  Instant::duration spent_in_vain_{};    // in this deliver, by alone()
  Status first_error_;
  std::map<std::string, Ranges, std::less<>> waiting_;  // by bucket: events that were set aside
  std::vector<FilePointer> finishing_;
  bool has_told_unsynced_ = false;
  struct Finished {
    FileJournal* journal;
    std::uint64_t id;
    std::string path;
  };
  std::vector<Finished> to_erase_;            // finished, but still in the journal
  std::unordered_set<std::string> reserved_;  // final paths of all that are planned, open, unfinished or still in the journal
};

}  // namespace flume::output
