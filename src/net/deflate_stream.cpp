#include "net/deflate_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>
#include <zlib.h>

namespace flume {
namespace {

constexpr std::size_t kInputBytes = 8 * 1024;
// So much of the caller's is compressed at once: it bounds what waits in memory.
constexpr std::size_t kMostAtOnce = 64 * 1024;
constexpr std::size_t kOutputStep = 4 * 1024;
// What zlib says between two blocks, all bits taken: inflate() in zlib.h, data_type.
constexpr int kBetweenBlocks = 128;

Bytef* bytes_of(ByteView bytes) { return reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data())); }

}  // namespace

struct DeflateStream::Inflater {
  Inflater() { is_made = inflateInit(&zlib) == Z_OK; }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (is_made) inflateEnd(&zlib);
  }

  z_stream zlib{};
  bool is_made = false;
  bool may_hold_more = false;  // the caller's buffer was too small for all that there is
  bool has_ended = false;
  std::optional<Status> failed;
  std::array<std::byte, kInputBytes> input;
};

struct DeflateStream::Deflater {
  explicit Deflater(int level) { is_made = deflateInit(&zlib, level) == Z_OK; }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() {
    if (is_made) deflateEnd(&zlib);
  }

  z_stream zlib{};
  bool is_made = false;
};

DeflateStream::DeflateStream(std::unique_ptr<Stream> inner, EventLoop& loop, int level)
    : inner_(std::move(inner)), loop_(loop), level_(level < 0 || level > Z_BEST_COMPRESSION ? Z_DEFAULT_COMPRESSION : level) {}

DeflateStream::~DeflateStream() { DeflateStream::close(); }

Result<Transfer> DeflateStream::read_some(std::span<std::byte> buffer) {
  if (buffer.empty()) return Transfer{};
  if (inflater_ && inflater_->failed) return *inflater_->failed;
  for (;;) {
    if (inflater_ && inflater_->has_ended) return Transfer{Transfer::State::End, 0};
    if (inflater_ && (inflater_->may_hold_more || inflater_->zlib.avail_in > 0)) {
      z_stream& zlib = inflater_->zlib;
      const auto room = static_cast<uInt>(std::min<std::size_t>(buffer.size(), UINT32_MAX));
      zlib.next_out = bytes_of(buffer);
      zlib.avail_out = room;
      const int result = inflate(&zlib, Z_SYNC_FLUSH);
      const std::size_t got = room - zlib.avail_out;
      inflater_->may_hold_more = zlib.avail_out == 0;
      inflater_->has_ended = result == Z_STREAM_END;
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        const bool is_out_of_memory = result == Z_MEM_ERROR;
        const bool is_foreign = zlib.total_in <= 2 && zlib.total_out == 0;
        inflater_->failed =
            failure(is_foreign ? "not compressed: is compression-type the same at both ends?"
                               : std::string("what is compressed is damaged: ") + (zlib.msg == nullptr ? zError(result) : zlib.msg),
                    is_out_of_memory ? Cause::Full : Cause::Unsupported);
        if (got == 0) return *inflater_->failed;
      }
      if (got > 0) return Transfer{Transfer::State::Moved, got};
      continue;
    }
    const auto filled = fill();
    if (!filled || filled->state != Transfer::State::Moved) return filled;
  }
}

Result<Transfer> DeflateStream::fill() {
  std::array<std::byte, kInputBytes> first;  // an idle connection has no buffer yet
  const std::span<std::byte> into = inflater_ ? std::span<std::byte>(inflater_->input) : std::span<std::byte>(first);
  auto got = inner_->read_some(into);
  if (!got || got->state == Transfer::State::WouldBlock) return got;
  if (got->state == Transfer::State::End) return end_of_input();
  if (!inflater_) {
    inflater_ = std::make_unique<Inflater>();
    if (!inflater_->is_made) return *(inflater_->failed = failure("zlib has no memory", Cause::Full));
    std::ranges::copy(into.first(got->bytes), inflater_->input.begin());
  }
  inflater_->zlib.next_in = bytes_of(inflater_->input);
  inflater_->zlib.avail_in = static_cast<uInt>(got->bytes);
  return got;
}

