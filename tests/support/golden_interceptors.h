// Replays what Flume's interceptors did to single events (tests/golden/interceptors). Header only.
#pragma once

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/batch_of.h"
#include "support/configured.h"
#include "support/fake_writer.h"
#include "support/test_services.h"

namespace flume {

struct GoldenReplay {
  /// What stands for a value that differs from run to run ("<NOW>").
  std::function<std::string(const std::string&)> expected = [](const std::string& value) { return value; };
  /// The other way round: puts such words into what came out.
  std::function<void(std::vector<TestEvent>&)> mask = [](std::vector<TestEvent>&) {};
  /// For events on which Flume's interceptor fails: what ours makes of them. None: it must refuse the options.
  std::function<std::vector<TestEvent>(const TestEvent&)> instead_of_failing{};
};

/// Every case of this type: both ways of adding headers (to finished events, and fused into the builder) give what Flume gave;
/// but a header that Flume sets to null is not there. Returns how many cases there were.
inline std::size_t replay_golden_interceptors(const std::string& type, TestServices& services, const GoldenReplay& replay = {}) {
  std::ifstream file(FLUME_SOURCE_DIR "/tests/golden/interceptors/interceptors.json");
  std::size_t cases = 0;
  for (const auto& each : nlohmann::json::parse(file)) {
    if (each.at("type") != type) continue;
    SCOPED_TRACE(each.dump());
    ++cases;
    Keys keys;
    for (const auto& [key, value] : each.at("configuration").items()) keys.emplace_back(key, value.get<std::string>());
    const ComponentInfo& info = builtin_component(Kind::Interceptor, type);
    const auto options = parse_options(info, keys);
    const bool fails_on_event = each.contains("event_error");
    const bool is_refused = each.contains("error") || (fails_on_event && !replay.instead_of_failing);
    EXPECT_EQ(options.ok(), !is_refused) << options.status().message();
    if (!options || is_refused) continue;

    const TestEvent given{each.at("headers"), each.at("body")};
    std::vector<TestEvent> wanted;
    if (fails_on_event) {
      wanted = replay.instead_of_failing(given);
    } else if (!each.at("result").is_null()) {
      TestEvent event{{}, each.at("result").at("body")};
      for (const auto& [key, value] : each.at("result").at("headers").items()) {
        if (!value.is_null()) event.headers.emplace(key, replay.expected(value));
      }
      wanted.push_back(std::move(event));
    }
    const auto outcome = [&](const EventBatch& batch) {
      std::vector<TestEvent> events = events_of(batch);
      replay.mask(events);
      return events;
    };
    const EventBatch original = batch_of({given});
    EventBatch batch = original;
    const auto interceptor = info.make<Interceptor>(options->get(), services.of("sources.r1", "r1"));
    const Status status = interceptor->intercept(batch);
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(outcome(batch), wanted);

    HeaderPlan plan;
    if (!interceptor->fuse(plan)) continue;
    const SlabPool::Handle pool = SlabPool::make();
    BatchBuilder builder(*pool, std::move(plan));
    for (const EventView event : original) EXPECT_TRUE(builder.add(event).ok());
    EXPECT_EQ(outcome(builder.take()), wanted);
  }
  return cases;
}

}  // namespace flume
