// What timestamp, host and static share: one header on every event, fused into the source's builder, or added to
// finished events where an interceptor before it prevents that; and the key that decides between it and an event's own.
// One thread, as every interceptor.
#pragma once

#include <optional>
#include <utility>

#include "components/interceptors/event_rewriter.h"
#include "flume/interceptor.h"
#include "flume/options.h"

namespace flume {

class AddedHeader : public Interceptor {
 public:
  bool fuse(HeaderPlan& plan) final {
    add_to(plan);
    return true;
  }
  /// New events with the header. Rejected when one becomes too large.
  Status intercept(EventBatch& batch) final {
    if (!rewriter_) {
      HeaderPlan plan;
      add_to(plan);
      rewriter_.emplace(std::move(plan));
    }
    return rewriter_->rewrite(batch, [](const EventView& event, BatchBuilder& builder) { return builder.add(event); });
  }

 private:
  /// Puts the header into a plan. Called once, at first use.
  virtual void add_to(HeaderPlan& plan) = 0;

  std::optional<EventRewriter> rewriter_;
};

/// The row of the member that says whether an event keeps a header of that name.
template <auto Member>
constexpr auto preserve_existing_option() {
  return option<Member>("preserveExisting", "An event that has the header keeps its own.");
}

}  // namespace flume
