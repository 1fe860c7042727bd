#include "components/sinks/avro/avro_sink.h"

#include <algorithm>
#include <utility>

#include "flume/metrics.h"
#include "net/tls/tls_options.h"

namespace flume {
namespace {

using Fate = rpc::CallAnswer::Fate;

constexpr auto kAvroOptions =
    options(option<&AvroSinkOptions::hostname>("hostname", "Host of the Avro source.", {.required = true}),
            option<&AvroSinkOptions::port>("port", "Its port.", {.required = true, .minimum = 1}),
            option<&AvroSinkOptions::batch_size>("batch-size", "Events per transaction and request.",
                                                 {.minimum = 1, .maximum = INT32_MAX, .role = OptionRole::BatchSize}),
            option<&AvroSinkOptions::reset_interval>(
                "reset-connection-interval",
                "A connection that is older is made anew before the next batch, so that load balancers spread the load again; 0: never.",
                {.minimum = 0, .if_bad = kDefaultIfBad}),
            option<&AvroSinkOptions::requests_under_way>(
                "requests-under-way",
                "Requests that are sent before the first of them is answered. With more than one, batches may overtake each other: "
                "Apache Flume's source works on several side by side, and one that is not stored comes again later.",
                {.minimum = 1, .maximum = 64, .extension = true})) +
    group<&AvroSinkOptions::client, rpc::kClientOptions>();

rpc::HostAddress only_host(const AvroSinkOptions& options) { return {options.hostname, options.port.number}; }

OptionProblems check(const AvroSinkOptions& options, const CheckContext& context) {
  OptionProblems problems = tls::check_tls(options.client.tls, context);
  const auto settings = rpc::client_settings(options.client, only_host(options));
  if (!settings) problems.push_back({{}, settings.status().message()});
  if (options.client.type == rpc::ClientType::Default && options.client.hosts.size() > 1) {
    problems.push_back({.keys = {"hosts"}, .message = "only the first one is used, since client.type is DEFAULT", .is_advice = true});
  }
  return problems;
}

Ranges ids_of(const Ranges& ids, std::uint32_t first, std::uint32_t events) {
  Ranges some;
  for (std::uint32_t i = first; i < first + events; ++i) some.add({ids.at(i), ids.at(i) + 1});
  return some;
}

}  // namespace

AvroSink::AvroSink(const AvroSinkOptions& options, const Services& services) : options_(options), services_(services) {}

TakeLimit AvroSink::limits() const {
  return {.events = static_cast<std::uint32_t>(options_.batch_size), .join = static_cast<std::uint32_t>(options_.requests_under_way)};
}

Status AvroSink::start(SinkContext& context) {
  disconnect();
  auto settings = rpc::client_settings(options_.client, only_host(options_));
  if (!settings) return std::move(settings).status();
  auto wrap = rpc::client_wrapping(options_.client, services_.tls_defaults.get(), {services_.files, services_.clock, services_.log});
  if (!wrap) return std::move(wrap).status();
  settings->host.wrap = *std::move(wrap);
  if (options_.reset_interval.count() != 0) settings->host.longest_connected = options_.reset_interval;
  settings->host.most_under_way = static_cast<std::size_t>(options_.requests_under_way);
  caller_ = make_loop_caller(services_.listener.make_loop());
  SinkCounters& counters = context.counters();
  const auto count = [&counters](rpc::ConnectionChange change) {
    using Change = rpc::ConnectionChange;
    if (change == Change::Opened) counters.connection_created.increment();
    if (change == Change::Closed) counters.connection_closed.increment();
    if (change == Change::Failed) counters.connection_failed.increment();
  };
  client_ = std::make_unique<rpc::RpcClient>(caller_->loop(), services_.dialer, *std::move(settings), count);
  on_stop_.emplace(context.stop_token(), [this, &context] { caller_->cut_short_by(context.stop_deadline()); });
  return {};
}

std::vector<rpc::Append> AvroSink::cut(EventBatch batch, Delivery& delivery, std::vector<Part>& parts) const {
  const std::uint64_t most_bytes = rpc::kLongestMessage - rpc::kMostAround;
  std::vector<rpc::Append> calls;
  std::uint32_t first = 0;
  while (!batch.empty()) {
    std::uint32_t events = std::min(batch.size(), static_cast<std::uint32_t>(options_.batch_size));
    EventBatch part = batch.split_front(events);
    if (part.bytes() > most_bytes) {
      EventBatch rest = std::move(part);
      std::uint64_t bytes = 0;
      events = 0;
      for (const EventView event : rest) {
        bytes += event.avro().size();
        if (bytes > most_bytes) break;
        ++events;
      }
      if (events == 0) {
        delivery.reject(first++,
                        "an event of " + std::to_string(rest[0].avro().size()) + " bytes; a request takes " + std::to_string(most_bytes));
        rest.split_front(1);
      }
      part = rest.split_front(events);
      rest.append(std::move(batch));
      batch = std::move(rest);
    }
    if (part.empty()) continue;
    parts.push_back({first, events});
    calls.push_back({std::move(part), {}});
    first += events;
  }
  return calls;
}

Result<Outcome> AvroSink::deliver(const EventBatch& batch, Delivery& delivery) {
  std::vector<Part> parts;
  std::vector<rpc::Append> calls = cut(batch, delivery, parts);
  if (calls.empty()) return Outcome::Delivered;
  const auto answers = caller_->call(client_->append(std::move(calls)));
  // Cut short in the middle of it.
  if (!answers) return Outcome::InDoubt;
  const rpc::CallAnswer* in_doubt = nullptr;
  const rpc::CallAnswer* failed = nullptr;
  for (const rpc::CallAnswer& answer : *answers) {
    if (answer.fate == Fate::InDoubt && in_doubt == nullptr) in_doubt = &answer;
    if (answer.fate == Fate::NotStored && failed == nullptr) failed = &answer;
  }
  if (in_doubt == nullptr && failed == nullptr) return Outcome::Delivered;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if ((*answers)[i].fate == Fate::Stored) delivery.delivered(ids_of(delivery.ids(), parts[i].first, parts[i].events));
  }
  if (in_doubt == nullptr) return failed->why;
  services_.log.warn("the next hop has not said whether it has the batch", {{"events", batch.size()}, {"reason", in_doubt->why}});
  return Outcome::InDoubt;
}

void AvroSink::stop(SinkContext&, Deadline) { disconnect(); }

void AvroSink::disconnect() {
  on_stop_.reset();
  if (!caller_) return;
  caller_->run_in_loop([this] { client_.reset(); });
  caller_.reset();
}

namespace components {
extern const ComponentInfo sink_avro;
constinit const ComponentInfo sink_avro =
    describe<AvroSink, kAvroOptions, check>("avro", "Sends events to an Avro source: the next agent.", {"org.apache.flume.sink.AvroSink"});
}  // namespace components
}  // namespace flume
