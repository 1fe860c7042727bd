// http: events as POSTs to a web server, which says by its status what becomes of them. Owned by the agent; called by its runner, in
// whose thread all happens. Source: org.apache.flume.sink.http.HttpSink.
// Differs from Flume: see docs/differences.md. At least once: a request without an answer is sent again.
#pragma once

#include <memory>
#include <string>

#include "clients/http/post_client.h"
#include "components/sinks/http/http_options.h"
#include "components/sinks/http/request_body.h"
#include "components/sinks/http/status_rules.h"
#include "flume/component.h"
#include "flume/metrics.h"

namespace flume {

/// What Flume has no name for: Prometheus only.
struct HttpSinkFigures : CounterGroup {
  explicit HttpSinkFigures(std::string_view component) : CounterGroup(CounterKind::Sink, component) { hide_from_flume_json(); }
  Counter empty{*this, "SinkEmptyEvents"};          ///< committed and not sent: they have no body
  Counter discarded{*this, "SinkDiscardedEvents"};  ///< committed though the server refused them, as a rollback.* = false says
  Counter in_doubt{*this, "SinkRequestsInDoubt"};   ///< sent, and not answered
};

class HttpSink final : public Sink {
 public:
  HttpSink(const HttpSinkOptions& options, const Services& services);

  /// Reads keys and certificates; connects with the first events.
  Status start(SinkContext& context) override;
  [[nodiscard]] TakeLimit limits() const override;
  Result<Outcome> deliver(const EventBatch& batch, Delivery& delivery) override;
  void committed(SinkContext& context) override;
  void stop(SinkContext& context, Deadline deadline) override;

 private:
  Status open_client();
  void close(SinkCounters& counters);
  void count_connections(SinkCounters& counters, const http::PostAnswer& answer);
  Result<Outcome> answered(const http::PostAnswer& answer, const EventBatch& batch, Delivery& delivery);
  Result<Outcome> accepted(int status, const StatusRule& rule, const std::string& what, Delivery& delivery);

  const HttpSinkOptions options_;
  const Services services_;
  const StatusRules rules_;
  const std::string shown_endpoint_;
  HttpSinkFigures figures_;
  MetricsRegistry::Membership figures_membership_;
  RequestBody body_;
  std::unique_ptr<http::PostClient> client_;  // null: stopped, or its keys must be read again
  bool is_connected_ = false;                 // as far as is known
  std::uint32_t empty_ = 0;                   // of the last deliver
  std::uint32_t discarded_ = 0;
  int told_status_ = 0;  // of the last events that were discarded
};

}  // namespace flume
