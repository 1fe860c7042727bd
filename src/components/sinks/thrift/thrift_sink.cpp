#include "components/sinks/thrift/thrift_sink.h"

#include <utility>

#include "clients/thrift/event_protocol.h"
#include "flume/metrics.h"
#include "net/tls/tls_options.h"
#include "net/tls/wrapping.h"

namespace flume {
namespace {

using Fate = thrift::EventAnswer::Fate;

constexpr auto kThriftOptions =
    options(option<&ThriftSinkOptions::hostname>("hostname", "Host of the Thrift source.", {.required = true}),
            option<&ThriftSinkOptions::port>("port", "Its port.", {.required = true, .minimum = 1}),
            option<&ThriftSinkOptions::batch_size>("batch-size", "Events per transaction and request.",
                                                   {.minimum = 1, .maximum = INT32_MAX, .role = OptionRole::BatchSize}),
            option<&ThriftSinkOptions::connect_timeout>("connect-timeout", "Longest wait for a connection.",
                                                        {.minimum = 1000, .if_bad = kDefaultIfBad}),
            option<&ThriftSinkOptions::request_timeout>("request-timeout", "Longest wait for the answer to a batch.",
                                                        {.minimum = 1000, .if_bad = kDefaultIfBad}),
            option<&ThriftSinkOptions::reset_interval>(
                "reset-connection-interval",
                "A connection that is older is made anew before the next batch, so that load balancers spread "
                "the load again; 0: never.",
                {.minimum = 0, .if_bad = kDefaultIfBad}),
            option<&ThriftSinkOptions::protocol>("protocol", "How Thrift is written.", {.if_bad = kDefaultIfBad}),
            option<&ThriftSinkOptions::max_connections>("maxConnections", "Connections at a time.",
                                                        {.no_effect = "one sink has one connection, in Flume as well"}),
            option<&ThriftSinkOptions::kerberos>("kerberos", "Log in by Kerberos; comes in a later version."),
            option<&ThriftSinkOptions::client_principal>("client-principal", "Principal to log in as; comes in a later version."),
            option<&ThriftSinkOptions::client_keytab>("client-keytab", "Keytab to log in with; comes in a later version."),
            option<&ThriftSinkOptions::server_principal>("server-principal", "Principal of the Thrift source; comes in a later version."),
            option<&ThriftSinkOptions::unread_reset_interval>(
                "connection-reset-interval", "What Flume's guide calls reset-connection-interval.",
                {.no_effect = "Flume does not read it; reset-connection-interval is the key"})) +
    group<&ThriftSinkOptions::tls, kTlsClientOptions>();

OptionProblems check(const ThriftSinkOptions& options, const CheckContext& context) {
  OptionProblems problems = tls::check_tls(options.tls, context);
  if (options.kerberos) problems.push_back({{"kerberos"}, "comes later; a server that demands it would take no event"});
  return problems;
}

thrift::EventClientSettings client_settings(const ThriftSinkOptions& options) {
  return {.host = options.hostname,
          .port = options.port.number,
          .encoding = options.protocol,
          .connect_timeout = options.connect_timeout,
          .request_timeout = options.request_timeout,
          .longest_connected = options.reset_interval.count() == 0 ? Instant::duration::max() : Instant::duration(options.reset_interval)};
}

/// The ids of `events` events from the `first` on.
Ranges ids_of(const Ranges& ids, std::uint32_t first, std::uint32_t events) {
  Ranges some;
  for (std::uint32_t i = first; i < first + events; ++i) some.add({ids.at(i), ids.at(i) + 1});
  return some;
}

}  // namespace

ThriftSink::ThriftSink(const ThriftSinkOptions& options, const Services& services) : options_(options), services_(services) {}

Status ThriftSink::start(SinkContext& context) {
  disconnect();
  auto wrap =
      tls::client_wrapping(options_.tls, services_.tls_defaults.get(), std::nullopt, {services_.files, services_.clock, services_.log});
  if (!wrap) return std::move(wrap).status();
  thrift::EventClientSettings settings = client_settings(options_);
  settings.wrap = *std::move(wrap);
  caller_ = make_loop_caller(services_.listener.make_loop());
  SinkCounters& counters = context.counters();
  const auto count = [&counters](thrift::EventClient::Change change) {
    using Change = thrift::EventClient::Change;
    if (change == Change::Opened) counters.connection_created.increment();
    if (change == Change::Closed) counters.connection_closed.increment();
    if (change == Change::Failed) counters.connection_failed.increment();
  };
  client_ = std::make_unique<thrift::EventClient>(caller_->loop(), services_.dialer, std::move(settings), count);
  on_stop_.emplace(context.stop_token(), [this, &context] { caller_->cut_short_by(context.stop_deadline()); });
  return {};
}

Result<Outcome> ThriftSink::deliver(const EventBatch& batch, Delivery& delivery) {
  EventBatch rest = batch;
  while (!rest.empty()) {
    const std::uint32_t first = batch.size() - rest.size();
    const std::uint32_t events = thrift::events_that_fit(rest);
    if (events == 0) {
      delivery.reject(first, "an event of " + std::to_string(rest[0].avro().size()) + " bytes; Thrift's frames take " +
                                 std::to_string(thrift::kLongestMessage));
      rest.split_front(1);
      continue;
    }
    const thrift::EventAnswer answer = caller_->call(client_->append_batch(rest.split_front(events)));
    if (answer.fate == Fate::NotStored) return answer.why;
    if (answer.fate == Fate::InDoubt) {
      services_.log.warn("the next hop has not said whether it has the batch", {{"events", events}, {"reason", answer.why}});
      return Outcome::InDoubt;
    }
    if (!rest.empty()) delivery.delivered(ids_of(delivery.ids(), first, events));
  }
  return Outcome::Delivered;
}

void ThriftSink::stop(SinkContext&, Deadline) { disconnect(); }

void ThriftSink::disconnect() {
  on_stop_.reset();
  if (!caller_) return;
  caller_->run_in_loop([this] { client_.reset(); });
  caller_.reset();
}

namespace components {
extern const ComponentInfo sink_thrift;
constinit const ComponentInfo sink_thrift = describe<ThriftSink, kThriftOptions, check>(
    "thrift", "Sends events to a Thrift source: the next agent.", {"org.apache.flume.sink.ThriftSink"});
}  // namespace components
}  // namespace flume
