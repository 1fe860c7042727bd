// One bucket of the hdfs sink: the events of one folder and file prefix, written to one file after the other. Decides when a
// file is full and what the next one is called, as Flume's BucketWriter: the limits are looked at before each write, the
// number in the name is the writer's birth in ms, plus 1 per file. Owner: the sink. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "output/output_files.h"

namespace flume::output {

struct RollPolicy {
  std::chrono::seconds interval{0};      ///< since the file was opened; 0: never
  std::int64_t size = 0;                 ///< body bytes; 0: never
  std::int64_t count = 0;                ///< events; 0: never
  std::chrono::seconds idle_timeout{0};  ///< since the last events; 0: never
  std::size_t least_replicas = 0;        ///< with fewer of its last block the next events get another file; 0: never
};

/// Where the files of a bucket are and what stands around their number.
struct BucketNames {
  std::string path;    ///< of the folder
  std::string prefix;  ///< of the name; may hold slashes
  std::string in_use_prefix;
  std::string in_use_suffix;
  std::string suffix;

  [[nodiscard]] FileNames with_number(std::int64_t number) const;
};

class BucketWriter {
 public:
  /// `number`: the first file gets the next one.
  BucketWriter(OutputFiles& files, const RollPolicy& policy, BucketNames names, std::int64_t number)
      : files_(files), policy_(policy), names_(std::move(names)), name_(names_.path + "/" + names_.prefix), number_(number) {}

  /// Before a batch is written: gives each of them a file that takes events, side by side. What fails is told to `files`.
  static void prepare(OutputFiles& files, std::span<BucketWriter* const> writers, const Clock& clock);
  /// Whether the batch's event `last_index` must not be written now.
  [[nodiscard]] bool must_wait(const Delivery& delivery, std::uint32_t last_index) { return files_.must_wait(delivery, name_, last_index); }
  /// Consecutive events of a batch, the first of which is its `first_index`-th. What fails is told to `files`.
  void append(Delivery& delivery, std::span<const EventView> events, std::uint32_t first_index, const Clock& clock);
  /// No further events: the file is finished once it is committed.
  void close();
  /// True when the time since the file was opened, or since the last events, is over.
  [[nodiscard]] bool is_due(Instant now) const { return now >= due(); }
  /// When it will be; never when nothing is open.
  [[nodiscard]] Instant due() const;
  /// The last number given to a file.
  [[nodiscard]] std::int64_t number() const noexcept { return number_; }

 private:
  /// So many files in a row are left for too few replicas; then the bucket stays with what it gets, as Flume's does.
  static constexpr int kMostReplicaRolls = 30;

  [[nodiscard]] bool is_full() const;
  [[nodiscard]] bool has_too_few_replicas() const;
  [[nodiscard]] std::size_t room(std::span<const EventView> events) const;
  /// A file that is full, or has too few replicas, is left.
  void seal_what_is_full();
  [[nodiscard]] OutputFiles::Wish next_wish() { return {names_.with_number(++number_), name_}; }
  void set_file(OutputFiles::FilePointer file, const Clock& clock);
  Status open(const Clock& clock);

  OutputFiles& files_;
  const RollPolicy policy_;
  const BucketNames names_;
  const std::string name_;  // of the bucket
  std::int64_t number_;
  OutputFiles::FilePointer file_;
  Instant opened_ = Instant::max();
  Instant last_events_ = Instant::max();
  int replica_rolls_ = 0;  // in a row
};

}  // namespace flume::output
