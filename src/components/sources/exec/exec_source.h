// exec: runs a command and makes an event of every line that it prints. A full channel stops the reading, never loses.
// Owned by the agent; start() and stop() come from its thread, everything else happens on the source's own.
// Differs from Flume: a batch leaves as soon as the pipe is empty (batchSize, batchTimeout are upper bounds); a full
// channel is waited for; lines above maxLineLength come in pieces; on a stop what was read is stored.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "components/sources/exec/batch_store.h"
#include "components/sources/exec/line_batcher.h"
#include "components/sources/stop_signal.h"
#include "flume/component.h"
#include "flume/metrics.h"
#include "io/process.h"

namespace flume {

struct ExecOptions {
  std::string command;
  std::string shell;
  std::chrono::milliseconds restart_throttle{10000};
  bool restart = false;
  bool log_stderr = false;
  std::int64_t batch_size = 20;
  std::chrono::milliseconds batch_timeout{3000};
  std::string charset = "UTF-8";
  Bytes longest_line{16 * 1024 * 1024};
};

class ExecSource final : public Source {
 public:
  ExecSource(const ExecOptions& options, const Services& services) : ExecSource(options, services, posix_launcher()) {}
  ExecSource(const ExecOptions& options, const Services& services, Launcher& launcher);
  ~ExecSource() override;

  Status start(ChannelWriter& writer, SourceContext& context) override;
  void stop(Deadline deadline) override;

 private:
  /// What Flume has no counter for; not in its JSON.
  struct Counters final : CounterGroup {
    explicit Counters(std::string_view component) : CounterGroup(CounterKind::Source, component) { hide_from_flume_json(); }
    Counter cut_lines{*this, "CutLineCount"};
    Counter runs{*this, "CommandRunCount"};
  };

  void run(BatchBuilder builder, BatchStore store, LineBatcher::Limits limits, SourceContext& context);
  /// How a run ended.
  struct Ending {
    std::string text;
    bool is_bad = false;  // as if the command could not do its work at all
  };

  /// From launch to reaping. ok: how it ended is in `ending`.
  Status run_once(LineBatcher& batcher, SourceContext& context, Ending& ending);
  /// What is said of it, and what can be done.
  [[nodiscard]] Ending describe_ending(const ExitStatus& exit, std::uint64_t events) const;

  const ExecOptions options_;
  const bool is_restarted_;
  const std::chrono::milliseconds pause_;  // before the next start; a pause below 0 stands for no restart
  const Command command_;
  Launcher& launcher_;
  Clock& clock_;
  const Log log_;
  Counters counters_;
  MetricsRegistry::Membership membership_;
  std::unique_ptr<StopSignal> stop_;
  int wake_ = -1;  // an eventfd: interrupts the poll when the stop is requested
  std::thread thread_;
};

}  // namespace flume
