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

constexpr auto kTimestampOptions = options(preserve_existing_option<&TimestampOptions::preserve_existing>(),
                                           option<&TimestampOptions::header>("headerName", "The header."));

class TimestampInterceptor final : public AddedHeader {
 public:
  TimestampInterceptor(const TimestampOptions& options, const Services& services) : options_(options), clock_(services.clock) {}

 private:
  void add_to(HeaderPlan& plan) override {
    const auto now = [&clock = clock_] { return std::to_string(clock.wall().time_since_epoch().count()); };
    plan.add(options_.header, now, options_.preserve_existing);
  }

  const TimestampOptions options_;
  Clock& clock_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_timestamp;
constinit const ComponentInfo interceptor_timestamp = describe<TimestampInterceptor, kTimestampOptions>(
    "timestamp", "Adds the current time in milliseconds as a header.", {"org.apache.flume.interceptor.TimestampInterceptor$Builder"},
    {.example = {.keys = "type = timestamp", .events = "{app=shop} GET /", .become = "{app=shop, timestamp=1767225600000} GET /"}});
}  // namespace components
}  // namespace flume