Result<Transfer> DeflateStream::end_of_input() const {
  if (!inflater_ || inflater_->zlib.data_type == kBetweenBlocks) return Transfer{Transfer::State::End, 0};
  return *(inflater_->failed = failure("the connection ended in the middle of a compressed block", Cause::Disconnected));
}

Result<Transfer> DeflateStream::write_some(std::span<const ByteView> pieces) {
  if (!alive_) return Status::from_errno(EBADF, "write to " + peer());
  if (is_ending_) return Status::from_errno(EPIPE, "write to " + peer());
  if (output_.empty()) {
    std::size_t taken = 0;
    for (const ByteView piece : pieces) {
      const ByteView part = piece.first(std::min(piece.size(), kMostAtOnce - taken));
      if (part.empty()) continue;
      FLUME_TRY(compress(part, Z_NO_FLUSH));
      taken += part.size();
    }
    if (taken == 0) return Transfer{};
    FLUME_TRY(compress({}, Z_SYNC_FLUSH));
    accepted_ = taken;
  }
  const auto is_out = flush();
  if (!is_out) return is_out.status();
  if (!*is_out) return Transfer{Transfer::State::WouldBlock, 0};
  return Transfer{Transfer::State::Moved, std::exchange(accepted_, 0)};
}

Status DeflateStream::compress(ByteView bytes, int flush) {
  if (!deflater_) {
    deflater_ = std::make_unique<Deflater>(level_);
    if (!deflater_->is_made) {
      deflater_.reset();
      return failure("zlib has no memory", Cause::Full);
    }
  }
  z_stream& zlib = deflater_->zlib;
  zlib.next_in = bytes_of(bytes);
  zlib.avail_in = static_cast<uInt>(bytes.size());
  do {
    const std::size_t before = output_.size();
    output_.resize(before + kOutputStep);
    zlib.next_out = bytes_of(std::span(output_).subspan(before));
    zlib.avail_out = kOutputStep;
    deflate(&zlib, flush);  // fails for broken states only; with nothing to do it says so, and moves nothing
    output_.resize(output_.size() - zlib.avail_out);
  } while (zlib.avail_out == 0);
  return {};
}

Result<bool> DeflateStream::flush() {
  while (written_ < output_.size()) {
    const ByteView rest = ByteView(output_).subspan(written_);
    const auto moved = inner_->write_some(std::span(&rest, 1));
    if (!moved) return moved.status();
    if (moved->state != Transfer::State::Moved) return false;
    written_ += moved->bytes;
  }
  output_ = {};
  written_ = 0;
  return true;
}

void DeflateStream::wait_readable(std::function<void()> callback) {
  if (!alive_) return;
  const bool is_there =
      inflater_ && (inflater_->failed || inflater_->has_ended || inflater_->may_hold_more || inflater_->zlib.avail_in > 0);
  if (!is_there) return inner_->wait_readable(std::move(callback));
  loop_.post([alive = std::weak_ptr<char>(alive_), callback = std::move(callback)] {
    if (!alive.expired()) callback();
  });
}

void DeflateStream::wait_writable(std::function<void()> callback) {
  if (!alive_) return;
  if (!is_ending_ || output_.empty()) return inner_->wait_writable(std::move(callback));
  writable_ = std::move(callback);  // finish_writing() waits for the same
}

void DeflateStream::shutdown_write() {
  if (!alive_ || std::exchange(is_ending_, true)) return;
  // What the caller did not see accepted stays unfinished: then the compressed stream has no end either.
  if (deflater_ && output_.empty()) compress({}, Z_FINISH).ignore();
  finish_writing();
}

void DeflateStream::finish_writing() {
  const auto is_out = flush();
  if (is_out && !*is_out) {
    inner_->wait_writable([this] {
      const std::weak_ptr<char> alive = alive_;
      finish_writing();
      if (const auto callback = std::exchange(writable_, nullptr); callback && !alive.expired()) callback();
    });
    return;
  }
  inner_->shutdown_write();
}

void DeflateStream::close() {
  alive_.reset();
  writable_ = nullptr;
  inner_->close();
}

void DeflateStream::reset() {
  alive_.reset();
  writable_ = nullptr;
  inner_->reset();
}

Status DeflateStream::failure(const std::string& why, Cause cause) const { return retryable("deflate with " + peer() + ": " + why, cause); }

}  // namespace flume
