// The frames of Avro's Netty transport: int32 serial, int32 number of pieces, and for each an int32 length and its bytes, all big endian.
// The pieces of a frame together are one message; where they are cut means nothing. The answer has the serial of its request.
// Pure; a scanner belongs to one connection and one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "clients/flume_rpc/protocol.h"
#include "flume/result.h"

namespace flume::rpc {

/// Finds the end of the frame at the front of a connection's bytes, each of which it looks at once however they come.
class FrameScanner {
 public:
  explicit FrameScanner(Limits limits = {}) : limits_(limits) {}

  /// `bytes` begins with the frame, and with what the last call had. True: it is whole. Rejected: no such frame, or one above the limits;
  /// nothing sensible can follow on this connection.
  Result<bool> scan(std::string_view bytes);

  // Of a whole frame:
  [[nodiscard]] std::uint32_t serial() const noexcept { return serial_; }
  /// With its head and the lengths of its pieces.
  [[nodiscard]] std::size_t size() const noexcept { return at_; }
  /// Appends the message to `out`.
  void message(std::string_view bytes, std::string& out) const;
  /// The next frame.
  void reset() noexcept;

 private:
  const Limits limits_;
  std::uint32_t serial_ = 0;
  std::uint32_t pieces_left_ = 0;
  std::size_t at_ = 0;  // where the next length stands; before the head is read 0
  std::uint64_t message_bytes_ = 0;
};

/// The head of a frame of `pieces` pieces, and the length in front of one. Big endian.
void append_frame_head(std::uint32_t serial, std::uint32_t pieces, std::string& out);
void append_length(std::uint32_t bytes, std::string& out);
/// A frame of small pieces.
[[nodiscard]] std::string frame_of(std::uint32_t serial, const std::vector<std::string_view>& pieces);

}  // namespace flume::rpc
