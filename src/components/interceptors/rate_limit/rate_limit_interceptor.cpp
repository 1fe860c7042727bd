// rate_limit: at most so many events a second pass, the others are dropped, counted and told. One limit for a source, however
// many event loops it has. Apache Flume has no such interceptor. (Nothing needs to be dropped to protect a channel: a full one
// makes its source wait.)
#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "components/interceptors/event_count.h"
#include "flume/component.h"

namespace flume {
namespace {

constexpr std::int64_t kMostEvents = 1'000'000'000;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

/// How many events may pass: the credit grows with time, up to the burst. Any thread.
class Allowance {
 public:
  /// At most `wanted`, and what they cost is gone.
  std::uint32_t take(std::uint32_t wanted, Instant now, std::int64_t per_second, std::int64_t burst) {
    const std::lock_guard lock(mutex_);
    const std::int64_t full = burst * kNanosPerSecond;
    const std::int64_t elapsed = last_ ? std::max<std::int64_t>((now - *last_).count(), 0) : 0;
    // Not multiplied before it is known to fit.
    credit_ = !last_ || elapsed > (full - credit_) / per_second ? full : credit_ + elapsed * per_second;
    last_ = last_ ? std::max(*last_, now) : now;
    const auto taken = static_cast<std::uint32_t>(std::min<std::int64_t>(wanted, credit_ / kNanosPerSecond));
    credit_ -= taken * kNanosPerSecond;
    return taken;
  }

 private:
  std::mutex mutex_;
  // Guarded by mutex_. The credit is in billionths of an event, 10^18 at most.
  std::int64_t credit_ = 0;
  std::optional<Instant> last_;
};

struct RateLimitOptions {
  std::int64_t events_per_second = 0;
  std::optional<std::int64_t> burst;
  /// The interceptors of a source's event loops are made from one options object: this is what they share.
  std::shared_ptr<Allowance> allowance = std::make_shared<Allowance>();
};

constexpr auto kRateLimitOptions =
    options(option<&RateLimitOptions::events_per_second>("eventsPerSecond", "So many events a second pass, the others are dropped.",
                                                         {.required = true, .minimum = 1, .maximum = kMostEvents}),
            option<&RateLimitOptions::burst>("burst", "So many pass at once after a pause.",
                                             {.minimum = 1, .maximum = kMostEvents, .default_text = "eventsPerSecond"}));

class RateLimitInterceptor final : public Interceptor {
 public:
  RateLimitInterceptor(const RateLimitOptions& options, const Services& services)
      : options_(options), clock_(services.clock), log_(services.log), dropped_(services, "RateLimitDroppedCount") {}

  Status intercept(EventBatch& batch) override {
    const Instant now = clock_.steady();
    const std::uint32_t before = batch.size();
    const std::uint32_t passed =
        options_.allowance->take(before, now, options_.events_per_second, options_.burst.value_or(options_.events_per_second));
    if (passed < before) {
      batch = batch.split_front(passed);
      dropped_.add(before - passed);
      tell(before - passed, now);
    }
    return {};
  }
  [[nodiscard]] bool uses_headers() const override { return false; }

 private:
  /// At the first drop, and then once a minute at most.
  void tell(std::uint64_t dropped, Instant now) {
    constexpr auto kPause = std::chrono::minutes(1);
    untold_ += dropped;
    if (told_at_ && now - *told_at_ < kPause) return;
    log_.warn("rate_limit drops events: more come than eventsPerSecond lets pass",
              {{"eventsPerSecond", options_.events_per_second}, {"dropped", untold_}});
    told_at_ = now;
    untold_ = 0;
  }

  const RateLimitOptions options_;
  Clock& clock_;
  const Log log_;
  EventCount dropped_;
  std::uint64_t untold_ = 0;
  std::optional<Instant> told_at_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_rate_limit;
constinit const ComponentInfo interceptor_rate_limit =
    describe<RateLimitInterceptor, kRateLimitOptions>("rate_limit", "Drops what is more than so many events a second.", {},
                                                      {.extension = true,
                                                       .example = {.keys = "type = rate_limit\neventsPerSecond = 100\nburst = 2",
                                                                   .events = "{} first\n{} second\n{} third, at the same time",
                                                                   .become = "{} first\n{} second"}});
}  // namespace components
}  // namespace flume
