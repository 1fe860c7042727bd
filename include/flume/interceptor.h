// Interceptors change or drop events between source and channel; they never add one. One chain per event loop:
// an interceptor object is used by one thread.
#pragma once

#include "flume/batch_builder.h"
#include "flume/event.h"
#include "flume/result.h"

namespace flume {

class Interceptor {
 public:
  virtual ~Interceptor() = default;
  /// Changes the batch (filter, rewrite). What is missing afterwards was dropped by rule and is counted as such.
  /// An error refuses the whole batch to the source.
  virtual Status intercept(EventBatch& batch) = 0;
  /// An interceptor that adds the same headers to every event puts them into the plan and returns true: they are then
  /// written while the event is built, and intercept() is not called.
  virtual bool fuse(HeaderPlan& plan) {
    static_cast<void>(plan);
    return false;
  }
  /// False: looks at bodies only and touches no header, so later interceptors may be fused before it.
  [[nodiscard]] virtual bool uses_headers() const { return true; }
};

}  // namespace flume
