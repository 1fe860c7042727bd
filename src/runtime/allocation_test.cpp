// A batch from writer to sink costs no memory from the heap, whatever it holds: every allocation of this program is counted.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "runtime/sink_runner.h"
#include "runtime/source_writer.h"
#include "support/allocation_counter.h"
#include "support/configured.h"
#include "support/scripted_flow.h"
#include "support/test_services.h"

namespace flume::runtime {
namespace {

TEST(HotPath, moves_batches_from_writer_to_sink_without_the_heap) {
  TestServices services;
  const Services bound = services.of("test", "k1");
  const auto channel = configured<Channel>(Kind::Channel, "memory", {{"capacity", "1000"}, {"transactionCapacity", "100"}}, bound);
  std::atomic<std::uint64_t> delivered{0};
  SinkScript script;
  script.deliver = [&](const EventBatch& batch, Delivery&) {
    delivered += batch.size();
    return Outcome::Delivered;
  };
  const config::PlannedSink sink_plan = planned_sink("k1", script, "c1");
  HealthBoard health(services.clock);
  Settings settings;
  settings.linger = {};
  SinkRunner sink({&sink_plan, channel.get(), [](const std::stop_token&) { return true; }, &bound, &health, settings});
  SourceScript source_script;
  SelectorScript selector;
  selector.all.required.add(0);
  const config::PlannedSource source_plan = planned_source("r1", source_script, {"c1"}, selector, true);
  SourceCounters counters("r1");
  LedgerCounters ledger("sources.r1");
  auto made = SourceWriter::make({&source_plan, {{"c1", channel.get()}}, &bound}, counters, ledger);
  ASSERT_TRUE(made.ok());
  ChannelWriter& writer = **made;
  auto builder = writer.builder();
  const std::string body(200, 'x');
  sink.start();

  std::uint64_t sent = 0;
  const auto move_one_batch = [&] {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(builder.body(body).ok());
    auto write = writer.prepare(builder.take());
    EXPECT_TRUE(write->store(Deadline::immediate(), {}).ok());
    sent += 10;
    while (delivered != sent || channel->size() != 0) std::this_thread::yield();
  };
  // Pools, queues and lists find their size first.
  for (int i = 0; i < 2000; ++i) move_one_batch();
  const std::size_t before = allocations();
  for (int i = 0; i < 5000; ++i) move_one_batch();
  // What is left: a new block of the channel's queue of slices now and then.
  EXPECT_LT(allocations() - before, 500U);
}

}  // namespace
}  // namespace flume::runtime
