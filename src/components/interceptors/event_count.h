// What an interceptor did to single events and Flume has no counter for: counted under the source's name, in Prometheus
// only, and told once where somebody should know. Owned by one interceptor; one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "flume/metrics.h"
#include "flume/services.h"

namespace flume {

class EventCount {
 public:
  /// `counter` is a literal: "RateLimitDroppedCount".
  EventCount(const Services& services, std::string_view counter)
      : log_(services.log), group_(services.name, counter), membership_(services.metrics.join(group_)) {}

  void add(std::int64_t events) { group_.events.add(events); }
  /// Counts one event, and warns of the first one.
  void tell(std::string_view what, const Status& reason) {
    group_.events.increment();
    if (has_told_) return;
    has_told_ = true;
    log_.warn(what, {{"reason", reason}});
  }

 private:
  struct Group final : CounterGroup {
    Group(std::string_view component, std::string_view counter) : CounterGroup(CounterKind::Source, component), events(*this, counter) {
      hide_from_flume_json();
    }
    Counter events;
  };

  const Log log_;
  Group group_;
  MetricsRegistry::Membership membership_;
  bool has_told_ = false;
};

}  // namespace flume
