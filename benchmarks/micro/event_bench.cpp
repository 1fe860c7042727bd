// What an event costs in each step of its life, events as items.
#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

#include <benchmark/benchmark.h>
#include <sys/uio.h>

#include "typical_event.h"

namespace flume::bench {
namespace {

constexpr std::uint32_t kBatch = 1000;

void per_event(benchmark::State& state) { state.SetItemsProcessed(state.iterations() * kBatch); }

struct Bench {
  SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder{*pool};
  EventBatch batch() {
    build_events(builder, kBatch);
    return builder.take();
  }
};

void build(benchmark::State& state) {
  Bench bench;
  for (auto _ : state) benchmark::DoNotOptimize(bench.batch());
  per_event(state);
}
BENCHMARK(build);

void build_one_per_batch_in_a_shared_slab(benchmark::State& state) {
  Bench bench;
  std::vector<EventBatch> window(64);  // as a channel would keep them
  std::size_t at = 0;
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < kBatch; ++i) {
      build_events(bench.builder, 1);
      window[at++ % window.size()] = bench.builder.take();
    }
  }
  per_event(state);
}
BENCHMARK(build_one_per_batch_in_a_shared_slab);

void add_a_header_fused(benchmark::State& state) {
  Bench bench;
  HeaderPlan plan;
  plan.add("dc", "east", false);
  BatchBuilder builder(*bench.pool, std::move(plan));
  for (auto _ : state) {
    build_events(builder, kBatch);
    benchmark::DoNotOptimize(builder.take());
  }
  per_event(state);
}
BENCHMARK(add_a_header_fused);

void build_body_only(benchmark::State& state) {
  Bench bench;
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < kBatch; ++i) {
      if (!bench.builder.body(kBody).ok()) std::abort();
    }
    benchmark::DoNotOptimize(bench.builder.take());
  }
  per_event(state);
}
BENCHMARK(build_body_only);

void build_body_with_three_fused_headers(benchmark::State& state) {
  Bench bench;
  HeaderPlan plan;
  plan.add("host", "host-0001", false);
  plan.add("timestamp", "1700000000000", false);
  plan.add("f", "1", false);
  BatchBuilder builder(*bench.pool, std::move(plan));
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < kBatch; ++i) {
      if (!builder.body(kBody).ok()) std::abort();
    }
    benchmark::DoNotOptimize(builder.take());
  }
  per_event(state);
}
BENCHMARK(build_body_with_three_fused_headers);

void find_third_header_and_touch_body(benchmark::State& state) {
  Bench bench;
  const EventBatch batch = bench.batch();
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const EventView event : batch) {
      sum += static_cast<std::uint8_t>(event.header("f")->front());
      sum += static_cast<std::uint8_t>(event.body().front());
    }
    benchmark::DoNotOptimize(sum);
  }
  per_event(state);
}
BENCHMARK(find_third_header_and_touch_body);

void add_a_header_by_rewrite(benchmark::State& state) {
  Bench bench;
  const EventBatch batch = bench.batch();
  BatchBuilder to(*bench.pool);
  for (auto _ : state) {
    benchmark::DoNotOptimize(batch.rewrite(to, [](const EventView& event, BatchBuilder& out) {
      out.headers_of(event);
      out.header("dc", "east");
      out.body(event.body()).ignore();  // cannot be too large
    }));
  }
  per_event(state);
}
BENCHMARK(add_a_header_by_rewrite);

void add_a_header_by_a_plan_on_copies(benchmark::State& state) {
  Bench bench;
  const EventBatch batch = bench.batch();
  HeaderPlan plan;
  plan.add("dc", "east", false);
  BatchBuilder to(*bench.pool, std::move(plan));
  for (auto _ : state) {
    for (const EventView event : batch) to.add(event).ignore();  // cannot be too large
    benchmark::DoNotOptimize(to.take());
  }
  per_event(state);
}
BENCHMARK(add_a_header_by_a_plan_on_copies);

