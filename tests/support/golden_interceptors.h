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

/// Every case of this type: both ways of adding headers (to finished events, and fused into the builder) give what Flume gave.
/// `expected` replaces what differs from run to run ("<NOW>"). Returns how many cases there were.
inline std::size_t replay_golden_interceptors(const std::string& type, TestServices& services,
                                              const std::function<std::string(const std::string&)>& expected) {
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
    EXPECT_EQ(options.ok(), !each.contains("error")) << options.status().message();
    if (!options || each.contains("error")) continue;

    std::vector<TestEvent> wanted;
    if (!each.at("result").is_null()) {
      TestEvent event{each.at("result").at("headers"), each.at("result").at("body")};
      for (auto& [key, value] : event.headers) value = expected(value);
      wanted.push_back(std::move(event));
    }
    const EventBatch original = batch_of({{each.at("headers"), each.at("body")}});
    EventBatch batch = original;
    const auto interceptor = info.make<Interceptor>(options->get(), services.of("sources.r1", "r1"));
    const Status status = interceptor->intercept(batch);
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(events_of(batch), wanted);

    HeaderPlan plan;
    if (!interceptor->fuse(plan)) continue;
    const SlabPool::Handle pool = SlabPool::make();
    BatchBuilder builder(*pool, std::move(plan));
    for (const EventView event : original) EXPECT_TRUE(builder.add(event).ok());
    EXPECT_EQ(events_of(builder.take()), wanted);
  }
  return cases;
}

}  // namespace flume
