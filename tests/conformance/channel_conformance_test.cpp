// Every channel: memory, file, spillable memory with all on one side and on both, and the simulated durable one.
#include "conformance/channel_conformance.h"

#include "components/channels/file/file_channel.h"
#include "components/channels/memory/memory_channel.h"
#include "components/channels/spillable_memory/spillable_memory_channel.h"
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

/// On a simulated disk, with slots so small that they are used again and again.
class OnDisk final : public ChannelUnderTest {
 public:
  explicit OnDisk(ChannelLimits limits) : limits_(limits) { open(); }
  Channel& channel() override { return *channel_; }
  SimClock& clock() override { return services_.clock; }
  std::size_t own_threads() const override { return 1 + dead_.size(); }
  void crash_process() override {
    services_.files.crash_process();
    open_again();
  }
  void crash_power() override {
    services_.files.crash_power({.pattern = sim::PowerCut::Pattern::None});
    open_again();
  }

 private:
  void open() {
    FileOptions options;
    options.data_dirs = "/data";
    options.capacity = static_cast<std::int64_t>(limits_.capacity);
    options.transaction_capacity = limits_.transaction_capacity;
    options.keep_alive = kKeepAlive;
    options.hot_bytes = Bytes{200};  // most events come back from the disk
    storage::LogSettings settings = options.log_settings("/home");
    settings.slot_bytes = std::uint64_t{16} << 10;
    settings.minimum_free_bytes = 0;
    processes_.push_back(services_.files.of_one_process());
    channel_ = std::make_unique<FileChannel>(options, services_.of("channels.c1", "c1", *processes_.back()), settings);
  }
  void open_again() {
    dead_.push_back(std::move(channel_));
    open();
    const Status started = channel_->start();
    ASSERT_TRUE(started.ok()) << started.message();
  }

  const ChannelLimits limits_;
  TestServices services_;
  std::vector<std::unique_ptr<Files>> processes_;   // one for each channel
  std::vector<std::unique_ptr<FileChannel>> dead_;  // a test still has takers of them
  std::unique_ptr<FileChannel> channel_;
};

/// `memory` of a hundred events in memory, the others on a simulated disk.
class Spillable final : public ChannelUnderTest {
 public:
  Spillable(ChannelLimits limits, std::uint64_t memory) : has_timer_(memory != 0 && memory != 100) {
    SpillableMemoryOptions options;
    options.memory_capacity = static_cast<std::int64_t>(limits.capacity * memory / 100);
    options.overflow_capacity = static_cast<std::int64_t>(limits.capacity) - options.memory_capacity;
    options.overflow_timeout = kKeepAlive;
    options.overflow.transaction_capacity = limits.transaction_capacity;
    options.overflow.data_dirs = "/data";
    options.overflow.hot_bytes = Bytes{200};  // most events of the overflow come back from the disk
    storage::LogSettings settings = options.log_settings("/home");
    settings.slot_bytes = std::uint64_t{16} << 10;
    settings.minimum_free_bytes = 0;
    is_on_disk_ = options.overflow_capacity != 0;
    channel_ = std::make_unique<SpillableMemoryChannel>(options, services_.of("channels.c1", "c1"), settings);
  }
  Channel& channel() override { return *channel_; }
  SimClock& clock() override { return services_.clock; }
  std::size_t own_threads() const override { return (is_on_disk_ ? 1U : 0U) + (has_timer_ ? 1U : 0U); }

 private:
  const bool has_timer_;
  bool is_on_disk_ = false;
  TestServices services_;
  std::unique_ptr<SpillableMemoryChannel> channel_;
};

ChannelFactory spillable(const std::string& name, std::uint64_t memory) {
  return {"spillable_" + name, [memory](ChannelLimits limits) { return std::make_unique<Spillable>(limits, memory); }};
}

INSTANTIATE_TEST_SUITE_P(Channels, ChannelConformance,
                         testing::Values(ChannelFactory{"memory", [](ChannelLimits limits) { return std::make_unique<Memory>(limits); }},
                                         ChannelFactory{"file", [](ChannelLimits limits) { return std::make_unique<OnDisk>(limits); }},
                                         ChannelFactory{"simulated",
                                                        [](ChannelLimits limits) { return std::make_unique<SimDurable>(limits); }},
                                         spillable("mostly_in_memory", 70), spillable("mostly_on_disk", 15), spillable("in_memory", 100),
                                         spillable("on_disk", 0)),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace flume::conformance
