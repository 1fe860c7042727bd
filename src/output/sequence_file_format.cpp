#include "output/sequence_file_format.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace flume::output {
namespace {

constexpr std::string_view kTimestamp = "timestamp";
constexpr std::string_view kKeyClass = "org.apache.hadoop.io.LongWritable";
constexpr std::uint32_t kKeyBytes = 8;
constexpr std::uint32_t kSyncEscape = 0xFFFFFFFF;  // -1 where a record's length stands

void put_int(std::string& out, std::uint32_t value) {
  const char bytes[4] = {static_cast<char>(value >> 24U), static_cast<char>(value >> 16U), static_cast<char>(value >> 8U),
                         static_cast<char>(value)};
  out.append(bytes, 4);
}

void put_long(std::string& out, std::uint64_t value) {
  put_int(out, static_cast<std::uint32_t>(value >> 32U));
  put_int(out, static_cast<std::uint32_t>(value));
}

/// WritableUtils.writeVLong of a length.
std::size_t vint_bytes(std::uint32_t value) {
  if (value <= 127) return 1;
  std::size_t bytes = 1;
  for (std::uint32_t rest = value; rest != 0; rest >>= 8U) ++bytes;
  return bytes;
}

void put_vint(std::string& out, std::uint32_t value) {
  if (value <= 127) {
    out.push_back(static_cast<char>(value));
    return;
  }
  const std::size_t bytes = vint_bytes(value) - 1;
  out.push_back(static_cast<char>(-112 - static_cast<int>(bytes)));
  for (std::size_t i = bytes; i-- != 0;) out.push_back(static_cast<char>(value >> (8 * i)));
}

void put_text(std::string& out, std::string_view text) {
  put_vint(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

/// As java.lang.Long.valueOf reads it.
bool parse_long(std::string_view text, std::int64_t& value) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::uint64_t mix(std::uint64_t x) {  // splitmix64
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

}  // namespace

void SequenceFileFormat::begin(std::string& out) {
  const std::size_t before = out.size();
  out.append("SEQ\x06");
  put_text(out, kKeyClass);
  put_text(out, value_ == SequenceValue::Text ? "org.apache.hadoop.io.Text" : "org.apache.hadoop.io.BytesWritable");
  out.append(2, '\0');  // neither records nor blocks are compressed
  put_int(out, 0);      // no metadata
  out.append(marker_.data(), kSyncBytes);
  position_ = out.size() - before;
  last_sync_ = 0;
}

Status SequenceFileFormat::append(std::span<const EventView> events, std::string& out, std::size_t& appended) {
  appended = 0;
  std::int64_t now = 0;
  for (const EventView& event : events) {
    std::int64_t key = 0;
    if (const auto timestamp = event.header(kTimestamp)) {
      if (!parse_long(*timestamp, key))
        return rejected("the event header 'timestamp', which is the record's key, is no number: '" + std::string(timestamp->substr(0, 64)) +
                        "'");
    } else {
      if (now == 0) now = clock_.wall().time_since_epoch().count();
      key = now;
    }
    if (position_ >= last_sync_ + kSyncInterval) write_marker(out);
    const std::size_t start = out.size();
    const std::string_view body = event.body();
    const auto size = static_cast<std::uint32_t>(body.size());
    const auto value_head = static_cast<std::uint32_t>(value_ == SequenceValue::Text ? vint_bytes(size) : 4);
    put_int(out, kKeyBytes + value_head + size);
    put_int(out, kKeyBytes);
    put_long(out, static_cast<std::uint64_t>(key));
    if (value_ == SequenceValue::Text) {
      put_vint(out, size);
    } else {
      put_int(out, size);
    }
    out.append(body);
    position_ += out.size() - start;
    ++appended;
  }
  return {};
}

void SequenceFileFormat::write_marker(std::string& out) {
  put_int(out, kSyncEscape);
  out.append(marker_.data(), kSyncBytes);
  position_ += 4 + kSyncBytes;
  last_sync_ = position_;
}

void SequenceFileFormat::end_of_batch(std::string& out) {
  if (last_sync_ != position_) write_marker(out);
}

std::string SequenceFileFormat::resume_state() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string state;
  state.reserve(2 * kSyncBytes);
  for (const char byte : marker_) {
    const auto bits = static_cast<unsigned char>(byte);
    state.push_back(kDigits[bits >> 4U]);
    state.push_back(kDigits[bits & 15U]);
  }
  return state;
}

Status SequenceFileFormat::resume(std::uint64_t length, std::string_view state) {
  const auto bad = [&] { return corrupt("'" + std::string(state.substr(0, 64)) + "' is no sync marker of a SequenceFile"); };
  if (state.size() != 2 * kSyncBytes) return bad();
  SyncMarker marker{};
  for (std::size_t i = 0; i < kSyncBytes; ++i) {
    unsigned value = 0;
    const char* digits = state.data() + 2 * i;
    const auto [end, error] = std::from_chars(digits, digits + 2, value, 16);
    if (error != std::errc() || end != digits + 2) return bad();
    marker[i] = static_cast<char>(value);
  }
  marker_ = marker;
  position_ = length;
  last_sync_ = length;  // a batch ends in a marker
  return {};
}

SequenceFileFormat::SyncMarker make_sync_marker(std::string_view path, const Clock& clock) {
  std::uint64_t seed = mix(static_cast<std::uint64_t>(clock.wall().time_since_epoch().count()));
  seed = mix(seed ^ static_cast<std::uint64_t>(clock.steady().time_since_epoch().count()));
  for (const char c : path) seed = mix(seed ^ static_cast<unsigned char>(c));
  SequenceFileFormat::SyncMarker marker{};
  const std::uint64_t halves[2] = {mix(seed), mix(seed + 1)};
  std::memcpy(marker.data(), halves, marker.size());
  return marker;
}

}  // namespace flume::output
