#include "components/sinks/logger/event_dump.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "text/java_map_order.h"

namespace flume {
namespace {

constexpr std::size_t kBytesPerLine = 16;

void append_hex(std::uint64_t value, int digits, std::string& out) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789ABCDEF"[value >> static_cast<unsigned>(shift) & 0xFU];
}

void append_headers(const EventView& event, std::string& out) {
  std::vector<std::string_view> keys;
  std::vector<std::string_view> values;
  event.each_header([&](std::string_view key, std::string_view value) {
    keys.push_back(key);
    values.push_back(value);
  });
  std::vector<std::uint32_t> order;
  java_map_order(keys, order);
  for (const std::uint32_t i : order) {
    if (i != order.front()) out += ", ";
    out.append(keys[i]).append("=").append(values[i]);
  }
}

void append_body_line(std::string_view bytes, std::string& out) {
  for (const char byte : bytes) {
    append_hex(static_cast<unsigned char>(byte), 2, out);
    out += ' ';
  }
  out.append(3 * (kBytesPerLine - bytes.size()), ' ');
  for (const char byte : bytes) out += byte >= ' ' && byte < 0x7F ? byte : '.';
}

}  // namespace

std::string dump_event(const EventView& event, std::size_t body_bytes) {
  std::string out = "{ headers:{";
  append_headers(event, out);
  out += "} body:";
  const std::string_view body = event.body().substr(0, body_bytes);
  for (std::size_t at = 0; at < body.size(); at += kBytesPerLine) {
    // The first line goes without its offset.
    if (at != 0) {
      out += '\n';
      append_hex(at, 8, out);
    }
    out += ' ';
    append_body_line(body.substr(at, kBytesPerLine), out);
  }
  return out += " }";
}

}  // namespace flume
