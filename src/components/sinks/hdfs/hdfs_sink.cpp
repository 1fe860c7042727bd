// hdfs: events into files of a folder that their headers and time choose; files roll by time, size, count or idleness.
// The events' way: path and prefix (HdfsPaths) -> bucket (BucketWriter) -> file (OutputFiles) -> FileFormat -> FileSystem.
// Differs from Flume: a batch that fails is undone; nothing is renamed before the commit that covers it; no checksum files.
#include <functional>
#include <limits>
#include <list>
#include <span>
#include <stop_token>
#include <unordered_map>

#include "components/sinks/hdfs/hdfs_options.h"
#include "components/sinks/hdfs/hdfs_paths.h"
#include "flume/component.h"
#include "output/bucket_writer.h"
#include "output/leftovers.h"
#include "output/open_file_system.h"
#include "output/stream_format.h"

namespace flume {
namespace {

using output::BucketWriter;

/// At a start, of which there will be others.
constexpr std::chrono::milliseconds kLongestConnect{10'000};

constexpr OptionTraits no_effect(std::string_view why) {
  OptionTraits traits;
  traits.no_effect = why;
  return traits;
}

constexpr auto kHdfsOptions =
    options(option<&HdfsOptions::path>("hdfs.path", "Folder, with escapes; without a scheme in the file system of fs.defaultFS.",
                                       {.required = true}),
            option<&HdfsOptions::file_prefix>("hdfs.filePrefix", "What file names begin with, with escapes."),
            option<&HdfsOptions::file_suffix>("hdfs.fileSuffix", "What file names end in; no dot is added."),
            option<&HdfsOptions::in_use_prefix>("hdfs.inUsePrefix", "What stands before the name of a file that is being written."),
            option<&HdfsOptions::in_use_suffix>("hdfs.inUseSuffix", "What stands behind the name of a file that is being written."),
            option<&HdfsOptions::empty_in_use_suffix>("hdfs.emptyInUseSuffix",
                                                      "No suffix while a file is being written; hdfs.inUseSuffix is not looked at."),
            option<&HdfsOptions::time_zone>("hdfs.timeZone", "Zone of the time escapes.", {.default_text = "the machine's"}),
            option<&HdfsOptions::roll_interval>("hdfs.rollInterval", "A file is finished so long after it was opened; 0: never."),
            option<&HdfsOptions::roll_size>("hdfs.rollSize", "A file is finished when so many bytes of bodies are in it; 0: never."),
            option<&HdfsOptions::roll_count>("hdfs.rollCount", "A file is finished when so many events are in it; 0: never."),
            option<&HdfsOptions::batch_size>("hdfs.batchSize", "Events per transaction and flush.",
                                             {.minimum = 1, .maximum = INT32_MAX, .role = OptionRole::BatchSize}),
            option<&HdfsOptions::idle_timeout>("hdfs.idleTimeout", "A file is finished so long after its last events; 0: never."),
            option<&HdfsOptions::codec>("hdfs.codeC", "Compression; comes in a later version."),
            option<&HdfsOptions::file_type>("hdfs.fileType", "What files are: a Hadoop SequenceFile, or the serializer's bytes."),
            option<&HdfsOptions::max_open_files>("hdfs.maxOpenFiles", "With more open files the one not used for longest is finished.",
                                                 {.minimum = 1}),
            option<&HdfsOptions::call_timeout>("hdfs.callTimeout",
                                               "Longest call of the file system; 0: ten minutes. Local calls are not cut short."),
            option<&HdfsOptions::threads_pool_size>("hdfs.threadsPoolSize",
                                                    "Files of HDFS that are made, closed or renamed at the same time.", {.minimum = 1}),
            option<&HdfsOptions::roll_timer_pool_size>("hdfs.rollTimerPoolSize", "Threads for timers.",
                                                       no_effect("the sink's own thread keeps the time")),
            option<&HdfsOptions::kerberos_principal>("hdfs.kerberosPrincipal", "Principal to log in as; comes in a later version."),
            option<&HdfsOptions::kerberos_keytab>("hdfs.kerberosKeytab", "Keytab to log in with; comes in a later version."),
            option<&HdfsOptions::proxy_user>("hdfs.proxyUser", "User to write as; comes in a later version."),
            option<&HdfsOptions::close_tries>("hdfs.closeTries", "Tries to close and rename a file; 0: no end to them.",
                                              {.minimum = INT32_MIN, .maximum = INT32_MAX}),
            option<&HdfsOptions::retry_interval>("hdfs.retryInterval", "Time between these tries; 0 or less: one try."),
            option<&HdfsOptions::round>("hdfs.round", "Round the time down before the escapes show it."),
            option<&HdfsOptions::round_value>("hdfs.roundValue", "To multiples of so many units.", {.only_with = "hdfs.round"}),
            option<&HdfsOptions::round_unit>("hdfs.roundUnit", "The unit of rounding.",
                                             {.if_bad = "times are not rounded", .only_with = "hdfs.round"}),
            option<&HdfsOptions::use_local_time_stamp>("hdfs.useLocalTimeStamp", "The time of writing instead of the header 'timestamp'."),
            option<&HdfsOptions::min_block_replicas>(
                "hdfs.minBlockReplicas", "With fewer DataNodes writing its block a file is finished; not set: never.", {.minimum = 0}),
            option<&HdfsOptions::write_format>("hdfs.writeFormat", "Values of SequenceFiles: Writable or Text."),
            option<&HdfsOptions::write_format_keys>("writeFormat.*", "Keys of a write format of one's own.",
                                                    no_effect("Writable and Text have no keys")),
            option<&HdfsOptions::use_raw_local_file_system>("hdfs.useRawLocalFileSystem", "No checksum files beside file:// files.",
                                                            no_effect("checksum files are never written")),
            component_option<&HdfsOptions::serializer>("serializer", Kind::Serializer, "serializer.", "How DataStream writes events.",
                                                       {.default_text = "TEXT"}),
            option<&HdfsOptions::durability>("hdfs.durability", "What a commit survives: flush, the agent's end; sync, power loss.",
                                             {.extension = true}),
            option<&HdfsOptions::adopt_leftovers>(
                "hdfs.adoptLeftovers",
                "Finish files in use that nobody names, as Apache Flume leaves them; only while no other agent and no other sink "
                "writes there.",
                {.extension = true}));

class HdfsSink final : public Sink {
 public:
  HdfsSink(const HdfsOptions& options, const Services& services) : options_(options), services_(services) {
    if (options_.empty_in_use_suffix) options_.in_use_suffix.clear();
  }

  static Result<std::unique_ptr<EventPlaces>> places(const HdfsOptions& options, const Services& services) {
    return hdfs_places(options, services);
  }

  Status start(SinkContext& context) override {
    on_stop_.reset();
    by_key_.clear();
    buckets_.clear();
    forget_current();
    leftovers_.reset();
    files_.reset();
    file_system_.reset();
    auto path = open_file_system(context);
    if (!path) return std::move(path).status().with_context("hdfs.path");
    on_stop_.emplace(context.stop_token(), [this, &context] { file_system_->end_calls_by(context.stop_deadline()); });
    auto paths = HdfsPaths::compile(options_, *path, services_);
    if (!paths) return std::move(paths).status();
    paths_.emplace(*std::move(paths));
    files_.emplace(*file_system_, services_, settings());
    FLUME_TRY(files_->start(context));
    look_for_leftovers();
    return {};
  }

  [[nodiscard]] TakeLimit limits() const override { return {.events = static_cast<std::uint32_t>(options_.batch_size)}; }

  Result<Outcome> deliver(const EventBatch& batch, Delivery& delivery) override {
    files_->begin_deliver(delivery);
    const WallTime now = services_.clock.wall();
    if (highest_wall_ < now) highest_wall_ = now;
    events_.clear();
    run_begin_ = 0;
    for (const EventView event : batch) {
      if (Status found = find_bucket(event, now, delivery); !found.ok()) {
        if (found.kind() != ErrorKind::Rejected) {
          forget_runs();
          return found;
        }
        end_run();
        delivery.reject(run_begin_++, found.message());
      }
      events_.push_back(event);
    }
    end_run();
    write_runs(delivery);
    return files_->end_deliver(delivery);
  }

  void committed(SinkContext& context) override { files_->committed(context); }
  void given_back(SinkContext& context) override { files_->given_back(context); }

  Instant tick(SinkContext& context) override {
    const Instant now = services_.clock.steady();
    Instant next = Instant::max();
    for (auto at = buckets_.begin(); at != buckets_.end();) {
      const auto bucket = at++;
      if (bucket->writer.is_due(now)) {
        close(bucket);
      } else {
        next = std::min(next, bucket->writer.due());
      }
    }
    next = std::min(next, leftovers_->tick(context));
    return std::min(next, files_->tick(context));
  }

  void stop(SinkContext& context, Deadline deadline) override {
    while (!buckets_.empty()) close(buckets_.begin());
    files_->stop(context, deadline);
  }

 private:
  struct Bucket {
    std::string key;  // path and prefix
    BucketWriter writer;
    bool is_wanted = false;  // has a run
  };
  /// Consecutive events of a batch for one bucket.
  struct Run {
    Bucket* bucket;
    std::uint32_t lo;
    std::uint32_t hi;
  };

  output::OutputSettings settings() const {
    output::OutputSettings settings;
    settings.durability = to_durability(options_.durability);
    settings.call_timeout = options_.call_timeout;
    settings.retry_interval = options_.retry_interval;
    settings.close_tries = options_.close_tries == INT32_MAX ? 0 : std::max<std::int64_t>(options_.close_tries, 0);
    settings.suffix = options_.file_suffix;
    settings.threads = static_cast<std::size_t>(std::max(options_.threads_pool_size, 1));
    settings.make_format = [this](std::string_view path) -> std::unique_ptr<output::FileFormat> {
      if (options_.file_type == HdfsFileType::DataStream)
        return std::make_unique<output::StreamFormat>(make<EventSerializer>(options_.serializer, services_));
      return std::make_unique<output::SequenceFileFormat>(*sequence_value(options_), output::make_sync_marker(path, services_.clock),
                                                          services_.clock);
    };
    return settings;
  }

  /// The folder on it, escapes and all.
  Result<std::string> open_file_system(const SinkContext& context) {
    auto configuration = output::hadoop_configuration(services_.files, services_.conf_folder, services_.hadoop);
    if (!configuration) return std::move(configuration).status();
    auto location = output::locate(options_.path, *configuration);
    if (!location) return std::move(location).status();
    const Durability durability = context.channel_survives_crash() ? Durability::Synced : to_durability(options_.durability);
    const auto timeout = options_.call_timeout.count() > 0 ? std::min(options_.call_timeout, kLongestConnect) : kLongestConnect;
    auto opened = output::open_file_system(*location, *configuration, services_, durability, services_.clock.in(timeout));
    if (!opened) return std::move(opened).status();
    file_system_ = std::move(opened->file_system);
    root_ = std::move(opened->root);
    return std::move(opened->path);
  }

  void look_for_leftovers() {
    highest_wall_ = std::max(highest_wall_, services_.clock.wall());
    const auto with_wildcards = [](const PathTemplate& text) { return text.with_wildcards(output::LeftoverPattern::kAny); };
    const output::LeftoverPattern pattern{with_wildcards(paths_->path()), with_wildcards(paths_->prefix()), options_.in_use_prefix,
                                          options_.in_use_suffix, options_.file_suffix};
    leftovers_.emplace(*file_system_, *files_, services_, output::LeftoverSearch(pattern, root_, highest_wall_.time_since_epoch().count()),
                       pattern, options_.adopt_leftovers);
  }

  void forget_current() {
    bucket_ = nullptr;
    generation_ = 0;
  }

  /// Makes the event's bucket the current one; the run of another one is written first.
  Status find_bucket(const EventView& event, WallTime now, Delivery& delivery) {
    if (paths_->is_constant() && bucket_ != nullptr) return {};
    auto found = paths_->find(event, now);
    if (!found) return std::move(found).status();
    if (bucket_ != nullptr && paths_->generation() == generation_) return {};
    end_run();
    look_up(found->path, found->prefix, delivery);
    generation_ = paths_->generation();
    return {};
  }

  void look_up(std::string_view path, std::string_view prefix, Delivery& delivery) {
    key_.assign(path).append("/").append(prefix);
    const auto found = by_key_.find(key_);
    if (found != by_key_.end()) {
      buckets_.splice(buckets_.begin(), buckets_, found->second);
    } else {
      if (buckets_.size() >= static_cast<std::size_t>(options_.max_open_files)) {
        if (buckets_.back().is_wanted) write_runs(delivery);
        close(std::prev(buckets_.end()));
      }
      const output::RollPolicy policy{.interval = options_.roll_interval,
                                      .size = options_.roll_size.count,
                                      .count = options_.roll_count,
                                      .idle_timeout = options_.idle_timeout,
                                      .least_replicas = static_cast<std::size_t>(std::max(options_.min_block_replicas.value_or(0), 0))};
      output::BucketNames names{root_ + std::string(path), std::string(prefix), options_.in_use_prefix, options_.in_use_suffix,
                                options_.file_suffix};
      // The highest time seen, so that a clock that steps back gives no number twice.
      buckets_.push_front({key_, BucketWriter(*files_, policy, std::move(names), highest_wall_.time_since_epoch().count())});
      by_key_.emplace(buckets_.front().key, buckets_.begin());
    }
    bucket_ = &buckets_.front();
  }

  void end_run() {
    const auto end = static_cast<std::uint32_t>(events_.size());
    if (run_begin_ == end) return;
    runs_.push_back({bucket_, run_begin_, end});
    bucket_->is_wanted = true;
    run_begin_ = end;
  }

  /// All buckets of the batch are made ready before the first one is written: what they wait for, they wait for side by side.
  void write_runs(Delivery& delivery) {
    wanted_.clear();
    for (const Run& run : runs_) {
      if (!std::exchange(run.bucket->is_wanted, false)) continue;
      if (!run.bucket->writer.must_wait(delivery, run.hi - 1)) wanted_.push_back(&run.bucket->writer);
    }
    BucketWriter::prepare(*files_, wanted_, services_.clock);
    for (const Run& run : runs_)
      run.bucket->writer.append(delivery, std::span(events_).subspan(run.lo, run.hi - run.lo), run.lo, services_.clock);
    runs_.clear();
  }

  void forget_runs() {
    for (const Run& run : runs_) run.bucket->is_wanted = false;
    runs_.clear();
  }

  void close(std::list<Bucket>::iterator bucket) {
    bucket->writer.close();
    by_key_.erase(bucket->key);
    buckets_.erase(bucket);
    forget_current();
  }

  HdfsOptions options_;
  const Services services_;
  std::unique_ptr<output::FileSystem> file_system_;  // these three from a start on
  std::optional<output::OutputFiles> files_;
  std::optional<output::Leftovers> leftovers_;
  std::string root_;  // of the file system's paths
  std::optional<HdfsPaths> paths_;

  std::list<Bucket> buckets_;  // the last used one first; references stay valid
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_key_;
  WallTime highest_wall_{};
  std::string key_;
  Bucket* bucket_ = nullptr;       // of the last event, and of the run that has begun
  std::uint64_t generation_ = 0;   // of paths_, at bucket_
  std::vector<EventView> events_;  // of the batch, up to the one that is looked at
  std::uint32_t run_begin_ = 0;    // in it
  std::vector<Run> runs_;          // of the batch, not yet written
  std::vector<BucketWriter*> wanted_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;  // last: it calls from another thread
};

}  // namespace

namespace components {
extern const ComponentInfo sink_hdfs;
constinit const ComponentInfo sink_hdfs = describe<HdfsSink, kHdfsOptions, check_hdfs_options>(
    "hdfs", "Writes events into files that roll, in a folder chosen by header and time.", {"org.apache.flume.sink.hdfs.HDFSEventSink"});
}  // namespace components
}  // namespace flume
