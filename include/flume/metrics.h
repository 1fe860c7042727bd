// Counters of components, with the names and the meaning that Apache Flume's have, and the ledger that
// shows that no event was lost. A component owns its group and counts from any thread; the agent owns
// the registry; who prints (JSON, Prometheus) works on a snapshot.
//   struct MyCounters : SourceCounters { Counter retries{*this, "RetryCount"}; ... };
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "flume/clock.h"

namespace flume {

enum class CounterKind : std::uint8_t { Source, Channel, Sink, Ledger };
/// "SOURCE", "CHANNEL", "SINK", "LEDGER".
[[nodiscard]] std::string_view to_string(CounterKind kind) noexcept;

enum class MetricForm : std::uint8_t {
  Count,   ///< only grows
  Level,   ///< goes up and down: Prometheus shows a gauge
  Flag,    ///< 0 or 1: "false" or "true" in Flume's JSON, a gauge in Prometheus
  Derived  ///< follows from others: in Flume's JSON, not in Prometheus
};

using MetricValue = std::variant<std::int64_t, double>;

struct MetricSnapshot {
  std::string_view name;  // of a string literal
  MetricForm form = MetricForm::Count;
  MetricValue value;
};

struct GroupSnapshot {
  CounterKind kind = CounterKind::Source;
  std::string component;
  bool in_flume_json = true;
  std::int64_t start_time = 0;  // ms since 1970; 0 = not yet
  std::int64_t stop_time = 0;
  std::vector<MetricSnapshot> metrics;  // in the order of their declaration
};
using MetricsSnapshot = std::vector<GroupSnapshot>;

class CounterGroup;

/// One number of a group. Any thread; relaxed: a count orders nothing else. Alone in its cache line: a channel's putter and
/// taker count at the same time.
class alignas(64) Counter {
 public:
  /// `name` is a literal.
  Counter(CounterGroup& group, std::string_view name, MetricForm form = MetricForm::Count);
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  void add(std::int64_t n) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  void increment() noexcept { add(1); }
  void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

/// One number that is computed when somebody looks: `compute` runs in the thread that takes the snapshot.
class ComputedMetric {
 public:
  ComputedMetric(CounterGroup& group, std::string_view name, MetricForm form, std::function<MetricValue()> compute);
  ComputedMetric(const ComputedMetric&) = delete;
  ComputedMetric& operator=(const ComputedMetric&) = delete;
};

/// The counters of one component. Derive and declare counters as members; stays where it was made.
class CounterGroup {
 public:
  CounterGroup(CounterKind kind, std::string_view component) : kind_(kind), component_(component) {}
  CounterGroup(const CounterGroup&) = delete;
  CounterGroup& operator=(const CounterGroup&) = delete;

  /// The component starts: all counters back to 0 as in Flume (a ledger goes on), StartTime = now.
  void start(WallTime now);
  void stop(WallTime now);
  /// For components that have no counters in Flume: seen in Prometheus only.
  void hide_from_flume_json() { in_flume_json_ = false; }

  [[nodiscard]] GroupSnapshot snapshot() const;

 protected:
  ~CounterGroup() = default;

 private:
  friend class Counter;
  friend class ComputedMetric;
  struct Row {
    std::string_view name;
    MetricForm form;
    Counter* counter;                      // null: computed
    std::function<MetricValue()> compute;  // empty: counter
  };

