#include "clients/flume_rpc/frame.h"

#include <algorithm>
#include <limits>

#include "clients/flume_rpc/wire.h"

namespace flume::rpc {
namespace {

/// Who knocks at the wrong door is told apart by how it begins: with what would be a serial.
std::string who_is_it(std::uint32_t serial) {
  std::string text;
  put_int32(text, serial);
  if (text.starts_with("\x16\x03")) return " (it looks like TLS: is ssl = true on one side only?)";
  if (text.starts_with('\x78')) return " (it looks compressed: is compression-type = deflate on one side only?)";
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) return " (it looks like text, of HTTP perhaps)";
  return "";
}

}  // namespace

void put_int32(std::string& out, std::uint32_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>(value >> shift);
}

void put_frame(std::string& out, std::int32_t serial, std::size_t bytes) {
  put_int32(out, static_cast<std::uint32_t>(serial));
  put_int32(out, 1);
  put_int32(out, static_cast<std::uint32_t>(bytes));
}

/// True when head_ has `size` bytes.
bool FrameParser::fill(ByteView& bytes, std::size_t size) {
  const std::size_t more = std::min(size - filled_, bytes.size());
  std::copy_n(bytes.begin(), more, head_.begin() + static_cast<std::ptrdiff_t>(filled_));
  bytes = bytes.subspan(more);
  filled_ += more;
  if (filled_ < size) return false;
  filled_ = 0;
  return true;
}

std::uint32_t FrameParser::number(std::size_t at) const noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(head_[i]);
  return value;
}

Status FrameParser::begin() {
  const std::uint32_t buffers = number(4);
  if (buffers > limits_.buffers) {
    return breach("a message of " + std::to_string(buffers) + " buffers" + who_is_it(number(0)));
  }
  has_head_ = true;
  serial_ = static_cast<std::int32_t>(number(0));
  buffers_left_ = buffers;
  total_ = 0;
  return {};
}

Status FrameParser::begin_buffer() {
  const std::uint32_t size = number(0);
  if (size > static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max())) {
    return breach("a buffer of negative size" + who_is_it(static_cast<std::uint32_t>(serial_)));
  }
  if (size > limits_.message_bytes - total_) {
    return breach("a message of at least " + std::to_string(total_ + size) + " bytes, " + std::to_string(limits_.message_bytes) +
                  " are taken" + who_is_it(static_cast<std::uint32_t>(serial_)));
  }
  total_ += size;
  left_ = size;
  --buffers_left_;
  return {};
}

Result<ByteView> FrameParser::next(ByteView& bytes) {
  if (!has_head_) {
    if (!fill(bytes, 8)) return ByteView();
    FLUME_TRY(begin());
  }
  while (left_ == 0 && buffers_left_ != 0) {
    if (!fill(bytes, 4)) return ByteView();
    FLUME_TRY(begin_buffer());
  }
  const ByteView own = bytes.first(std::min(left_, bytes.size()));
  bytes = bytes.subspan(own.size());
  left_ -= own.size();
  return own;
}

}  // namespace flume::rpc
