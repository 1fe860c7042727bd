#include "runtime/monitoring.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include <nlohmann/json.hpp>

#include "metrics/flume_json.h"
#include "metrics/prometheus_text.h"

namespace flume::runtime {
namespace {

constexpr auto kRetry = std::chrono::seconds(3);

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// %XX as the byte that it means; what is no such escape stays.
std::string decoded(std::string_view path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool is_escape = path[i] == '%' && i + 2 < path.size() && hex_digit(path[i + 1]) >= 0 && hex_digit(path[i + 2]) >= 0;
    if (is_escape) {
      plain += static_cast<char>(hex_digit(path[i + 1]) * 16 + hex_digit(path[i + 2]));
      i += 2;
    } else {
      plain += path[i];
    }
  }
  return plain;
}

/// Without "." and ".." segments, as Flume's server sees a path; empty segments count ("//metrics" is no page).
std::string normalised(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::size_t at = path.starts_with('/') ? 1 : 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (segment != ".") {
      segments.push_back(segment);
    }
    at = end + 1;
  }
  std::string whole;
  for (const std::string_view segment : segments) whole.append("/").append(segment);
  return whole.empty() ? "/" : whole;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

HttpResponse health_page(const HealthBoard& health, bool is_good) {
  nlohmann::ordered_json page;
  page["status"] = is_good ? "UP" : "DOWN";
  page["components"] = nlohmann::ordered_json::array();
  for (const ComponentHealth& component : health.all()) {
    nlohmann::ordered_json entry;
    entry["name"] = component.component;
    entry["state"] = to_string(component.state);
    if (!component.reason.empty()) entry["reason"] = component.reason;
    entry["since"] = component.since.time_since_epoch().count();
    page["components"].push_back(std::move(entry));
  }
  return {is_good ? 200U : 503U, "application/json;charset=utf-8",
          page.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

}  // namespace

HttpResponse monitoring_page(const HttpRequest& request, const MetricsRegistry& metrics, const HealthBoard& health) {
  if (request.method == "TRACE" || request.method == "OPTIONS") return {403, "", ""};
  const std::string path = lower_case(normalised(decoded(request.path())));
  if (path == "/metrics") return {200, "application/json;charset=utf-8", flume_json(metrics.snapshot())};
  if (path == "/prometheus") return {200, "text/plain; version=0.0.4; charset=utf-8", prometheus_text(metrics.snapshot())};
  if (path == "/health") return health_page(health, health.is_healthy());
  if (path == "/ready") return health_page(health, health.is_ready());
  if (path == "/") {
    return {200, "text/html;charset=utf-8",
            "<html><body>Counters: <a href=\"/metrics\">/metrics</a> (JSON), <a href=\"/prometheus\">/prometheus</a>. "
            "State: <a href=\"/health\">/health</a>, <a href=\"/ready\">/ready</a>.</body></html>\n"};
  }
  return {404, "", ""};
}

Monitoring::Monitoring(const Services& services, const HealthBoard& health, MonitoringSettings settings)
    : services_(services), health_(health), settings_(std::move(settings)), log_(services.log.named("monitoring")) {}

Monitoring::~Monitoring() { stop(); }

void Monitoring::start(HealthBoard& health) {
  health.set(log_, "monitoring", ComponentState::Starting);
  thread_ = std::jthread([this, &health](const std::stop_token& stop) { run(stop, health); });
}

void Monitoring::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Monitoring::run(const std::stop_token& stop, HealthBoard& health) {
  loop_ = services_.listener.make_loop();
  HttpServerSettings http;
  http.host = settings_.host;
  http.port = settings_.port;
  http.max_connections = 64;
  HttpServer server(services_.listener, *loop_, http,
                    [this](const HttpRequest& request) { return monitoring_page(request, services_.metrics, health_); });
  for (;;) {
    const Status started = server.start([this](const Status& trouble) { log_.warn("cannot accept connections", {{"reason", trouble}}); });
    if (started.ok()) break;
    health.set(log_, "monitoring", ComponentState::Retrying, started.message());
    if (!services_.clock.sleep_for(kRetry, stop)) return;
  }
  log_.info("pages are served", {{"host", settings_.host}, {"port", server.port()}});
  health.set(log_, "monitoring", ComponentState::Running);
  loop_->run(stop);
  server.stop();
}

}  // namespace flume::runtime
