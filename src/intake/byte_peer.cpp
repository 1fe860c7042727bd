#include "intake/byte_peer.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace flume {
namespace {

/// A peer that does not take its answers is not read any more: they would fill the memory.
constexpr std::size_t kMostUnwritten = std::size_t{64} << 10U;
constexpr std::size_t kLeastRead = std::size_t{64} << 10U;
/// A longer unfinished piece is not copied to and fro at each read: it may come byte by byte.
constexpr std::size_t kMostCopied = std::size_t{64} << 10U;
static_assert(kMostCopied + kLeastRead <= PeerServer::kReceiveBytes);
constexpr std::size_t kMostAfterFinish = std::size_t{4} << 20U;
constexpr std::size_t kMostKeptWhenIdle = std::size_t{4} << 10U;  // idle connections are many

}  // namespace

BytePeer::BytePeer(PeerPlace place, Begin when, Talk talk) : place_(std::move(place)), talk_(talk) {
  if (when == Begin::Now) begin();
}

void BytePeer::begin() {
  if (std::exchange(has_begun_, true)) return;
  if (is_finishing_) return read();
  read_later();
}

void BytePeer::finish() {
  if (!is_reading_ || is_finishing_) return;
  is_finishing_ = true;
  last_bytes_ = kMostAfterFinish;
  if (talk_ == Talk::OneWay) {
    place_.stream->shutdown_write();
    patience_ = place_.loop.make_timer();
    patience_->set(place_.loop.in(kPatience), [this] {
      patience_.reset();
      if (has_begun_) read();
    });
  }
  if (has_begun_) read();
}

void BytePeer::read_later() {
  place_.stream->wait_readable([this] { read(); });
}

void BytePeer::read() {
  if (!is_reading_) return;
  if (is_held_up_ = unwritten_.size() > kMostUnwritten; is_held_up_) return;
  if (!place_.intake.has_room()) {
    place_.intake.await_room([this, wanted = std::weak_ptr(wanted_)] {
      if (!wanted.expired()) read();
    });
    return;
  }
  const std::size_t kept = kept_;
  const std::span<char> buffer = buffer_behind_kept();
  const auto got = place_.stream->read_some(std::as_writable_bytes(buffer.subspan(kept)));
  if (!got) {
    place_.log.debug("connection lost", {{"peer", place_.stream->peer()}, {"error", got.status()}});
    return end();
  }
  const bool is_late = is_finishing_ && !patience_ && (got->state != Transfer::State::Moved || last_bytes_ == 0);
  if (got->state == Transfer::State::WouldBlock && !is_late) return read_later();
  const bool is_end = got->state == Transfer::State::End || is_late;
  const std::size_t more = got->state == Transfer::State::Moved ? got->bytes : 0;
  if (!patience_) last_bytes_ -= std::min(last_bytes_, more);
  const std::string_view bytes(buffer.data(), kept + more);
  // At once: what the peer writes from now on would be lost.
  if (is_late && talk_ == Talk::OneWay && got->state != Transfer::State::End) place_.stream->reset();
  is_taking_ = true;  // it may close what this works on
  const std::size_t taken = take(bytes, is_end);
  is_taking_ = false;
  if (is_end || !is_reading_) return close_soon();
  assert(taken <= bytes.size());
  keep(bytes, taken);
  read_later();
}

std::span<char> BytePeer::buffer_behind_kept() {
  if (kept_ > kMostCopied) {
    // Memory follows what really comes.
    if (unfinished_.size() < kept_ + kLeastRead) unfinished_.resize(2 * kept_);
    return unfinished_;
  }
  std::memcpy(place_.receive_buffer.data(), unfinished_.data(), kept_);
  return place_.receive_buffer;
}

void BytePeer::keep(std::string_view bytes, std::size_t taken) {
  if (bytes.data() != unfinished_.data()) {
    unfinished_.assign(bytes.substr(taken));
  } else if (taken != 0) {
    unfinished_.erase(0, taken);
  }
  kept_ = bytes.size() - taken;
  if (kept_ != 0 || unfinished_.capacity() <= kMostKeptWhenIdle) return;
  unfinished_.clear();
  unfinished_.shrink_to_fit();
}

void BytePeer::write(std::string_view answer) {
  unwritten_ += answer;
  if (!is_writing_) write_now();
}

void BytePeer::write_now() {
  is_writing_ = false;
  while (!unwritten_.empty()) {
    const ByteView piece = std::as_bytes(std::span(unwritten_));
    const auto written = place_.stream->write_some(std::span(&piece, 1));
    if (!written) {
      // Nothing can be told to it any more. What it has sent is on its way; the caller ends this when that is done.
      place_.log.debug("connection lost", {{"peer", place_.stream->peer()}, {"error", written.status()}});
      unwritten_.clear();
      is_reading_ = false;
      return;
    }
    if (written->state != Transfer::State::Moved) {
      is_writing_ = true;
      place_.stream->wait_writable([this] {
        write_now();
        end_if_done();
      });
      return;
    }
    unwritten_.erase(0, written->bytes);
  }
  if (std::exchange(is_held_up_, false)) read_later();
}

void BytePeer::answered() {
  --answers_expected_;
  end_if_done();
}

void BytePeer::close_soon() {
  is_reading_ = false;
  end_if_done();
}

void BytePeer::close_later() {
  is_reading_ = false;
  place_.loop.post([this, wanted = std::weak_ptr(wanted_)] {
    if (!wanted.expired()) end_if_done();
  });
}

void BytePeer::end() {
  const std::function<void()> end = place_.end;  // it is destroyed with this
  end();
}

void BytePeer::end_if_done() {
  if (!is_taking_ && !is_reading_ && answers_expected_ == 0 && unwritten_.empty()) end();
}

}  // namespace flume
