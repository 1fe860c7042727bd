#include "flume/batch_builder.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "event/event_model.h"

namespace flume {
namespace {

using namespace test;

class Builder : public testing::Test {
 protected:
  const SlabPool::Handle pool_ = SlabPool::make();
};

TEST_F(Builder, gives_an_event_without_headers_a_single_zero) {
  BatchBuilder builder(*pool_);
  ASSERT_TRUE(builder.body("hi").ok());
  EXPECT_EQ(builder.take()[0].avro(), std::string_view("\x00\x04hi", 4));
}

TEST_F(Builder, lets_the_last_of_two_equal_headers_win) {
  BatchBuilder builder(*pool_);
  builder.header("k", "one");
  builder.header("other", "x");
  builder.header("k", "longer than one");
  builder.header("other", "x");
  ASSERT_TRUE(builder.body("b").ok());
  const EventBatch batch = builder.take();
  EXPECT_EQ(batch[0].header_count(), 2U);
  EXPECT_EQ(batch[0].header("k"), "longer than one");
  EXPECT_EQ(batch[0].header("other"), "x");
}

RC_GTEST_PROP(BuilderProperty, sets_and_removes_headers_as_a_map_does, ()) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  BatchBuilder source(*pool);
  const EventBatch copied = build(source, PlainBatch{*any_event()});
  PlainEvent model;
  if (*rc::gen::arbitrary<bool>()) {
    builder.headers_of(copied[0]);
    model.headers = plain(copied[0]).headers;
  }
  // Keys of one length that differ in one letter only, and more of them than the builder has tags for.
  for (int i = *rc::gen::inRange(0, 60); i > 0; --i) {
    std::string key = "common key";
    key[*rc::gen::inRange<std::size_t>(0, key.size())] = *rc::gen::inRange('a', 'd');
    const int what = *rc::gen::inRange(0, 8);
    if (what < 2) {
      RC_ASSERT(builder.remove_header(key) == (model.headers.erase(key) != 0));
    } else if (what == 2) {
      HeaderGroup group;
      for (const char end : {'a', 'e'}) {
        group.add(key + end, std::string(1, end));
        model.headers[key + end] = std::string(1, end);
      }
      group.add(key, "of a group");
      model.headers[key] = "of a group";
      builder.headers(group);
    } else {
      const std::string value(*rc::gen::inRange<std::size_t>(0, 40), *rc::gen::inRange('0', '3'));
      builder.header(key, value);
      model.headers[key] = value;
    }
  }
  RC_ASSERT(builder.body("b").ok());
  model.body = "b";
  RC_ASSERT(plain(builder.take()[0]) == model);
}

TEST_F(Builder, writes_a_count_of_two_bytes_from_64_headers_on) {
  for (const std::size_t headers : {63U, 64U, 65U, 9000U}) {
    BatchBuilder builder(*pool_);
    PlainEvent event;
    event.body = "body";
    for (std::size_t i = 0; i < headers; ++i) event.headers["key" + std::to_string(i)] = std::to_string(i);
    for (const auto& [key, value] : event.headers) builder.header(key, value);
    ASSERT_TRUE(builder.body(event.body).ok());
    const EventBatch batch = builder.take();
    EXPECT_EQ(batch[0].header_count(), headers);
    EXPECT_EQ(plain(batch[0]), event);
    EXPECT_EQ(batch[0].avro(), avro_record(batch[0]));
  }
}

TEST_F(Builder, puts_an_event_larger_than_a_slab_into_one_of_its_own) {
  BatchBuilder builder(*pool_);
  const std::string large(3 * SlabPool::kSlabBytes, 'L');
  ASSERT_TRUE(builder.body("before").ok());
  builder.header("size", "large");
  ASSERT_TRUE(builder.body(large).ok());
  ASSERT_TRUE(builder.body("after").ok());
  EventBatch batch = builder.take();
  ASSERT_EQ(batch.size(), 3U);
  EXPECT_EQ(batch[0].body(), "before");
  EXPECT_EQ(batch[1].body(), large);
  EXPECT_EQ(batch[1].header("size"), "large");
  EXPECT_EQ(batch[2].body(), "after");
}

TEST_F(Builder, keeps_a_header_that_began_in_a_slab_which_became_too_small) {
  BatchBuilder builder(*pool_);
  ASSERT_TRUE(builder.body(std::string(SlabPool::kSlabBytes - 400, 'f')).ok());
  builder.header("k", std::string(200, 'v'));
  ASSERT_TRUE(builder.body(std::string(300, 'b')).ok());
  const EventBatch batch = builder.take();
  ASSERT_EQ(batch.slices().size(), 2U);
  EXPECT_EQ(batch[1].header("k"), std::string(200, 'v'));
  EXPECT_EQ(batch[1].body(), std::string(300, 'b'));
}

TEST_F(Builder, refuses_an_event_above_the_limit_and_goes_on) {
  BatchBuilder builder(*pool_);
  ASSERT_TRUE(builder.body("first").ok());
  // The bytes are never looked at: only the length counts.
  const std::string_view huge("x", BatchBuilder::kMaxEventBytes + 1);
  builder.header("k", huge);
  const Status refused = builder.body("small");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.kind(), ErrorKind::Rejected);
  EXPECT_EQ(refused.cause(), Cause::TooLarge);
  EXPECT_EQ(builder.body(huge).cause(), Cause::TooLarge);
  EXPECT_EQ(builder.body_in_place(BatchBuilder::kMaxEventBytes), nullptr);
  ASSERT_TRUE(builder.body("second").ok());
  const EventBatch batch = builder.take();
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_EQ(batch[1].body(), "second");
  EXPECT_EQ(batch[1].header_count(), 0U);
}

