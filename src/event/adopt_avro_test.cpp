#include <algorithm>
#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "event/event_model.h"
#include "flume/batch_builder.h"

namespace flume {
namespace {

using namespace test;

class AdoptAvro : public testing::Test {
 protected:
  EventBatch adopt(std::string_view wire) {
    const auto size = builder_.adopt_avro(wire);
    EXPECT_TRUE(size.ok()) << size.status().message();
    EXPECT_EQ(*size, wire.size());
    return builder_.take();
  }
  void refuses(std::string_view wire) {
    const auto size = builder_.adopt_avro(wire);
    ASSERT_FALSE(size.ok());
    EXPECT_EQ(size.status().kind(), ErrorKind::Rejected);
    EXPECT_TRUE(builder_.empty());
  }
  static std::string header(std::string_view key, std::string_view value) { return avro_text(key) + avro_text(value); }

  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
};

TEST_F(AdoptAvro, takes_canonical_bytes_as_they_are) {
  const std::string wire = avro_long(2) + header("a", "1") + header("b", "2") + avro_long(0) + avro_text("body");
  EXPECT_EQ(adopt(wire)[0].avro(), wire);
}

TEST_F(AdoptAvro, stops_where_the_event_ends) {
  const std::string wire = avro_long(0) + avro_text("one");
  const auto size = builder_.adopt_avro(wire + "rest that is something else");
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, wire.size());
}

TEST_F(AdoptAvro, joins_several_map_blocks) {
  const std::string wire = avro_long(1) + header("a", "1") + avro_long(1) + header("b", "2") + avro_long(0) + avro_text("body");
  EXPECT_EQ(adopt(wire)[0].avro(), avro_long(2) + header("a", "1") + header("b", "2") + avro_long(0) + avro_text("body"));
}

TEST_F(AdoptAvro, reads_a_block_that_tells_its_size) {
  const std::string wire =
      avro_long(-1) + avro_long(static_cast<std::int64_t>(header("a", "1").size())) + header("a", "1") + avro_long(0) + avro_text("b");
  EXPECT_EQ(adopt(wire)[0].avro(), avro_long(1) + header("a", "1") + avro_long(0) + avro_text("b"));
}

TEST_F(AdoptAvro, lets_the_last_of_equal_keys_win) {
  for (const int others : {0, 40}) {
    std::string wire = avro_long(3 + others) + header("k", "1") + header("x", "2") + header("k", "3");
    for (int i = 0; i < others; ++i) wire += header("other" + std::to_string(i), "");
    const EventBatch batch = adopt(wire + avro_long(0) + avro_text("b"));
    EXPECT_EQ(batch[0].header_count(), 2U + static_cast<unsigned>(others));
    EXPECT_EQ(batch[0].header("k"), "3");
    EXPECT_EQ(batch[0].header("x"), "2");
  }
}

TEST_F(AdoptAvro, shortens_lengths_that_are_longer_than_need_be) {
  const std::string wire{"\x82\x00\x02k\x02v\x00\x84\x80\x00hi", 12};
  EXPECT_EQ(adopt(wire)[0].avro(), avro_long(1) + header("k", "v") + avro_long(0) + avro_text("hi"));
}

TEST_F(AdoptAvro, refuses_every_cut_of_an_event) {
  const std::string wire = avro_long(2) + header("a", "1") + header("bb", std::string(100, 'v')) + avro_long(0) + avro_text("body");
  for (std::size_t size = 0; size < wire.size(); ++size) {
    SCOPED_TRACE(size);
    // A copy of exactly that size: one byte read beyond it is seen by the sanitizer.
    refuses(std::string(wire.data(), size));
  }
}

TEST_F(AdoptAvro, refuses_lengths_that_lie) {
  refuses(avro_long(0) + avro_long(-5) + "12345");
  refuses(avro_long(0) + avro_long(INT64_MAX) + "x");
  refuses(avro_long(INT64_MAX) + "x");
  refuses(avro_long(INT64_MIN) + avro_long(0) + "x");
  refuses(avro_long(-1) + avro_long(-1) + header("a", "1") + avro_long(0) + avro_text("b"));
  refuses(avro_long(1) + avro_long(-1) + "x");
  refuses(std::string(11, '\xff'));
  refuses(std::string(9, '\xff') + "\x7f");
}

TEST_F(AdoptAvro, refuses_more_headers_than_anybody_has) {
  const auto count = static_cast<std::int64_t>(BatchBuilder::kMaxForeignHeaders) + 1;
  const std::string wire = avro_long(count) + std::string(static_cast<std::size_t>(count) * 2, '\0') + avro_long(0) + avro_text("b");
  const auto size = builder_.adopt_avro(wire);
  ASSERT_FALSE(size.ok());
  EXPECT_EQ(size.cause(), Cause::TooLarge);
}

TEST_F(AdoptAvro, keeps_the_events_before_a_bad_one) {
  ASSERT_TRUE(builder_.body("good").ok());
  ASSERT_FALSE(builder_.adopt_avro("\x01").ok());
  ASSERT_TRUE(builder_.body("also good").ok());
  const EventBatch batch = builder_.take();
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_EQ(batch[1].body(), "also good");
}

TEST_F(AdoptAvro, drops_a_half_built_event) {
  builder_.header("half", "built");
  const std::string wire = avro_long(0) + avro_text("whole");
  const EventBatch batch = adopt(wire);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch[0].header_count(), 0U);
}

