// libssl's way to a Stream: a BIO that reads and writes the stream itself, without a buffer between. It lives as long as its
// StreamPort, and in the thread of the stream's loop.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "flume/net.h"
#include "net/tls/tls_handles.h"

namespace flume::tls {

/// The stream, and what was seen of it.
struct StreamPort {
  Stream& stream;
  Status failure{};        ///< the stream's own error: nothing moves any more
  bool has_ended = false;  ///< the peer sends no more
  bool has_read = false;   ///< bytes came since somebody set it to false
  bool has_written = false;
  std::array<std::byte, 16> first{};  ///< what the peer said first
  std::size_t first_size = 0;

  [[nodiscard]] ByteView first_bytes() const noexcept { return ByteView(first).first(first_size); }
};

/// Null: out of memory.
[[nodiscard]] BioHandle make_stream_bio(StreamPort& port);

}  // namespace flume::tls