TEST_F(Builder, takes_a_body_that_is_written_in_place) {
  BatchBuilder builder(*pool_);
  builder.header("k", "v");
  std::uint8_t* place = builder.body_in_place(5);
  ASSERT_NE(place, nullptr);
  std::memcpy(place, "hello", 5);
  ASSERT_NE(builder.body_in_place(0), nullptr);
  const EventBatch batch = builder.take();
  EXPECT_EQ(batch[0].body(), "hello");
  EXPECT_EQ(batch[0].header("k"), "v");
  EXPECT_EQ(batch[1].body(), "");
}

TEST_F(Builder, shares_one_slab_between_many_takes) {
  BatchBuilder builder(*pool_);
  std::vector<EventBatch> batches;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(builder.body(std::to_string(i)).ok());
    batches.push_back(builder.take());
  }
  EXPECT_EQ(pool_->slabs_out(), 1U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(batches[static_cast<std::size_t>(i)][0].body(), std::to_string(i));
}

TEST_F(Builder, writes_its_slab_anew_when_all_it_gave_is_consumed) {
  BatchBuilder builder(*pool_);
  const std::string body(1000, 'b');
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(builder.body(body).ok());
    const EventBatch batch = builder.take();
    ASSERT_EQ(batch[0].body(), body);
  }
  EXPECT_EQ(pool_->slabs_out(), 1U);
}

TEST_F(Builder, never_writes_over_what_somebody_still_reads) {
  BatchBuilder builder(*pool_);
  ASSERT_TRUE(builder.body("kept").ok());
  const EventBatch kept = builder.take();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(builder.body(std::string(1000, 'x')).ok());
    builder.take();
  }
  EXPECT_EQ(kept[0].body(), "kept");
}

TEST_F(Builder, forgets_everything_since_the_last_take) {
  BatchBuilder builder(*pool_);
  ASSERT_TRUE(builder.body("stays").ok());
  const EventBatch stays = builder.take();
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(builder.body(std::string(500, 'a')).ok());
  builder.header("half", "built");
  builder.abort();
  EXPECT_TRUE(builder.empty());
  EXPECT_EQ(builder.bytes(), 0U);
  ASSERT_TRUE(builder.body("next").ok());
  const EventBatch next = builder.take();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].body(), "next");
  EXPECT_EQ(next[0].header_count(), 0U);
  EXPECT_EQ(stays[0].body(), "stays");
}

