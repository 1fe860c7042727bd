// timestamp: the time at which the agent got the event, in milliseconds since 1970, as a header.
// Differs from Flume: the events of a batch that a source builds get one time, that of its first event.
#include "components/interceptors/added_header.h"
#include "flume/component.h"

namespace flume {
namespace {

struct TimestampOptions {
  bool preserve_existing = false;
  std::string header = "timestamp";
};

constexpr auto kTimestampOptions =
    options(option<&TimestampOptions::preserve_existing>("preserveExisting", "An event that has the header keeps its own."),
            option<&TimestampOptions::header>("headerName", "The header."));

class TimestampInterceptor final : public Interceptor {
 public:
  TimestampInterceptor(const TimestampOptions& options, const Services& services)
      : header_([options, &clock = services.clock](HeaderPlan& plan) {
          plan.add(options.header, [&clock] { return std::to_string(clock.wall().time_since_epoch().count()); }, options.preserve_existing);
        }) {}

  Status intercept(EventBatch& batch) override { return header_.intercept(batch); }
  bool fuse(HeaderPlan& plan) override { return header_.fuse(plan); }

 private:
  AddedHeader header_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_timestamp;
constinit const ComponentInfo interceptor_timestamp = describe<TimestampInterceptor, kTimestampOptions>(
    "timestamp", "Adds the current time in milliseconds as a header.", {"org.apache.flume.interceptor.TimestampInterceptor$Builder"});
}  // namespace components
}  // namespace flume
