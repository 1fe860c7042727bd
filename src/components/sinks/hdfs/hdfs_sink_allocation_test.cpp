// Counts every allocation of the program: a deliver of the hdfs sink makes a few, however many events it has.
#include <filesystem>
#include <unistd.h>

#include <gtest/gtest.h>

#include "flume/batch_builder.h"
#include "io/posix_files.h"
#include "support/allocation_counter.h"
#include "support/component_options.h"
#include "support/sink_calls.h"
#include "support/test_services.h"

namespace flume {
namespace {

struct HdfsSinkAllocations : testing::TestWithParam<std::pair<std::string, std::string>> {
  static EventBatch events(int count) {
    static const SlabPool::Handle pool = SlabPool::make();
    BatchBuilder builder(*pool);
    for (int i = 0; i < count; ++i) {
      builder.header("timestamp", "1700000000000");
      builder.header("host", "web01.example.org");
      EXPECT_TRUE(builder.body(std::string(200, 'x')).ok());
    }
    return builder.take();
  }
};

TEST_P(HdfsSinkAllocations, do_not_grow_with_the_events) {
  const auto folder = std::filesystem::path(testing::TempDir()) / ("hdfs_allocation_" + std::to_string(::getpid()));
  TestServices test;
  PosixFiles files;
  const Services lent = test.of("sinks.k1", "k1");
  const Services services{lent.clock, files, lent.listener, lent.dialer, lent.metrics, lent.log, lent.agent, lent.name, folder / "state",
                          "",         0,     false};
  const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs",
                                                 {{"hdfs.path", folder / "%Y/%{host}"},
                                                  {"hdfs.rollInterval", "0"},
                                                  {"hdfs.rollSize", "0"},
                                                  {"hdfs.rollCount", "0"},
                                                  {GetParam().first, GetParam().second}});
  ASSERT_TRUE(parsed.problem.ok()) << parsed.problem.message();
  const auto sink = parsed.make<Sink>(services);
  LoneSinkContext context;
  ASSERT_TRUE(sink->start(context).ok());
  const auto allocations_of = [&](const EventBatch& batch) {
    const Ranges ids(IdRange{1, 1 + batch.size()});
    const auto round = [&] {
      Delivery delivery(context, ids, false);
      EXPECT_TRUE(sink->deliver(batch, delivery).ok());
      sink->committed(context);
    };
    for (int i = 0; i < 5; ++i) round();
    const std::size_t before = allocations();
    for (int i = 0; i < 10; ++i) round();
    return allocations() - before;
  };
  const EventBatch many = events(2000);
  const EventBatch few = events(20);
  allocations_of(many);  // buffers grow once
  const std::size_t of_few = allocations_of(few);
  EXPECT_LE(of_few, 10U * 10U);
  EXPECT_LE(allocations_of(many), of_few + 10U);
  sink->stop(context, Deadline::never());
  std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Formats, HdfsSinkAllocations,
                         testing::Values(std::pair{"hdfs.fileType", "DataStream"}, std::pair{"hdfs.fileType", "SequenceFile"}));

}  // namespace
}  // namespace flume
