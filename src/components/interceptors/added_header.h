// What timestamp, host and static share: one header on every event, fused into the source's builder, or added to
// finished events where an interceptor before it prevents that. One thread, as every interceptor.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "flume/batch_builder.h"
#include "flume/interceptor.h"

namespace flume {

class AddedHeader final {
 public:
  /// `add` puts the header into a plan; called at first use, not before.
  explicit AddedHeader(std::function<void(HeaderPlan&)> add) : add_(std::move(add)) {}

  bool fuse(HeaderPlan& plan) {
    add_(plan);
    return true;
  }
  /// New events with the header. Rejected when one becomes too large.
  Status intercept(EventBatch& batch) {
    if (!builder_) {
      HeaderPlan plan;
      add_(plan);
      builder_.emplace(*pool_, std::move(plan));
    }
    Status added;
    EventBatch changed = batch.rewrite(*builder_, [&added](const EventView& event, BatchBuilder& builder) {
      if (added.ok()) added = builder.add(event);
    });
    if (added.ok()) batch = std::move(changed);
    return added;
  }

 private:
  const std::function<void(HeaderPlan&)> add_;
  const SlabPool::Handle pool_ = SlabPool::make();
  std::optional<BatchBuilder> builder_;
};

}  // namespace flume
