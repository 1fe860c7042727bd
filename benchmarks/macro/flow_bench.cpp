// Whole agents in this process, made from configuration text as the program makes them: stress -> memory -> null.
// What is measured are the loops of source and sink, writer, channel and counters; the events are built once.
#include <thread>

#include <benchmark/benchmark.h>

#include "io/posix_files.h"
#include "net/asio_network.h"
#include "runtime/agent.h"
#include "support/planned_agent.h"

namespace flume {
namespace {

class NoLog final : public LogTarget {
 public:
  [[nodiscard]] bool enabled(LogLevel, std::string_view) const noexcept override { return false; }
  void write(LogLevel, std::string_view, std::string_view, std::span<const LogField>) noexcept override {}
};

std::int64_t delivered(const MetricsRegistry& metrics) {
  std::int64_t events = 0;
  for (const GroupSnapshot& group : metrics.snapshot()) {
    for (const MetricSnapshot& metric : group.metrics) {
      if (group.kind == CounterKind::Ledger && metric.name == "delivered") events += std::get<std::int64_t>(metric.value);
    }
  }
  return events;
}

void flow(benchmark::State& state, const std::string& interceptors, int channels = 1) {
  const std::int64_t events = state.range(0) == 1 ? 2'000'000 : 20'000'000;
  std::string names;
  std::string text =
      "a.sources = r\na.sources.r.type = stress\na.sources.r.size = 200\na.sources.r.batchSize = " + std::to_string(state.range(0)) +
      "\na.sources.r.maxTotalEvents = " + std::to_string(events) + "\n" + interceptors;
  for (int channel = 1; channel <= channels; ++channel) {
    const std::string name = "c" + std::to_string(channel);
    names += " " + name;
    text += "a.channels." + name + ".type = memory\na.channels." + name + ".capacity = 100000\na.channels." + name +
            ".transactionCapacity = 10000\na.sinks." + name + ".type = null\na.sinks." + name + ".channel = " + name + "\na.sinks." + name +
            ".batchSize = " + std::to_string(state.range(1)) + "\n";
  }
  text += "a.channels =" + names + "\na.sinks =" + names + "\na.sources.r.channels =" + names + "\n";
  ComponentRegistry registry;
  add_builtin_components(registry);
  PosixFiles files;
  SystemClock clock;
  AsioNetwork network;
  NoLog log;
  for ([[maybe_unused]] auto _ : state) {
    MetricsRegistry metrics;
    const Services services{clock, files, network, network, metrics, Log(log, "agent"), "a", "", "", "", std::uint64_t{1} << 30, false};
    runtime::Agent agent(planned_agent(text, registry), services, {});
    agent.start();
    while (delivered(metrics) < channels * events) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    agent.stop(clock.in(std::chrono::seconds(5)));
  }
  state.SetItemsProcessed(state.iterations() * events);
}

/// put, take
void sizes(benchmark::internal::Benchmark* bench) {
  for (const auto& [put, take] : {std::pair{1, 100}, {10, 100}, {100, 100}, {1000, 1000}}) bench->Args({put, take});
  bench->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(flow, plain, "")->Apply(sizes);
BENCHMARK_CAPTURE(flow, static_header,
                  "a.sources.r.interceptors = i\na.sources.r.interceptors.i.type = static\na.sources.r.interceptors.i.key = k\n"
                  "a.sources.r.interceptors.i.value = v\n")
    ->Apply(sizes);
// With a time in them events are built anew for each batch, as by a source that reads them.
constexpr const char* kTimestamp = "a.sources.r.interceptors = i\na.sources.r.interceptors.i.type = timestamp\n";
constexpr const char* kChain =
    "a.sources.r.interceptors = i j k\na.sources.r.interceptors.i.type = timestamp\na.sources.r.interceptors.j.type = host\n"
    "a.sources.r.interceptors.k.type = static\na.sources.r.interceptors.k.key = k\na.sources.r.interceptors.k.value = v\n";
BENCHMARK_CAPTURE(flow, timestamp, kTimestamp)->Apply(sizes);
BENCHMARK_CAPTURE(flow, chain_of_three, kChain)->Apply(sizes);
BENCHMARK_CAPTURE(flow, chain_to_three_channels, kChain, 3)->Apply(sizes);
BENCHMARK_CAPTURE(flow, plain_to_three_channels, "", 3)->Apply(sizes);

}  // namespace
}  // namespace flume