TEST_F(AdoptAvro, leaves_received_bytes_where_they_are) {
  std::string wire;
  for (int i = 0; i < 100; ++i)
    wire += avro_long(1) + header("n", std::to_string(i)) + avro_long(0) + avro_text("body " + std::to_string(i));
  std::uint8_t* place = builder_.reserve(wire.size());
  std::memcpy(place, wire.data(), wire.size());
  std::string_view rest(reinterpret_cast<const char*>(place), wire.size());
  while (!rest.empty()) {
    const auto size = builder_.adopt_avro(rest);
    ASSERT_TRUE(size.ok());
    rest.remove_prefix(*size);
  }
  const EventBatch batch = builder_.take();
  ASSERT_EQ(batch.size(), 100U);
  EXPECT_EQ(batch[0].avro().data(), reinterpret_cast<const char*>(place));
  EXPECT_EQ(batch.slices().size(), 1U);
  EXPECT_EQ(batch[99].body(), "body 99");
}

/// Any mixture of good events, in any legal form, received in one piece.
RC_GTEST_PROP(AdoptAvroProperty, reads_a_received_block_of_any_legal_forms, ()) {
  const SlabPool::Handle pool = SlabPool::make();
  HeaderPlan plan;
  const bool has_plan = *rc::gen::arbitrary<bool>();
  if (has_plan) plan.add("plan", "added", false);
  BatchBuilder builder(*pool, plan);
  PlainBatch expected;
  const int rounds = *rc::gen::inRange(1, 4);
  EventBatch all;
  for (int round = 0; round < rounds; ++round) {
    std::string wire;
    for (PlainEvent& event : *any_batch()) {
      const int form = *rc::gen::inRange(0, 3);
      std::string entries;
      for (const auto& [key, value] : event.headers) entries += avro_text(key) + avro_text(value);
      const auto count = static_cast<std::int64_t>(event.headers.size());
      if (count != 0 && form == 1) {
        wire += avro_long(-count) + avro_long(static_cast<std::int64_t>(entries.size())) + entries;
      } else if (count != 0 && form == 2) {
        const std::string first = avro_text(event.headers.begin()->first) + avro_text("overwritten");
        wire += avro_long(1) + first + avro_long(count) + entries;
      } else if (count != 0) {
        wire += avro_long(count) + entries;
      }
      wire += avro_long(0) + avro_text(event.body);
      if (has_plan) event.headers["plan"] = "added";
      expected.push_back(event);
    }
    if (*rc::gen::inRange(0, 4) == 0) {  // received elsewhere
      std::string_view rest = wire;
      while (!rest.empty()) rest.remove_prefix(*builder.adopt_avro(rest));
    } else {
      std::uint8_t* place = builder.reserve(wire.size());
      if (!wire.empty()) std::memcpy(place, wire.data(), wire.size());
      std::string_view rest(reinterpret_cast<const char*>(place), wire.size());
      while (!rest.empty()) rest.remove_prefix(*builder.adopt_avro(rest));
    }
    if (*rc::gen::arbitrary<bool>()) all.append(builder.take());
  }
  all.append(builder.take());
  RC_ASSERT(plain(all) == expected);
  for (const EventView event : all) RC_ASSERT(std::string(event.avro()) == avro_record(event));
}

}  // namespace
}  // namespace flume
