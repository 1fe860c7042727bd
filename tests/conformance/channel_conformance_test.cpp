// The channels that live in memory: the real one and the simulated durable one.
#include "conformance/channel_conformance.h"

#include "components/channels/memory/memory_channel.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::conformance {
namespace {

class Memory final : public ChannelUnderTest {
 public:
  explicit Memory(ChannelLimits limits) : channel_(options(limits), services_.of("channels.c1", "c1")) {}
  Channel& channel() override { return channel_; }
  SimClock& clock() override { return services_.clock; }

 private:
  static MemoryOptions options(ChannelLimits limits) {
    MemoryOptions options;
    options.capacity = static_cast<std::int64_t>(limits.capacity);
    options.transaction_capacity = limits.transaction_capacity;
    options.keep_alive = kKeepAlive;
    return options;
  }
  TestServices services_;
  MemoryChannel channel_;
};

class SimDurable final : public ChannelUnderTest {
 public:
  explicit SimDurable(ChannelLimits limits) : channel_(clock_, {limits.capacity, limits.transaction_capacity, kKeepAlive}) {}
  Channel& channel() override { return channel_; }
  SimClock& clock() override { return clock_; }
  void crash_process() override { channel_.crash_process(); }
  void crash_power() override { channel_.crash_power(); }

 private:
  SimClock clock_;
  SimDurableChannel channel_;
};

INSTANTIATE_TEST_SUITE_P(Channels, ChannelConformance,
                         testing::Values(ChannelFactory{"memory", [](ChannelLimits limits) { return std::make_unique<Memory>(limits); }},
                                         ChannelFactory{"simulated",
                                                        [](ChannelLimits limits) { return std::make_unique<SimDurable>(limits); }}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace flume::conformance
