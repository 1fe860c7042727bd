#include "flume/batch_builder.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>
#include <unordered_set>

namespace flume {
namespace {

std::string encode_header(std::string_view key, std::string_view value) {
  std::string encoded(avro::length_size(key.size()) + key.size() + avro::length_size(value.size()) + value.size(), '\0');
  auto* out = reinterpret_cast<std::uint8_t*>(encoded.data());
  avro::write_bytes(avro::write_bytes(out, key), value);
  return encoded;
}

/// One of 64 bits: a key whose bit is not among the event's is surely not there, and its bytes need not be read again.
std::uint64_t key_bit_of(std::string_view key) noexcept {
  if (key.empty()) return 1;
  const auto first = std::size_t{static_cast<std::uint8_t>(key.front())};
  const auto last = std::size_t{static_cast<std::uint8_t>(key.back())};
  return std::uint64_t{1} << ((key.size() + first * 7 + last * 31) & 63);
}

constexpr std::uint64_t kAnyKey = ~std::uint64_t{0};

// ensure_of_event() is asked for lengths at their longest: what may be too much then is measured when the event is complete.
constexpr std::uint64_t kMostSlack = 2 * avro::kMaxVarint;

Status too_large() {
  return {ErrorKind::Rejected,
          "event with its headers is above the " + std::to_string(BatchBuilder::kMaxEventBytes) + " bytes that one event may have",
          Cause::TooLarge};
}

}  // namespace

void HeaderPlan::add(std::string key, std::string value, bool keep_existing) {
  const std::uint64_t key_bit = key_bit_of(key);
  set({std::move(key), std::move(value), nullptr, keep_existing, {}, key_bit});
}

void HeaderPlan::add(std::string key, std::function<std::string()> value, bool keep_existing) {
  has_suppliers_ = true;
  const std::uint64_t key_bit = key_bit_of(key);
  std::string first = value();
  set({std::move(key), std::move(first), std::move(value), keep_existing, {}, key_bit});
}

void HeaderPlan::set(Entry entry) {
  entry.encoded = encode_header(entry.key, entry.value);
  const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& other) { return other.key == entry.key; });
  if (same == entries_.end()) {
    entries_.push_back(std::move(entry));
  } else if (!entry.keep_existing) {
    *same = std::move(entry);  // a later interceptor replaces what an earlier one set
  }
  encoded_.clear();
  for (const Entry& each : entries_) {
    encoded_ += each.encoded;
    key_bits_ |= each.key_bit;
  }
}

void HeaderPlan::refresh() {
  if (!has_suppliers_) return;
  encoded_.clear();
  for (Entry& entry : entries_) {
    if (entry.supplier) {
      entry.value = entry.supplier();
      entry.encoded = encode_header(entry.key, entry.value);
    }
    encoded_ += entry.encoded;
  }
}

void HeaderGroup::add(std::string_view key, std::string_view value) {
  encoded_ += encode_header(key, value);
  ++count_;
  key_bits_ |= key_bit_of(key);
}

BatchBuilder::BatchBuilder(SlabPool& pool, HeaderPlan plan) : pool_(&pool), plan_(std::move(plan)) {}

std::uint64_t BatchBuilder::bytes() const noexcept {
  const Slice open{slab_, nullptr, first_, count_};
  return finished_.bytes() + open.bytes();
}

inline void BatchBuilder::bound_writes() noexcept {
  // The index entry of the event being built needs its place, too.
  const std::size_t index_floor = slab_->capacity() - (std::size_t{count_} + 1) * sizeof(SlabRecord);
  limit_ = reserved_end_ <= index_floor ? static_cast<std::uint32_t>(index_floor) : 0;
}

void BatchBuilder::give_up_reserved() noexcept {
  if (reserved_end_ == 0) return;
  reserved_end_ = 0;
  bound_writes();
}

inline bool BatchBuilder::ensure_of_event(std::size_t more) {
  if (at_ + more <= limit_) [[likely]] {
    return true;
  }
  is_too_large_ = is_too_large_ || at_ - length_ + more > kMaxEventBytes + kMostSlack;
  if (is_too_large_) {
    limit_ = 0;  // ask here again
    return false;
  }
  open_slab(more);
  return true;
}

void BatchBuilder::begin_batch() {
  plan_.refresh();
  if (slab_ && reserved_end_ == 0 && slab_->is_unshared()) {
    // All that was taken from this slab is consumed: write it again from the start, warm in the cache.
    first_ = count_ = length_ = slots_ = 0;
    bound_writes();
  }
}

void BatchBuilder::begin_event() {
  if (first_ == count_ && finished_.empty()) begin_batch();
  headers_ = 0;
  key_bits_ = 0;
  building_ = true;
  at_ = length_;
  ensure(1);
  slab_->bytes()[at_++] = 0;
}