  const CounterKind kind_;
  const std::string component_;
  std::atomic<bool> in_flume_json_ = true;
  std::atomic<std::int64_t> start_time_ = 0;
  std::atomic<std::int64_t> stop_time_ = 0;
  std::vector<Row> rows_;  // filled by the constructors of the members, constant afterwards
};

struct SourceCounters : CounterGroup {
  explicit SourceCounters(std::string_view component) : CounterGroup(CounterKind::Source, component) {}
  Counter event_received{*this, "EventReceivedCount"};
  Counter event_accepted{*this, "EventAcceptedCount"};
  Counter append_received{*this, "AppendReceivedCount"};
  Counter append_accepted{*this, "AppendAcceptedCount"};
  Counter append_batch_received{*this, "AppendBatchReceivedCount"};
  Counter append_batch_accepted{*this, "AppendBatchAcceptedCount"};
  Counter open_connections{*this, "OpenConnectionCount", MetricForm::Level};
  Counter event_read_fail{*this, "EventReadFail"};
  Counter channel_write_fail{*this, "ChannelWriteFail"};
  Counter generic_processing_fail{*this, "GenericProcessingFail"};
};

struct SinkCounters : CounterGroup {
  explicit SinkCounters(std::string_view component) : CounterGroup(CounterKind::Sink, component) {}
  Counter connection_created{*this, "ConnectionCreatedCount"};
  Counter connection_closed{*this, "ConnectionClosedCount"};
  Counter connection_failed{*this, "ConnectionFailedCount"};
  Counter batch_empty{*this, "BatchEmptyCount"};
  Counter batch_underflow{*this, "BatchUnderflowCount"};
  Counter batch_complete{*this, "BatchCompleteCount"};
  Counter event_drain_attempt{*this, "EventDrainAttemptCount"};
  Counter event_drain_success{*this, "EventDrainSuccessCount"};
  Counter event_write_fail{*this, "EventWriteFail"};
  Counter channel_read_fail{*this, "ChannelReadFail"};
};

struct ChannelCounters : CounterGroup {
  using Amount = std::function<std::int64_t()>;
  /// Events in the channel and the most it takes. Both are called by any thread, and may lock the
  /// channel: it must not join or leave a registry while it holds that lock.
  ChannelCounters(std::string_view component, const Amount& size, const Amount& capacity);
  ComputedMetric channel_size;
  ComputedMetric channel_capacity;
  ComputedMetric channel_fill_percentage;
  Counter event_put_attempt{*this, "EventPutAttemptCount"};
  Counter event_put_success{*this, "EventPutSuccessCount"};
  Counter event_take_attempt{*this, "EventTakeAttemptCount"};
  Counter event_take_success{*this, "EventTakeSuccessCount"};
};

/// Where every event went: received = stored + dropped_by_rule + rejected at a source's writer;
/// stored = delivered + queued at a channel and its sinks. Prometheus: flume_ledger_received_total, ...
struct LedgerCounters : CounterGroup {
  explicit LedgerCounters(std::string_view component) : CounterGroup(CounterKind::Ledger, component) {}
  Counter received{*this, "received"};
  Counter stored{*this, "stored"};
  Counter dropped_by_rule{*this, "dropped_by_rule"};        // by an interceptor or a selector, as configured
  Counter rejected{*this, "rejected"};                      // refused to the source's client; at a sink: bad events, handed to the policy
  Counter missed_by_optional{*this, "missed_by_optional"};  // events times optional channels that did not take them
  Counter delivered{*this, "delivered"};
  Counter returned{*this, "returned"};        // given back to the channel, to be taken again
  Counter redelivered{*this, "redelivered"};  // sent again though the first time was in doubt
};

/// All groups of an agent. Any thread.
class MetricsRegistry {
 public:
  /// Keeps a group in the registry for as long as it lives; must go before the group does.
  class [[nodiscard]] Membership {
   public:
    Membership() = default;
    Membership(Membership&& other) noexcept;
    Membership& operator=(Membership&& other) noexcept;
    ~Membership() { leave(); }
    void leave();

   private:
    friend class MetricsRegistry;
    Membership(MetricsRegistry& registry, const CounterGroup& group) : registry_(&registry), group_(&group) {}
    MetricsRegistry* registry_ = nullptr;
    const CounterGroup* group_ = nullptr;
  };

  Membership join(const CounterGroup& group);
  /// In the order in which they joined. No group leaves while it is taken.
  [[nodiscard]] MetricsSnapshot snapshot() const;

 private:
  mutable std::mutex mutex_;
  std::vector<const CounterGroup*> groups_;  // guarded by mutex_
};

}  // namespace flume
