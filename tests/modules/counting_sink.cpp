// The least module: one sink, as a user's plug-in would bring it.
#include "flume/component.h"
#include "flume/module.h"

namespace {

using namespace flume;

struct CountingOptions {
  std::int64_t batch_size = 7;
};
constexpr auto kCountingOptions = options(option<&CountingOptions::batch_size>("batchSize", "Events per transaction.", {.minimum = 1}));

class CountingSink final : public Sink {
 public:
  CountingSink(const CountingOptions& options, const Services&) : options_(options) {}
  [[nodiscard]] TakeLimit limits() const override { return {.events = static_cast<std::uint32_t>(options_.batch_size)}; }
  Result<Outcome> deliver(const EventBatch&, Delivery&) override { return Outcome::Delivered; }

 private:
  const CountingOptions options_;
};

constinit const ComponentInfo counting =
    describe<CountingSink, kCountingOptions>("counting", "Counts.", {"org.example.CountingSink"}, {.extension = true});

}  // namespace

FLUME_MODULE(registry) { return registry.add(counting); }
