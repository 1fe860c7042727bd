// A sink called as the runner calls it, without runner and channel: for sinks that need nothing of their context.
// Header only; one thread.
#pragma once

#include <gtest/gtest.h>

#include "flume/metrics.h"
#include "flume/sink.h"

namespace flume {

class LoneSinkContext final : public SinkContext {
 public:
  [[nodiscard]] const std::string& name() const override { return name_; }
  SinkCounters& counters() override { return counters_; }
  [[nodiscard]] bool channel_survives_crash() const override { return false; }
  [[nodiscard]] Result<Bookmark> bookmark() override { return Bookmark(); }
  Status note(std::span<const KeyValue>, Durability) override { return {}; }
  Status hold(const Ranges&) override { return {}; }
  Status settle(const Ranges&, std::span<const KeyValue>) override { return {}; }
  Result<TakeTransaction> take_exactly(const Ranges&) override { return retryable("no channel", Cause::NotFound); }

 private:
  const std::string name_ = "k1";
  SinkCounters counters_{"k1"};
};

/// True when the sink says that the whole batch has arrived.
inline bool delivered(Sink& sink, const EventBatch& batch) {
  LoneSinkContext context;
  const Ranges ids{};
  Delivery delivery(context, ids, false);
  const auto outcome = sink.deliver(batch, delivery);
  EXPECT_TRUE(outcome.ok()) << outcome.status().message();
  return outcome.ok() && *outcome == Outcome::Delivered && delivery.rejected().empty();
}

}  // namespace flume
