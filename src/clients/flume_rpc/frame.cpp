#include "clients/flume_rpc/frame.h"

#include <bit>
#include <cstring>

namespace flume::rpc {
namespace {

constexpr std::size_t kHeadBytes = 8;
constexpr std::size_t kLengthBytes = 4;

std::uint32_t read_int32(std::string_view bytes, std::size_t at) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void append_int32(std::uint32_t value, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xFFU);
}

}  // namespace

Result<bool> FrameScanner::scan(std::string_view bytes) {
  if (at_ == 0) {
    if (bytes.size() < kHeadBytes) return false;
    serial_ = read_int32(bytes, 0);
    pieces_left_ = read_int32(bytes, 4);
    // A number with its highest bit set is negative in Java.
    if (pieces_left_ > limits_.pieces) {
      return rejected("no Avro message: a frame of " + std::to_string(static_cast<std::int32_t>(pieces_left_)) + " pieces");
    }
    at_ = kHeadBytes;
  }
  while (pieces_left_ != 0) {
    if (bytes.size() < at_ + kLengthBytes) return false;
    const std::uint32_t length = read_int32(bytes, at_);
    if (message_bytes_ + length > limits_.frame_bytes) {
      return rejected("an Avro message of more than " + std::to_string(limits_.frame_bytes) + " bytes, or none at all: a piece of " +
                      std::to_string(static_cast<std::int32_t>(length)) + " bytes");
    }
    if (bytes.size() < at_ + kLengthBytes + length) return false;
    message_bytes_ += length;
    at_ += kLengthBytes + length;
    --pieces_left_;
  }
  return true;
}

void FrameScanner::message(std::string_view bytes, std::string& out) const {
  out.reserve(out.size() + message_bytes_);
  for (std::size_t at = kHeadBytes; at < at_;) {
    const std::uint32_t length = read_int32(bytes, at);
    out.append(bytes, at + kLengthBytes, length);
    at += kLengthBytes + length;
  }
}

void FrameScanner::reset() noexcept {
  at_ = 0;
  message_bytes_ = 0;
}

void append_frame_head(std::uint32_t serial, std::uint32_t pieces, std::string& out) {
  append_int32(serial, out);
  append_int32(pieces, out);
}

void append_length(std::uint32_t bytes, std::string& out) { append_int32(bytes, out); }

std::string frame_of(std::uint32_t serial, const std::vector<std::string_view>& pieces) {
  std::string frame;
  append_frame_head(serial, static_cast<std::uint32_t>(pieces.size()), frame);
  for (const std::string_view piece : pieces) {
    append_length(static_cast<std::uint32_t>(piece.size()), frame);
    frame += piece;
  }
  return frame;
}

}  // namespace flume::rpc