void BatchBuilder::open_slab(std::size_t needed) {
  const std::uint32_t partial = building_ ? at_ - length_ : 0;
  SlabRef next = pool_->get(partial + needed + 2 * sizeof(SlabRecord));
  if (partial != 0) std::memcpy(next->bytes(), slab_->bytes() + length_, partial);
  finished_.append(Slice{slab_, nullptr, first_, count_});
  if (reserved_end_ != 0) reserved_ = slab_;  // foreign bytes in it may still be read
  slab_ = std::move(next);
  first_ = count_ = length_ = slots_ = reserved_end_ = 0;
  at_ = partial;
  bound_writes();
}

void BatchBuilder::drop_event() noexcept {
  building_ = false;
  at_ = length_;
  headers_ = 0;
  if (is_too_large_) {
    is_too_large_ = false;
    if (slab_) bound_writes();
  }
}

BatchBuilder::OwnHeader BatchBuilder::find_own_header(std::string_view key) const noexcept {
  const std::uint8_t* base = slab_->bytes();
  const std::uint8_t* at = base + length_ + 1;
  for (std::uint32_t i = 0; i < headers_; ++i) {
    const std::uint8_t* start = at;
    std::string_view own_key;
    std::string_view own_value;
    at = avro::read_bytes(avro::read_bytes(at, own_key), own_value);
    if (own_key == key) return {static_cast<std::uint32_t>(start - base), static_cast<std::uint32_t>(at - start), own_value};
  }
  return {0, 0, {}};
}

void BatchBuilder::cut_out(const OwnHeader& header) noexcept {
  std::uint8_t* hole = slab_->bytes() + header.offset;
  std::memmove(hole, hole + header.size, at_ - header.offset - header.size);
  at_ -= header.size;
  --headers_;
}

bool BatchBuilder::replace_own_header(std::string_view key, std::string_view value) {
  const OwnHeader own = find_own_header(key);
  if (own.size == 0) return false;
  if (own.value == value) return true;
  cut_out(own);
  return false;
}

bool BatchBuilder::remove_header(std::string_view key) {
  if (!building_) return false;
  const OwnHeader own = find_own_header(key);
  if (own.size != 0) cut_out(own);
  return own.size != 0;
}

void BatchBuilder::headers_of(const EventView& event) {
  if (building_) {
    event.each_header([this](std::string_view key, std::string_view value) { header(key, value); });
    return;
  }
  begin_event();
  const std::string_view record = event.avro();
  std::uint64_t count = 0;
  const auto* start = reinterpret_cast<const char*>(avro::read_length(reinterpret_cast<const std::uint8_t*>(record.data()), count));
  if (count == 0) return;
  const std::string_view body = event.body();
  const auto size = static_cast<std::size_t>(body.data() - start) - avro::length_size(body.size()) - 1;  // the map's last byte: 0
  ensure(size);
  std::memcpy(slab_->bytes() + at_, start, size);
  at_ += static_cast<std::uint32_t>(size);
  headers_ = static_cast<std::uint32_t>(count);
  key_bits_ = kAnyKey;
}

inline void BatchBuilder::append_header(std::string_view key, std::string_view value, std::uint64_t key_bit) {
  if (!ensure_of_event(2 * avro::kMaxVarint + key.size() + value.size())) return;
  std::uint8_t* base = slab_->bytes();
  at_ = static_cast<std::uint32_t>(avro::write_bytes(avro::write_bytes(base + at_, key), value) - base);
  key_bits_ |= key_bit;
  ++headers_;
}

void BatchBuilder::append_unique_header(std::string_view key, std::string_view value) { append_header(key, value, key_bit_of(key)); }

void BatchBuilder::header(std::string_view key, std::string_view value) {
  if (!building_) begin_event();
  const std::uint64_t key_bit = key_bit_of(key);
  if ((key_bits_ & key_bit) != 0 && replace_own_header(key, value)) return;
  append_header(key, value, key_bit);
}

inline void BatchBuilder::append_encoded(std::string_view headers, std::uint32_t count) {
  if (!ensure_of_event(headers.size())) return;
  avro::copy_short(slab_->bytes() + at_, headers.data(), headers.size());
  at_ += static_cast<std::uint32_t>(headers.size());
  headers_ += count;
}

void BatchBuilder::headers(const HeaderGroup& group) {
  if (!building_) begin_event();
  if ((key_bits_ & group.key_bits_) == 0) {
    append_encoded(group.encoded_, group.count_);
    key_bits_ |= group.key_bits_;
    return;
  }
  const auto* at = reinterpret_cast<const std::uint8_t*>(group.encoded_.data());
  for (std::uint32_t i = 0; i < group.count_; ++i) {
    std::string_view key;
    std::string_view value;
    at = avro::read_bytes(avro::read_bytes(at, key), value);
    header(key, value);
  }
}

