// SinkRunner: the loop of one sink: take, deliver, commit, else back off; with the paths for bad events (named by the
// sink or found by bisection), doubtful deliveries and the clock's work. One thread, from start() to stop().
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "config/agent_plan.h"
#include "flume/channel.h"
#include "flume/metrics.h"
#include "flume/sink.h"
#include "runtime/health.h"
#include "runtime/settings.h"

namespace flume::runtime {

struct SinkWiring {
  const config::PlannedSink* plan = nullptr;
  Channel* channel = nullptr;
  std::function<bool(std::stop_token)> wait_for_channel;  ///< until the channel has started; false when stopped before
  const Services* services = nullptr;                     ///< bound to the sink
  HealthBoard* health = nullptr;
  Settings settings;
};

class SinkRunner final : private SinkContext {
 public:
  explicit SinkRunner(const SinkWiring& wiring);
  SinkRunner(const SinkRunner&) = delete;
  SinkRunner& operator=(const SinkRunner&) = delete;
  ~SinkRunner() override;

  /// Begins; start failures are retried on the runner's thread.
  void start();
  /// No more waiting for events: what is in the channel is delivered until it is empty or the deadline is near, then the
  /// sink is closed. Returns at once; wait() joins.
  void drain(Deadline deadline);
  void wait();

 private:
  // SinkContext
  [[nodiscard]] const std::string& name() const override { return wiring_.plan->name; }
  SinkCounters& counters() override { return counters_; }
  [[nodiscard]] bool channel_survives_crash() const override { return wiring_.channel->survives_crash(); }
  Result<Bookmark> bookmark() override { return wiring_.channel->bookmark(owner_); }
  Status note(std::span<const KeyValue> set, Durability durability) override;
  Status hold(const Ranges& ids) override;
  Status settle(const Ranges& ids, std::span<const KeyValue> set) override;
  Result<TakeTransaction> take_exactly(const Ranges& ids) override;

  enum class Next : std::uint8_t { Go, BackOff, Pause, Stop };

  void run();
  bool start_sink();
  Next round();
  /// Takes what the next deliver gets: up to limits().join takes, as one transaction.
  Result<Next> take_next(const TakeLimit& limit, TakeTransaction& take);
  Next deliver(TakeTransaction take, bool was_in_doubt);
  Result<Outcome> call_deliver(const EventBatch& batch, Delivery& delivery);
  /// Commits `part` of the take with the delivery's bookmark entries; the rest goes back.
  Next finish(TakeTransaction take, const Ranges& part, const Delivery& delivery, Next next);
  /// Finds the events that the sink refuses without naming them: halves, left first, commits what it takes.
  Next bisect(const Ranges& ids);
  Next retry_doubtful();
  void impaired(std::string_view why);
  void note_rejected(const Ranges& ids, const Delivery& delivery);
  void pause(Next next);
  Instant call_tick();
  bool drained(bool took_nothing) const;

  const SinkWiring wiring_;
  const Log log_;
  const std::string component_;  // "sinks.k1"
  const std::string owner_;      // of its bookmark and holds
  SinkCounters counters_;
  LedgerCounters ledger_;
  MetricsRegistry::Membership counters_membership_;
  MetricsRegistry::Membership ledger_membership_;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<Taker> taker_;

  std::stop_source stop_;  // ends waits; draining begins
  std::atomic<Instant> drain_until_{Instant::max()};
  bool is_draining_ = false;
  bool is_impaired_ = false;

  std::uint32_t backoffs_in_a_row_ = 0;
  Instant next_tick_ = Instant::min();
  Instant last_round_ = Instant::min();
  std::uint32_t last_events_ = UINT32_MAX;
  Ranges doubtful_;
  std::set<EventId> blocked_;  // rejected events that went back: logged once each
  std::thread thread_;
};

}  // namespace flume::runtime
