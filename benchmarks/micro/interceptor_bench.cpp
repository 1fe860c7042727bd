// What an interceptor costs an event, events as items. Batches of 1,000: 200 B bodies and three headers, or log lines of 120 B.
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

#include "flume/component.h"
#include "support/component_options.h"
#include "support/test_services.h"
#include "typical_event.h"

namespace flume::bench {
namespace {

constexpr std::uint32_t kBatch = 1000;
using Keys = std::map<std::string, std::string>;

const std::string kLogLine =
    R"(10.20.30.40 - ann [10/Oct/2000:13:55:36 -0700] "GET /shop/basket?card=4111111111111111 HTTP/1.1" 200 2326 "-" "agent/1.0")";
const std::string kJson =
    R"({"time": "2023-11-14T22:13:20Z", "level": "INFO", "user": {"id": 17, "name": "ann", "roles": ["a", "b"]}, "request": {"path": )"
    R"("/shop/basket", "status": 200, "millis": 12.5}, "message": "a line of words that says what happened, and where, and why, and to whom"})";

void intercept(benchmark::State& state, std::string_view type, const Keys& keys, const std::string& body) {
  TestServices services;
  Services lent = services.of("sources.r1", "r1");
  lent.time_zone = "UTC";
  const ParsedComponent parsed = parse_component(Kind::Interceptor, type, keys);
  if (!parsed.problem.ok()) std::abort();
  const auto interceptor = parsed.make<Interceptor>(lent);
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  for (std::uint32_t i = 0; i < kBatch; ++i) {
    builder.header("host", "host-0001.corp");
    builder.header("timestamp", "1700000000000");
    builder.header("f", "1");
    if (!builder.body(body).ok()) std::abort();
  }
  const EventBatch given = builder.take();
  for (auto _ : state) {
    EventBatch batch = given;
    if (!interceptor->intercept(batch).ok()) std::abort();
    benchmark::DoNotOptimize(batch.size());
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

BENCHMARK_CAPTURE(intercept, static_not_fused, "static", {{"key", "dc"}, {"value", "east"}}, kBody);
BENCHMARK_CAPTURE(intercept, uuid, "uuid", {}, kBody);
BENCHMARK_CAPTURE(intercept, remove_header, "remove_header", {{"withName", "f"}}, kBody);
BENCHMARK_CAPTURE(intercept, remove_header_that_is_not_there, "remove_header", {{"withName", "g"}}, kBody);
BENCHMARK_CAPTURE(intercept, remove_header_by_pattern, "remove_header", {{"matching", "f.*"}}, kBody);
BENCHMARK_CAPTURE(intercept, rename_header, "rename_header", {{"rename.f", "facility"}}, kBody);
BENCHMARK_CAPTURE(intercept, regex_filter, "regex_filter", {{"regex", "GET|POST"}}, kLogLine);
BENCHMARK_CAPTURE(intercept, search_replace, "search_replace", {{"searchPattern", "card=\\d+"}, {"replaceString", "card=*"}}, kLogLine);
BENCHMARK_CAPTURE(intercept, search_replace_without_a_match, "search_replace", {{"searchPattern", "password=\\S+"}}, kLogLine);
BENCHMARK_CAPTURE(intercept, mask, "mask", {{"pattern", "card=([0-9]{13,19})"}, {"keepLast", "4"}}, kLogLine);
BENCHMARK_CAPTURE(
    intercept, regex_extractor, "regex_extractor",
    {{"regex", "^(\\S+) \\S+ (\\S+) "}, {"serializers", "s1 s2"}, {"serializers.s1.name", "client"}, {"serializers.s2.name", "user"}},
    kLogLine);
BENCHMARK_CAPTURE(intercept, regex_extractor_of_times, "regex_extractor",
                  {{"regex", "\\[([^\\]]+)\\]"},
                   {"serializers", "s"},
                   {"serializers.s.name", "timestamp"},
                   {"serializers.s.type", "MILLIS"},
                   {"serializers.s.pattern", "dd/MMM/yyyy:HH:mm:ss Z"}},
                  kLogLine);
BENCHMARK_CAPTURE(intercept, json_extract, "json_extract", {{"headers.user", "user.name"}, {"headers.status", "request.status"}}, kJson);
BENCHMARK_CAPTURE(intercept, truncate, "truncate", {{"maxBodyBytes", "100"}}, kBody);
BENCHMARK_CAPTURE(intercept, truncate_of_short_bodies, "truncate", {{"maxBodyBytes", "200"}}, kBody);
BENCHMARK_CAPTURE(intercept, sample, "sample", {{"oneIn", "10"}}, kBody);
BENCHMARK_CAPTURE(intercept, rate_limit, "rate_limit", {{"eventsPerSecond", "1000000000"}, {"burst", "1000000000"}}, kBody);

}  // namespace
}  // namespace flume::bench
