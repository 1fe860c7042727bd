// The keys of the http sink. Values; any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "flume/component.h"
#include "flume/tls_options.h"

namespace flume {

/// What becomes one request.
enum class HttpBatch : std::uint8_t {
  One,        ///< one event, its body as it is
  Lines,      ///< the bodies, a line each
  Ndjson,     ///< the events as JSON objects, a line each
  JsonArray,  ///< the same as an array
};
inline std::span<const EnumName<HttpBatch>> enum_names(HttpBatch) {
  static constexpr std::array kNames{EnumName<HttpBatch>{"one", HttpBatch::One}, EnumName<HttpBatch>{"lines", HttpBatch::Lines},
                                     EnumName<HttpBatch>{"ndjson", HttpBatch::Ndjson},
                                     EnumName<HttpBatch>{"json_array", HttpBatch::JsonArray}};
  return kNames;
}

/// Of bodies that are not UTF-8, in JSON.
enum class HttpBinary : std::uint8_t { Reject, Base64 };
inline std::span<const EnumName<HttpBinary>> enum_names(HttpBinary) {
  static constexpr std::array kNames{EnumName<HttpBinary>{"reject", HttpBinary::Reject},
                                     EnumName<HttpBinary>{"base64", HttpBinary::Base64}};
  return kNames;
}

struct HttpSinkOptions {
  std::string endpoint;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds request_timeout{5000};
  std::optional<std::string> content_type;
  std::string accept = "text/plain";
  bool default_backoff = true;
  bool default_rollback = true;
  bool default_increment_metrics = false;
  OptionFamily backoff;
  OptionFamily rollback;
  OptionFamily increment_metrics;
  HttpBatch batch = HttpBatch::One;
  std::int64_t batch_size = 0;  // 100; with one event a request it counts for nothing
  std::int64_t batch_bytes = std::int64_t{1} << 20U;
  HttpBinary binary = HttpBinary::Reject;
  OptionFamily headers;
  TlsUrlOptions tls;
};

/// In any case of letters: "HTTPS://...".
[[nodiscard]] bool is_https(const std::string& endpoint);

/// The endpoint without user and password, as messages name it.
[[nodiscard]] std::string shown_endpoint(const std::string& endpoint);

/// What no single key can see.
[[nodiscard]] OptionProblems check_http_sink(const HttpSinkOptions& options, const CheckContext& context);

inline constexpr auto kHttpSinkOptions =
    options(
        option<&HttpSinkOptions::endpoint>("endpoint", "URL that gets the POSTs: http or https.", {.required = true}),
        option<&HttpSinkOptions::connect_timeout>("connectTimeout", "Longest wait for a connection, TLS included.",
                                                  {.minimum = 1, .maximum = INT32_MAX}),
        option<&HttpSinkOptions::request_timeout>("requestTimeout",
                                                  "Longest wait for an answer once all is sent; also the longest pause while it is sent.",
                                                  {.minimum = 1, .maximum = INT32_MAX}),
        option<&HttpSinkOptions::content_type>(
            "contentTypeHeader",
            "Content-Type of the requests. When unset: text/plain; with batch = ndjson application/x-ndjson, with json_array "
            "application/json.",
            {.default_text = "text/plain"}),
        option<&HttpSinkOptions::accept>("acceptHeader", "Accept of the requests."),
        option<&HttpSinkOptions::default_backoff>("defaultBackoff", "Pause after an answer whose status no backoff.* names."),
        option<&HttpSinkOptions::default_rollback>(
            "defaultRollback", "Keep the events in the channel, to send them again, after an answer whose status no rollback.* names."),
        option<&HttpSinkOptions::default_increment_metrics>(
            "defaultIncrementMetrics",
            "Count committed events as delivered (EventDrainSuccessCount) after an answer whose status no incrementMetrics.* names."),
        option<&HttpSinkOptions::backoff>("backoff.*",
                                          "defaultBackoff of one status (200) or of a hundred (2XX); the former counts first."),
        option<&HttpSinkOptions::rollback>("rollback.*", "defaultRollback of one status or of a hundred."),
        option<&HttpSinkOptions::increment_metrics>("incrementMetrics.*", "defaultIncrementMetrics of one status or of a hundred."),
        option<&HttpSinkOptions::batch>(
            "batch",
            "What is one request. one: the body of one event. lines: bodies, a line each. ndjson: events as JSON objects with headers "
            "and body, a line each. json_array: the same as an array, as an HTTP source takes it.",
            {.extension = true}),
        option<&HttpSinkOptions::batch_size>(
            "batchSize", "Events per transaction and request, unless batch = one.",
            {.minimum = 1, .maximum = INT32_MAX, .default_text = "100", .role = OptionRole::BatchSize, .extension = true}),
        option<&HttpSinkOptions::batch_bytes>("batchBytes", "Bytes of events per transaction and request; a larger event goes alone.",
                                              {.minimum = 1, .maximum = std::int64_t{1} << 30U, .unit = "bytes", .extension = true}),
        option<&HttpSinkOptions::binary>(
            "binaryBodies",
            "Bodies that are not UTF-8, with batch = ndjson and json_array. reject: they are bad events (badEvents says what becomes of "
            "them). base64: they go as \"bodyBase64\", which our http source reads and Apache Flume's does not.",
            {.extension = true}),
        option<&HttpSinkOptions::headers>("headers.*", "Further headers of the requests, such as headers.Authorization.",
                                          {.secret = true, .extension = true})) +
    group<&HttpSinkOptions::tls, kTlsUrlOptions>();

}  // namespace flume
