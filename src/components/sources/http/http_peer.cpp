#include "components/sources/http/http_peer.h"

#include <algorithm>
#include <span>
#include <utility>

#include "components/sources/http/content_coding.h"
#include "text/ascii.h"

namespace flume {
namespace {

/// Its time does not tell how much of it was right.
bool is_same(std::string_view left, std::string_view right) noexcept {
  unsigned difference = left.size() == right.size() ? 0 : 1;
  for (std::size_t i = 0; i < left.size(); ++i) {
    difference |= static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right.empty() ? '\0' : right[i % right.size()]);
  }
  return difference == 0;
}

}  // namespace

HttpPeer::HttpPeer(PeerPlace place, const HttpSourceProtocol& protocol)
    : place_(std::move(place)),
      protocol_(protocol),
      connection_(place_.loop, std::move(place_.stream), protocol.connection, std::as_writable_bytes(std::span(place_.receive_buffer)),
                  callbacks()) {
  connection_.run_soon();
}

HttpConnection::Callbacks HttpPeer::callbacks() {
  return {.on_request = [this](HttpRequest request, HttpConnection::Answer answer) { take(std::move(request), std::move(answer)); },
          .on_bad_request = [this] { place_.context.counters().event_read_fail.increment(); },
          .may_read =
              [this](std::function<void()> resume) {
                if (place_.intake.has_room()) return true;
                place_.intake.await_room(std::move(resume));
                return false;
              },
          .end = place_.end};
}

bool HttpPeer::is_allowed(const HttpRequest& request) const {
  const auto given = request.header("Authorization");
  return protocol_.authorization.empty() ||
         (given && std::ranges::any_of(protocol_.authorization, [&given](const auto& each) { return is_same(*given, each); }));
}

HttpHeaders HttpPeer::cross_origin_headers(const HttpRequest& request) const {
  const auto origin = request.header("Origin");
  if (!origin || protocol_.origins.empty()) return {};
  const auto is_named = [&](std::string_view name) { return std::ranges::find(protocol_.origins, name) != protocol_.origins.end(); };
  if (is_named("*")) return {{"Access-Control-Allow-Origin", "*"}};
  // Whether it is there depends on who asks: caches must know, also when it is not.
  if (!is_named(*origin)) return {{"Vary", "Origin"}};
  return {{"Access-Control-Allow-Origin", std::string(*origin)}, {"Vary", "Origin"}};
}

void HttpPeer::take(HttpRequest request, HttpConnection::Answer answer) {
  HttpHeaders headers = cross_origin_headers(request);
  if (headers.empty()) return take_allowed(std::move(request), std::move(answer));
  const bool is_preflight = request.method == "OPTIONS" && request.header("Access-Control-Request-Method").has_value();
  if (is_preflight && headers.front().first == "Access-Control-Allow-Origin") {
    headers.insert(headers.end(), {{"Access-Control-Allow-Methods", "POST"},
                                   {"Access-Control-Allow-Headers", "Authorization, Content-Encoding, Content-Type"},
                                   {"Access-Control-Max-Age", "600"}});
    return answer({.status = 204, .content_type = "", .headers = std::move(headers)});
  }
  take_allowed(std::move(request), [headers = std::move(headers), answer = std::move(answer)](const HttpResponse& response) {
    HttpResponse with_headers = response;
    with_headers.headers.insert(with_headers.headers.end(), headers.begin(), headers.end());
    answer(with_headers);
  });
}

void HttpPeer::take_allowed(HttpRequest request, HttpConnection::Answer answer) {
  if (!protocol_.health_path.empty() && request.path() == protocol_.health_path && (request.method == "GET" || request.method == "HEAD")) {
    return answer({.body = "OK\n"});
  }
  if (request.method == "TRACE" || request.method == "OPTIONS")
    return answer({.status = 403, .body = request.method + " is not allowed\n"});
  if (request.method != "POST" && request.method != "GET" && request.method != "HEAD") {
    const bool is_known = request.method == "PUT" || request.method == "DELETE";  // to servlets
    return answer({.status = is_known ? 405U : 501U, .body = "events come by POST\n", .headers = {{"Allow", "GET, HEAD, POST"}}});
  }
  if (!is_allowed(request)) {
    return answer({.status = 401,
                   .body = "the header Authorization is missing, or is not the right one\n",
                   .headers = {{"WWW-Authenticate", "Basic realm=\"flume\", Bearer"}}});
  }
  auto& counters = place_.context.counters();
  if (const auto coding = request.header("Content-Encoding"); coding && to_lower(*coding) != "identity") {
    auto body = decode_content(*coding, request.body, protocol_.connection.limits.body_bytes);
    if (!body) {
      const Cause cause = body.status().cause();
      const unsigned status = cause == Cause::Unsupported ? 415 : cause == Cause::TooLarge ? 413 : 400;
      return refuse({status, std::string(body.status().message())}, answer);
    }
    request.body = *std::move(body);
  }
  BatchBuilder& builder = place_.intake.builder();
  if (const auto refused = protocol_.events.build(request, builder)) {
    place_.intake.discard();
    return refuse(*refused, answer);
  }
  counters.append_batch_received.increment();
  // What is counted outlives this: the intake's last answer comes before the source has stopped.
  place_.intake.submit([&counters, answer = std::move(answer)](const Status& stored) {
    if (stored.ok()) {
      counters.append_batch_accepted.increment();
      return answer({.content_type = "", .body = ""});
    }
    const bool is_full = stored.cause() == Cause::Full || stored.cause() == Cause::Stopped;
    answer({.status = is_full ? 503U : 500U,
            .body = std::string(stored.message()) + "; send the events again\n",
            .headers = is_full ? HttpHeaders{{"Retry-After", "1"}} : HttpHeaders{}});
  });
}

void HttpPeer::refuse(const RequestRefusal& refusal, const HttpConnection::Answer& answer) {
  place_.context.counters().event_read_fail.increment();
  place_.log.warn("request refused", {{"peer", connection_.stream().peer()}, {"status", refusal.status}, {"reason", refusal.why}});
  answer({.status = refusal.status, .body = refusal.why + "\n"});
}

}  // namespace flume
