// The interceptors of a source and the writer as a whole. Which channel gets what: source_writer_routes_test.cpp; waiting
// for room: source_writer_room_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/source_writer_fixture.h"

namespace flume::runtime {
namespace {

using testing::ElementsAre;

std::function<bool(HeaderPlan&)> adds(std::string key) {
  return [key](HeaderPlan& plan) {
    plan.add(key, "v", false);
    return true;
  };
}

TEST_F(SourceWriterTest, fuses_leading_unconditional_interceptors_into_the_builder) {
  add_interceptor() = {.fuse = adds("a")};
  add_interceptor() = {.fuse = adds("b")};
  const auto events = events_of(built({"x"}));
  EXPECT_THAT(events, ElementsAre(TestEvent{{{"a", "v"}, {"b", "v"}}, "x"}));
}

TEST_F(SourceWriterTest, fuses_past_an_interceptor_that_looks_at_bodies_only) {
  int called = 0;
  add_interceptor() = {.intercept =
                           [&](EventBatch&) {
                             ++called;
                             return Status();
                           },
                       .uses_headers = false};
  add_interceptor() = {.fuse = adds("b")};
  EXPECT_TRUE(stored(built({"x"})).ok());
  EXPECT_EQ(called, 1);
  EXPECT_THAT(events_in(0), ElementsAre(TestEvent{{{"b", "v"}}, "x"}));
}

TEST_F(SourceWriterTest, does_not_fuse_past_an_interceptor_that_uses_headers) {
  std::string order;
  const auto notes = [&order](const char* name) {
    return [&order, name](EventBatch&) {
      order += name;
      return Status();
    };
  };
  add_interceptor() = {.intercept = notes("1")};
  add_interceptor() = {.intercept = notes("2"), .fuse = adds("b")};
  add_interceptor() = {.intercept = notes("3"), .uses_headers = false};
  EXPECT_TRUE(stored(built({"x"})).ok());
  EXPECT_EQ(order, "123");
  EXPECT_THAT(events_in(0), ElementsAre(TestEvent{{}, "x"}));
}

TEST_F(SourceWriterTest, counts_what_an_interceptor_drops) {
  add_interceptor() = {.intercept = [](EventBatch& batch) {
    batch = batch.filter([](const EventView& event) { return event.body() != "drop"; });
    return Status();
  }};
  EXPECT_TRUE(stored(built({"a", "drop", "b"})).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a", "b"));
  EXPECT_TRUE(stored(built({"drop", "drop"})).ok());
  expect_ledger(5, 2, 3, 0);
  EXPECT_EQ(counters_.event_received.get(), 5);
  EXPECT_EQ(counters_.event_accepted.get(), 5) << "Apache Flume counts what the source gave";
}

TEST_F(SourceWriterTest, copies_small_remains_out_of_large_slabs) {
  std::uint32_t kept = 0;
  add_interceptor() = {.intercept = [&](EventBatch& batch) {
    std::uint32_t index = 0;
    batch = batch.filter([&](const EventView&) { return index++ < kept; });
    return Status();
  }};
  const std::vector<std::string> bodies(10, std::string(1000, 'x'));
  for (const std::uint32_t some : {4U, 6U}) {
    kept = some;
    EventBatch batch = built(bodies);
    const Slab* slab = batch.slices()[0].slab.get();
    const Write write = prepared(std::move(batch));
    auto& parts = const_cast<Write&>(write).parts();
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].events.size(), some);
    EXPECT_EQ(parts[0].events.slices()[0].slab.get() != slab, some == 4) << "kept " << some;
  }
}

TEST_F(SourceWriterTest, counts_a_batch_that_an_interceptor_refuses) {
  bool throws = false;
  add_interceptor() = {.intercept = [&](EventBatch& batch) -> Status {
    batch = batch.filter([](const EventView& event) { return event.body() != "a"; });
    if (throws) throw std::runtime_error("broken");
    return {};
  }};
  add_interceptor() = {.intercept = [](EventBatch&) { return rejected("no"); }};
  const auto refused = static_cast<ChannelWriter&>(writer()).prepare(built({"a", "b"}));
  EXPECT_EQ(refused.status().message(), "interceptors: no");
  throws = true;
  const auto thrown = static_cast<ChannelWriter&>(writer()).prepare(built({"a", "b", "c"}));
  EXPECT_EQ(thrown.status().message(), "interceptors: intercept: unexpected exception: broken");
  expect_ledger(5, 0, 0, 5);
}

TEST_F(SourceWriterTest, tells_of_an_interceptor_or_selector_that_cannot_be_made) {
  add_interceptor() = {.make = [] { throw std::runtime_error("bad pattern"); }};
  EXPECT_EQ(try_make().status().message(), "interceptors and selector: unexpected exception: bad pattern");
  interceptors_.clear();
  selector_.bind = [](const std::vector<std::string>&) { return invalid_config("optional: 'x' is not a channel"); };
  const auto refused = try_make();
  EXPECT_EQ(refused.status().kind(), ErrorKind::InvalidConfig);
  EXPECT_EQ(refused.status().message(), "selector: optional: 'x' is not a channel");
}

TEST_F(SourceWriterTest, a_write_that_is_given_up_counts_as_refused) {
  channels_[0].fail_puts(2);
  EXPECT_FALSE(stored(built({"a", "b"})).ok());
  {
    Write write = prepared(built({"c"}));
    EXPECT_FALSE(write.store(Deadline::immediate(), {}).ok());
    Write moved = std::move(write);
    moved = prepared(built({"d"}));
    EXPECT_TRUE(moved.store(Deadline::immediate(), {}).ok());
  }
  expect_ledger(4, 1, 0, 3);
}

TEST_F(SourceWriterTest, another_writer_has_its_own_chain_and_shares_the_counters) {
  int made = 0;
  add_interceptor() = {.make = [&] { ++made; }};
  auto other = writer().another();
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(made, 2);
  auto builder = (*other)->builder();
  EXPECT_TRUE(builder.body("a").ok());
  EXPECT_TRUE((*other)->prepare(builder.take())->store(Deadline::immediate(), {}).ok());
  EXPECT_TRUE(stored(built({"b"})).ok());
  EXPECT_THAT(bodies_in(0), ElementsAre("a", "b"));
  expect_ledger(2, 2, 0, 0);
}

TEST_F(SourceWriterTest, the_largest_batch_is_what_every_channel_takes_at_once) {
  add_channel({.capacity = 100, .transaction_capacity = 30});
  EXPECT_EQ(writer().max_batch(), 30U);
}

}  // namespace
}  // namespace flume::runtime
