// Everything around one sink in a test: a simulated clock and disk that can stop at any operation, a channel, and the runner's
// loop (take, deliver, commit, else give back) reduced to single steps. The sink comes and goes; disk and channel stay.
// Owned by the test; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "flume/batch_builder.h"
#include "flume/metrics.h"
#include "flume/sink.h"
#include "runtime/tick_schedule.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::conformance {

/// Counts what changes disk or channel; from a chosen operation on nothing happens any more, as after kill -9. A write that is
/// the first to be stopped leaves half of its bytes.
class StopPoint {
 public:
  static constexpr std::uint64_t kNever = UINT64_MAX;
  void stop_after(std::uint64_t operations) {
    count_ = 0;
    limit_ = operations;
  }
  [[nodiscard]] bool is_stopped() const noexcept { return count_ > limit_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// True when the operation may happen.
  bool next() noexcept { return ++count_ <= limit_; }
  /// True when it is the very first one that may not.
  [[nodiscard]] bool has_just_stopped() const noexcept { return count_ == limit_ + 1; }

 private:
  std::uint64_t count_ = 0;
  std::uint64_t limit_ = kNever;
};

/// The simulated disk behind a StopPoint.
class StoppableFiles final : public Files {
 public:
  StoppableFiles(Files& files, StopPoint& stop) : files_(files), stop_(stop) {}
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, std::uint32_t permissions) override;
  Status rename(const std::string& from, const std::string& to, bool overwrite) override;
  Status remove(const std::string& path) override;
  Status make_directories(const std::string& path) override;
  Result<FileInfo> info(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status sync_directory(const std::string& directory) override;
  Result<std::uint64_t> free_space(const std::string& path) override;
  Result<std::string> network_file_system(const std::string& path) override { return files_.network_file_system(path); }
  Status check_writable(const std::string& directory) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return files_.lock(path); }

 private:
  Files& files_;
  StopPoint& stop_;
};

/// Durable: a SimDurableChannel. File: the file channel itself, whose disk is the sink's, with the same StopPoint.
enum class ChannelKind : std::uint8_t { Durable, File, Memory };
enum class Crash : std::uint8_t { Process, Power };

class SinkBench final : private SinkContext {
 public:
  using MakeSink = std::function<std::unique_ptr<Sink>(const Services&)>;

  SinkBench(ChannelKind kind, MakeSink make);
  ~SinkBench() override;

  /// Puts an event whose body is `body`.
  void put(std::string_view body, const std::vector<std::pair<std::string, std::string>>& headers = {});

  Status start();
  /// One take, deliver, and commit or return, as the runner does them; what was set aside is tried when there is nothing
  /// else. False when the channel had nothing.
  bool round();
  /// Rounds until the channel is empty, with the pauses between them; false when that takes more than `most` rounds.
  bool drain(int most = 400);
  /// The sink's tick, if its time has come.
  void tick();
  /// Moves the clock on in steps, with a tick after each.
  void pass(std::chrono::seconds time, std::chrono::seconds step = std::chrono::seconds(1));
  void stop_sink();
  /// The agent stops, in the middle of whatever the sink does; stop_sink() follows.
  void begin_stop(Deadline deadline);
  /// The sink is gone without a word; disk and channel keep what a crash keeps. Faults are gone.
  void crash(Crash crash, std::uint64_t seed);

  [[nodiscard]] std::uint64_t queued() const { return channel_->size(); }
  /// Events that were set aside and still wait.
  [[nodiscard]] const Ranges& waiting() const { return waiting_; }
  /// The next `times` commits fail. Not with ChannelKind::File.
  void fail_commits(std::uint32_t times) { simulated_->fail_commits(times); }
  /// Reasons of rejected events, in the order of their deliveries.
  [[nodiscard]] const std::vector<std::string>& rejections() const { return rejections_; }
  /// The last error of a deliver; ok when the last one went well.
  [[nodiscard]] const Status& last_error() const { return last_error_; }
  SinkCounters& counters() override { return counters_; }

  TestServices services;
  bool has_the_turn = true;  ///< false: another sink of its group
  StopPoint stop;
  /// A destination that is not the disk; outlives the sink.
  std::shared_ptr<void> destination;

 private:
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] bool channel_survives_crash() const override { return kind_ != ChannelKind::Memory; }
  [[nodiscard]] bool expects_events() const override { return has_the_turn; }
  Result<Bookmark> bookmark() override;
  Status note(std::span<const KeyValue> set, Durability durability) override;
  Status hold(const Ranges& ids) override;
  Status settle(const Ranges& ids, std::span<const KeyValue> set) override;
  Result<TakeTransaction> take_exactly(const Ranges& ids) override;
  [[nodiscard]] std::stop_token stop_token() const override { return agent_stop_.get_token(); }
  [[nodiscard]] Deadline stop_deadline() const override { return stop_deadline_; }
  Result<TakeTransaction> take_waiting();
  /// In the channel, as one hold with what the sink itself asked to hold.
  Status hold_both();
  void open_channel();
  /// With the files behind the StopPoint.
  [[nodiscard]] Services services_of(std::string_view component, std::string_view name);

  const ChannelKind kind_;
  const MakeSink make_;
  const std::string name_ = "k1";
  const std::string owner_ = "sink:k1";
  StoppableFiles files_{services.files, stop};
  SinkCounters counters_{"k1"};
  SlabPool::Handle pool_ = SlabPool::make();
  std::unique_ptr<Channel> channel_;
  std::uint64_t channel_seed_ = 0;
  SimDurableChannel* simulated_ = nullptr;  // channel_, if it is one
  std::unique_ptr<Putter> putter_;
  std::unique_ptr<Taker> taker_;
  std::unique_ptr<Sink> sink_;
  runtime::TickSchedule ticks_;
  std::vector<std::string> rejections_;
  Ranges waiting_;  // set aside by the sink
  Ranges held_by_sink_;
  Status last_error_;
  std::stop_source agent_stop_;
  Deadline stop_deadline_ = Deadline::never();
};

}  // namespace flume::conformance