void BatchBuilder::append_plan() {
  if ((key_bits_ & plan_.key_bits_) == 0) {
    append_encoded(plan_.encoded_, static_cast<std::uint32_t>(plan_.entries_.size()));
    return;
  }
  for (const HeaderPlan::Entry& entry : plan_.entries_) {
    if ((key_bits_ & entry.key_bit) != 0) {
      const OwnHeader own = find_own_header(entry.key);
      if (own.size != 0 && (entry.keep_existing || own.value == entry.value)) continue;
      if (own.size != 0) cut_out(own);
    }
    append_encoded(entry.encoded, 1);
  }
}

/// The place of the body; nullptr when the event is too large.
inline std::uint8_t* BatchBuilder::finish_headers(std::size_t body_size) {
  if (!plan_.empty()) append_plan();
  constexpr std::uint32_t kOneByteCounts = 64;
  const std::size_t count_size = headers_ < kOneByteCounts ? 1 : avro::length_size(headers_);
  if (body_size > kMaxEventBytes || !ensure_of_event(count_size + 1 + avro::kMaxVarint + body_size)) return nullptr;
  std::uint8_t* base = slab_->bytes();
  std::uint8_t* record = base + length_;
  if (count_size > 1) {  // the count was given one byte
    std::memmove(record + count_size, record + 1, at_ - length_ - 1);
    at_ += static_cast<std::uint32_t>(count_size - 1);
  }
  avro::write_length(record, headers_);
  if (headers_ != 0) base[at_++] = 0;  // no further map block
  return avro::write_length(base + at_, body_size);
}

void BatchBuilder::publish(std::uint32_t body_offset, std::uint32_t end) {
  slots_ += std::max<std::uint32_t>(1, (end - body_offset + kBodySlotBytes - 1) / kBodySlotBytes);
  slab_->record(count_) = {length_, body_offset, end, slots_};
  ++count_;
  length_ = at_ = end;
  building_ = false;
  bound_writes();
}

std::uint8_t* BatchBuilder::body_in_place(std::size_t size) {
  if (!building_) begin_event();
  std::uint8_t* body = finish_headers(size);
  if (body == nullptr || static_cast<std::size_t>(body - slab_->bytes()) - length_ + size > kMaxEventBytes) {
    drop_event();
    return nullptr;
  }
  const auto offset = static_cast<std::uint32_t>(body - slab_->bytes());
  publish(offset, offset + static_cast<std::uint32_t>(size));
  return body;
}

Status BatchBuilder::body(std::string_view bytes) {
  give_up_reserved();
  std::uint8_t* place = body_in_place(bytes.size());
  if (place == nullptr) return too_large();
  if (!bytes.empty()) std::memcpy(place, bytes.data(), bytes.size());
  return {};
}

Status BatchBuilder::add(const EventView& event) {
  const std::string_view record = event.avro();
  if (building_) drop_event();
  if (plan_.empty() && record.size() <= kMaxEventBytes) {
    begin_event();
    at_ = length_;
    building_ = false;
    ensure(record.size());
    std::memcpy(slab_->bytes() + length_, record.data(), record.size());
    const std::size_t body_offset = record.size() - event.body().size();
    publish(length_ + static_cast<std::uint32_t>(body_offset), length_ + static_cast<std::uint32_t>(record.size()));
    return {};
  }
  headers_of(event);
  return body(event.body());
}

EventBatch BatchBuilder::take() {
  assert(!building_);
  EventBatch batch = std::move(finished_);
  finished_.clear();
  batch.append(Slice{slab_, nullptr, first_, count_});
  first_ = count_;
  return batch;
}

void BatchBuilder::abort() noexcept {
  finished_.clear();
  drop_event();
  if (count_ > first_) {
    // Nobody has seen these records: their place is free again.
    length_ = slab_->record(first_).offset;
    slots_ = first_ == 0 ? 0 : slab_->record(first_ - 1).slots;
    count_ = first_;
    at_ = length_;
    bound_writes();
  }
}

std::uint8_t* BatchBuilder::reserve(std::size_t size) {
  assert(!building_);
  give_up_reserved();
  if (!plan_.empty()) {
    // Every event will be encoded anew: receive into a slab that is never published and is used again and again.
    const bool is_usable = reserved_ && reserved_ != slab_ && reserved_->is_unshared() && reserved_->capacity() >= size;
    if (!is_usable) reserved_ = pool_->get(size);
    return reserved_->bytes();
  }
  reserved_ = {};
  if (empty()) begin_batch();
  at_ = length_;
  // Index entries for events of 32 bytes or more fit; for shorter ones adopt_avro() goes on in another slab.
  ensure(size + (size / 32) * sizeof(SlabRecord) + 1);  // one more: also nothing needs a slab
  reserved_end_ = length_ + static_cast<std::uint32_t>(size);
  bound_writes();
  return slab_->bytes() + length_;
}

}  // namespace flume
