// Counts every allocation of the program: once warm, events are built, put, taken and read without one per event.
#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>

#include "components/channels/memory/memory_channel.h"
#include "event/event_model.h"
#include "flume/batch_builder.h"
#include "support/allocation_counter.h"
#include "support/test_services.h"

namespace flume {
namespace {

class Allocations : public testing::Test {
 protected:
  /// Allocations of `round` once it has run often enough to be warm.
  template <typename Round>
  static std::size_t of(Round&& round) {
    for (int i = 0; i < 20; ++i) round();
    const std::size_t before = allocations();
    for (int i = 0; i < 100; ++i) round();
    return allocations() - before;
  }
  static void build(BatchBuilder& builder, int events) {
    for (int i = 0; i < events; ++i) {
      builder.header("host", "h1.example.com");
      builder.header("timestamp", "1700000000000");
      builder.header("facility", "16");
      if (!builder.body(std::string_view(kBody, sizeof kBody)).ok()) std::abort();
    }
  }
  static std::size_t read(const EventBatch& batch) {
    std::size_t sum = 0;
    for (const EventView event : batch) sum += event.body().size() + event.header("facility")->size();
    return sum;
  }
  static inline char kBody[200] = {};

  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
};

TEST_F(Allocations, are_counted_at_all) {
  EXPECT_EQ(of([] { ::operator delete(::operator new(1)); }), 100U);
}

TEST_F(Allocations, are_none_to_build_and_read_events) {
  EXPECT_EQ(of([this] {
              build(builder_, 1000);
              const EventBatch batch = builder_.take();
              ASSERT_EQ(read(batch), 1000U * 202);
            }),
            0U);
}

TEST_F(Allocations, are_none_to_build_events_with_planned_headers) {
  HeaderPlan plan;
  plan.add("host", "fused", false);
  plan.add("dc", "east", true);
  BatchBuilder builder(*pool_, std::move(plan));
  EXPECT_EQ(of([&] {
              build(builder, 1000);
              builder.take();
            }),
            0U);
}

TEST_F(Allocations, are_none_to_adopt_events) {
  BatchBuilder source(*pool_);
  build(source, 500);
  const EventBatch batch = source.take();
  std::string wire;
  for (const EventView event : batch) wire += event.avro();
  HeaderPlan plan;
  plan.add("dc", "east", true);
  BatchBuilder planned(*pool_, std::move(plan));
  for (BatchBuilder* builder : {&builder_, &planned}) {
    EXPECT_EQ(of([&] {
                std::uint8_t* place = builder->reserve(wire.size());
                std::memcpy(place, wire.data(), wire.size());
                std::string_view rest(reinterpret_cast<const char*>(place), wire.size());
                while (!rest.empty()) rest.remove_prefix(*builder->adopt_avro(rest));
                builder->take();
              }),
              0U);
  }
}

TEST_F(Allocations, are_none_to_split_and_join_batches) {
  build(builder_, 1000);
  const EventBatch whole = builder_.take();
  EXPECT_EQ(of([&] {
              EventBatch rest = whole;
              EventBatch joined;
              while (!rest.empty()) joined.append(rest.split_front(std::min(rest.size(), 10U)));
            }),
            0U);
}

TEST_F(Allocations, are_a_few_per_filtered_batch_not_per_event) {
  build(builder_, 1000);
  const EventBatch whole = builder_.take();
  int at = 0;
  EXPECT_LE(of([&] { static_cast<void>(whole.filter([&](const EventView&) { return ++at % 3 != 0; })); }),
            100U * 2 * whole.slices().size());
}

TEST_F(Allocations, are_none_to_put_and_take_small_transactions) {
  TestServices services;
  MemoryOptions options;
  options.capacity = 100'000;
  options.transaction_capacity = 1000;
  MemoryChannel channel(options, services.of("channels.c1", "c1"));
  const auto putter = *channel.putter("r1");
  const auto taker = *channel.taker("k1");
  for (const int events : {1, 10, 1000}) {
    const std::size_t count = of([&] {
      build(builder_, events);
      EventBatch batch = builder_.take();
      ASSERT_TRUE(putter->put(batch, {}, Deadline::immediate(), {}).ok());
      auto transaction = *taker->take({.events = 1000}, Deadline::immediate(), {});
      ASSERT_EQ(transaction.events().size(), static_cast<unsigned>(events));
      read(transaction.events());
      ASSERT_TRUE(transaction.commit().ok());
    });
    // The queue's blocks hold a dozen slices each: an allocation per block now and then, none per event.
    EXPECT_LE(count, 100U / 4) << events;
  }
}

}  // namespace
}  // namespace flume