RC_GTEST_PROP(BuilderProperty, takes_and_aborts_in_any_order, ()) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  PlainBatch pending;
  PlainBatch expected;
  EventBatch taken;
  const auto steps = *rc::gen::inRange(1, 40);
  for (int i = 0; i < steps; ++i) {
    switch (*rc::gen::weightedElement<int>({{6, 0}, {2, 1}, {1, 2}, {1, 3}})) {
      case 0:
        pending.push_back(*any_event());
        build(builder, pending.back());
        break;
      case 1:
        taken.append(builder.take());
        expected.insert(expected.end(), pending.begin(), pending.end());
        pending.clear();
        break;
      case 2:
        builder.abort();
        pending.clear();
        break;
      default:
        if (taken.empty()) break;
        RC_ASSERT(builder.add(taken[0]).ok());
        pending.push_back(expected[0]);
    }
    RC_ASSERT(builder.size() == pending.size());
    std::uint64_t bytes = 0;
    for (const PlainEvent& event : pending) {
      BatchBuilder other(*pool);
      build(other, event);
      bytes += other.take().bytes();
    }
    RC_ASSERT(builder.bytes() == bytes);
  }
  RC_ASSERT(plain(taken) == expected);
  RC_ASSERT(taken.slots() == slots(expected));
}

// --- the plan ---

TEST_F(Builder, adds_the_plans_headers_to_every_event) {
  HeaderPlan plan;
  plan.add("host", "h1", true);
  plan.add("dc", "east", false);
  BatchBuilder builder(*pool_, std::move(plan));
  ASSERT_TRUE(builder.body("bare").ok());
  builder.header("host", "own");
  builder.header("dc", "own");
  builder.header("x", "y");
  ASSERT_TRUE(builder.body("with headers").ok());
  const EventBatch batch = builder.take();
  EXPECT_EQ(plain(batch[0]), (PlainEvent{{{"host", "h1"}, {"dc", "east"}}, "bare"}));
  EXPECT_EQ(plain(batch[1]), (PlainEvent{{{"host", "own"}, {"dc", "east"}, {"x", "y"}}, "with headers"}));
}

TEST_F(Builder, asks_a_supplier_once_per_batch) {
  int asked = 0;
  HeaderPlan plan;
  plan.add("now", [&asked] { return std::to_string(++asked); }, false);
  BatchBuilder builder(*pool_, std::move(plan));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(builder.body("x").ok());
  const EventBatch first = builder.take();
  builder.header("k", "v");
  ASSERT_TRUE(builder.body("y").ok());
  const EventBatch second = builder.take();
  EXPECT_EQ(first[0].header("now"), first[2].header("now"));
  EXPECT_NE(first[0].header("now"), second[0].header("now"));
  EXPECT_EQ(second[0].header("now"), std::to_string(asked));
  EXPECT_EQ(asked, 3);  // once when added, once per batch
}

RC_GTEST_PROP(BuilderProperty, plans_as_interceptors_in_a_row_would_do, ()) {
  struct Step {
    std::string key;
    std::string value;
    bool keep_existing;
  };
  const SlabPool::Handle pool = SlabPool::make();
  std::vector<Step> steps;
  HeaderPlan plan;
  const auto count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    const std::string key(1, *rc::gen::inRange('a', 'e'));
    const std::string value = *rc::gen::container<std::string>(rc::gen::inRange('0', '9'));
    const bool keep = *rc::gen::arbitrary<bool>();
    steps.push_back({key, value, keep});
    if (*rc::gen::arbitrary<bool>()) {
      plan.add(key, value, keep);
    } else {
      plan.add(key, [value] { return value; }, keep);
    }
  }
  BatchBuilder builder(*pool, plan);
  BatchBuilder adopting(*pool, plan);
  BatchBuilder adding(*pool, plan);
  BatchBuilder plainly(*pool);
  PlainBatch model = *any_batch();
  const EventBatch bare = build(plainly, model);
  const EventBatch built = build(builder, model);
  for (const EventView event : bare) {
    RC_ASSERT(*adopting.adopt_avro(event.avro()) == event.avro().size());
    RC_ASSERT(adding.add(event).ok());
  }
  for (PlainEvent& event : model) {
    for (const Step& step : steps) {
      if (!step.keep_existing || !event.headers.contains(step.key)) event.headers[step.key] = step.value;
    }
  }
  RC_ASSERT(plain(built) == model);
  RC_ASSERT(plain(adopting.take()) == model);
  RC_ASSERT(plain(adding.take()) == model);
}

}  // namespace
}  // namespace flume
