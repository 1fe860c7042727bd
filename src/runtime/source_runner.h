// SourceRunner: one source's thread. A polled source is called in a loop here, with Flume's back-off; a source that
// runs on its own is started here (again and again while that fails) and stopped at the end.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "flume/metrics.h"
#include "flume/source.h"
#include "runtime/health.h"
#include "runtime/runner_thread.h"
#include "runtime/settings.h"
#include "runtime/source_writer.h"
#include "runtime/wiring.h"

namespace flume::runtime {

class SourceRunner final : private SourceContext {
 public:
  /// Makes the source; what its constructor throws comes out of here. `wait_for_channels`: until all its channels have
  /// started; false when stopped, or one of them given up, before.
  SourceRunner(SourceWiring wiring, std::function<bool(std::stop_token)> wait_for_channels, HealthBoard& health, const Settings& settings);
  SourceRunner(const SourceRunner&) = delete;
  SourceRunner& operator=(const SourceRunner&) = delete;
  /// Waits for the source, however long that takes.
  ~SourceRunner() override;

  void start();
  /// The source ends; what it has read is stored if that is possible by the deadline. Returns at once.
  void stop(Deadline deadline);
  /// True when it has ended; false when it still runs at the deadline.
  bool wait(Deadline deadline) { return thread_.wait(wiring_.services->clock, deadline); }
  [[nodiscard]] const std::string& component() const noexcept { return component_; }
  [[nodiscard]] std::vector<const Channel*> used_channels() const;

 private:
  [[nodiscard]] const std::string& name() const override { return wiring_.plan->name; }
  [[nodiscard]] std::stop_token stop_token() const override { return stop_.get_token(); }
  SourceCounters& counters() override { return counters_; }
  void failed(const Status& why) override;
  void impaired(std::string_view why) override;
  void recovered() override;
  void finished(std::string_view why) override;

  void run();
  bool start_source();
  Status try_start();
  void poll_until_stopped();
  void set(ComponentState state, std::string_view reason = {}) { health_.set(log_, component_, state, reason); }
  void set_started();
  /// As set(), but the source's own word (failed, finished) is the last.
  void set_unless_ended(ComponentState state, std::string_view reason = {});
  void end(ComponentState state, std::string_view reason);

  const SourceWiring wiring_;
  const std::function<bool(std::stop_token)> wait_for_channels_;
  HealthBoard& health_;
  const Settings settings_;
  const Log log_;
  const std::string component_;  // "sources.r1"
  SourceCounters counters_;
  LedgerCounters ledger_;
  MetricsRegistry::Membership counters_membership_;
  MetricsRegistry::Membership ledger_membership_;
  std::unique_ptr<SourceWriter> writer_;  // outlives the source and what that has not stored
  std::unique_ptr<Source> source_;        // one of the two
  std::unique_ptr<PolledSource> polled_;
  std::stop_source stop_;
  std::atomic<Instant> stop_deadline_{Instant::max()};
  std::mutex state_mutex_;
  bool has_ended_ = false;            // guarded by state_mutex_
  bool says_it_is_impaired_ = false;  // guarded by state_mutex_
  RunnerThread thread_;
};

}  // namespace flume::runtime
