// null: takes events and forgets them. The model of a sink.
#include "flume/common_options.h"
#include "flume/component.h"

namespace flume {
namespace {

struct NullOptions {
  std::int64_t batch_size = 100;
  std::int64_t log_every_events = 10000;
};

constexpr auto kNullOptions =
    options(batch_size_option<&NullOptions::batch_size>(),
            option<&NullOptions::log_every_events>("logEveryNEvents", "A line in the log after this many events.", {.minimum = 1}));

class NullSink final : public Sink {
 public:
  NullSink(const NullOptions& options, const Services& services) : options_(options), log_(services.log) {}

  [[nodiscard]] TakeLimit limits() const override { return {.events = static_cast<std::uint32_t>(options_.batch_size)}; }

  Result<Outcome> deliver(const EventBatch& batch, Delivery&) override {
    const std::uint64_t lines_before = events_ / static_cast<std::uint64_t>(options_.log_every_events);
    events_ += batch.size();
    if (events_ / static_cast<std::uint64_t>(options_.log_every_events) != lines_before) log_.info("events taken", {{"events", events_}});
    return Outcome::Delivered;
  }

 private:
  const NullOptions options_;
  const Log log_;
  std::uint64_t events_ = 0;
};

}  // namespace

namespace components {
extern const ComponentInfo sink_null;
constinit const ComponentInfo sink_null =
    describe<NullSink, kNullOptions>("null", "Takes events and forgets them.", {"org.apache.flume.sink.NullSink"}, {.has_counters = false});
}  // namespace components
}  // namespace flume
