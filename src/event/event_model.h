// The naive twin of events and batches that property tests compare with: a map of headers and a body, nothing shared.
#pragma once

#include <map>
#include <rapidcheck.h>
#include <string>
#include <string_view>
#include <vector>

#include "flume/batch_builder.h"

namespace flume::test {

struct PlainEvent {
  std::map<std::string, std::string, std::less<>> headers;
  std::string body;
  friend bool operator==(const PlainEvent&, const PlainEvent&) = default;
};
using PlainBatch = std::vector<PlainEvent>;

inline PlainEvent plain(const EventView& event) {
  PlainEvent out;
  event.each_header([&](std::string_view key, std::string_view value) { out.headers.emplace(key, value); });
  RC_ASSERT(out.headers.size() == event.header_count());
  out.body = event.body();
  return out;
}

inline PlainBatch plain(const EventBatch& batch) {
  PlainBatch out;
  for (const EventView event : batch) out.push_back(plain(event));
  RC_ASSERT(out.size() == batch.size());
  return out;
}

inline void build(BatchBuilder& builder, const PlainEvent& event) {
  for (const auto& [key, value] : event.headers) builder.header(key, value);
  RC_ASSERT(builder.body(event.body).ok());
}

inline EventBatch build(BatchBuilder& builder, const PlainBatch& events) {
  for (const PlainEvent& event : events) build(builder, event);
  return builder.take();
}

/// Written by the letter of the Avro specification, apart from the code under test.
inline std::string avro_long(std::int64_t n) {
  auto rest = (static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63);
  std::string out;
  for (; rest > 0x7f; rest >>= 7) out += static_cast<char>((rest & 0x7f) | 0x80);
  return out += static_cast<char>(rest);
}
inline std::string avro_text(std::string_view text) { return avro_long(static_cast<std::int64_t>(text.size())).append(text); }

inline std::string avro_record(const EventView& event) {
  std::string out;
  std::size_t count = 0;
  event.each_header([&](std::string_view key, std::string_view value) {
    out += avro_text(key) + avro_text(value);
    ++count;
  });
  if (count != 0) out = avro_long(static_cast<std::int64_t>(count)) + out;
  return out + avro_long(0) + avro_text(event.body());
}

inline std::uint64_t slots(const PlainBatch& batch) {
  std::uint64_t sum = 0;
  for (const PlainEvent& event : batch) sum += std::max<std::size_t>(1, (event.body.size() + 99) / 100);
  return sum;
}

/// Short keys, so that they collide; bodies from nothing to a few slots, now and then one above a slab.
inline rc::Gen<PlainEvent> any_event() {
  const auto text = [](std::size_t most) {
    return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, most),
                           [](std::size_t size) { return rc::gen::container<std::string>(size, rc::gen::arbitrary<char>()); });
  };
  const auto key = rc::gen::container<std::string>(rc::gen::inRange('a', 'f'));
  const auto body = rc::gen::weightedOneOf<std::string>({
      {30, text(20)},
      {10, text(400)},
      {1, rc::gen::construct<std::string>(rc::gen::inRange<std::size_t>(20'000, 400'000), rc::gen::just('x'))},
  });
  return rc::gen::build<PlainEvent>(
      rc::gen::set(&PlainEvent::headers, rc::gen::map(rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
                                                          rc::gen::pair(rc::gen::resize(3, key), text(30))),
                                                      [](const auto& pairs) {
                                                        std::map<std::string, std::string, std::less<>> headers;
                                                        for (const auto& [k, v] : pairs) headers[k] = v;
                                                        return headers;
                                                      })),
      rc::gen::set(&PlainEvent::body, body));
}
inline rc::Gen<PlainBatch> any_batch() { return rc::gen::container<PlainBatch>(any_event()); }

}  // namespace flume::test
