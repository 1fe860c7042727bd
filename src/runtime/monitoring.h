// The monitoring pages of a running agent: /metrics as Flume's HTTPMetricsServer answers it, /prometheus, /health, /ready.
// Opens a port only when asked (-Dflume.monitoring.type=http). A thread of its own; owned by the agent verb, ends before the agent.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "flume/metrics.h"
#include "flume/net.h"
#include "flume/services.h"
#include "net/http_server.h"
#include "runtime/health.h"

namespace flume::runtime {

struct MonitoringSettings {
  std::string host = "0.0.0.0";
  std::uint16_t port = 41414;
};

/// The answer to one request; pure but for the snapshots.
[[nodiscard]] HttpResponse monitoring_page(const HttpRequest& request, const MetricsRegistry& metrics, const HealthBoard& health);

class Monitoring {
 public:
  /// The references outlive this.
  Monitoring(const Services& services, const HealthBoard& health, MonitoringSettings settings);
  Monitoring(const Monitoring&) = delete;
  Monitoring& operator=(const Monitoring&) = delete;
  ~Monitoring();

  /// Opens the port; a port that is taken is tried again every few seconds (an agent that moves events is worth more
  /// than its metrics), and shown on the health board meanwhile.
  void start(HealthBoard& health);
  void stop();

 private:
  void run(const std::stop_token& stop, HealthBoard& health);

  const Services& services_;
  const HealthBoard& health_;
  const MonitoringSettings settings_;
  const Log log_;
  std::unique_ptr<EventLoop> loop_;
  std::jthread thread_;
};

}  // namespace flume::runtime
