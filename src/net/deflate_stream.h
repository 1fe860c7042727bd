// A Stream that compresses over another one: zlib's format (RFC 1950) both ways, flushed at the end of each write, as Flume's
// `compression-type = deflate`. A read inflates into the caller's buffer and no further, so no input makes it take memory. One
// connection's thread, that of its loop, as of every Stream; it owns the stream below.
//
// An end of the bytes below is an End behind zlib's own, or at the end of a flush; within a block it is Disconnected. As of every
// stream here: after a write that would block, the next one begins with the same bytes.
// An idle connection has no buffers; zlib's own state (RFC 1950's window and its tables) comes with the first byte each way.
#pragma once

#include <memory>
#include <vector>

#include "flume/net.h"

namespace flume {

class DeflateStream final : public Stream {
 public:
  /// `level`: 0 (none) to 9 (most). Out of range is zlib's own choice, 6.
  DeflateStream(std::unique_ptr<Stream> inner, EventLoop& loop, int level);
  DeflateStream(const DeflateStream&) = delete;
  DeflateStream& operator=(const DeflateStream&) = delete;
  ~DeflateStream() override;

  Result<Transfer> read_some(std::span<std::byte> buffer) override;
  Result<Transfer> write_some(std::span<const ByteView> pieces) override;
  void wait_readable(std::function<void()> callback) override;
  void wait_writable(std::function<void()> callback) override;
  /// Ends the compressed stream, too, as soon as what is before it has gone out.
  void shutdown_write() override;
  void close() override;
  void reset() override;
  [[nodiscard]] const std::string& peer() const override { return inner_->peer(); }

 private:
  struct Inflater;
  struct Deflater;

  /// Reads below what is to be inflated. Moved: something came.
  Result<Transfer> fill();
  Result<Transfer> end_of_input() const;
  Status compress(ByteView bytes, int flush);
  /// Writes below what is compressed. True: all of it.
  Result<bool> flush();
  void finish_writing();
  [[nodiscard]] Status failure(const std::string& why, Cause cause) const;

  const std::unique_ptr<Stream> inner_;
  EventLoop& loop_;
  const int level_;
  std::unique_ptr<Inflater> inflater_;  // from the first byte on
  std::unique_ptr<Deflater> deflater_;  // from the first byte on
  std::vector<std::byte> output_;       // compressed, not yet written below
  std::size_t written_ = 0;             // of output_
  std::size_t accepted_ = 0;            // bytes of the caller that are in output_, and that it will offer again
  std::function<void()> writable_;
  bool is_ending_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // while open: calls that were posted are still wanted
};

}  // namespace flume
