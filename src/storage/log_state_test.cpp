// What the log writes it reads back, byte for byte; and what is no state, change or head is refused.
#include "storage/log_state.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/crc32c.h"

namespace flume::storage {
namespace {

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<std::uint8_t>(c) >> 4];
    out += "0123456789abcdef"[static_cast<std::uint8_t>(c) & 15];
  }
  return out;
}

LogState some_state() {
  LogState state;
  state.identity.uuid = {1, 2, 3};
  state.identity.epochs = {7, 8};
  state.next_id = 100;
  state.delivered.add({1, 40});
  state.delivered.add({50, 60});
  state.holds.replace("k1", Ranges({41, 43}));
  const std::string value(4096, 'v');
  const KeyValue entries[] = {{"a", value}, {"b", ""}};
  const BookmarkDelta delta{"source", entries};
  state.bookmarks.apply({&delta, 1});
  state.sealed[3] = {3, 99, {30, 100}, 12345};
  return state;
}

TEST(LogState, is_read_back_as_it_was_written) {
  const LogState state = some_state();
  const auto read = LogState::decode(state.encode());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->encode(), state.encode());
  EXPECT_EQ(read->watermark(), 40U);
  EXPECT_EQ(read->stored(), 50U);
  EXPECT_EQ(read->holds.held("k1"), Ranges({41, 43}));
  EXPECT_EQ(read->bookmarks.get("source").at("b"), "");
  EXPECT_EQ(read->sealed.at(3).end, 12345U);
  EXPECT_EQ(read->identity.epochs, (std::vector<std::uint64_t>{7, 8}));
}

TEST(LogState, has_its_watermark_at_the_first_event_that_is_not_delivered) {
  LogState state;
  EXPECT_EQ(state.watermark(), 1U);
  state.delivered.add({2, 5});
  EXPECT_EQ(state.watermark(), 1U);
  state.delivered.add({1, 2});
  EXPECT_EQ(state.watermark(), 5U);
}

TEST(LogState, of_half_its_bytes_or_with_more_is_refused) {
  const std::string whole = some_state().encode();
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(LogState::decode(whole.substr(0, size)).has_value()) << size;
  EXPECT_FALSE(LogState::decode(whole + "x").has_value());
}

TEST(LogState, with_absurd_counts_takes_no_memory) {
  std::mt19937_64 random(1);
  const std::string whole = some_state().encode();
  for (int i = 0; i < 20'000; ++i) {
    std::string bent = whole;
    for (int k = 0; k < 3; ++k) bent[random() % bent.size()] = static_cast<char>(random());
    const auto state = LogState::decode(bent);
    if (!state) continue;
    EXPECT_LE(state->encode().size(), 2 * whole.size());
  }
}

TEST(LogChange, is_read_back_for_each_type) {
  const KeyValue entries[] = {{"key", "value"}, {"gone", std::nullopt}};
  const BookmarkDelta deltas[] = {{"source", entries}, {"empty", {}}};
  const Hold hold{"k1", Ranges({5, 9})};
  for (const RecordType type : {RecordType::Put, RecordType::Take, RecordType::Note, RecordType::Settle}) {
    const std::string bytes = encode_change(type, deltas, Ranges({1, 4}), &hold) + (type == RecordType::Put ? "events" : "");
    std::string_view rest;
    const auto change = LogChange::decode(type, bytes, rest);
    ASSERT_TRUE(change.has_value()) << to_string(type);
    ASSERT_EQ(change->deltas.size(), 2U);
    EXPECT_EQ(change->deltas[0].owner, "source");
    EXPECT_EQ(change->deltas[0].set[0].value, "value");
    EXPECT_EQ(change->deltas[0].set[1].value, std::nullopt);
    EXPECT_TRUE(change->deltas[1].set.empty());
    EXPECT_EQ(rest, type == RecordType::Put ? "events" : "");
    if (type == RecordType::Take || type == RecordType::Settle) {
      EXPECT_EQ(change->ids, Ranges({1, 4}));
    }
    if (type == RecordType::Note) {
      EXPECT_EQ(change->hold, "k1");
      EXPECT_EQ(change->ids, hold.ids);
    }
  }
}

TEST(LogChange, with_ranges_that_do_not_ascend_is_refused) {
  std::string bytes = encode_change(RecordType::Take, {}, Ranges({5, 9}));
  bytes[8] = 9;  // [9, 9)
  std::string_view rest;
  EXPECT_FALSE(LogChange::decode(RecordType::Take, bytes, rest).has_value());
}

TEST(SegmentHead, is_read_back_with_and_without_a_key) {
  SegmentHead head;
  head.channel = {9, 8, 7};
  head.number = 5;
  head.salt = 0x1122334455667788;
  head.first_id = 6;
  head.previous_number = 4;
  head.previous_end = 4711;
  head.state_bytes = 12;
  head.state_crc = 13;
  for (const bool has_key : {false, true}) {
    if (has_key) head.key = SegmentKey{"key-1", {1, 2}, {3, 4}};
    const auto bytes = head.encode();
    const auto read = SegmentHead::decode(bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->encode(), bytes);
    EXPECT_EQ(read->number, 5U);
    EXPECT_EQ(read->previous_end, 4711U);
    EXPECT_EQ(read->key.has_value(), has_key);
    EXPECT_EQ(has_key ? read->key->alias : "key-1", "key-1");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      auto bent = bytes;
      bent[i] ^= std::byte{4};
      EXPECT_FALSE(SegmentHead::decode(bent).has_value()) << i;
    }
  }
}

TEST(RecordHead, belongs_to_the_use_of_a_slot_that_made_it) {
  RecordHead head;
  head.type = RecordType::Settle;
  head.payload_bytes = 17;
  head.first_id = 3;
  head.durable_end = 8520;
  const auto bytes = head.encode(42);
  ASSERT_TRUE(RecordHead::decode(bytes, 42).has_value());
  EXPECT_EQ(RecordHead::decode(bytes, 42)->durable_end, 8520U);
  EXPECT_FALSE(RecordHead::decode(bytes, 43).has_value());
}

TEST(RecordHead, has_the_bytes_that_the_format_page_shows) {
  RecordHead head;
  head.type = RecordType::Take;
  const std::string payload = encode_change(RecordType::Take, {}, Ranges({7, 8}));
  head.payload_bytes = static_cast<std::uint32_t>(payload.size());
  head.events = 1;
  head.payload_crc = codec::crc32c(0, payload);
  head.first_id = 8;
  head.durable_end = 8520;
  EXPECT_EQ(
      hex(as_text(head.encode(1))) + ' ' + hex(payload),
      "c85408f7464c5202180000000100000091d37f240000000008000000000000004821000000000000 000000000100000007000000000000000800000000000000");
}

}  // namespace
}  // namespace flume::storage
