// The decoder of foreign events (Avro RPC, Kafka values, log records): hostile bytes, so every length is
// compared with what is left before it is used.
#include <algorithm>
#include <cstring>
#include <string>
#include <unordered_set>

#include "flume/batch_builder.h"

namespace flume {
namespace {

struct ForeignEvent {
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;
  std::size_t size = 0;  // encoded bytes
  bool is_canonical = true;
};

Status no_event(const char* what, std::size_t at) {
  return rejected(std::string("not an AvroFlumeEvent: ") + what + " at byte " + std::to_string(at));
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
      if (has_block) minimal_ = false;  // a second block: valid, but not how we write it
      has_block = true;
      if (entries < 0) {  // a block with its size in bytes, which we need not believe
        minimal_ = false;
        std::int64_t block_bytes = 0;
        FLUME_TRY(number(block_bytes, "header block size"));
        if (entries == INT64_MIN || block_bytes < 0) return no_event("negative length", offset());
        entries = -entries;
      }
      if (entries > (end_ - at_) / 2) return no_event("more headers than bytes", offset());
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
    event.is_canonical = minimal_ && has_unique_keys(event);
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

  static bool has_unique_keys(const ForeignEvent& event) {
    const auto& headers = event.headers;
    if (headers.size() > 16) {
      std::unordered_set<std::string_view> seen;
      return std::all_of(headers.begin(), headers.end(), [&](const auto& header) { return seen.insert(header.first).second; });
    }
    for (std::size_t i = 1; i < headers.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (headers[i].first == headers[k].first) return false;
      }
    }
    return true;
  }

  const std::uint8_t* start_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool minimal_ = true;
};

/// Of headers with the same name the last, in order of first appearance.
void keep_last_of_each(ForeignEvent& event) {
  std::unordered_set<std::string_view> seen;
  std::vector<std::pair<std::string_view, std::string_view>> kept;
  for (auto header = event.headers.rbegin(); header != event.headers.rend(); ++header) {
    if (seen.insert(header->first).second) kept.push_back(*header);
  }
  std::reverse(kept.begin(), kept.end());
  event.headers = std::move(kept);
}

}  // namespace

Result<std::size_t> BatchBuilder::adopt_avro(std::string_view wire) {
  if (building_) drop_event();
  ForeignEvent event;
  event.headers.swap(adopted_headers_);  // its memory is used again and again
  event.headers.clear();
  const Status read = ForeignReader(wire).read(event);
  if (!read.ok()) return read;
  if (event.size > kMaxEventBytes) return Status(ErrorKind::Rejected, "event larger than one may be", Cause::TooLarge);

  if (empty()) plan_.refresh();
  const std::size_t body_offset = event.size - event.body.size();
  at_ = length_;
  if (event.is_canonical && plan_.empty()) {
    const bool is_in_place = slab_ && wire.data() == reinterpret_cast<const char*>(slab_->bytes() + length_);
    const SlabRef before = slab_;
    ensure(event.size);
    if (!is_in_place || slab_ != before) std::memmove(slab_->bytes() + length_, wire.data(), event.size);
    publish(length_ + static_cast<std::uint32_t>(body_offset), length_ + static_cast<std::uint32_t>(event.size));
  } else {
    // What is read may lie where we would write: go on in another slab.
    if (reserved_end_ != 0) open_slab(event.size);
    keep_last_of_each(event);
    building_ = true;
    headers_ = 0;
    is_too_large_ = false;
    ensure(1);
    slab_->bytes()[at_++] = 0;
    for (const auto& [key, value] : event.headers) append_header(key, value);
    std::uint8_t* body = body_in_place(event.body.size());
    if (body == nullptr) return Status(ErrorKind::Rejected, "event larger than one may be", Cause::TooLarge);
    if (!event.body.empty()) std::memcpy(body, event.body.data(), event.body.size());
  }
  adopted_headers_.swap(event.headers);
  return event.size;
}

}  // namespace flume
