// What the tests of saved events share: a channel's files on a simulated disk, and numbered events. Header only.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "flume/batch_builder.h"
#include "saved_events/saved_events.h"
#include "support/test_services.h"

namespace flume::saved_events {

using Bodies = std::vector<std::string>;

class SavedEventsFixture : public testing::Test {
 protected:
  static constexpr const char* kSaved = "/state/c1.saved-events";
  static constexpr const char* kUnfinished = "/state/c1.saved-events.new";
  static constexpr const char* kMark = "/state/c1.saved-events.restored";

  SavedEvents open() { return SavedEvents(services_.of("channels.c1", "c1")); }
  EventBatch batch(const Bodies& bodies) {
    for (const std::string& body : bodies) EXPECT_TRUE(builder_.body(body).ok());
    return builder_.take();
  }
  Result<std::uint64_t> save(const Bodies& bodies, Deadline deadline = Deadline::never()) {
    const EventBatch events = batch(bodies);
    return open().save({events.slices().begin(), events.slices().end()}, deadline);
  }
  static Bodies bodies(const std::vector<EventBatch>& batches) {
    Bodies all;
    for (const EventBatch& batch : batches) {
      for (const EventView event : batch) all.emplace_back(event.body());
    }
    return all;
  }
  /// What a start that goes well puts into the channel.
  Bodies restore() {
    SavedEvents saved = open();
    const auto taken = saved.take();
    EXPECT_TRUE(taken.ok()) << taken.status().message();
    if (!taken) return {};
    saved.taken();
    return bodies(*taken);
  }

  TestServices services_;
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
};

}  // namespace flume::saved_events
