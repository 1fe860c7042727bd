#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/configured.h"
#include "support/test_services.h"

namespace flume {
namespace {

TEST(DefaultSinkProcessor, has_one_order_whatever_happens) {
  TestServices services;
  for (const char* type : {"default", "org.apache.flume.sink.DefaultSinkProcessor"}) {
    const auto processor = configured<SinkProcessor>(Kind::SinkProcessor, type, {}, services.of("sinkgroups.g1", "g1"));
    processor->begin({"k1"});
    processor->failed(0, services.clock.steady());
    std::vector<std::size_t> order;
    processor->order(services.clock.steady(), order);
    EXPECT_THAT(order, testing::ElementsAre(0));
    EXPECT_EQ(processor->next_change(services.clock.steady()), Instant::max());
  }
}

}  // namespace
}  // namespace flume
