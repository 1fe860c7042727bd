#include "clients/flume_rpc/request.h"

#include <algorithm>
#include <cstring>

namespace flume::rpc {
namespace {

/// A batch that is not known to be larger gets so much room at once.
constexpr std::size_t kFirstRoom = std::size_t{1} << 20;
/// From so many bytes on a read of their own is worth its call.
constexpr std::size_t kDirectBytes = std::size_t{16} << 10;
/// A head is looked at in steps, so that what follows it is not copied with it.
constexpr std::size_t kHeadStep = 256;

}  // namespace

std::vector<ByteView> EncodedRequest::pieces() const {
  std::vector<iovec> lying;
  events.avro_iov(lying);
  std::vector<ByteView> pieces;
  pieces.reserve(lying.size() + 2);
  pieces.push_back(as_bytes(head));
  for (const iovec& piece : lying) pieces.emplace_back(static_cast<const std::byte*>(piece.iov_base), piece.iov_len);
  pieces.push_back(as_bytes(tail));
  return pieces;
}

EncodedRequest encode_append_batch(std::int32_t serial, const Metadata& metadata, EventBatch events) {
  std::string call;
  put_metadata(call, metadata);
  put_bytes(call, kAppendBatch);
  // An array: a block of so many, unless there are none, and the block of none that ends it.
  if (!events.empty()) put_long(call, events.size());
  EncodedRequest encoded;
  put_long(encoded.tail, 0);
  put_frame(encoded.head, serial, call.size() + events.bytes() + encoded.tail.size());
  encoded.head += call;
  encoded.events = std::move(events);
  return encoded;
}

std::string encode_greeting(std::int32_t serial, const HandshakeRequest& handshake) {
  std::string call;
  put_handshake(call, handshake);
  put_metadata(call, {});
  put_bytes(call, "");
  std::string message;
  put_frame(message, serial, call.size());
  return message + call;
}

std::uint8_t* BuilderRoom::grow(const std::uint8_t* from, std::size_t kept, std::size_t bytes) {
  // The builder may give the old memory away before the new one is there.
  if (kept != 0) moved_.assign(reinterpret_cast<const char*>(from), kept);
  std::uint8_t* room = builder_.reserve(bytes);
  if (kept != 0) std::memcpy(room, moved_.data(), kept);
  moved_ = {};
  return room;
}

Result<bool> RequestReader::feed(ByteView& bytes, EventRoom& room) {
  while (!frame_.is_complete()) {
    const Result<ByteView> own = frame_.next(bytes);
    if (!own) return own.status();
    if (own->empty() && !frame_.is_complete()) return false;
    ByteView left = *own;
    if (!has_head_) FLUME_TRY(read_head(left));
    if (has_head_ && keeps_rest_) take_events(left, room);
  }
  FLUME_TRY(finish());
  return true;
}

Status RequestReader::read_head(ByteView& own) {
  while (!has_head_ && !own.empty()) {
    const std::size_t wanted = std::max(head_needed_, head_.size() + 1) - head_.size();
    const std::size_t before = head_.size();
    head_.append(as_text(own.first(std::min(own.size(), std::max(wanted, kHeadStep)))));
    if (head_.size() < head_needed_) {
      own = own.subspan(head_.size() - before);
      return {};
    }
    request_ = {};
    WireReader reader(head_);
    has_head_ = parse_head(reader);
    if (!has_head_ && reader.needed() == 0) return reader.problem();
    if (!has_head_ && reader.needed() > kLongestHead)
      return breach("a call with more than " + std::to_string(kLongestHead) + " bytes before its events");
    // Behind the head lie bytes that came in this very run: they stay in it.
    const std::size_t taken = has_head_ ? reader.position() - before : head_.size() - before;
    head_needed_ = reader.needed();
    own = own.subspan(taken);
  }
  return {};
}

bool RequestReader::parse_head(WireReader& reader) {
  if (expects_handshake_ && !read_handshake(reader, request_.handshake.emplace())) return false;
  std::string_view method;
  if (!reader.read_metadata(request_.metadata) || !reader.read_bytes(method)) return false;
  request_.method = method;
  keeps_rest_ = method == kAppend || method == kAppendBatch;
  if (method != kAppendBatch) return true;
  if (!reader.read_long(request_.first_block)) return false;
  if (request_.first_block >= 0) return true;
  std::int64_t block_bytes = 0;  // which we need not believe
  if (!reader.read_long(block_bytes)) return false;
  if (request_.first_block == INT64_MIN || block_bytes < 0) return reader.refuse("an array's block of no possible size");
  request_.first_block = -request_.first_block;
  return true;
}

void RequestReader::take_events(ByteView own, EventRoom& room) {
  const std::size_t needed = filled_ + own.size();
  if (needed > room_bytes_ || room_ == nullptr) {
    // What is announced counts up to a bound; then memory follows what really comes.
    const std::size_t of_buffer = own.size() + frame_.left_in_buffer();
    const std::size_t announced = filled_ + of_buffer * (std::size_t{1} + frame_.buffers_left());
    const std::size_t wanted = std::max({needed, std::min(announced, kFirstRoom), filled_ * 2});
    room_ = room.grow(room_, filled_, wanted);
    room_bytes_ = wanted;
  }
  if (!own.empty()) std::memcpy(room_ + filled_, own.data(), own.size());
  filled_ = needed;
}

std::span<std::byte> RequestReader::direct() noexcept {
  if (!has_head_ || !keeps_rest_ || room_ == nullptr) return {};
  const std::size_t fits = std::min(frame_.left_in_buffer(), room_bytes_ - filled_);
  if (fits < kDirectBytes) return {};
  return {reinterpret_cast<std::byte*>(room_ + filled_), fits};
}

bool RequestReader::received(std::size_t bytes) noexcept {
  frame_.received(bytes);
  filled_ += bytes;
  if (frame_.is_complete()) finish().ignore();  // it has its head
  return frame_.is_complete();
}

Status RequestReader::finish() {
  if (!has_head_) return breach("a message that ends before its call");
  request_.serial = frame_.serial();
  request_.events = {reinterpret_cast<const char*>(room_), filled_};
  return {};
}

void RequestReader::next_request() {
  frame_.begin_next();
  request_ = {};
  head_.clear();
  head_needed_ = 1;
  has_head_ = false;
  keeps_rest_ = false;
  room_ = nullptr;
  room_bytes_ = 0;
  filled_ = 0;
}

Result<std::uint32_t> adopt_events(const Request& request, BatchBuilder& builder) {
  std::string_view rest = request.events;
  std::uint32_t events = 0;
  const auto adopt = [&](std::int64_t count) -> Status {
    for (; count != 0; --count) {
      const auto bytes = builder.adopt_avro(rest);
      if (!bytes) return bytes.status();
      rest.remove_prefix(*bytes);
      ++events;
    }
    return {};
  };
  if (request.method == kAppend) {
    FLUME_TRY(adopt(1));
  } else {
    std::int64_t block = request.first_block;
    while (block != 0) {
      FLUME_TRY(adopt(block));
      WireReader reader(rest);
      if (!reader.read_long(block)) return reader.problem();
      if (block < 0) {
        std::int64_t block_bytes = 0;
        if (!reader.read_long(block_bytes) || block == INT64_MIN || block_bytes < 0) return breach("an array's block of no possible size");
        block = -block;
      }
      rest = reader.rest();
    }
  }
  if (!rest.empty()) return breach(std::to_string(rest.size()) + " bytes behind the events");
  return events;
}

}  // namespace flume::rpc
