#include "storage/log_format.h"

#include <algorithm>
#include <cstring>

#include "codec/crc32c.h"
#include "storage/byte_order.h"

namespace flume::storage {
namespace {

constexpr std::size_t kHeadCrc = 8;  // of the bytes behind it
constexpr std::size_t kHeadChecked = 12;
constexpr std::size_t kHeadKey = 96;
constexpr std::string_view kRecordMagic = "FLR";
constexpr std::uint32_t kEncrypted = 1;

template <std::size_t N>
std::array<std::byte, N> padded(const std::string& bytes) {
  std::array<std::byte, N> out{};
  std::memcpy(out.data(), bytes.data(), std::min(bytes.size(), N));
  return out;
}

std::uint32_t salted_crc(std::uint64_t salt, std::string_view bytes) {
  std::string salt_bytes;
  ByteWriter(salt_bytes).number(salt);
  return codec::crc32c(codec::crc32c(0, salt_bytes), bytes);
}

template <std::size_t N>
std::string_view text_of(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

template <std::size_t N>
void copy_to(std::array<std::uint8_t, N>& out, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), std::min(bytes.size(), N));
}

}  // namespace

std::string_view to_string(RecordType type) noexcept {
  switch (type) {
    case RecordType::Put:
      return "PUT";
    case RecordType::Take:
      return "TAKE";
    case RecordType::Note:
      return "NOTE";
    case RecordType::Settle:
      return "SETTLE";
    case RecordType::State:
      return "STATE";
    case RecordType::Close:
      return "CLOSE";
  }
  return "?";
}

std::array<std::byte, kHeadBytes> SegmentHead::encode() const {
  std::string bytes;
  bytes.reserve(kHeadBytes);
  ByteWriter out(bytes);
  out.number(version);
  bytes += text_of(channel);
  for (const std::uint64_t value : {number, salt, first_id, previous_number, previous_end}) out.number(value);
  out.number(state_bytes);
  out.number(state_crc);
  out.number(key ? kEncrypted : std::uint32_t{0});
  if (key) {
    bytes.resize(kHeadKey - kHeadChecked);
    out.text(std::string_view(key->alias).substr(0, kMaxKeyAlias));
    bytes.resize(kHeadKey - kHeadChecked + 4 + kMaxKeyAlias);
    bytes += text_of(key->salt);
    bytes += text_of(key->check);
  }
  bytes.resize(kHeadBytes - kHeadChecked);
  std::string whole(kSegmentMagic);
  ByteWriter(whole).number(codec::crc32c(0, bytes));
  return padded<kHeadBytes>(whole + bytes);
}

std::optional<SegmentHead> SegmentHead::decode(std::span<const std::byte, kHeadBytes> bytes) {
  const std::string_view text = as_text(bytes);
  if (!text.starts_with(kSegmentMagic)) return std::nullopt;
  if (ByteReader(text.substr(kHeadCrc)).number<std::uint32_t>() != codec::crc32c(0, text.substr(kHeadChecked))) return std::nullopt;
  ByteReader in(text.substr(kHeadChecked));
  SegmentHead head;
  head.version = in.number<std::uint32_t>();
  copy_to(head.channel, in.bytes(head.channel.size()));
  if (head.version != kFormatVersion) return head;
  for (std::uint64_t* value : {&head.number, &head.salt, &head.first_id, &head.previous_number, &head.previous_end}) {
    *value = in.number<std::uint64_t>();
  }
  head.state_bytes = in.number<std::uint32_t>();
  head.state_crc = in.number<std::uint32_t>();
  if ((in.number<std::uint32_t>() & kEncrypted) != 0) {
    ByteReader in_key(text.substr(kHeadKey));
    SegmentKey key;
    const std::size_t alias_bytes = in_key.number<std::uint32_t>();
    if (alias_bytes > kMaxKeyAlias) return std::nullopt;
    key.alias = in_key.bytes(kMaxKeyAlias).substr(0, alias_bytes);
    copy_to(key.salt, in_key.bytes(key.salt.size()));
    copy_to(key.check, in_key.bytes(key.check.size()));
    head.key = std::move(key);
  }
  return head;
}

std::array<std::byte, kRecordHeadBytes> RecordHead::encode(std::uint64_t salt) const {
  std::array<std::byte, kRecordHeadBytes> out;
  const auto put = [&out](std::size_t at, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out[at + i] = static_cast<std::byte>(value >> (8 * i));
  };
  std::memcpy(&out[4], kRecordMagic.data(), kRecordMagic.size());
  out[7] = static_cast<std::byte>(type);
  put(8, payload_bytes, 4);
  put(12, events, 4);
  put(16, payload_crc, 4);
  put(20, attempt, 4);
  put(24, first_id, 8);
  put(32, durable_end, 8);
  put(0, salted_crc(salt, as_text(out).substr(4)), 4);
  return out;
}

std::array<std::byte, 13> RecordHead::associated() const {
  std::array<std::byte, 13> out{static_cast<std::byte>(type)};
  for (std::size_t i = 0; i < 4; ++i) out[1 + i] = static_cast<std::byte>(events >> (8 * i));
  for (std::size_t i = 0; i < 8; ++i) out[5 + i] = static_cast<std::byte>(first_id >> (8 * i));
  return out;
}

std::optional<RecordHead> RecordHead::decode(std::span<const std::byte, kRecordHeadBytes> bytes, std::uint64_t salt) {
  const std::string_view text = as_text(bytes);
  if (text.substr(4, kRecordMagic.size()) != kRecordMagic) return std::nullopt;
  ByteReader in(text);
  if (in.number<std::uint32_t>() != salted_crc(salt, text.substr(4))) return std::nullopt;
  in.bytes(kRecordMagic.size());
  RecordHead head;
  const auto type = in.number<std::uint8_t>();
  if (type < static_cast<std::uint8_t>(RecordType::Put) || type > static_cast<std::uint8_t>(RecordType::Close)) return std::nullopt;
  head.type = static_cast<RecordType>(type);
  head.payload_bytes = in.number<std::uint32_t>();
  head.events = in.number<std::uint32_t>();
  head.payload_crc = in.number<std::uint32_t>();
  head.attempt = in.number<std::uint32_t>();
  head.first_id = in.number<std::uint64_t>();
  head.durable_end = in.number<std::uint64_t>();
  if (head.payload_bytes > kMaxPayload) return std::nullopt;
  return head;
}

}  // namespace flume::storage
