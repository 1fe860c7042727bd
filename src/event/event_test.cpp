// Batches against a naive model: whatever is built, split, joined, filtered, picked or rewritten reads as if every event
// were a map and a string of its own.
#include "flume/event.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "event/event_model.h"

namespace flume {
namespace {

using namespace test;

void expect_same(const EventBatch& batch, const PlainBatch& model) {
  RC_ASSERT(plain(batch) == model);
  std::string bytes;
  for (const EventView event : batch) {
    RC_ASSERT(std::string(event.avro()) == avro_record(event));
    bytes += event.avro();
  }
  RC_ASSERT(batch.bytes() == bytes.size());
  RC_ASSERT(batch.slots() == slots(model));
  for (std::uint32_t i = 0; i < batch.size(); ++i) RC_ASSERT(plain(batch[i]) == model[i]);
  std::vector<iovec> pieces;
  batch.avro_iov(pieces);
  std::string gathered;
  for (const iovec& piece : pieces) gathered.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  RC_ASSERT(gathered == bytes);
  for (const Slice& slice : batch.slices()) RC_ASSERT(slice.size() != 0U);
}

RC_GTEST_PROP(Batch, reads_as_it_was_built, ()) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  const PlainBatch first = *any_batch();
  const PlainBatch second = *any_batch();
  const EventBatch a = build(builder, first);
  const EventBatch b = build(builder, second);
  expect_same(a, first);
  expect_same(b, second);
}

RC_GTEST_PROP(Batch, finds_each_header_and_no_other, ()) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  const PlainEvent event = *any_event();
  const EventBatch batch = build(builder, PlainBatch{event});
  for (const auto& [key, value] : event.headers) RC_ASSERT(batch[0].header(key) == value);
  RC_ASSERT(!batch[0].header("no such key").has_value());
}

RC_GTEST_PROP(Batch, splits_and_joins_without_a_trace, ()) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  const PlainBatch model = *any_batch();
  const EventBatch whole = build(builder, model);
  EventBatch rest = whole;
  EventBatch joined;
  PlainBatch expected = model;
  while (!rest.empty()) {
    RC_ASSERT(rest.split_front(0).empty());
    const auto n = *rc::gen::inRange<std::uint32_t>(1, rest.size() + 1);
    EventBatch front = rest.split_front(n);
    expect_same(front, PlainBatch(expected.begin(), expected.begin() + n));
    expected.erase(expected.begin(), expected.begin() + n);
    expect_same(rest, expected);
    joined.append(std::move(front));
  }
  expect_same(joined, model);
  RC_ASSERT(joined.slices().size() == whole.slices().size());
}

RC_GTEST_PROP(Batch, filters_and_filters_again, ()) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  PlainBatch model = *any_batch();
  EventBatch batch = build(builder, model);
  for (int round = 0; round < 3; ++round) {
    const auto keep = *rc::gen::container<std::vector<bool>>(model.size(), rc::gen::arbitrary<bool>());
    std::size_t at = 0;
    batch = batch.filter([&](const EventView&) { return keep[at++]; });
    PlainBatch kept;
    for (std::size_t i = 0; i < model.size(); ++i) {
      if (keep[i]) kept.push_back(model[i]);
    }
    model = kept;
    expect_same(batch, model);
    // What was filtered is split and joined like anything else.
    const auto n = *rc::gen::inRange<std::uint32_t>(0, batch.size() + 1);
    EventBatch front = batch.split_front(n);
    expect_same(front, PlainBatch(model.begin(), model.begin() + n));
    front.append(std::move(batch));
    batch = std::move(front);
    expect_same(batch, model);
  }
}

RC_GTEST_PROP(Batch, picks_by_position, ()) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  const PlainBatch model = *any_batch();
  const EventBatch batch = build(builder, model);
  std::vector<std::uint32_t> positions;
  PlainBatch expected;
  for (std::uint32_t i = 0; i < model.size(); ++i) {
    if (!*rc::gen::arbitrary<bool>()) continue;
    positions.push_back(i);
    expected.push_back(model[i]);
  }
  expect_same(batch.pick(positions), expected);
}

RC_GTEST_PROP(Batch, rewrites_into_new_events, ()) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  BatchBuilder other(*pool);
  PlainBatch model = *any_batch();
  const EventBatch batch = build(builder, model);
  const EventBatch rewritten = batch.rewrite(other, [](const EventView& event, BatchBuilder& out) {
    event.each_header([&](std::string_view key, std::string_view value) {
      if (key != "a") out.header(key, value);
    });
    out.header("b", "rewritten");
    RC_ASSERT(out.body(event.body()).ok());
  });
  const EventBatch by_copy = batch.rewrite(other, [](const EventView& event, BatchBuilder& out) {
    out.headers_of(event);
    RC_ASSERT(out.remove_header("a") == event.header("a").has_value());
    out.header("b", "rewritten");
    RC_ASSERT(out.body(event.body()).ok());
  });
  expect_same(batch, model);
  for (PlainEvent& event : model) {
    event.headers.erase("a");
    event.headers["b"] = "rewritten";
  }
  expect_same(rewritten, model);
  expect_same(by_copy, model);
}

TEST(Batch, visits_headers_until_told_to_stop) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  for (const char* key : {"a", "b", "c"}) builder.header(key, "1");
  ASSERT_TRUE(builder.body("x").ok());
  const EventBatch batch = builder.take();
  std::string seen;
  batch[0].each_header([&](std::string_view key, std::string_view) {
    seen += key;
    return key != "b";
  });
  EXPECT_EQ(seen, "ab");
}

TEST(Batch, fuses_what_lies_side_by_side_in_one_slab) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  EventBatch all;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(builder.body("event").ok());
    all.append(builder.take());
  }
  EXPECT_EQ(all.size(), 100U);
  EXPECT_EQ(all.slices().size(), 1U);
  std::vector<iovec> pieces;
  all.avro_iov(pieces);
  EXPECT_EQ(pieces.size(), 1U);
}

TEST(Batch, keeps_its_slab_alive_and_gives_it_back) {
  const SlabPool::Handle pool = SlabPool::make();
  EventBatch batch;
  {
    BatchBuilder builder(*pool);
    ASSERT_TRUE(builder.body("alone").ok());
    batch = builder.take();
  }
  EXPECT_EQ(pool->slabs_out(), 1U);
  EXPECT_EQ(batch[0].body(), "alone");
  EXPECT_EQ(batch.held_bytes(), SlabPool::kSlabBytes);
  batch.clear();
  EXPECT_EQ(pool->slabs_out(), 0U);
}

TEST(Batch, outlives_the_pool_that_it_came_from) {
  SlabPool::Handle pool = SlabPool::make();
  EventBatch batch;
  {
    BatchBuilder builder(*pool);
    ASSERT_TRUE(builder.body("alone").ok());
    batch = builder.take();
  }
  pool.reset();
  EXPECT_EQ(batch[0].body(), "alone");
}

TEST(Batch, is_empty_after_it_was_moved_from) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  ASSERT_TRUE(builder.body("x").ok());
  EventBatch from = builder.take();
  EventBatch to = std::move(from);
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): promised
  EXPECT_EQ(from.begin(), from.end());
  EXPECT_EQ(to.size(), 1U);
  from = std::move(to);
  EXPECT_EQ(from.size(), 1U);
}

}  // namespace
}  // namespace flume
