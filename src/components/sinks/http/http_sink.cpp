#include "components/sinks/http/http_sink.h"

#include <utility>

#include "net/tls/client_pem.h"
#include "net/tls/tls_options.h"
#include "text/utf8.h"

namespace flume {
namespace {

using Fate = http::PostAnswer::Fate;

constexpr std::size_t kQuotedBytes = 200;
constexpr std::int64_t kUsualBatchSize = 100;

/// The first bytes of an answer's body, fit for a line of the log.
std::string quoted(std::string_view body) {
  std::string text;
  append_valid_utf8(body.substr(0, kQuotedBytes), Utf8End::Keep, text);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  }
  while (text.ends_with(' ')) text.pop_back();
  return text.empty() ? text : ": '" + text + (body.size() > kQuotedBytes ? "...'" : "'");
}

/// What a person would look at first.
std::string_view hint_of(int status) {
  switch (status) {
    case 301:
    case 302:
    case 303:
      return " (it points elsewhere, by GET: the endpoint must be the URL itself)";
    case 307:
    case 308:
      return " (it points on and on, or to another scheme)";
    case 401:
    case 403:
      return " (it wants to know who we are: headers.Authorization, user:password@ in the endpoint, or a keystore)";
    case 404:
    case 410:
      return " (there is nothing at this URL)";
    case 405:
      return " (it takes no POST at this URL)";
    case 413:
      return " (a request is too large for it: batchSize, batchBytes)";
    case 415:
      return " (it does not take this contentTypeHeader)";
    default:
      return "";
  }
}

bool is_success(int status) { return status >= 200 && status < 300; }

}  // namespace

HttpSink::HttpSink(const HttpSinkOptions& options, const Services& services)
    : options_(options),
      services_(services),
      rules_(options),
      shown_endpoint_(shown_endpoint(options.endpoint)),
      figures_(services.name),
      figures_membership_(services.metrics.join(figures_)),
      body_(options.batch, options.binary) {}

TakeLimit HttpSink::limits() const {
  if (options_.batch == HttpBatch::One) return {.events = 1};
  const std::int64_t events = options_.batch_size == 0 ? kUsualBatchSize : options_.batch_size;
  return {.events = static_cast<std::uint32_t>(events), .bytes = static_cast<std::uint64_t>(options_.batch_bytes)};
}

Status HttpSink::start(SinkContext& context) {
  close(context.counters());
  return open_client();
}

Status HttpSink::open_client() {
  http::PostSettings settings{.connect_timeout = options_.connect_timeout, .answer_timeout = options_.request_timeout};
  settings.headers = {"Content-Type: " + options_.content_type.value_or(std::string(usual_content_type(options_.batch))),
                      "Accept: " + options_.accept};
  for (const auto& [name, value] : options_.headers) settings.headers.push_back(name + (value.empty() ? ";" : ": " + value));
  if (is_https(options_.endpoint)) {
    auto pem = tls::read_client_pem(services_.files, tls::with_defaults(options_.tls, true, services_.tls_defaults.get()));
    if (!pem) return std::move(pem).status();
    settings.tls = *std::move(pem);
    if (options_.tls.trust_all_certs) {
      services_.log.warn("trust-all-certs = true: whoever answers is believed, and may read and change everything");
    }
  }
  auto client = http::load_post_client(services_.clock, std::move(settings));
  if (!client) return std::move(client).status();
  client_ = *std::move(client);
  return {};
}

Result<Outcome> HttpSink::deliver(const EventBatch& batch, Delivery& delivery) {
  discarded_ = 0;
  body_.write(batch, [&](std::uint32_t index, std::string reason) { delivery.reject(index, std::move(reason)); });
  empty_ = body_.empty_events();
  delivery.leave_uncounted(empty_);
  if (body_.events() == 0) return Outcome::Delivered;
  if (!client_) FLUME_TRY(open_client());
  SinkContext& context = delivery.context();
  const http::PostAnswer answer =
      client_->post(options_.endpoint, body_.text(), context.stop_token(), [&context] { return context.stop_deadline(); });
  count_connections(context.counters(), answer);
  const std::string what = "POST " + shown_endpoint_ + ": ";
  switch (answer.fate) {
    case Fate::Answered:
      return answered(answer, batch, delivery);
    case Fate::NotSent:
      if (is_https(options_.endpoint)) close(context.counters());  // next time with what the files have by then
      delivery.explain(what + answer.why.message());
      return Outcome::NotDelivered;
    case Fate::InDoubt:
      break;
  }
  figures_.in_doubt.increment();
  delivery.explain(what + "sent, and not answered: " + answer.why.message());
  return Outcome::InDoubt;
}

Result<Outcome> HttpSink::answered(const http::PostAnswer& answer, const EventBatch& batch, Delivery& delivery) {
  const std::string what = "POST " + shown_endpoint_ + ": the server answers " + std::to_string(answer.status) + quoted(answer.body) +
                           std::string(hint_of(answer.status));
  // One of them may be the reason: the runner looks for it by halves.
  if (blames_the_events(answer.status) && batch.size() > 1) return rejected(what);
  const StatusRule rule = rules_.of(answer.status);
  if (!rule.rolls_back) return accepted(answer.status, rule, what, delivery);
  if (blames_the_events(answer.status)) return rejected(what);
  delivery.explain(what + (is_success(answer.status) ? " (and yet rollback." + std::to_string(answer.status) + " is true)" : ""));
  return Outcome::NotDelivered;
}

Result<Outcome> HttpSink::accepted(int status, const StatusRule& rule, const std::string& what, Delivery& delivery) {
  if (rule.backs_off) delivery.back_off();
  if (!rule.counts) delivery.leave_uncounted(body_.events());
  if (is_success(status)) {
    told_status_ = 0;
    return Outcome::Delivered;
  }
  discarded_ = body_.events();
  if (std::exchange(told_status_, status) != status) {
    services_.log.warn("events are not stored, and not sent again, as rollback.* = false says", {{"reason", what}});
  }
  return Outcome::Delivered;
}

void HttpSink::committed(SinkContext&) {
  figures_.empty.add(std::exchange(empty_, 0));
  figures_.discarded.add(std::exchange(discarded_, 0));
}

void HttpSink::count_connections(SinkCounters& counters, const http::PostAnswer& answer) {
  if (answer.fate == Fate::NotSent) return counters.connection_failed.increment();
  if (answer.connections > 0) {
    counters.connection_created.add(answer.connections);
    counters.connection_closed.add(answer.connections - (is_connected_ ? 0 : 1));
    is_connected_ = true;
  }
}

void HttpSink::close(SinkCounters& counters) {
  client_.reset();
  if (std::exchange(is_connected_, false)) counters.connection_closed.increment();
}

void HttpSink::stop(SinkContext& context, Deadline) { close(context.counters()); }

namespace components {
extern const ComponentInfo sink_http;
constinit const ComponentInfo sink_http = describe<HttpSink, kHttpSinkOptions, check_http_sink>(
    "http", "Sends events to a web server, by POST.", {"org.apache.flume.sink.http.HttpSink"});
}  // namespace components
}  // namespace flume
