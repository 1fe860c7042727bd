// Batches for tests, from plain values. Header only; owned by the caller (a batch keeps its slabs alive).
#pragma once

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "flume/batch_builder.h"

namespace flume {

struct TestEvent {
  std::map<std::string, std::string> headers;
  std::string body;
  friend bool operator==(const TestEvent&, const TestEvent&) = default;
};

inline EventBatch batch_of(const std::vector<TestEvent>& events) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  for (const TestEvent& event : events) {
    for (const auto& [key, value] : event.headers) builder.header(key, value);
    const Status built = builder.body(event.body);
    EXPECT_TRUE(built.ok()) << built.message();
  }
  return builder.take();
}

inline EventBatch batch_of_bodies(const std::vector<std::string>& bodies) {
  std::vector<TestEvent> events;
  for (const std::string& body : bodies) events.push_back({{}, body});
  return batch_of(events);
}

inline std::vector<TestEvent> events_of(const EventBatch& batch) {
  std::vector<TestEvent> events;
  for (const EventView event : batch) {
    TestEvent& copy = events.emplace_back();
    event.each_header([&copy](std::string_view key, std::string_view value) { copy.headers.emplace(key, value); });
    copy.body = event.body();
  }
  return events;
}

}  // namespace flume
