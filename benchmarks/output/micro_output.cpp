// The sinks that write files, deliver() by deliver(): events of 200 bytes and three headers, below FLUME_BENCHMARK_FOLDER,
// which is in memory (/dev/shm) if it is not said. Where a sink waits for the disk, the time that counts is the clock's.
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <unistd.h>

#include <benchmark/benchmark.h>

#include "flume/batch_builder.h"
#include "flume/metrics.h"
#include "io/posix_files.h"
#include "support/component_options.h"
#include "support/sink_calls.h"
#include "support/test_services.h"

namespace flume {
namespace {

constexpr std::uint32_t kBatch = 1000;

EventBatch events(std::uint32_t count) {
  static const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  const std::string body(200, 'x');
  for (std::uint32_t i = 0; i < count; ++i) {
    builder.header("timestamp", std::to_string(1700000000000 + i));
    builder.header("host", "web01.example.org");
    builder.header("kind", i % 2 == 0 ? "a" : "b");
    if (!builder.body(body).ok()) std::abort();
  }
  return builder.take();
}

void deliver(benchmark::State& state, std::string_view type, std::map<std::string, std::string> keys, std::uint32_t count = kBatch) {
  const char* below = std::getenv("FLUME_BENCHMARK_FOLDER");
  const std::string folder = std::string(below == nullptr ? "/dev/shm" : below) + "/flume-micro-output-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder + "/data");
  TestServices test;
  PosixFiles files;
  SystemClock clock;
  const Services lent = test.of("sinks.k1", "k1");
  const Services services{.clock = clock,
                          .files = files,
                          .listener = lent.listener,
                          .dialer = lent.dialer,
                          .metrics = lent.metrics,
                          .log = lent.log,
                          .agent = lent.agent,
                          .name = lent.name,
                          .state_folder = folder + "/state",
                          .conf_folder = "",
                          .byte_budget = lent.byte_budget,
                          .logs_raw_data = false};
  keys.emplace(type == "hdfs" ? "hdfs.path" : "sink.directory", folder + "/data");
  const ParsedComponent parsed = parse_component(Kind::Sink, type, keys);
  if (!parsed.problem.ok()) return state.SkipWithError(parsed.problem.message().c_str());
  const auto sink = parsed.make<Sink>(services);
  LoneSinkContext context;
  if (const Status started = sink->start(context); !started.ok()) return state.SkipWithError(started.message().c_str());
  const EventBatch batch = events(count);
  const Ranges ids(IdRange{1, 1 + count});
  std::uint64_t written = 0;
  for (auto _ : state) {
    Delivery delivery(context, ids, false);
    auto outcome = sink->deliver(batch, delivery);
    if (!outcome) return state.SkipWithError(outcome.status().message().c_str());
    sink->committed(context);
    written += batch.bytes();
    if (written > 512U * 1024 * 1024) {  // a new file, so that memory is not filled
      state.PauseTiming();
      written = 0;
      sink->stop(context, Deadline::never());
      std::filesystem::remove_all(folder + "/data");
      std::filesystem::create_directories(folder + "/data");
      if (!sink->start(context).ok()) std::abort();
      state.ResumeTiming();
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * count);
  sink->stop(context, Deadline::never());
  std::filesystem::remove_all(folder);
}

const std::map<std::string, std::string> kRollOff{
    {"hdfs.rollInterval", "0"}, {"hdfs.rollSize", "0"}, {"hdfs.rollCount", "0"}, {"hdfs.batchSize", "1000"}};

std::map<std::string, std::string> with(std::map<std::string, std::string> keys, const std::map<std::string, std::string>& more) {
  for (const auto& [key, value] : more) keys.insert_or_assign(key, value);
  return keys;
}

void hdfs_data_stream(benchmark::State& state) { deliver(state, "hdfs", with(kRollOff, {{"hdfs.fileType", "DataStream"}})); }
void hdfs_sequence_file(benchmark::State& state) { deliver(state, "hdfs", kRollOff); }
void hdfs_header_and_text(benchmark::State& state) {
  deliver(state, "hdfs", with(kRollOff, {{"hdfs.fileType", "DataStream"}, {"serializer", "header_and_text"}}));
}
void hdfs_time_in_prefix(benchmark::State& state) {
  deliver(state, "hdfs", with(kRollOff, {{"hdfs.fileType", "DataStream"}, {"hdfs.filePrefix", "%Y%m%d%H%M"}, {"hdfs.round", "true"}}));
}
void hdfs_header_in_prefix_every_event_another(benchmark::State& state) {
  deliver(state, "hdfs", with(kRollOff, {{"hdfs.fileType", "DataStream"}, {"hdfs.filePrefix", "%{kind}"}}));
}
/// Ten events a file, a hundred a batch: what a configuration that says nothing gets.
void hdfs_default_rolling(benchmark::State& state) { deliver(state, "hdfs", {{"hdfs.fileType", "DataStream"}}, 100); }
void file_roll(benchmark::State& state) { deliver(state, "file_roll", {{"sink.rollInterval", "0"}}); }

BENCHMARK(hdfs_data_stream);
BENCHMARK(hdfs_sequence_file);
BENCHMARK(hdfs_header_and_text);
BENCHMARK(hdfs_time_in_prefix);
BENCHMARK(hdfs_header_in_prefix_every_event_another);
BENCHMARK(hdfs_default_rolling)->UseRealTime();
BENCHMARK(file_roll);

}  // namespace
}  // namespace flume
