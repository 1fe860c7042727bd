// http: events from HTTP requests, each answered when its events are stored. Owned by the agent; lives in the loop of its PeerServer.
// Differs from Flume: see docs/differences.md.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "components/sources/http/http_peer.h"
#include "flume/component.h"
#include "flume/tls_options.h"
#include "intake/peer_server.h"
#include "net/tls/tls_options.h"
#include "text/base64.h"

namespace flume {

enum class HttpHandler : std::uint8_t { Json, Blob, CutBlob, Lines };
inline std::span<const EnumName<HttpHandler>> enum_names(HttpHandler) {
  static constexpr std::array kNames{
      EnumName<HttpHandler>{"org.apache.flume.source.http.JSONHandler", HttpHandler::Json},
      EnumName<HttpHandler>{"org.apache.flume.source.http.BLOBHandler", HttpHandler::Blob},
      EnumName<HttpHandler>{"org.apache.flume.sink.solr.morphline.BlobHandler", HttpHandler::CutBlob},
      EnumName<HttpHandler>{"lines", HttpHandler::Lines},
  };
  return kNames;
}

namespace {

/// As long as Flume's channels wait for room (keep-alive) before a request is answered with 503.
constexpr std::chrono::seconds kPatience{3};
/// Pipelined requests of a connection that wait for their answers.
constexpr std::size_t kMostUnanswered = 64;
constexpr std::int64_t kMostRequestBytes = std::int64_t{1} << 30;

struct HttpSourceOptions {
  std::string bind = "0.0.0.0";
  Port port;
  HttpHandler handler = HttpHandler::Json;
  std::string mandatory_parameters;
  std::int64_t max_blob_length = 100'000'000;
  TlsServerOptions tls;
  std::int64_t request_header_size = 8192;
  std::int64_t idle_timeout = 30'000;
  OptionFamily handler_keys;
  OptionFamily thread_pool;
  OptionFamily configuration;
  OptionFamily tls_factory;
  OptionFamily connector;
  std::int64_t max_request_bytes = std::int64_t{64} << 20;
  std::string health_path;
  Names allowed_origins;
  Secret basic_auth;
  Secret bearer_token;
};

constexpr auto kHttpOptions =
    options(
        option<&HttpSourceOptions::bind>("bind", "Address or name to listen on; 0.0.0.0 for all.", {.role = OptionRole::ListenAddress}),
        option<&HttpSourceOptions::port>("port", "TCP port to listen on.", {.required = true, .role = OptionRole::TcpPort}),
        option<&HttpSourceOptions::handler>(
            "handler", "How a request becomes events. lines, which Apache Flume does not have: each line of the body is one."),
        option<&HttpSourceOptions::mandatory_parameters>("handler.mandatoryParameters",
                                                         "BLOBHandler: parameters that a query must have, separated by commas."),
        option<&HttpSourceOptions::max_blob_length>("handler.maxBlobLength", "Morphline BlobHandler: longer bodies are cut.",
                                                    {.minimum = 1, .maximum = kMostRequestBytes, .unit = "bytes"}),
        option<&HttpSourceOptions::handler_keys>("handler.*", "Keys of a handler of one's own.",
                                                 {.no_effect = "the handlers here have no other keys; classes of one's own need a JVM"}),
        option<&HttpSourceOptions::request_header_size>("HttpConfiguration.requestHeaderSize", "Longest request line and headers.",
                                                        {.minimum = 256, .maximum = 1 << 20, .unit = "bytes"}),
        option<&HttpSourceOptions::idle_timeout>("ServerConnector.idleTimeout",
                                                 "How long a connection waits for its next request, or for the rest of one.",
                                                 {.minimum = 1, .maximum = 86'400'000, .unit = "ms"}),
        option<&HttpSourceOptions::thread_pool>("QueuedThreadPool.*", "Jetty's threads.",
                                                {.no_effect = "one event loop serves all clients"}),
        option<&HttpSourceOptions::configuration>("HttpConfiguration.*", "Jetty's HTTP settings.",
                                                  {.no_effect = "there is no Jetty here; requestHeaderSize is the one that counts"}),
        option<&HttpSourceOptions::tls_factory>("SslContextFactory.*", "Jetty's TLS settings.", {.no_effect = "there is no Jetty here"}),
        option<&HttpSourceOptions::connector>("ServerConnector.*", "Jetty's port settings.",
                                              {.no_effect = "there is no Jetty here; idleTimeout is the one that counts"}),
        option<&HttpSourceOptions::max_request_bytes>("maxRequestBytes", "Longest body, as it comes and decoded; 413 for longer ones.",
                                                      {.minimum = 1, .maximum = kMostRequestBytes, .unit = "bytes", .extension = true}),
        option<&HttpSourceOptions::health_path>("healthPath", "A path, such as /health, that answers GET with 200 and makes no event.",
                                                {.extension = true}),
        option<&HttpSourceOptions::allowed_origins>(
            "allowedOrigins",
            "Pages whose scripts may send events from a browser (CORS), such as https://www.example.org; * for all. None when unset.",
            {.extension = true}),
        option<&HttpSourceOptions::basic_auth>("basicAuth", "user:password that clients must send (RFC 7617); else 401.",
                                               {.secret = true, .extension = true}),
        option<&HttpSourceOptions::bearer_token>("bearerToken", "Token that clients must send (RFC 6750); else 401.",
                                                 {.secret = true, .extension = true})) +
    group<&HttpSourceOptions::tls, kTlsServerOptions>() + group<&HttpSourceOptions::tls, kOldTlsServerOptions>();

OptionProblems check(const HttpSourceOptions& options, const CheckContext& context) {
  OptionProblems problems = tls::check_tls(options.tls, context);
  if (!options.health_path.empty() && !options.health_path.starts_with('/'))
    problems.push_back({{"healthPath"}, "must begin with a slash"});
  for (const std::string& origin : options.allowed_origins) {
    const std::size_t host = origin.find("://");
    if (origin == "*" || (host != std::string::npos && origin.find('/', host + 3) == std::string::npos)) continue;
    problems.push_back({{"allowedOrigins"}, "'" + origin + "' is no origin: scheme://host or scheme://host:port, without a path, or *"});
  }
  if (!options.basic_auth.text.empty() && options.basic_auth.text.find(':') == std::string::npos) {
    problems.push_back({{"basicAuth"}, "must be user:password"});
  }
  return problems;
}

std::vector<std::string> names_of(std::string_view list) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    std::string_view name = list.substr(at, end - at);
    at = end + 1;
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

std::unique_ptr<RequestEvents> make_events(const HttpSourceOptions& options) {
  switch (options.handler) {
    case HttpHandler::Json:
      return make_json_events();
    case HttpHandler::Blob:
      return make_blob_events(names_of(options.mandatory_parameters));
    case HttpHandler::Lines:
      return make_line_events();
    case HttpHandler::CutBlob:
      break;
  }
  return make_cut_blob_events(static_cast<std::size_t>(options.max_blob_length));
}

HttpSourceProtocol make_protocol(const HttpSourceOptions& options, RequestEvents& events) {
  const std::chrono::milliseconds idle(options.idle_timeout);
  HttpSourceProtocol protocol{.connection = {.limits = {.header_bytes = static_cast<std::size_t>(options.request_header_size),
                                                        .body_bytes = static_cast<std::size_t>(options.max_request_bytes)},
                                             .most_unanswered = kMostUnanswered,
                                             .request_timeout = idle,
                                             .idle_timeout = idle,
                                             .write_timeout = idle},
                              .health_path = options.health_path,
                              .authorization = {},
                              .origins = options.allowed_origins,
                              .events = events};
  if (!options.basic_auth.text.empty()) protocol.authorization.push_back("Basic " + to_base64(options.basic_auth.text));
  if (!options.bearer_token.text.empty()) protocol.authorization.push_back("Bearer " + options.bearer_token.text);
  return protocol;
}

class HttpSource final : public Source {
 public:
  HttpSource(const HttpSourceOptions& options, const Services& services)
      : events_(make_events(options)),
        protocol_(make_protocol(options, *events_)),
        server_(services, {.host = options.bind, .ports = {options.port.number}, .intake = {.patience = kPatience}, .tls = options.tls},
                [this](PeerPlace place) { return std::make_unique<HttpPeer>(std::move(place), protocol_); }) {}

  Status start(ChannelWriter& writer, SourceContext& context) override { return server_.start(writer, context); }
  void stop(Deadline deadline) override { server_.stop(deadline); }

 private:
  const std::unique_ptr<RequestEvents> events_;
  const HttpSourceProtocol protocol_;
  PeerServer server_;
};

}  // namespace

namespace components {
extern const ComponentInfo source_http;
constinit const ComponentInfo source_http = describe<HttpSource, kHttpOptions, check>(
    "http", "Receives events by HTTP and answers when they are stored.", {"org.apache.flume.source.http.HTTPSource"});
}  // namespace components
}  // namespace flume
