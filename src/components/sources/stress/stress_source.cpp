// stress: the same event again and again, as fast as the channels take it: for measuring flows.
// The events are built once and given as slices of one slab, unless an interceptor adds a header that changes.
// Differs from Flume: a batch is cut so that maxSuccessfulEvents is met exactly.
#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "components/sources/stress/rate_limiter.h"
#include "flume/common_options.h"
#include "flume/component.h"

namespace flume {
namespace {

struct StressOptions {
  Bytes size{500};
  std::int64_t max_total_events = -1;
  std::int64_t max_successful_events = -1;
  std::int64_t batch_size = 1;
  std::int32_t max_events_per_second = 0;
  PollBackoff backoff;
};

constexpr auto kStressOptions =
    options(option<&StressOptions::size>("size", "Bytes of a body, each 0x7F.",
                                         {.minimum = 0, .maximum = std::numeric_limits<std::int32_t>::max()}),
            option<&StressOptions::max_total_events>("maxTotalEvents", "Stop after so many events, stored or not; below 0: never."),
            option<&StressOptions::max_successful_events>("maxSuccessfulEvents", "Stop after so many stored events; below 0: never."),
            batch_size_option<&StressOptions::batch_size>(),
            option<&StressOptions::max_events_per_second>("maxEventsPerSecond", "Most events per second; 0: as fast as possible.")) +
    group<&StressOptions::backoff, kPollBackoffOptions>();

class StressSource final : public PolledSource {
 public:
  StressSource(const StressOptions& options, const Services& services) : options_(options), clock_(services.clock) {
    if (options_.max_events_per_second > 0) limiter_.emplace(options_.max_events_per_second);
  }

  Status start(ChannelWriter& writer, SourceContext&) override {
    builder_.emplace(writer.builder());
    batch_size_ = std::min<std::int64_t>(options_.batch_size, writer.max_batch());
    if (builder_->has_changing_headers()) return {};
    // As many events as one slab holds. Batches are neighbouring slices of them, which a channel can join again.
    FLUME_TRY(append_event());
    const std::uint64_t each = builder_->bytes() + sizeof(SlabRecord);
    for (std::uint64_t used = 2 * each; used <= SlabPool::kSlabBytes; used += each) FLUME_TRY(append_event());
    const EventBatch built = builder_->take();
    prepared_ = built.slices()[0];
    next_ = prepared_->lo;
    return {};
  }

  Result<PollOutcome> poll(ChannelWriter& writer, SourceContext& context) override {
    const std::int64_t events =
        std::min({batch_size_, left(options_.max_total_events, total_), left(options_.max_successful_events, successful_)});
    if (events == 0) {
      context.finished("all events were given");
      return PollOutcome::Backoff;
    }
    if (limiter_ && !clock_.sleep_for(limiter_->acquire(events, clock_.steady()), context.stop_token())) return PollOutcome::Backoff;
    auto batch = make_batch(events);
    if (!batch) return std::move(batch).status();
    total_ += events;
    auto write = writer.prepare(*std::move(batch));
    if (!write) return std::move(write).status();
    const Status stored = write->store(Deadline::never(), context.stop_token());
    if (stored.cause() == Cause::Full) return PollOutcome::Backoff;
    if (!stored.ok()) return stored;
    successful_ += events;
    return PollOutcome::Ready;
  }

  [[nodiscard]] PollBackoff backoff() const override { return options_.backoff; }

 private:
  static constexpr std::int64_t left(std::int64_t limit, std::int64_t given) {
    return limit < 0 ? std::numeric_limits<std::int64_t>::max() : limit - given;
  }

  Status append_event() {
    const auto size = static_cast<std::size_t>(options_.size.count);
    std::uint8_t* body = builder_->body_in_place(size);
    if (body == nullptr) return invalid_config("size: more than one event may have");
    std::memset(body, 0x7F, size);
    return {};
  }

  Result<EventBatch> make_batch(std::int64_t events) {
    if (!prepared_) {
      for (std::int64_t i = 0; i < events; ++i) FLUME_TRY(append_event());
      return builder_->take();
    }
    EventBatch batch;
    for (auto lacking = static_cast<std::uint32_t>(events); lacking != 0;) {
      const std::uint32_t end = next_ + std::min(lacking, prepared_->hi - next_);
      batch.append(Slice{prepared_->slab, nullptr, next_, end});
      lacking -= end - next_;
      next_ = end == prepared_->hi ? prepared_->lo : end;
    }
    return batch;
  }

  const StressOptions options_;
  Clock& clock_;
  std::optional<RateLimiter> limiter_;
  std::optional<BatchBuilder> builder_;
  std::optional<Slice> prepared_;  // in one slab; none: events have headers that change
  std::uint32_t next_ = 0;
  std::int64_t batch_size_ = 1;
  std::int64_t total_ = 0;
  std::int64_t successful_ = 0;
};

}  // namespace

namespace components {
extern const ComponentInfo source_stress;
constinit const ComponentInfo source_stress =
    describe<StressSource, kStressOptions>("stress", "Produces the same event as fast as it can, for measuring.",
                                           {"org.apache.flume.source.StressSource"}, {.has_counters = false});
}  // namespace components
}  // namespace flume
