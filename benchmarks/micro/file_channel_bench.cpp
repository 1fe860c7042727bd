// The file channel on a real disk (FLUME_BENCH_FOLDER, default /var/tmp): puts of several committers with nobody taking (a growing
// backlog) and with a sink that keeps up (steady), the drain of a backlog, and reopening with one. Beside it what the disk itself
// gives: fdatasync of overwritten 4 KiB. And how long an event waits for its commit at a fixed rate.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <benchmark/benchmark.h>

#include "components/channels/file/file_channel.h"
#include "io/posix_files.h"
#include "support/test_services.h"
#include "typical_event.h"

namespace flume::bench {
namespace {

std::string bench_folder() {
  const char* const folder = std::getenv("FLUME_BENCH_FOLDER");
  return std::string(folder != nullptr ? folder : "/var/tmp") + "/flume-file-channel-bench";
}

/// A channel on the real disk and clock.
class Bench {
 public:
  Bench() {
    std::filesystem::remove_all(bench_folder());
    open();
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() {
    channel.reset();
    std::filesystem::remove_all(bench_folder());
  }
  void open() {
    FileOptions options;
    options.data_dirs = bench_folder();
    options.capacity = 1'000'000'000;
    channel = std::make_unique<FileChannel>(options, services);
    if (const Status started = channel->start(); !started.ok()) {
      std::fprintf(stderr, "%s\n", started.message().c_str());
      std::abort();
    }
  }
  void put(std::uint64_t events, std::uint32_t batch_size) const {
    const SlabPool::Handle pool = SlabPool::make();
    BatchBuilder builder(*pool);
    build_events(builder, batch_size);
    const EventBatch built = builder.take();  // building is measured by itself
    const auto putter = *channel->putter("r1");
    for (std::uint64_t sent = 0; sent < events; sent += batch_size) {
      EventBatch batch = built;
      if (!putter->put(batch, {}, Deadline::never(), {}).ok()) std::abort();
    }
  }
  void take(std::uint64_t events, std::uint32_t batch_size) const {
    const auto taker = *channel->taker("k1");
    std::uint64_t sum = 0;
    for (std::uint64_t taken_events = 0; taken_events < events;) {
      auto taken = *taker->take({.events = batch_size}, Deadline::never(), {});
      taken_events += taken.events().size();
      for (const EventView event : taken.events()) sum += static_cast<std::uint8_t>(event.body().front());
      if (!taken.commit().ok()) std::abort();
    }
    benchmark::DoNotOptimize(sum);
  }

  /// Of the disk, since the program began.
  std::int64_t syncs() const {
    for (const GroupSnapshot& group : services.metrics.snapshot()) {
      for (const MetricSnapshot& each : group.metrics) {
        if (each.name == "ChannelSyncs") return std::get<std::int64_t>(each.value);
      }
    }
    std::abort();
  }

 private:
  TestServices simulated_;
  SystemClock clock_;
  PosixFiles files_;
  const Services lent_ = simulated_.of("channels.c1", "c1");

 public:
  const Services services{clock_,      files_,     lent_.listener,     lent_.dialer,      lent_.metrics,     lent_.log,
                          lent_.agent, lent_.name, lent_.state_folder, lent_.conf_folder, lent_.byte_budget, lent_.logs_raw_data};
  std::unique_ptr<FileChannel> channel;
};

std::uint64_t events_for(std::uint32_t batch, std::uint64_t committers) {
  return std::uint64_t{batch} * std::max<std::uint64_t>(committers, batch >= 1000 ? 2000 : 4000);
}

void put_durably(benchmark::State& state) {
  const auto committers = static_cast<std::uint64_t>(state.range(0));
  const auto batch = static_cast<std::uint32_t>(state.range(1));
  const bool is_steady = state.range(2) != 0;
  const std::uint64_t each = events_for(batch, committers) * (committers > 1 ? 2 : 1) / committers / batch * batch;
  Bench bench;
  bench.put(600'000, 1000);  // past the first slot, which is never filled ahead; now some are there and filled
  bench.take(600'000, 1000);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const std::int64_t syncs_before = bench.syncs();
  for (auto _ : state) {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < committers; ++i) threads.emplace_back([&] { bench.put(each, batch); });
    if (is_steady) threads.emplace_back([&] { bench.take(each * committers, 1000); });
  }
  const auto events = static_cast<std::int64_t>(each * committers);
  state.SetItemsProcessed(state.iterations() * events);
  state.counters["transactions/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * events) / batch, benchmark::Counter::kIsRate);
  state.counters["transactions/sync"] =
      static_cast<double>(state.iterations() * events) / batch / static_cast<double>(bench.syncs() - syncs_before);
}
BENCHMARK(put_durably)
    ->ArgNames({"committers", "batch", "steady"})
    ->ArgsProduct({{1, 8, 64}, {1, 100, 1000}, {0, 1}})
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

/// Events come one by one at a fixed rate, whatever the channel does (an open loop); a put has what has come meanwhile. How long
/// each waits from then until it is durable, while a sink takes them (steady) or nobody does.
void commit_at_a_rate(benchmark::State& state) {
  using Time = std::chrono::steady_clock;
  const auto rate = static_cast<std::uint64_t>(state.range(0));
  const std::uint64_t events = rate * 5;
  const auto due = [rate](Time::time_point begin, std::uint64_t event) {
    return begin + std::chrono::nanoseconds(event * 1'000'000'000 / rate);
  };
  Bench bench;
  bench.put(600'000, 1000);
  bench.take(600'000, 1000);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  std::vector<std::int64_t> waits;
  for (auto _ : state) {
    std::jthread sink;
    if (state.range(1) != 0) sink = std::jthread([&] { bench.take(events, 1000); });
    const SlabPool::Handle pool = SlabPool::make();
    BatchBuilder builder(*pool);
    const auto putter = *bench.channel->putter("r1");
    const auto begin = Time::now();
    for (std::uint64_t sent = 0; sent < events;) {
      std::this_thread::sleep_until(due(begin, sent));
      const auto come = static_cast<std::uint64_t>((Time::now() - begin).count()) * rate / 1'000'000'000 + 1;
      const std::uint64_t last = std::min({come, events, sent + 10'000});
      build_events(builder, static_cast<std::uint32_t>(last - sent));
      EventBatch batch = builder.take();
      if (!putter->put(batch, {}, Deadline::never(), {}).ok()) std::abort();
      const auto stored = Time::now();
      for (; sent < last; ++sent) waits.push_back(std::chrono::duration_cast<std::chrono::microseconds>(stored - due(begin, sent)).count());
    }
  }
  std::sort(waits.begin(), waits.end());
  for (const auto& [name, part] : {std::pair("p50_us", 0.5), std::pair("p99_us", 0.99), std::pair("p99.9_us", 0.999)}) {
    state.counters[name] = static_cast<double>(waits[static_cast<std::size_t>(static_cast<double>(waits.size() - 1) * part)]);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events));
}
BENCHMARK(commit_at_a_rate)
    ->ArgNames({"per_second", "steady"})
    ->ArgsProduct({{1'000, 50'000, 500'000}, {0, 1}})
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

void drain(benchmark::State& state) {
  constexpr std::uint64_t kEvents = 2'000'000;
  for (auto _ : state) {
    state.PauseTiming();
    Bench bench;
    bench.put(kEvents, 1000);
    state.ResumeTiming();
    bench.take(kEvents, 1000);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kEvents));
}
BENCHMARK(drain)->Iterations(2)->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

/// Kills are not made here: the channel is opened beside what an orderly stop left.
void reopen(benchmark::State& state) {
  Bench bench;
  bench.put(static_cast<std::uint64_t>(state.range(0)), 1000);
  for (auto _ : state) {
    bench.channel->stop(Deadline::never());
    bench.open();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(reopen)->Arg(10'000'000)->Iterations(5)->UseRealTime()->Unit(benchmark::kMillisecond);

void fdatasync_of_the_disk(benchmark::State& state) {
  std::filesystem::create_directories(bench_folder());
  PosixFiles files;
  const std::string path = bench_folder() + "/probe";
  auto file = *files.open(path, OpenMode::CreateOrOpen);
  const std::string block(4096, 'x');
  if (!file->write_at(0, as_bytes(block)).ok() || !file->sync().ok()) std::abort();
  for (auto _ : state) {
    if (!file->write_at(0, as_bytes(block)).ok() || !file->sync().ok()) std::abort();
  }
  state.SetItemsProcessed(state.iterations());
  std::filesystem::remove_all(bench_folder());
}
BENCHMARK(fdatasync_of_the_disk)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace flume::bench
