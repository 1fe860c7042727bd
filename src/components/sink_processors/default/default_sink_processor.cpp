// default: a group of one sink, which works as it would alone. Source: org.apache.flume.sink.DefaultSinkProcessor.
#include "flume/component.h"

namespace flume {
namespace {

struct DefaultSinkProcessorOptions {};

constexpr OptionTable<DefaultSinkProcessorOptions, 0> kDefaultSinkProcessorOptions{};

class DefaultSinkProcessor final : public SinkProcessor {
 public:
  DefaultSinkProcessor(const DefaultSinkProcessorOptions&, const Services&) {}

  void begin(const std::vector<std::string>& sinks) override { sinks_ = sinks.size(); }
  void order(Instant, std::vector<std::size_t>& sinks) override {
    for (std::size_t sink = 0; sink < sinks_; ++sink) sinks.push_back(sink);
  }
  void took(std::size_t) override {}
  void failed(std::size_t, Instant) override {}
  [[nodiscard]] Instant next_change(Instant) const override { return Instant::max(); }

 private:
  std::size_t sinks_ = 0;
};

}  // namespace

namespace components {
extern const ComponentInfo sink_processor_default;
constinit const ComponentInfo sink_processor_default = describe<DefaultSinkProcessor, kDefaultSinkProcessorOptions>(
    "default", "One sink, which works as it would without a group.", {"org.apache.flume.sink.DefaultSinkProcessor"});
}  // namespace components
}  // namespace flume
