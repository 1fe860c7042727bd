// One producer and one consumer on a memory channel, in parallel: events per second, the building and the reading of the bytes
// included where `build` is 1, and CPU of both sides.
#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

#include <benchmark/benchmark.h>

#include "components/channels/memory/memory_channel.h"
#include "support/test_services.h"
#include "typical_event.h"

namespace flume::bench {
namespace {

void put_and_take(benchmark::State& state) {
  const auto put_size = static_cast<std::uint32_t>(state.range(0));
  const auto take_size = static_cast<std::uint32_t>(state.range(1));
  const bool builds = state.range(2) != 0;
  const std::uint64_t total = put_size == 1 ? 2'000'000 : 20'000'000;
  for (auto _ : state) {
    TestServices simulated;
    SystemClock clock;
    const Services services = simulated.of("channels.c1", "c1");
    const Services timed{
        clock,          services.files, services.listener,     services.dialer,      services.metrics,     services.log,
        services.agent, services.name,  services.state_folder, services.conf_folder, services.byte_budget, services.logs_raw_data};
    MemoryOptions options;
    options.capacity = 100'000;
    options.transaction_capacity = 1000;
    MemoryChannel channel(options, timed);
    std::stop_source done;
    std::jthread consumer([&] {
      const auto taker = *channel.taker("k1");
      std::uint64_t taken_events = 0;
      std::uint64_t sum = 0;
      while (taken_events < total) {
        auto taken = *taker->take({.events = take_size}, Deadline::never(), done.get_token());
        taken_events += taken.events().size();
        if (builds) {
          for (const EventView event : taken.events()) sum += static_cast<std::uint8_t>(event.body().front());
        }
        if (!taken.commit().ok()) std::abort();
      }
      benchmark::DoNotOptimize(sum);
    });
    const SlabPool::Handle pool = SlabPool::make();
    BatchBuilder builder(*pool);
    build_events(builder, put_size);
    const EventBatch built = builder.take();
    const auto putter = *channel.putter("r1");
    for (std::uint64_t sent = 0; sent < total; sent += put_size) {
      EventBatch batch;
      if (builds) {
        build_events(builder, put_size);
        batch = builder.take();
      } else {
        batch = built;
      }
      if (!putter->put(batch, {}, Deadline::never(), {}).ok()) std::abort();
    }
    consumer.join();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(total));
}
BENCHMARK(put_and_take)
    ->ArgNames({"put", "take", "build"})
    ->Args({1, 1, 1})
    ->Args({1, 100, 1})
    ->Args({10, 100, 1})
    ->Args({1000, 1000, 1})
    ->Args({1000, 1000, 0})
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace flume::bench
