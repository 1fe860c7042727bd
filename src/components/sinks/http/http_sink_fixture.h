// What the tests of the http sink share: a server that answers as told, the sink, and a deliver as the runner does it. The clock is the
// machine's, as libcurl's is.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "flume/metrics.h"
#include "flume/sink.h"
#include "support/batch_of.h"
#include "support/configured.h"
#include "support/scripted_http_server.h"
#include "support/test_services.h"

namespace flume {

using namespace std::chrono_literals;

class HttpSinkContext final : public SinkContext {
 public:
  [[nodiscard]] const std::string& name() const override { return name_; }
  SinkCounters& counters() override { return counters_; }
  [[nodiscard]] bool channel_survives_crash() const override { return false; }
  [[nodiscard]] Result<Bookmark> bookmark() override { return Bookmark(); }
  Status note(std::span<const KeyValue>, Durability) override { return {}; }
  Status hold(const Ranges&) override { return {}; }
  Status settle(const Ranges&, std::span<const KeyValue>) override { return {}; }
  Result<TakeTransaction> take_exactly(const Ranges&) override { return retryable("no channel", Cause::NotFound); }
  [[nodiscard]] std::stop_token stop_token() const override { return stop.get_token(); }
  [[nodiscard]] Deadline stop_deadline() const override { return deadline; }

  std::stop_source stop;
  Deadline deadline = Deadline::never();

 private:
  const std::string name_ = "k1";
  SinkCounters counters_{"k1"};
};

class HttpSinkTest : public testing::Test {
 protected:
  using Then = ScriptedAnswer::Then;

  ~HttpSinkTest() override {
    if (sink_) sink_->stop(context_, Deadline::immediate());
  }
  void serve(ScriptedHttpServer::Script script, ScriptedHttpServer::Tls tls = {}) {
    server_ = std::make_unique<ScriptedHttpServer>(std::move(script), std::move(tls));
  }
  void serve(const std::string& bytes, Then then = Then::KeepOpen) {
    serve([bytes, then](const ScriptedRequest&) { return ScriptedAnswer{.bytes = bytes, .then = then}; });
  }
  [[nodiscard]] Services services() {
    const Services simulated = services_.of("sinks.k1", "k1");
    return {.clock = clock_,
            .files = simulated.files,
            .listener = simulated.listener,
            .dialer = simulated.dialer,
            .metrics = simulated.metrics,
            .log = simulated.log,
            .agent = simulated.agent,
            .name = simulated.name,
            .state_folder = simulated.state_folder,
            .conf_folder = simulated.conf_folder,
            .byte_budget = simulated.byte_budget,
            .logs_raw_data = false,
            .tls_defaults = tls_defaults_};
  }
  /// Success is committed, with these keys beside.
  Status start(const Keys& more = {}) {
    Keys keys{{"endpoint", server_->url("/in?key=geheim")},
              {"rollback.2XX", "false"},
              {"backoff.2XX", "false"},
              {"incrementMetrics.2XX", "true"}};
    return start_with(keys, more);
  }
  Status start_with(Keys keys, const Keys& more = {}) {
    keys.insert(keys.end(), more.begin(), more.end());
    sink_ = configured<Sink>(Kind::Sink, "http", keys, services());
    return sink_->start(context_);
  }

  struct Delivered {
    Result<Outcome> outcome;
    std::vector<Delivery::Rejected> rejected;
    std::string why;  ///< of whatever went wrong
    bool backs_off;
    std::uint32_t uncounted;
    [[nodiscard]] bool is(Outcome wanted) const { return outcome.ok() && *outcome == wanted; }
    [[nodiscard]] bool is_rejected() const { return !outcome.ok() && outcome.status().kind() == ErrorKind::Rejected; }
  };
  Delivered deliver(const std::vector<std::string>& bodies) {
    Ranges ids;
    ids.add({100, 100 + bodies.size()});
    Delivery delivery(context_, ids, false);
    Result<Outcome> outcome = sink_->deliver(batch_of_bodies(bodies), delivery);
    const std::string why = outcome.ok() ? delivery.explanation() : outcome.status().message();
    if (outcome.ok() && *outcome == Outcome::Delivered) {
      sink_->committed(context_);
    } else {
      sink_->given_back(context_);
    }
    return {std::move(outcome), delivery.rejected(), why, delivery.backs_off(), delivery.uncounted()};
  }
  std::int64_t figure(std::string_view name) {
    for (const GroupSnapshot& group : services_.metrics.snapshot()) {
      for (const MetricSnapshot& metric : group.metrics) {
        if (metric.name == name) return std::get<std::int64_t>(metric.value);
      }
    }
    return -1;
  }

  SystemClock clock_;
  TestServices services_;
  std::shared_ptr<const TlsDefaults> tls_defaults_;
  std::unique_ptr<ScriptedHttpServer> server_;
  HttpSinkContext context_;
  std::unique_ptr<Sink> sink_;
};

}  // namespace flume