void remove_a_header_by_rewrite(benchmark::State& state) {
  Bench bench;
  const EventBatch batch = bench.batch();
  BatchBuilder to(*bench.pool);
  for (auto _ : state) {
    benchmark::DoNotOptimize(batch.rewrite(to, [](const EventView& event, BatchBuilder& out) {
      out.headers_of(event);
      out.remove_header("timestamp");
      out.body(event.body()).ignore();  // cannot be too large
    }));
  }
  per_event(state);
}
BENCHMARK(remove_a_header_by_rewrite);

bool keeps(std::uint32_t i) { return (i * 2654435761U >> 8) % 10 >= 3; }

void filter_30_percent_out(benchmark::State& state) {
  Bench bench;
  const EventBatch batch = bench.batch();
  for (auto _ : state) {
    std::uint32_t i = 0;
    benchmark::DoNotOptimize(batch.filter([&](const EventView&) { return keeps(i++); }));
  }
  per_event(state);
}
BENCHMARK(filter_30_percent_out);

void copy_out_what_a_filter_left(benchmark::State& state) {
  Bench bench;
  std::uint32_t i = 0;
  const EventBatch batch = bench.batch().filter([&](const EventView&) { return keeps(i++); });
  BatchBuilder to(*bench.pool);
  for (auto _ : state) {
    for (const EventView event : batch) to.add(event).ignore();  // cannot be too large
    benchmark::DoNotOptimize(to.take());
  }
  per_event(state);
}
BENCHMARK(copy_out_what_a_filter_left);

void encode_append_batch(benchmark::State& state) {
  Bench bench;
  EventBatch batch = bench.batch();
  if (state.range(0) != 0) {
    std::uint32_t i = 0;
    batch = batch.filter([&](const EventView&) { return keeps(i++); });
  }
  std::vector<iovec> pieces;
  for (auto _ : state) {
    pieces.clear();
    batch.avro_iov(pieces);
    benchmark::DoNotOptimize(pieces.data());
  }
  per_event(state);
}
BENCHMARK(encode_append_batch)->ArgName("filtered")->Arg(0)->Arg(1);

void write_append_batch(benchmark::State& state, const char* path) {
  Bench bench;
  const EventBatch batch = bench.batch();
  const int file = ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) {
    state.SkipWithError("cannot open the file");
    return;
  }
  std::vector<iovec> pieces;
  for (auto _ : state) {
    pieces.clear();
    batch.avro_iov(pieces);
    if (::pwritev(file, pieces.data(), static_cast<int>(pieces.size()), 0) < 0) {
      state.SkipWithError("pwritev failed");
      break;
    }
  }
  per_event(state);
  ::close(file);
  if (std::string_view(path) != "/dev/null") ::unlink(path);
}
BENCHMARK_CAPTURE(write_append_batch, dev_null, "/dev/null");
BENCHMARK_CAPTURE(write_append_batch, tmpfs, "/dev/shm/flume_event_bench");

void decode_from_the_wire(benchmark::State& state) {
  Bench bench;
  std::string wire;
  for (const EventView event : bench.batch()) wire += event.avro();
  HeaderPlan plan;
  if (state.range(0) != 0) plan.add("dc", "east", false);
  BatchBuilder builder(*bench.pool, std::move(plan));
  for (auto _ : state) {
    // As a socket would: 64 KiB at a time into the slab. The copy stands for recv() and is measured with it.
    for (std::size_t sent = 0; sent < wire.size();) {
      const std::size_t size = std::min<std::size_t>(64 * 252, wire.size() - sent);
      std::uint8_t* place = builder.reserve(size);
      std::copy_n(wire.data() + sent, size, place);
      std::string_view rest(reinterpret_cast<const char*>(place), size);
      while (!rest.empty()) rest.remove_prefix(*builder.adopt_avro(rest));
      sent += size;
    }
    benchmark::DoNotOptimize(builder.take());
  }
  per_event(state);
}
BENCHMARK(decode_from_the_wire)->ArgName("planned_headers")->Arg(0)->Arg(1);

}  // namespace
}  // namespace flume::bench
