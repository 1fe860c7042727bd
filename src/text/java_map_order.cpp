#include "text/java_map_order.h"

#include <algorithm>
#include <string>

#include "text/utf8.h"

namespace flume {
namespace {

constexpr std::size_t kFirstTable = 16;

/// The table that holds so many keys: it doubles when it is filled by more than three quarters.
std::size_t table_size(std::size_t keys) {
  std::size_t size = kFirstTable;
  while (keys > size / 4 * 3) size *= 2;
  return size;
}

/// One character of valid UTF-8; moves `at` behind it.
std::uint32_t next_character(const char*& at) {
  const auto byte = [&at](int i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(at[i])); };
  const std::uint32_t lead = byte(0);
  const int length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t character = length == 1 ? lead : lead & (0x7FU >> static_cast<unsigned>(length));
  for (int i = 1; i < length; ++i) character = character << 6 | (byte(i) & 0x3FU);
  at += length;
  return character;
}

}  // namespace

std::int32_t java_string_hash(std::string_view text) noexcept {
  std::uint32_t hash = 0;
  const auto add = [&hash](std::uint32_t unit) { hash = hash * 31 + unit; };
  std::string valid;
  if (ascii_prefix(text) == text.size()) {
    for (const char c : text) add(static_cast<unsigned char>(c));
    return static_cast<std::int32_t>(hash);
  }
  append_valid_utf8(text, Utf8End::Replace, valid);
  for (const char *at = valid.data(), *end = at + valid.size(); at < end;) {
    const std::uint32_t character = next_character(at);
    if (character < 0x10000) {
      add(character);
    } else {
      add(0xD800 + ((character - 0x10000) >> 10));
      add(0xDC00 + ((character - 0x10000) & 0x3FF));
    }
  }
  return static_cast<std::int32_t>(hash);
}

void java_map_order(std::span<const std::string_view> keys, std::vector<std::uint32_t>& order) {
  const std::size_t mask = table_size(keys.size()) - 1;
  order.resize(keys.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  if (keys.size() < 2) return;
  std::vector<std::size_t> buckets(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto hash = static_cast<std::uint32_t>(java_string_hash(keys[i]));
    buckets[i] = (hash ^ hash >> 16) & mask;
  }
  // Keys of one bucket stand in order of insertion.
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return buckets[a] < buckets[b]; });
}

}  // namespace flume
