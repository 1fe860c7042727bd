// The framing of Avro's Netty transport: a message is `int32 serial, int32 n, n x (int32 size, bytes)`, big-endian; its bytes are
// those of its buffers, one after the other. Pure; one connection's thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "flume/files.h"
#include "flume/result.h"

namespace flume::rpc {

/// A message is not longer, neither ours nor one that we take.
inline constexpr std::size_t kLongestMessage = std::size_t{256} << 20;

struct FrameLimits {
  std::size_t message_bytes = kLongestMessage;
  std::uint32_t buffers = 1U << 17;  ///< Java cuts a message into pieces of 8 KiB: these are 1 GiB
};

/// The frame of a message that is one buffer of `bytes`.
void put_frame(std::string& out, std::int32_t serial, std::size_t bytes);
void put_int32(std::string& out, std::uint32_t value);

/// Takes the framing away, however the bytes come.
class FrameParser {
 public:
  explicit FrameParser(FrameLimits limits) : limits_(limits) {}

  /// Takes from the front of `bytes` the framing and then a run of the message's own bytes, which are returned: none when
  /// `bytes` ends before, or when the message is complete. An error: the peer speaks something else, or more than is allowed.
  Result<ByteView> next(ByteView& bytes);
  /// All of the message has come.
  [[nodiscard]] bool is_complete() const noexcept { return has_head_ && buffers_left_ == 0 && left_ == 0; }
  /// Nothing of a message has come yet.
  [[nodiscard]] bool is_between() const noexcept { return !has_head_ && filled_ == 0; }
  void begin_next() noexcept { has_head_ = false; }

  [[nodiscard]] std::int32_t serial() const noexcept { return serial_; }
  /// Bytes of the present buffer, and buffers after it, that are still to come.
  [[nodiscard]] std::size_t left_in_buffer() const noexcept { return left_; }
  [[nodiscard]] std::uint32_t buffers_left() const noexcept { return buffers_left_; }
  /// So many bytes of the present buffer did not come through next(): they were received where they belong.
  void received(std::size_t bytes) noexcept { left_ -= bytes; }

 private:
  bool fill(ByteView& bytes, std::size_t size);
  [[nodiscard]] std::uint32_t number(std::size_t at) const noexcept;
  Status begin();
  Status begin_buffer();

  FrameLimits limits_;
  std::array<std::byte, 8> head_{};
  std::size_t filled_ = 0;  // of head_
  bool has_head_ = false;
  std::int32_t serial_ = 0;
  std::uint32_t buffers_left_ = 0;
  std::size_t left_ = 0;
  std::size_t total_ = 0;
};

}  // namespace flume::rpc
