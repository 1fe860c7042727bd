#include "flume/metrics.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace flume {

std::string_view to_string(CounterKind kind) noexcept {
  switch (kind) {
    case CounterKind::Source:
      return "SOURCE";
    case CounterKind::Channel:
      return "CHANNEL";
    case CounterKind::Sink:
      return "SINK";
    case CounterKind::Ledger:
      return "LEDGER";
  }
  return "UNKNOWN";
}

Counter::Counter(CounterGroup& group, std::string_view name, MetricForm form) { group.rows_.push_back({name, form, this, {}}); }

ComputedMetric::ComputedMetric(CounterGroup& group, std::string_view name, MetricForm form, std::function<MetricValue()> compute) {
  group.rows_.push_back({name, form, nullptr, std::move(compute)});
}

void CounterGroup::start(WallTime now) {
  if (kind_ != CounterKind::Ledger) {
    for (const Row& row : rows_) {
      if (row.counter != nullptr) row.counter->set(0);
    }
  }
  stop_time_ = 0;
  start_time_ = now.time_since_epoch().count();
}

void CounterGroup::stop(WallTime now) { stop_time_ = now.time_since_epoch().count(); }

GroupSnapshot CounterGroup::snapshot() const {
  GroupSnapshot snapshot{.kind = kind_,
                         .component = component_,
                         .in_flume_json = in_flume_json_ && kind_ != CounterKind::Ledger,
                         .start_time = start_time_,
                         .stop_time = stop_time_,
                         .metrics = {}};
  snapshot.metrics.reserve(rows_.size());
  for (const Row& row : rows_) {
    snapshot.metrics.push_back({row.name, row.form, row.counter != nullptr ? MetricValue(row.counter->get()) : row.compute()});
  }
  return snapshot;
}

ChannelCounters::ChannelCounters(std::string_view component, const Amount& size, const Amount& capacity)
    : CounterGroup(CounterKind::Channel, component),
      channel_size(*this, "ChannelSize", MetricForm::Level, [size] { return MetricValue(size()); }),
      channel_capacity(*this, "ChannelCapacity", MetricForm::Level, [capacity] { return MetricValue(capacity()); }),
      channel_fill_percentage(*this, "ChannelFillPercentage", MetricForm::Derived, [size, capacity] {
        const std::int64_t most = capacity();
        // Flume's word for "no capacity known", and its order of operations: the last digits are the same.
        if (most == 0) return MetricValue(std::numeric_limits<double>::max());
        return MetricValue(static_cast<double>(size()) / static_cast<double>(most) * 100);
      }) {}

MetricsRegistry::Membership::Membership(Membership&& other) noexcept
    : registry_(std::exchange(other.registry_, nullptr)), group_(std::exchange(other.group_, nullptr)) {}

MetricsRegistry::Membership& MetricsRegistry::Membership::operator=(Membership&& other) noexcept {
  if (this != &other) {
    leave();
    registry_ = std::exchange(other.registry_, nullptr);
    group_ = std::exchange(other.group_, nullptr);
  }
  return *this;
}

void MetricsRegistry::Membership::leave() {
  MetricsRegistry* const registry = std::exchange(registry_, nullptr);
  if (registry == nullptr) return;
  const std::lock_guard lock(registry->mutex_);
  std::erase(registry->groups_, group_);
}

MetricsRegistry::Membership MetricsRegistry::join(const CounterGroup& group) {
  const std::lock_guard lock(mutex_);
  groups_.push_back(&group);
  return {*this, group};
}

MetricsSnapshot MetricsRegistry::snapshot() const {
  const std::lock_guard lock(mutex_);
  MetricsSnapshot snapshot;
  snapshot.reserve(groups_.size());
  for (const CounterGroup* group : groups_) snapshot.push_back(group->snapshot());
  return snapshot;
}

}  // namespace flume
