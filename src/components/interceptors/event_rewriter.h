// Rewrites the events of a batch into new slabs: all of them, or the batch stays as it was.
// Owned by one interceptor; one thread.
#pragma once

#include <utility>

#include "flume/batch_builder.h"

namespace flume {

class EventRewriter {
 public:
  /// `plan`: headers for every event that is added.
  explicit EventRewriter(HeaderPlan plan = {}) : builder_(*pool_, std::move(plan)) {}

  /// `change(event, builder)` adds what becomes of the event (nothing drops it) and returns what the builder answered.
  /// Rejected when an event becomes too large.
  template <typename Change>
  Status rewrite(EventBatch& batch, Change&& change) {
    Status changed;
    EventBatch result = batch.rewrite(builder_, [&](const EventView& event, BatchBuilder& builder) {
      if (changed.ok()) changed = change(event, builder);
    });
    if (changed.ok()) batch = std::move(result);
    return changed;
  }

 private:
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_;
};

}  // namespace flume
