// file_roll: events into one file of a local folder after the other, written under its final name. A new file is opened at
// every interval, also when nothing came. Differs from Flume: a file that is there is never overwritten; a batch that fails is
// undone; files of an earlier run are cut to what was committed.
#include "flume/common_options.h"
#include "flume/component.h"
#include "output/durability_option.h"
#include "output/local_file_system.h"
#include "output/output_files.h"
#include "output/stream_format.h"

namespace flume {
namespace {

struct FileRollOptions {
  std::string directory;
  Nested path_manager;
  std::chrono::seconds roll_interval{30};
  Nested serializer;
  std::int64_t batch_size = 100;
  OutputDurability durability = OutputDurability::Flush;
};

constexpr auto kFileRollOptions =
    options(option<&FileRollOptions::directory>("sink.directory", "Folder of the files; it must be there.", {.required = true}),
            component_option<&FileRollOptions::path_manager>("sink.pathManager", Kind::PathManager, "sink.pathManager.",
                                                             "How files are named.", {.default_text = "DEFAULT"}),
            option<&FileRollOptions::roll_interval>("sink.rollInterval", "A new file is begun this often; 0 or less: never."),
            component_option<&FileRollOptions::serializer>("sink.serializer", Kind::Serializer, "sink.serializer.",
                                                           "How events are written.", {.default_text = "TEXT"}),
            batch_size_option<&FileRollOptions::batch_size>("sink.batchSize"),
            option<&FileRollOptions::durability>("sink.durability", "What a commit survives: flush, the agent's end; sync, power loss.",
                                                 {.extension = true}));

/// The first file's name: those behind it differ in their number, or in the time of their opening.
class FileRollPlaces final : public EventPlaces {
 public:
  FileRollPlaces(const FileRollOptions& options, const Services& services)
      : folder_(options.directory), path_manager_(make<PathManager>(options.path_manager, services)) {}

  Result<std::string> place_of(const EventView&, WallTime now) override { return folder_ + '/' + path_manager_->file_name(now, now, 1); }

 private:
  const std::string folder_;
  const std::unique_ptr<PathManager> path_manager_;
};

class FileRollSink final : public Sink {
 public:
  static Result<std::unique_ptr<EventPlaces>> places(const FileRollOptions& options, const Services& services) {
    return std::unique_ptr<EventPlaces>(std::make_unique<FileRollPlaces>(options, services));
  }

  FileRollSink(const FileRollOptions& options, const Services& services)
      : options_(options),
        services_(services),
        path_manager_(make<PathManager>(options.path_manager, services)),
        file_system_(services.files),
        files_(file_system_, services, settings()) {}

  Status start(SinkContext& context) override {
    file_ = nullptr;
    FLUME_TRY(services_.files.check_writable(options_.directory).with_context("sink.directory"));
    FLUME_TRY(files_.start(context));
    started_ = services_.clock.wall();
    opened_in_ = {};
    index_ = 0;
    if (context.expects_events()) FLUME_TRY(open(context));
    next_roll_ = after_interval(services_.clock.steady());
    return {};
  }

  [[nodiscard]] TakeLimit limits() const override { return {.events = static_cast<std::uint32_t>(options_.batch_size)}; }

  Result<Outcome> deliver(const EventBatch& batch, Delivery& delivery) override {
    files_.begin_deliver(delivery);
    if (!output::OutputFiles::accepts_events(file_)) FLUME_TRY(open(delivery.context()));
    events_.assign(batch.begin(), batch.end());
    if (Status appended = files_.append(delivery, file_, events_, 0); !appended.ok()) return appended;
    return files_.end_deliver(delivery);
  }

  void committed(SinkContext& context) override { files_.committed(context); }
  void given_back(SinkContext& context) override { files_.given_back(context); }

  Instant tick(SinkContext& context) override {
    const Instant now = services_.clock.steady();
    if (now >= next_roll_) {
      if (output::OutputFiles::accepts_events(file_)) files_.seal(file_);
      while (next_roll_ <= now) next_roll_ = after_interval(next_roll_);
      // Another sink of its group has the turn: nobody wants its empty files.
      const Status opened = context.expects_events() ? open(context) : Status();
      if (!opened.ok()) services_.log.warn("no new file yet; tried again with the next events", {{"reason", opened}});
    }
    return std::min(next_roll_, files_.tick(context));
  }

  void stop(SinkContext& context, Deadline deadline) override {
    if (output::OutputFiles::accepts_events(file_)) files_.seal(file_);
    file_ = nullptr;
    files_.stop(context, deadline);
  }

 private:
  static constexpr int kMostTakenNames = 10'000;

  output::OutputSettings settings() const {
    output::OutputSettings settings;
    settings.durability = to_durability(options_.durability);
    settings.keeps_empty_files = true;
    settings.retry_interval = std::chrono::seconds(3);
    settings.make_format = [this](std::string_view) {
      return std::make_unique<output::StreamFormat>(make<EventSerializer>(options_.serializer, services_));
    };
    return settings;
  }

  [[nodiscard]] Instant after_interval(Instant from) const {
    if (options_.roll_interval.count() <= 0) return Instant::max();
    const auto most = std::chrono::duration_cast<std::chrono::seconds>(Instant::max() - from);
    return options_.roll_interval > most ? Instant::max() : from + options_.roll_interval;
  }

  Status open(SinkContext& context) {
    file_ = nullptr;
    const WallTime now = services_.clock.wall();
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (path_manager_->counts_within_second() && second != opened_in_) index_ = 0;
    opened_in_ = second;
    for (int tries = 0;; ++tries) {
      const std::string name = path_manager_->file_name(started_, now, ++index_);
      auto file = files_.make(context, {options_.directory, name, name});
      if (file) {
        file_ = *std::move(file);
        return {};
      }
      if (file.cause() != Cause::Exists || tries == kMostTakenNames) return std::move(file).status();
    }
  }

  const FileRollOptions options_;
  const Services services_;
  const std::unique_ptr<PathManager> path_manager_;
  output::LocalFileSystem file_system_;
  output::OutputFiles files_;
  output::OutputFiles::FilePointer file_;
  WallTime started_{};
  std::chrono::sys_seconds opened_in_{};
  std::uint64_t index_ = 0;
  Instant next_roll_ = Instant::max();
  std::vector<EventView> events_;
};

}  // namespace

namespace components {
extern const ComponentInfo sink_file_roll;
constinit const ComponentInfo sink_file_roll = describe<FileRollSink, kFileRollOptions>(
    "file_roll", "Writes events into files of a local folder, a new one at every interval.", {"org.apache.flume.sink.RollingFileSink"});
}  // namespace components
}  // namespace flume
