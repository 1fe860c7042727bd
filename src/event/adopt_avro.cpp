// The decoder of foreign events (Avro RPC, Kafka values, log records): hostile bytes, so every length is
// compared with what is left before it is used.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>

#include "flume/batch_builder.h"

namespace flume {
namespace {

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

struct ForeignEvent {
  Headers& headers;
  std::string_view body;
  std::size_t size = 0;    // encoded bytes
  bool is_minimal = true;  // one map block, shortest lengths
};

Status no_event(const char* what, std::size_t at) {
  return rejected(std::string("not an AvroFlumeEvent: bad ") + what + " at byte " + std::to_string(at));
}

Status too_many_headers() {
  return {ErrorKind::Rejected, "event with more than " + std::to_string(BatchBuilder::kMaxForeignHeaders) + " headers", Cause::TooLarge};
}

Status too_large() {
  return {ErrorKind::Rejected,
          "event with its headers is above the " + std::to_string(BatchBuilder::kMaxEventBytes) + " bytes that one event may have",
          Cause::TooLarge};
}

class ForeignReader {
 public:
  explicit ForeignReader(std::string_view wire)
      : start_(reinterpret_cast<const std::uint8_t*>(wire.data())), at_(start_), end_(start_ + wire.size()) {}

  Status read(ForeignEvent& event) {
    bool has_block = false;
    for (;;) {
      std::int64_t entries = 0;
      FLUME_TRY(number(entries, "header count"));
      if (entries == 0) break;
      if (has_block) event.is_minimal = false;  // a second block: valid, but not how we write it
      has_block = true;
      if (entries < 0) {  // a block with its size in bytes, which we need not believe
        event.is_minimal = false;
        std::int64_t block_bytes = 0;
        FLUME_TRY(number(block_bytes, "header block size"));
        if (entries == INT64_MIN || block_bytes < 0) return no_event("header block size", offset());
        entries = -entries;
      }
      if (entries > (end_ - at_) / 2) return no_event("header count", offset());
      if (event.headers.size() + static_cast<std::uint64_t>(entries) > BatchBuilder::kMaxForeignHeaders) return too_many_headers();
      for (; entries != 0; --entries) {
        std::string_view key;
        std::string_view value;
        FLUME_TRY(bytes(key, "header name"));
        FLUME_TRY(bytes(value, "header value"));
        event.headers.emplace_back(key, value);
      }
    }
    FLUME_TRY(bytes(event.body, "body"));
    event.size = offset();
    event.is_minimal = event.is_minimal && minimal_;
    return {};
  }

 private:
  [[nodiscard]] std::size_t offset() const { return static_cast<std::size_t>(at_ - start_); }

  Status number(std::int64_t& value, const char* what) {
    const std::uint8_t* next = avro::read_foreign_long(at_, end_, value, minimal_);
    if (next == nullptr) return no_event(what, offset());
    at_ = next;
    return {};
  }

  Status bytes(std::string_view& out, const char* what) {
    std::int64_t size = 0;
    FLUME_TRY(number(size, what));
    if (size < 0 || size > end_ - at_) return no_event(what, offset());
    out = {reinterpret_cast<const char*>(at_), static_cast<std::size_t>(size)};
    at_ += size;
    return {};
  }

  const std::uint8_t* start_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool minimal_ = true;
};

/// Positions ordered by key and, for the same key, by place. Sorted, not hashed: foreign keys cannot make it slow.
void order_by_key(const Headers& headers, std::vector<std::uint32_t>& order) {
  order.resize(headers.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int compared = headers[a].first.compare(headers[b].first);
    return compared != 0 ? compared < 0 : a < b;
  });
}

bool has_unique_keys(const Headers& headers, std::vector<std::uint32_t>& order) {
  if (headers.size() > 16) {
    order_by_key(headers, order);
    return std::adjacent_find(order.begin(), order.end(),
                              [&](std::uint32_t a, std::uint32_t b) { return headers[a].first == headers[b].first; }) == order.end();
  }
  for (std::size_t i = 1; i < headers.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (headers[i].first == headers[k].first) return false;
    }
  }
  return true;
}

/// Of headers with the same key the last stays, at its place.
void keep_last_of_each(Headers& headers, std::vector<std::uint32_t>& order) {
  order_by_key(headers, order);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool is_last = i + 1 == order.size() || headers[order[i]].first != headers[order[i + 1]].first;
    if (is_last) order[kept++] = order[i];
  }
  order.resize(kept);
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < kept; ++i) headers[i] = headers[order[i]];
  headers.resize(kept);
}

}  // namespace

Result<std::size_t> BatchBuilder::adopt_avro(std::string_view wire) {
  if (building_) drop_event();
  adopted_headers_.clear();  // its memory is used again and again
  ForeignEvent event{adopted_headers_, {}};
  FLUME_TRY(ForeignReader(wire).read(event));
  if (event.size > kMaxEventBytes) return too_large();

  const bool has_unique = has_unique_keys(event.headers, adopted_order_);
  if (event.is_minimal && has_unique && plan_.empty()) {
    if (empty()) begin_batch();
    at_ = length_;
    const std::size_t body_offset = event.size - event.body.size();
    const bool is_in_place = slab_ && wire.data() == reinterpret_cast<const char*>(slab_->bytes() + length_);
    const Slab* before = slab_.get();
    ensure(event.size);
    if (!is_in_place || slab_.get() != before) std::memmove(slab_->bytes() + length_, wire.data(), event.size);
    publish(length_ + static_cast<std::uint32_t>(body_offset), length_ + static_cast<std::uint32_t>(event.size));
    return event.size;
  }
  // What is read may lie where we would write: go on in another slab.
  if (reserved_end_ != 0) open_slab(event.size);
  if (!has_unique) keep_last_of_each(event.headers, adopted_order_);
  begin_event();
  for (const auto& [key, value] : event.headers) append_unique_header(key, value);
  std::uint8_t* body = body_in_place(event.body.size());
  if (body == nullptr) return too_large();
  if (!event.body.empty()) std::memcpy(body, event.body.data(), event.body.size());
  return event.size;
}

}  // namespace flume
